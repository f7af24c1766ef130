<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutDialog</name>
    <message>
        <source>Folder for the diagnostics</source>
        <translation>诊断文件存放的文件夹</translation>
    </message>
    <message>
        <source>Packed. Send this file to whoever looks after the desks:</source>
        <translation>已打包。请把此文件发给座席维护人员：</translation>
    </message>
    <message>
        <source>Packing …</source>
        <translation>正在打包…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Gives the packing up; nothing of it stays</source>
        <translation>放弃打包，不留下任何文件</translation>
    </message>
    <message>
        <source>About, and diagnostics</source>
        <translation>关于与诊断</translation>
    </message>
    <message>
        <source>Huawu agent desk</source>
        <translation>话务座席</translation>
    </message>
    <message>
        <source>Free software: GNU General Public License, version 3 or later.</source>
        <translation>自由软件：GNU 通用公共许可证第 3 版或更新版本。</translation>
    </message>
    <message>
        <source>Diagnostics are a zip with logs, versions, the list of sound devices and link figures, without customers&apos; data.</source>
        <translation>诊断包是一个 zip 文件，含日志、版本、声音设备列表和链路统计，不含客户资料。</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>取消(&amp;N)</translation>
    </message>
    <message>
        <source>Pack &amp;diagnostics …</source>
        <translation>打包诊断信息(&amp;D)…</translation>
    </message>
    <message>
        <source>Pack diagnostics</source>
        <translation>打包诊断信息</translation>
    </message>
    <message>
        <source>Chooses a folder and writes a zip there</source>
        <translation>选择文件夹并在其中写入 zip 文件</translation>
    </message>
    <message>
        <source>The zip&apos;s path</source>
        <translation>zip 文件路径</translation>
    </message>
</context>
<context>
    <name>AccountsPanel</name>
    <message>
        <source>Accounts</source>
        <translation>资金账号</translation>
    </message>
    <message>
        <source>The customer&apos;s accounts; arrows choose</source>
        <translation>客户的资金账号；用方向键选择</translation>
    </message>
    <message>
        <source>Holdings</source>
        <translation>持仓</translation>
    </message>
    <message>
        <source>What the account holds</source>
        <translation>此账号的持仓</translation>
    </message>
    <message>
        <source>Today&apos;s orders</source>
        <translation>当日委托</translation>
    </message>
    <message>
        <source>The account&apos;s orders of today</source>
        <translation>此账号的当日委托</translation>
    </message>
    <message>
        <source>No customer is on the screen.</source>
        <translation>屏幕上没有客户。</translation>
    </message>
    <message>
        <source>This account holds nothing.</source>
        <translation>该账户没有持仓。</translation>
    </message>
    <message>
        <source>No orders today.</source>
        <translation>今日没有委托。</translation>
    </message>
    <message>
        <source>No accounts</source>
        <translation>没有资金账号</translation>
    </message>
    <message>
        <source>Asking the branch …</source>
        <translation>正在查询营业部…</translation>
    </message>
    <message>
        <source>Phone orders are locked</source>
        <translation>电话委托已锁定</translation>
    </message>
    <message>
        <source>As of {time}</source>
        <translation>截至 {time}</translation>
    </message>
    <message>
        <source>The branch was not asked yet</source>
        <translation>尚未查询营业部</translation>
    </message>
</context>
<context>
    <name>AudioDialog</name>
    <message>
        <source>“{name}” was unplugged.</source>
        <translation>“{name}”已拔出。</translation>
    </message>
    <message>
        <source>Who talks for this desk</source>
        <translation>本座席用哪里的语音</translation>
    </message>
    <message>
        <source>Log out first: a log-in names the phone</source>
        <translation>请先签出：登录时确定语音设备</translation>
    </message>
    <message>
        <source>Voice by</source>
        <translation>语音设备</translation>
    </message>
    <message>
        <source>Desk phone&apos;s name</source>
        <translation>桌面话机名</translation>
    </message>
    <message>
        <source>As it registers at the switch, like front-07</source>
        <translation>即它向交换机注册的名字，如 front-07</translation>
    </message>
    <message>
        <source>Headset and sound</source>
        <translation>耳机与声音</translation>
    </message>
    <message>
        <source>&amp;Voice by</source>
        <translation>语音设备(&amp;V)</translation>
    </message>
    <message>
        <source>This computer&apos;s headset</source>
        <translation>本机耳麦</translation>
    </message>
    <message>
        <source>Desk phone</source>
        <translation>桌面话机</translation>
    </message>
    <message>
        <source>Its name</source>
        <translation>话机名</translation>
    </message>
    <message>
        <source>&amp;Headphones</source>
        <translation>听筒(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>话筒(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Ring on</source>
        <translation>振铃设备(&amp;R)</translation>
    </message>
    <message>
        <source>Volume &amp;1</source>
        <translation>音量(&amp;1)</translation>
    </message>
    <message>
        <source>Volume &amp;2</source>
        <translation>音量(&amp;2)</translation>
    </message>
    <message>
        <source>Volume &amp;3</source>
        <translation>音量(&amp;3)</translation>
    </message>
    <message>
        <source>Device: {name}</source>
        <translation>设备：{name}</translation>
    </message>
    <message>
        <source>Volume: {name}</source>
        <translation>音量：{name}</translation>
    </message>
    <message>
        <source>0 to 200 percent</source>
        <translation>0 到 200%</translation>
    </message>
    <message>
        <source>Level: {name}</source>
        <translation>电平：{name}</translation>
    </message>
    <message>
        <source>&amp;Test tone</source>
        <translation>测试音(&amp;T)</translation>
    </message>
    <message>
        <source>Test tone where it r&amp;ings</source>
        <translation>振铃设备测试音(&amp;I)</translation>
    </message>
    <message>
        <source>Test tone</source>
        <translation>测试音</translation>
    </message>
    <message>
        <source>A second of 1 kHz in the headphones; speak and watch the meter</source>
        <translation>在听筒中播放一秒 1 kHz 测试音；请说话并观察电平</translation>
    </message>
    <message>
        <source>Test tone where it rings</source>
        <translation>振铃设备测试音</translation>
    </message>
    <message>
        <source>A second of 1 kHz on the ringing device</source>
        <translation>在振铃设备上播放一秒 1 kHz 测试音</translation>
    </message>
    <message>
        <source>After the test tone the microphone&apos;s meter runs for five seconds: speak, and it should move.</source>
        <translation>播放测试音后，话筒电平显示五秒：请说话，电平应随之变化。</translation>
    </message>
    <message>
        <source>The system&apos;s default</source>
        <translation>系统默认</translation>
    </message>
    <message>
        <source>Silent</source>
        <translation>静音</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>{what}. What is shown is from before; a talk goes on meanwhile.</source>
        <translation>{what}。显示的是断开前的内容；通话不受影响。</translation>
    </message>
    <message>
        <source>Trying again in {n} s.</source>
        <translation>{n} 秒后重试。</translation>
    </message>
    <message>
        <source>“{name}” was unplugged. Plug it in again, or choose another (Ctrl+,).</source>
        <translation>“{name}”已拔出。请重新插入，或另选设备（Ctrl+,）。</translation>
    </message>
</context>
<context>
    <name>BranchesBoard</name>
    <message>
        <source>There are no branches.</source>
        <translation>没有营业部。</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>营业部</translation>
    </message>
    <message>
        <source>Orders of today by what became of them; turnover at the orders&apos; prices</source>
        <translation>今日委托按结果统计；成交额按委托价计算</translation>
    </message>
    <message>
        <source>no trading system</source>
        <translation>柜台未就绪</translation>
    </message>
    <message>
        <source>no connection</source>
        <translation>未连接</translation>
    </message>
</context>
<context>
    <name>CallPanel</name>
    <message>
        <source>Phone</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>The customer waits: {time}</source>
        <translation>客户已等待 {time}</translation>
    </message>
    <message>
        <source>Keypad</source>
        <translation>拨号键盘</translation>
    </message>
    <message>
        <source>Digits go to the other side</source>
        <translation>按键发送给对方</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>已读</translation>
    </message>
    <message>
        <source>Puts the line away</source>
        <translation>收起提示</translation>
    </message>
    <message>
        <source>Desk phone {name}</source>
        <translation>桌面话机 {name}</translation>
    </message>
    <message>
        <source>No call</source>
        <translation>无通话</translation>
    </message>
    <message>
        <source>Number withheld</source>
        <translation>号码未显示</translation>
    </message>
    <message>
        <source>waited {time}</source>
        <translation>已等待 {time}</translation>
    </message>
    <message>
        <source>called {number}</source>
        <translation>被叫 {number}</translation>
    </message>
    <message>
        <source>The other side</source>
        <translation>对方</translation>
    </message>
    <message>
        <source>Key {key}</source>
        <translation>按键 {key}</translation>
    </message>
    <message>
        <source>Sends {key}</source>
        <translation>发送 {key}</translation>
    </message>
</context>
<context>
    <name>CallsPanel</name>
    <message>
        <source>Calls</source>
        <translation>通话记录</translation>
    </message>
    <message>
        <source>No calls yet.</source>
        <translation>还没有通话记录。</translation>
    </message>
    <message>
        <source>Last calls</source>
        <translation>通话记录</translation>
    </message>
    <message>
        <source>The newest first; Enter dials again</source>
        <translation>最新的在前；回车重拨</translation>
    </message>
</context>
<context>
    <name>Cover</name>
    <message>
        <source>This part can&apos;t be shown now. The log says why.</source>
        <translation>这部分暂时无法显示，原因已记入日志。</translation>
    </message>
</context>
<context>
    <name>CustomerPanel</name>
    <message>
        <source>More customers with this number</source>
        <translation>使用此号码的其他客户</translation>
    </message>
    <message>
        <source>Shows another customer who has this number</source>
        <translation>显示使用此号码的另一位客户</translation>
    </message>
    <message>
        <source>VIP</source>
        <translation>VIP</translation>
    </message>
    <message>
        <source>Customer {id}</source>
        <translation>客户 {id}</translation>
    </message>
    <message>
        <source>No customer</source>
        <translation>无客户</translation>
    </message>
    <message>
        <source>Looking up the caller …</source>
        <translation>正在查找来电客户…</translation>
    </message>
    <message>
        <source>Unknown caller</source>
        <translation>未知来电</translation>
    </message>
    <message>
        <source>Looked up, not in this call</source>
        <translation>查询的客户，非本次通话</translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation>未验证身份</translation>
    </message>
    <message>
        <source>Was verified by PIN: {account}</source>
        <translation>断线前已验证密码：{account}</translation>
    </message>
    <message>
        <source>Verified by PIN: {account}</source>
        <translation>已验证密码：{account}</translation>
    </message>
    <message>
        <source>Number withheld</source>
        <translation>号码未显示</translation>
    </message>
    <message>
        <source>A caller&apos;s card appears here while the desk rings. F9 finds a customer.</source>
        <translation>振铃时此处弹出来电客户资料。按 F9 查找客户。</translation>
    </message>
    <message>
        <source>Same number: {n} more</source>
        <translation>同号客户：{n}</translation>
    </message>
</context>
<context>
    <name>DeskDialog</name>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>DialDialog</name>
    <message>
        <source>Dial out</source>
        <translation>呼出外线</translation>
    </message>
    <message>
        <source>Internal call</source>
        <translation>内部呼叫</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>呼叫转移</translation>
    </message>
    <message>
        <source>Monitor a seat</source>
        <translation>监听座席</translation>
    </message>
    <message>
        <source>Number, name or pinyin</source>
        <translation>号码、姓名或拼音</translation>
    </message>
    <message>
        <source>Agent number, name or initials</source>
        <translation>工号、姓名或拼音首字母</translation>
    </message>
    <message>
        <source>Seat, queue, number, menu or name</source>
        <translation>座席、队列、号码、菜单或姓名</translation>
    </message>
    <message>
        <source>Nobody fits. A number can be typed in full.</source>
        <translation>没有匹配的对象。可直接输入完整号码。</translation>
    </message>
    <message>
        <source>Whom to call</source>
        <translation>呼叫对象</translation>
    </message>
    <message>
        <source>Arrows choose, Enter calls</source>
        <translation>方向键选择，回车呼叫</translation>
    </message>
    <message>
        <source>Of which kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Narrows the list</source>
        <translation>缩小列表范围</translation>
    </message>
    <message>
        <source>&amp;OK</source>
        <translation>确认(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Return</source>
        <translation>返回(&amp;R)</translation>
    </message>
    <message>
        <source>Return</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Gives up; nobody is called</source>
        <translation>放弃，不呼叫任何人</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>You hear both sides of the seat&apos;s call; neither hears you.</source>
        <translation>您可听到该座席通话的双方；双方都听不到您。</translation>
    </message>
    <message>
        <source>The customer waits with music. Hanging up hands them over, whether it rings or was answered; Return takes them back.</source>
        <translation>客户听音乐等待。对方振铃或应答后挂机，即把客户转给对方；按返回接回客户。</translation>
    </message>
    <message>
        <source>The customer waits with music meanwhile.</source>
        <translation>期间客户听音乐等待。</translation>
    </message>
    <message>
        <source>Calls {who}</source>
        <translation>呼叫：{who}</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>waiting {n}, seats {free}/{seats}</source>
        <translation>等待 {n}，空闲座席 {free}/{seats}</translation>
    </message>
</context>
<context>
    <name>FaxViewer</name>
    <message>
        <source>group {group}</source>
        <translation>组别 {group}</translation>
    </message>
    <message>
        <source>to whom</source>
        <translation>转给谁</translation>
    </message>
    <message>
        <source>Fax</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>领取(&amp;T)</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>接入</translation>
    </message>
    <message>
        <source>You work on this fax; colleagues see that</source>
        <translation>由您处理此传真，同事可见</translation>
    </message>
    <message>
        <source>&amp;Reply by fax</source>
        <translation>传真回复(&amp;R)</translation>
    </message>
    <message>
        <source>Reply by fax</source>
        <translation>传真回复</translation>
    </message>
    <message>
        <source>A new fax to the sender&apos;s number</source>
        <translation>向来件号码发一份新传真</translation>
    </message>
    <message>
        <source>Se&amp;nd on</source>
        <translation>转发外线(&amp;N)</translation>
    </message>
    <message>
        <source>Send on</source>
        <translation>转发外线</translation>
    </message>
    <message>
        <source>These pages as a fax to another number</source>
        <translation>把这些页传真到另一号码</translation>
    </message>
    <message>
        <source>File to the c&amp;ustomer</source>
        <translation>归入客户(&amp;U)</translation>
    </message>
    <message>
        <source>File to the customer</source>
        <translation>归入客户</translation>
    </message>
    <message>
        <source>Into the history of the customer on the screen</source>
        <translation>记入屏幕上客户的联系历史</translation>
    </message>
    <message>
        <source>&amp;Forward</source>
        <translation>转交(&amp;F)</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>转交</translation>
    </message>
    <message>
        <source>To a colleague, or into another group&apos;s inbox</source>
        <translation>转给同事，或转到其他组的收件箱</translation>
    </message>
    <message>
        <source>To whom</source>
        <translation>转给谁</translation>
    </message>
    <message>
        <source>&amp;Print …</source>
        <translation>打印(&amp;P)…</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>All pages, turned as they are shown</source>
        <translation>打印全部页，方向与显示相同</translation>
    </message>
    <message>
        <source>The fax is being fetched …</source>
        <translation>正在取传真 …</translation>
    </message>
    <message>
        <source>Fax from {number}</source>
        <translation>来自 {number} 的传真</translation>
    </message>
    <message>
        <source>Fax to {number}</source>
        <translation>发往 {number} 的传真</translation>
    </message>
    <message>
        <source>taken by {name}</source>
        <translation>{name} 已领取</translation>
    </message>
</context>
<context>
    <name>FaxesDialog</name>
    <message>
        <source>Faxes</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>No fax has come in.</source>
        <translation>尚无来件。</translation>
    </message>
    <message>
        <source>You have sent no fax yet.</source>
        <translation>您还没有发过传真。</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>收件箱</translation>
    </message>
    <message>
        <source>Faxes for your group; Enter opens one</source>
        <translation>本组收到的传真，回车打开</translation>
    </message>
    <message>
        <source>My faxes</source>
        <translation>我的传真</translation>
    </message>
    <message>
        <source>Faxes that you have sent; Enter opens one</source>
        <translation>您发出的传真，回车打开</translation>
    </message>
    <message>
        <source>Inbox and my faxes</source>
        <translation>收件箱与我的传真</translation>
    </message>
    <message>
        <source>Ctrl+Tab changes</source>
        <translation>Ctrl+Tab 切换</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>打开(&amp;O)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>Shows the pages</source>
        <translation>查看各页</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>领取(&amp;T)</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>接入</translation>
    </message>
    <message>
        <source>You work on this fax; colleagues see that</source>
        <translation>由您处理此传真，同事可见</translation>
    </message>
    <message>
        <source>Send &amp;again</source>
        <translation>重发(&amp;A)</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重发</translation>
    </message>
    <message>
        <source>From the first page that was not confirmed</source>
        <translation>从第一页未确认的页起重发</translation>
    </message>
    <message>
        <source>Cancel the fa&amp;x</source>
        <translation>取消传真(&amp;X)</translation>
    </message>
    <message>
        <source>Cancel the fax</source>
        <translation>取消传真</translation>
    </message>
    <message>
        <source>O&amp;lder ones</source>
        <translation>更早的(&amp;L)</translation>
    </message>
    <message>
        <source>Older ones</source>
        <translation>更早的</translation>
    </message>
    <message>
        <source>First page</source>
        <translation>首页缩略图</translation>
    </message>
    <message>
        <source>{n} pages</source>
        <translation>{n} 页</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>无人</translation>
    </message>
    <message>
        <source>due at {time}</source>
        <translation>将于 {time} 发送</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>Total assets</source>
        <translation>总资产</translation>
    </message>
    <message>
        <source>Available</source>
        <translation>可用资金</translation>
    </message>
    <message>
        <source>Frozen</source>
        <translation>冻结资金</translation>
    </message>
    <message>
        <source>Market value</source>
        <translation>证券市值</translation>
    </message>
</context>
<context>
    <name>HelpDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>From any program: {keys}</source>
        <translation>在任何程序中：{keys}</translation>
    </message>
    <message>
        <source>Tab goes on, Shift+Tab back, arrows move in tables and tabs, Enter chooses. In the keypad (F11) the digits, * and # go to the other side.</source>
        <translation>Tab 前进，Shift+Tab 后退，方向键在表格和标签中移动，回车选择。焦点在拨号键盘（F11）时，数字、* 和 # 发送给对方。</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>No customer is on the screen.</source>
        <translation>屏幕上没有客户。</translation>
    </message>
    <message>
        <source>No earlier contacts.</source>
        <translation>没有以往的联系记录。</translation>
    </message>
    <message>
        <source>History</source>
        <translation>联系记录</translation>
    </message>
    <message>
        <source>Earlier contacts of every channel; Enter plays a recording or opens a fax</source>
        <translation>各渠道的历史联系，回车播放录音或打开传真</translation>
    </message>
    <message>
        <source>Summary of the chosen contact</source>
        <translation>所选联系的摘要</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>If the program ends now, the caller hears an excuse and goes to the next agent.</source>
        <translation>如果现在退出，对方会听到致歉提示，并转给下一位座席。</translation>
    </message>
    <message>
        <source>A call is going on</source>
        <translation>正在通话</translation>
    </message>
    <message>
        <source>The note of the last call is not sent yet. It is kept on this PC, and shown when you log in here again.</source>
        <translation>上次通话的备注尚未发送，已保存在本机，您再次在本机登录时会显示。</translation>
    </message>
    <message>
        <source>A note is not sent</source>
        <translation>备注未发送</translation>
    </message>
    <message>
        <source>&amp;End the program</source>
        <translation>退出程序(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Stay</source>
        <translation>继续(&amp;S)</translation>
    </message>
</context>
<context>
    <name>LinesBoard</name>
    <message>
        <source>There are no lines.</source>
        <translation>没有线路。</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>Trunks and voice cards, how many of their lines are in use</source>
        <translation>中继与语音卡，以及占用的线数</translation>
    </message>
    <message>
        <source>Trunk</source>
        <translation>中继</translation>
    </message>
    <message>
        <source>Voice card</source>
        <translation>语音卡</translation>
    </message>
    <message>
        <source>up</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>down</source>
        <translation>中断</translation>
    </message>
</context>
<context>
    <name>ListeningStrip</name>
    <message>
        <source>Number withheld</source>
        <translation>未显示号码</translation>
    </message>
    <message>
        <source>{seat} with {number}</source>
        <translation>{seat} 与 {number}</translation>
    </message>
    <message>
        <source>{seat} is in a call</source>
        <translation>{seat} 通话中</translation>
    </message>
    <message>
        <source>Monitor ({key}) listens in</source>
        <translation>按同步监听（{key}）可监听</translation>
    </message>
</context>
<context>
    <name>LogInForm</name>
    <message>
        <source>Logging in …</source>
        <translation>正在登录…</translation>
    </message>
    <message>
        <source>Log in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Logs in at this desk</source>
        <translation>在此座席登录</translation>
    </message>
    <message>
        <source>Huawu agent desk</source>
        <translation>话务座席</translation>
    </message>
    <message>
        <source>Log in to take calls</source>
        <translation>登录后即可接听电话</translation>
    </message>
    <message>
        <source>&amp;Agent number</source>
        <translation>工号(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>密码(&amp;P)</translation>
    </message>
    <message>
        <source>Log &amp;out the other desk and log in here</source>
        <translation>注销另一座席并在此登录(&amp;O)</translation>
    </message>
    <message>
        <source>Agent number</source>
        <translation>工号</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Is not kept on this computer</source>
        <translation>不会保存在本机</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>接管登录</translation>
    </message>
    <message>
        <source>Ends your log-in at the other desk, unless it has a call</source>
        <translation>结束您在另一座席的登录，除非正在通话</translation>
    </message>
</context>
<context>
    <name>MessageDialog</name>
    <message>
        <source>Message</source>
        <translation>发消息</translation>
    </message>
    <message>
        <source>all who are logged in</source>
        <translation>所有在线座席</translation>
    </message>
    <message>
        <source>To: {whom}</source>
        <translation>发给：{whom}</translation>
    </message>
    <message>
        <source>Shown on their screens until they have read it</source>
        <translation>显示在对方屏幕上，直到对方看过</translation>
    </message>
    <message>
        <source>&amp;Send</source>
        <translation>发送(&amp;S)</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>发送消息</translation>
    </message>
</context>
<context>
    <name>NoticeRow</name>
    <message>
        <source>Read</source>
        <translation>已读</translation>
    </message>
    <message>
        <source>Puts the notice away</source>
        <translation>收起通知</translation>
    </message>
</context>
<context>
    <name>NoticesPanel</name>
    <message>
        <source>{n} more</source>
        <translation>还有 {n} 条</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>Dial {number}</source>
        <translation>拨打 {number}</translation>
    </message>
    <message>
        <source>Opens the dial window with this number</source>
        <translation>用此号码打开拨号窗口</translation>
    </message>
</context>
<context>
    <name>PagesPart</name>
    <message>
        <source>Pages</source>
        <translation>页数</translation>
    </message>
    <message>
        <source>Arrows choose a page</source>
        <translation>方向键选页</translation>
    </message>
    <message>
        <source>The page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Exactly as it is on the fax; Ctrl and the wheel zoom</source>
        <translation>与传真完全一致，Ctrl 加滚轮缩放</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>Turns the view, not the fax</source>
        <translation>只旋转显示，不改传真</translation>
    </message>
    <message>
        <source>Page {n} of {all}</source>
        <translation>第 {n} 页，共 {all} 页</translation>
    </message>
    <message>
        <source>The page is being fetched …</source>
        <translation>正在取此页 …</translation>
    </message>
</context>
<context>
    <name>PartiesList</name>
    <message>
        <source>Parties of the call</source>
        <translation>通话成员</translation>
    </message>
</context>
<context>
    <name>PartyRow</name>
    <message>
        <source>Send {who} away</source>
        <translation>移出 {who}</translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message>
        <source>The two new passwords differ.</source>
        <translation>两次输入的新密码不一致。</translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation>修改密码</translation>
    </message>
    <message>
        <source>&amp;Old password</source>
        <translation>旧密码(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;New password, 8 characters or more</source>
        <translation>新密码，至少 8 个字符(&amp;N)</translation>
    </message>
    <message>
        <source>New password, &amp;again</source>
        <translation>再次输入新密码(&amp;A)</translation>
    </message>
    <message>
        <source>Change &amp;it</source>
        <translation>修改(&amp;I)</translation>
    </message>
</context>
<context>
    <name>PeoplePanel</name>
    <message>
        <source>Number, name, pinyin</source>
        <translation>号码、姓名、拼音</translation>
    </message>
    <message>
        <source>Find in the directory</source>
        <translation>查找通讯录</translation>
    </message>
    <message>
        <source>Number, name, pinyin or initials; Down goes to the rows</source>
        <translation>号码、姓名、拼音或首字母；向下键进入列表</translation>
    </message>
    <message>
        <source>Directory</source>
        <translation>通讯录</translation>
    </message>
    <message>
        <source>Enter calls; Insert adds, Delete deletes</source>
        <translation>回车呼叫；Insert 新增，Delete 删除</translation>
    </message>
    <message>
        <source>Add somebody</source>
        <translation>新增联系人</translation>
    </message>
    <message>
        <source>Change the entry</source>
        <translation>修改联系人</translation>
    </message>
    <message>
        <source>Delete the entry</source>
        <translation>删除联系人</translation>
    </message>
    <message>
        <source>Take the last change back</source>
        <translation>撤销上次修改</translation>
    </message>
    <message>
        <source>The directory is empty. Insert adds somebody.</source>
        <translation>通讯录为空。按 Insert 键添加。</translation>
    </message>
    <message>
        <source>Nobody found.</source>
        <translation>没有找到。</translation>
    </message>
</context>
<context>
    <name>PersonDialog</name>
    <message>
        <source>Add somebody</source>
        <translation>新增联系人</translation>
    </message>
    <message>
        <source>Change the entry</source>
        <translation>修改联系人</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>姓名(&amp;N)</translation>
    </message>
    <message>
        <source>N&amp;umber</source>
        <translation>号码(&amp;U)</translation>
    </message>
    <message>
        <source>N&amp;ote</source>
        <translation>备注(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Save the entry</source>
        <translation>保存联系人</translation>
    </message>
</context>
<context>
    <name>PlayerBar</name>
    <message>
        <source>Fetching …</source>
        <translation>正在取录音…</translation>
    </message>
    <message>
        <source>Can&apos;t be played</source>
        <translation>无法播放</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Plays or pauses the recording</source>
        <translation>播放或暂停录音</translation>
    </message>
    <message>
        <source>Close the recording</source>
        <translation>关闭录音</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>播放位置</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>录音的播放位置</translation>
    </message>
    <message>
        <source>Fetching the recording</source>
        <translation>正在取录音</translation>
    </message>
</context>
<context>
    <name>ProgramCommands</name>
    <message>
        <source>Log out now? No more calls come to this desk.</source>
        <translation>现在签出吗？签出后本座席不再接到来电。</translation>
    </message>
    <message>
        <source>Log out</source>
        <translation>签出</translation>
    </message>
    <message>
        <source>&amp;Log out</source>
        <translation>签出(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
</context>
<context>
    <name>ProgressStrip</name>
    <message>
        <source>Send &amp;again</source>
        <translation>重发(&amp;A)</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重发</translation>
    </message>
    <message>
        <source>From the first page that was not confirmed</source>
        <translation>从第一页未确认的页起重发</translation>
    </message>
    <message>
        <source>Cancel the fa&amp;x</source>
        <translation>取消传真(&amp;X)</translation>
    </message>
    <message>
        <source>Cancel the fax</source>
        <translation>取消传真</translation>
    </message>
    <message>
        <source>Pages sent</source>
        <translation>已发页数</translation>
    </message>
    <message>
        <source>Please have the customer press start on the fax machine</source>
        <translation>请客户按下传真机的启动键</translation>
    </message>
    <message>
        <source>page {n} of {all}</source>
        <translation>第 {n} 页，共 {all} 页</translation>
    </message>
    <message>
        <source>confirmed {done} of {all} pages</source>
        <translation>已确认 {done} 页，共 {all} 页</translation>
    </message>
    <message>
        <source>{rate} bit/s</source>
        <translation>{rate} 比特/秒</translation>
    </message>
    <message>
        <source>try {n}</source>
        <translation>第 {n} 次</translation>
    </message>
    <message>
        <source>due at {time}</source>
        <translation>将于 {time} 发送</translation>
    </message>
</context>
<context>
    <name>QueuesBoard</name>
    <message>
        <source>Queues today</source>
        <translation>今日队列</translation>
    </message>
    <message>
        <source>There are no queues.</source>
        <translation>没有队列。</translation>
    </message>
    <message>
        <source>In time: of today&apos;s callers, answered within what the queue promises</source>
        <translation>及时率：今日来电中，在队列承诺时间内接听的比例</translation>
    </message>
    <message>
        <source>{queue} (closed)</source>
        <translation>{queue}（已关闭）</translation>
    </message>
</context>
<context>
    <name>QueuesPanel</name>
    <message>
        <source>You are in no queue.</source>
        <translation>您不在任何队列中。</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Callers waiting, the longest wait, seats that are open of all</source>
        <translation>等待人数、最长等待、开放座席数与总数</translation>
    </message>
</context>
<context>
    <name>ReportsPage</name>
    <message>
        <source>Save as CSV</source>
        <translation>存为 CSV</translation>
    </message>
    <message>
        <source>Saved: {file}</source>
        <translation>已保存：{file}</translation>
    </message>
    <message>
        <source>The report is being made …</source>
        <translation>正在生成报表…</translation>
    </message>
    <message>
        <source>&amp;By</source>
        <translation>按(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Days</source>
        <translation>日期(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Queue</source>
        <translation>队列(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Chart</source>
        <translation>图表(&amp;C)</translation>
    </message>
    <message>
        <source>Ma&amp;ke the report</source>
        <translation>生成报表(&amp;K)</translation>
    </message>
    <message>
        <source>Make the report</source>
        <translation>生成报表</translation>
    </message>
    <message>
        <source>Of these days, today until now</source>
        <translation>统计所选日期，今日截至当前</translation>
    </message>
    <message>
        <source>&amp;Save as CSV …</source>
        <translation>存为 CSV(&amp;S)…</translation>
    </message>
    <message>
        <source>For a spreadsheet, with all figures</source>
        <translation>供电子表格使用，包含全部指标</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>起始日</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>截止日</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报表</translation>
    </message>
    <message>
        <source>A click on a heading sorts</source>
        <translation>点击表头排序</translation>
    </message>
    <message>
        <source>No report yet: choose the days and make it.</source>
        <translation>尚无报表：请选择日期后生成。</translation>
    </message>
    <message>
        <source>There were no calls on these days.</source>
        <translation>这些日期没有通话。</translation>
    </message>
    <message>
        <source>Total: {figures}</source>
        <translation>合计：{figures}</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>{days}, until {time}</source>
        <translation>{days}，截至 {time}</translation>
    </message>
    <message>
        <source>group {group}</source>
        <translation>组别 {group}</translation>
    </message>
</context>
<context>
    <name>SearchPanel</name>
    <message>
        <source>Find a customer: number, account, name, pinyin</source>
        <translation>查找客户：电话、账号、姓名、拼音</translation>
    </message>
    <message>
        <source>Number, account, name, pinyin or its initials; Down goes to the rows, Esc closes</source>
        <translation>电话、账号、姓名、拼音或首字母；下方向键进入结果，Esc 关闭</translation>
    </message>
    <message>
        <source>Find a customer</source>
        <translation>查找客户</translation>
    </message>
    <message>
        <source>Customers found</source>
        <translation>查找结果</translation>
    </message>
    <message>
        <source>Enter shows the customer</source>
        <translation>按回车显示客户</translation>
    </message>
    <message>
        <source>Searching …</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Nobody found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Found: {n}</source>
        <translation>找到 {n} 位</translation>
    </message>
</context>
<context>
    <name>SeatsBoard</name>
    <message>
        <source>Seats</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>Only who is &amp;here</source>
        <translation>只看在线(&amp;H)</translation>
    </message>
    <message>
        <source>Hide seats at which nobody is logged in</source>
        <translation>隐藏无人登录的座席</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter the seats</source>
        <translation>筛选座席</translation>
    </message>
    <message>
        <source>Number, name, pinyin initials, group, skill, queue</source>
        <translation>工号、姓名、拼音首字母、组别、技能、队列</translation>
    </message>
    <message>
        <source>A click on a heading sorts; the menu of a row has what can be done to it</source>
        <translation>点击表头排序；在行上点右键可进行操作</translation>
    </message>
    <message>
        <source>No seat fits the filter.</source>
        <translation>没有符合筛选条件的座席。</translation>
    </message>
    <message>
        <source>There are no seats.</source>
        <translation>没有座席。</translation>
    </message>
</context>
<context>
    <name>SendFaxDialog</name>
    <message>
        <source>Send fax</source>
        <translation>发送传真</translation>
    </message>
    <message>
        <source>N&amp;umber</source>
        <translation>号码(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Resolution</source>
        <translation>分辨率(&amp;R)</translation>
    </message>
    <message>
        <source>Se&amp;nd</source>
        <translation>发送时间(&amp;N)</translation>
    </message>
    <message>
        <source>Att&amp;ention</source>
        <translation>收件人(&amp;E)</translation>
    </message>
    <message>
        <source>Sub&amp;ject</source>
        <translation>主题(&amp;J)</translation>
    </message>
    <message>
        <source>N&amp;ote</source>
        <translation>备注(&amp;O)</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>号码</translation>
    </message>
    <message>
        <source>The fax machine&apos;s; the customer&apos;s own numbers are in the list</source>
        <translation>传真机号码，列表中有客户的号码</translation>
    </message>
    <message>
        <source>At what time</source>
        <translation>发送时刻</translation>
    </message>
    <message>
        <source>standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>fine</source>
        <translation>精细</translation>
    </message>
    <message>
        <source>Co&amp;ver sheet</source>
        <translation>加封面(&amp;V)</translation>
    </message>
    <message>
        <source>Cover sheet</source>
        <translation>封面</translation>
    </message>
    <message>
        <source>A first page with names, subject and note</source>
        <translation>首页写明收发人、主题和附言</translation>
    </message>
    <message>
        <source>Ask the customer to press start on the fax machine, then send: the call becomes the fax, and a talk again after it.</source>
        <translation>请客户按下传真机的启动键，然后发送：本次通话转为传真，发完恢复通话。</translation>
    </message>
    <message>
        <source>&amp;Send</source>
        <translation>发送(&amp;S)</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Sends exactly the pages that are shown</source>
        <translation>发送的正是所显示的各页</translation>
    </message>
    <message>
        <source>Ne&amp;w fax</source>
        <translation>新传真(&amp;W)</translation>
    </message>
    <message>
        <source>New fax</source>
        <translation>新传真</translation>
    </message>
    <message>
        <source>Empties the choices</source>
        <translation>清空各项选择</translation>
    </message>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>剪贴板中没有图片。</translation>
    </message>
    <message>
        <source>The document is being sent to the switch: {n} %</source>
        <translation>正在上传文件：{n} %</translation>
    </message>
    <message>
        <source>The pages are being made …</source>
        <translation>正在生成各页 …</translation>
    </message>
    <message>
        <source>{n} pages are ready.</source>
        <translation>{n} 页已就绪。</translation>
    </message>
    <message>
        <source>The fax is being handed over …</source>
        <translation>正在提交传真 …</translation>
    </message>
    <message>
        <source>The switch has the fax. This window can be closed.</source>
        <translation>交换机已受理传真，可关闭本窗口。</translation>
    </message>
    <message>
        <source>Choose a document.</source>
        <translation>请选择文件。</translation>
    </message>
    <message>
        <source>Type a number that can be dialled.</source>
        <translation>请输入可拨打的号码。</translation>
    </message>
    <message>
        <source>Here the pages are shown exactly as they go out.</source>
        <translation>这里显示将要发出的各页。</translation>
    </message>
</context>
<context>
    <name>SkillsDialog</name>
    <message>
        <source>Level</source>
        <translation>级别</translation>
    </message>
    <message>
        <source>Skills</source>
        <translation>技能</translation>
    </message>
    <message>
        <source>Skills and levels</source>
        <translation>技能与级别</translation>
    </message>
    <message>
        <source>Another skill</source>
        <translation>其他技能</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>添加(&amp;A)</translation>
    </message>
    <message>
        <source>Add the skill</source>
        <translation>添加该技能</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Save the skills</source>
        <translation>保存技能</translation>
    </message>
    <message>
        <source>The agent is told</source>
        <translation>座席会收到通知</translation>
    </message>
</context>
<context>
    <name>SourceChoice</name>
    <message>
        <source>Choose the document</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文档</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>&amp;File …</source>
        <translation>文件(&amp;F)…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>PDF, text or picture, 20 MB at most; a file can be dropped on this window too</source>
        <translation>PDF、文本或图片，最大 20 MB；也可把文件拖到本窗口</translation>
    </message>
    <message>
        <source>From the clip&amp;board</source>
        <translation>剪贴板(&amp;B)</translation>
    </message>
    <message>
        <source>From the clipboard</source>
        <translation>剪贴板</translation>
    </message>
    <message>
        <source>A picture that was copied</source>
        <translation>已复制的图片</translation>
    </message>
    <message>
        <source>S&amp;tatement</source>
        <translation>对账单(&amp;T)</translation>
    </message>
    <message>
        <source>Statement</source>
        <translation>对账单</translation>
    </message>
    <message>
        <source>Made from the data of the customer on the screen</source>
        <translation>用屏幕上客户的数据生成</translation>
    </message>
    <message>
        <source>Kind of statement</source>
        <translation>对账单种类</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>资金账号</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>起始日</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>截止日</translation>
    </message>
    <message>
        <source>No document yet</source>
        <translation>尚未选择文件</translation>
    </message>
    <message>
        <source>Fax from {number}</source>
        <translation>来自 {number} 的传真</translation>
    </message>
</context>
<context>
    <name>StateChip</name>
    <message>
        <source>Unknown</source>
        <translation>状态未知</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Voice by desk phone {name}</source>
        <translation>语音：桌面话机 {name}</translation>
    </message>
    <message>
        <source>Sound bad</source>
        <translation>音质差</translation>
    </message>
    <message>
        <source>Sound fair</source>
        <translation>音质一般</translation>
    </message>
    <message>
        <source>Sound good</source>
        <translation>音质良好</translation>
    </message>
    <message>
        <source>loss {loss} %, jitter {jitter} ms</source>
        <translation>丢包 {loss}%，抖动 {jitter} 毫秒</translation>
    </message>
    <message>
        <source>Dismiss the message</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>SupervisorWindow</name>
    <message>
        <source>Message sent; screens: {n}</source>
        <translation>消息已发出，屏幕数：{n}</translation>
    </message>
    <message>
        <source>Supervisor&apos;s desk</source>
        <translation>班长席</translation>
    </message>
    <message>
        <source>Lines and branches</source>
        <translation>线路与营业部</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>营业部</translation>
    </message>
    <message>
        <source>Floor and reports</source>
        <translation>现场与报表</translation>
    </message>
    <message>
        <source>&amp;Floor</source>
        <translation>现场(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Reports</source>
        <translation>报表(&amp;R)</translation>
    </message>
    <message>
        <source>The rows are old: waiting for the switch …</source>
        <translation>数据已过时，正在等待交换机…</translation>
    </message>
    <message>
        <source>Log out</source>
        <translation>签出座席</translation>
    </message>
    <message>
        <source>Log out {who}? A talk that goes on is given to the next agent.</source>
        <translation>将 {who} 签出？正在进行的通话会转给下一位座席。</translation>
    </message>
    <message>
        <source>&amp;Log out</source>
        <translation>签出(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
</context>
<context>
    <name>TicketsPanel</name>
    <message>
        <source>Tickets</source>
        <translation>工单</translation>
    </message>
    <message>
        <source>What it is about</source>
        <translation>工单主题</translation>
    </message>
    <message>
        <source>Add a note</source>
        <translation>添加备注</translation>
    </message>
    <message>
        <source>Notes so far</source>
        <translation>已有备注</translation>
    </message>
    <message>
        <source>The customer&apos;s tickets; Enter goes to the note</source>
        <translation>客户的工单；按回车写备注</translation>
    </message>
    <message>
        <source>Ticket&apos;s title</source>
        <translation>工单主题</translation>
    </message>
    <message>
        <source>New note</source>
        <translation>新备注</translation>
    </message>
    <message>
        <source>Is added to the ticket</source>
        <translation>追加到工单中</translation>
    </message>
    <message>
        <source>Ticket&apos;s state</source>
        <translation>工单状态</translation>
    </message>
    <message>
        <source>No customer is on the screen.</source>
        <translation>屏幕上没有客户。</translation>
    </message>
    <message>
        <source>No tickets.</source>
        <translation>没有工单。</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Faxes in the inbox that nobody has taken</source>
        <translation>收件箱中无人领取的传真</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>闭锁</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Settings, shortcuts, log-out</source>
        <translation>设置、快捷键、退出登录</translation>
    </message>
    <message>
        <source>Lock the seat</source>
        <translation>座席闭锁</translation>
    </message>
    <message>
        <source>Takes no calls; choose why</source>
        <translation>不接来电；请选择原因</translation>
    </message>
    <message>
        <source>Last known: {state}, since {time}</source>
        <translation>最后所知：{state}，自 {time} 起</translation>
    </message>
    <message>
        <source>Desk {desk}</source>
        <translation>座席 {desk}</translation>
    </message>
    <message>
        <source>Calls today: {n}</source>
        <translation>今日通话 {n}</translation>
    </message>
    <message>
        <source>Locked after this call: {reason}</source>
        <translation>本次通话后闭锁：{reason}</translation>
    </message>
    <message>
        <source>Waiting: {n}</source>
        <translation>排队 {n} 人</translation>
    </message>
    <message>
        <source>longest {time}</source>
        <translation>最长 {time}</translation>
    </message>
    <message>
        <source>Callers in your queues</source>
        <translation>您所在队列的排队人数</translation>
    </message>
</context>
<context>
    <name>TrailPanel</name>
    <message>
        <source>Nothing was done in the voice menu.</source>
        <translation>没有语音菜单操作。</translation>
    </message>
    <message>
        <source>Menu trail</source>
        <translation>语音菜单轨迹</translation>
    </message>
    <message>
        <source>What the caller did in the voice menu, the latest last</source>
        <translation>来电者在语音菜单中的操作，最新在最后</translation>
    </message>
</context>
<context>
    <name>WaitingBoard</name>
    <message>
        <source>rings</source>
        <translation>振铃中</translation>
    </message>
    <message>
        <source>Callers who wait</source>
        <translation>等待中的来电</translation>
    </message>
    <message>
        <source>Nobody waits.</source>
        <translation>无人等待。</translation>
    </message>
    <message>
        <source>The menu of a row takes the caller out of order</source>
        <translation>在行上点右键可优先接入</translation>
    </message>
    <message>
        <source>Waiting: {n}</source>
        <translation>等待：{n}</translation>
    </message>
    <message>
        <source>Nobody waits</source>
        <translation>无人等待</translation>
    </message>
    <message>
        <source>asks</source>
        <translation>座席询问</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Huawu agent desk</source>
        <translation>话务座席</translation>
    </message>
    <message>
        <source>Account, history and menu</source>
        <translation>账户、联系记录与语音菜单</translation>
    </message>
    <message>
        <source>Queues, last calls and directory</source>
        <translation>队列、通话记录和通讯录</translation>
    </message>
</context>
<context>
    <name>WrapUpPanel</name>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
    <message>
        <source>Notes and disposition</source>
        <translation>话务小结</translation>
    </message>
    <message>
        <source>Notes of this call</source>
        <translation>本次通话的备注</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Notes of this call, saved with the disposition</source>
        <translation>本次通话的备注，与小结一同保存</translation>
    </message>
    <message>
        <source>Disposition</source>
        <translation>小结</translation>
    </message>
    <message>
        <source>What became of the call</source>
        <translation>本次通话的结果</translation>
    </message>
    <message>
        <source>Wrap-up time left</source>
        <translation>话后处理剩余时间</translation>
    </message>
    <message>
        <source>Choose the disposition …</source>
        <translation>请选择小结…</translation>
    </message>
</context>
<context>
    <name>commands</name>
    <message>
        <source>Seat</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>通话</translation>
    </message>
    <message>
        <source>Notes and tickets</source>
        <translation>小结与工单</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>接听</translation>
    </message>
    <message>
        <source>Hang up</source>
        <translation>挂机</translation>
    </message>
    <message>
        <source>Ends the talk</source>
        <translation>结束通话</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>拒接</translation>
    </message>
    <message>
        <source>The next agent is asked, and this seat is locked</source>
        <translation>转给下一座席，本座席闭锁</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>取消呼叫</translation>
    </message>
    <message>
        <source>Ends the call that is dialled</source>
        <translation>结束正在呼出的通话</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>转接并挂机</translation>
    </message>
    <message>
        <source>The customer goes to whoever is asked, who rings or talks; you are out of the call</source>
        <translation>客户转给被询问方（振铃或通话中均可），您退出通话</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>退出通话</translation>
    </message>
    <message>
        <source>You leave; the others go on</source>
        <translation>您退出，其他人继续通话</translation>
    </message>
    <message>
        <source>You leave unnoticed</source>
        <translation>退出监听，双方无感知</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止监听</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Retrieve</source>
        <translation>取回</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>Unmute</source>
        <translation>取消静音</translation>
    </message>
    <message>
        <source>Dial out</source>
        <translation>呼出外线</translation>
    </message>
    <message>
        <source>Calls an outside number; in a talk the customer waits meanwhile</source>
        <translation>呼叫外线号码；通话中时客户先等待</translation>
    </message>
    <message>
        <source>Internal call</source>
        <translation>内部呼叫</translation>
    </message>
    <message>
        <source>Calls another seat; in a talk the customer waits meanwhile</source>
        <translation>呼叫其他座席；通话中时客户先等待</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>呼叫转移</translation>
    </message>
    <message>
        <source>The customer waits while a seat, a queue, a number, a menu or the PIN check is asked; hanging up hands over</source>
        <translation>客户等待，询问座席、队列、号码、菜单或密码验证；挂机即转接</translation>
    </message>
    <message>
        <source>Swap</source>
        <translation>呼叫切换</translation>
    </message>
    <message>
        <source>Talks to who waits; the other one waits</source>
        <translation>与等待方通话，另一方等待</translation>
    </message>
    <message>
        <source>Conference</source>
        <translation>三方通话</translation>
    </message>
    <message>
        <source>Everybody hears everybody</source>
        <translation>所有人互相通话</translation>
    </message>
    <message>
        <source>Return</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Gives up whoever is asked; the customer is back</source>
        <translation>放弃被询问方，接回客户</translation>
    </message>
    <message>
        <source>Send a party away</source>
        <translation>移出成员</translation>
    </message>
    <message>
        <source>Goes to the parties of the conference; Space sends the chosen one away</source>
        <translation>转到会议成员；空格键移出所选成员</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>同步监听</translation>
    </message>
    <message>
        <source>Hears both sides of a busy seat&apos;s call, heard by neither</source>
        <translation>听到通话中座席的双方，双方都听不到您</translation>
    </message>
    <message>
        <source>Listen only</source>
        <translation>仅监听</translation>
    </message>
    <message>
        <source>Nobody hears you any more</source>
        <translation>不再有人听到您</translation>
    </message>
    <message>
        <source>Whisper</source>
        <translation>耳语</translation>
    </message>
    <message>
        <source>The agent hears you, the customer does not</source>
        <translation>座席听到您，客户听不到</translation>
    </message>
    <message>
        <source>Barge in</source>
        <translation>强插</translation>
    </message>
    <message>
        <source>Everybody hears you</source>
        <translation>所有人听到您</translation>
    </message>
    <message>
        <source>Intercept</source>
        <translation>呼叫拦截</translation>
    </message>
    <message>
        <source>The call is yours; the agent is out of it</source>
        <translation>通话归您，原座席退出</translation>
    </message>
    <message>
        <source>Send fax</source>
        <translation>发送传真</translation>
    </message>
    <message>
        <source>Call back</source>
        <translation>回拨</translation>
    </message>
    <message>
        <source>Keypad</source>
        <translation>拨号键盘</translation>
    </message>
    <message>
        <source>Open the seat</source>
        <translation>座席开放</translation>
    </message>
    <message>
        <source>Lock the seat</source>
        <translation>座席闭锁</translation>
    </message>
    <message>
        <source>Lock the seat, with a reason</source>
        <translation>座席闭锁并选择原因</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成小结</translation>
    </message>
    <message>
        <source>More time</source>
        <translation>延长</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>写备注</translation>
    </message>
    <message>
        <source>Choose the disposition</source>
        <translation>选择小结</translation>
    </message>
    <message>
        <source>New ticket</source>
        <translation>新工单</translation>
    </message>
    <message>
        <source>Save the ticket</source>
        <translation>保存工单</translation>
    </message>
    <message>
        <source>Go to the tickets</source>
        <translation>转到工单</translation>
    </message>
    <message>
        <source>Find a customer</source>
        <translation>查找客户</translation>
    </message>
    <message>
        <source>Back to the caller</source>
        <translation>返回来电客户</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Go to the holdings</source>
        <translation>转到持仓</translation>
    </message>
    <message>
        <source>Go to today&apos;s orders</source>
        <translation>转到当日委托</translation>
    </message>
    <message>
        <source>Go to the history</source>
        <translation>转到联系记录</translation>
    </message>
    <message>
        <source>Go to what the caller did in the menu</source>
        <translation>转到语音菜单轨迹</translation>
    </message>
    <message>
        <source>Go to the last calls</source>
        <translation>转到通话记录</translation>
    </message>
    <message>
        <source>Go to the directory</source>
        <translation>转到通讯录</translation>
    </message>
    <message>
        <source>Play the recording</source>
        <translation>播放录音</translation>
    </message>
    <message>
        <source>Supervisor&apos;s desk</source>
        <translation>班长席</translation>
    </message>
    <message>
        <source>All seats, queues, lines and branches, in a window of its own</source>
        <translation>全部座席、队列、线路和营业部，在单独的窗口中</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Headset and sound</source>
        <translation>耳机与声音</translation>
    </message>
    <message>
        <source>中文 / English</source>
        <translation>中文 / English</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>Change the password</source>
        <translation>修改密码</translation>
    </message>
    <message>
        <source>About, and send diagnostics</source>
        <translation>关于，发送诊断信息</translation>
    </message>
    <message>
        <source>Log out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Close the search, the notice or the message</source>
        <translation>关闭查找、通知或提示</translation>
    </message>
    <message>
        <source>Faxes</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>Inbox and my faxes</source>
        <translation>收件箱与我的传真</translation>
    </message>
</context>
<context>
    <name>floor</name>
    <message>
        <source>Listen</source>
        <translation>监听</translation>
    </message>
    <message>
        <source>Hear both, be heard by neither</source>
        <translation>听到双方，双方都听不到您</translation>
    </message>
    <message>
        <source>Whisper</source>
        <translation>耳语</translation>
    </message>
    <message>
        <source>Be heard by the agent only</source>
        <translation>只有座席听到您</translation>
    </message>
    <message>
        <source>Barge in</source>
        <translation>强插</translation>
    </message>
    <message>
        <source>Be heard by all</source>
        <translation>所有人都听到您</translation>
    </message>
    <message>
        <source>Intercept</source>
        <translation>拦截</translation>
    </message>
    <message>
        <source>The call becomes yours, the agent&apos;s seat goes to wrap-up</source>
        <translation>通话由您接管，该座席进入话后处理</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>The seat takes calls</source>
        <translation>座席开始接电话</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>闭锁</translation>
    </message>
    <message>
        <source>With a reason; in a call it takes effect after it</source>
        <translation>须选原因；通话中则在通话后生效</translation>
    </message>
    <message>
        <source>Log out</source>
        <translation>签出</translation>
    </message>
    <message>
        <source>A talk that goes on is given to the next agent</source>
        <translation>正在进行的通话会转给下一位座席</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>发消息</translation>
    </message>
    <message>
        <source>A word on the agent&apos;s screen</source>
        <translation>在座席屏幕上显示一条消息</translation>
    </message>
    <message>
        <source>Skills</source>
        <translation>技能</translation>
    </message>
    <message>
        <source>What the agent is asked for from now on</source>
        <translation>座席今后承接哪些业务</translation>
    </message>
    <message>
        <source>Message to all</source>
        <translation>群发消息</translation>
    </message>
    <message>
        <source>A word on every screen that is yours</source>
        <translation>发到您管辖的所有屏幕</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>接入</translation>
    </message>
    <message>
        <source>The caller comes to you next, out of order</source>
        <translation>该来电优先转给您</translation>
    </message>
    <message>
        <source>Give to</source>
        <translation>转给</translation>
    </message>
    <message>
        <source>The caller goes to an open seat, out of order</source>
        <translation>该来电优先转给一个开放座席</translation>
    </message>
</context>
<context>
    <name>tables</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Contract</source>
        <translation>合同号</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Stock</source>
        <translation>证券</translation>
    </message>
    <message>
        <source>Side</source>
        <translation>买卖</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Filled</source>
        <translation>成交</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Sellable</source>
        <translation>可卖</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>成本价</translation>
    </message>
    <message>
        <source>Last</source>
        <translation>现价</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>市值</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>盈亏</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>作用</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>Way</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>渠道</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>号码</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>工号</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>持续</translation>
    </message>
    <message>
        <source>With / reason</source>
        <translation>对方／原因</translation>
    </message>
    <message>
        <source>Skills</source>
        <translation>技能</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>通话数</translation>
    </message>
    <message>
        <source>Sender</source>
        <translation>来件号码</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页数</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组别</translation>
    </message>
    <message>
        <source>Taken by</source>
        <translation>领取人</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Disposition</source>
        <translation>小结</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Rec.</source>
        <translation>录音</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>最长</translation>
    </message>
    <message>
        <source>In time</source>
        <translation>及时率</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>接听</translation>
    </message>
    <message>
        <source>Gave up</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>Waits</source>
        <translation>已等</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>At a desk</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>VIP</source>
        <translation>VIP</translation>
    </message>
    <message>
        <source>Telephones</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>Accounts</source>
        <translation>资金账号</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>About</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Dispositions</source>
        <translation>话务小结</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>占用</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Branch</source>
        <translation>营业部</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>委托</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>In doubt</source>
        <translation>存疑</translation>
    </message>
    <message>
        <source>Turnover</source>
        <translation>成交额</translation>
    </message>
    <message>
        <source>Offered</source>
        <translation>来话</translation>
    </message>
    <message>
        <source>Average wait</source>
        <translation>平均等待</translation>
    </message>
    <message>
        <source>Talks</source>
        <translation>通话</translation>
    </message>
    <message>
        <source>Dialled</source>
        <translation>呼出</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>未接</translation>
    </message>
    <message>
        <source>Transfers</source>
        <translation>转移</translation>
    </message>
    <message>
        <source>Talk time</source>
        <translation>通话时长</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Wrap-up</source>
        <translation>话后</translation>
    </message>
    <message>
        <source>A talk</source>
        <translation>平均处理</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>在班</translation>
    </message>
    <message>
        <source>Occupancy</source>
        <translation>占用率</translation>
    </message>
    <message>
        <source>Faxes sent</source>
        <translation>发传真</translation>
    </message>
    <message>
        <source>Pages sent</source>
        <translation>已发页数</translation>
    </message>
    <message>
        <source>Faxes failed</source>
        <translation>传真失败</translation>
    </message>
    <message>
        <source>Faxes received</source>
        <translation>收传真</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>{what}: {text}</source>
        <translation>{what}：{text}</translation>
    </message>
    <message>
        <source>{text} ({more})</source>
        <translation>{text}（{more}）</translation>
    </message>
    <message>
        <source>{text} ({n} s)</source>
        <translation>{text}（{n} 秒）</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Another program is using this desk&apos;s key.</source>
        <translation>另一个程序正在使用本座席的密钥。</translation>
    </message>
    <message>
        <source>The part of this program that holds the link failed and begins anew. If that comes again, send the diagnostics.</source>
        <translation>本程序的连接部分出错，正在重新开始。如再次出现，请发送诊断信息。</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>闭锁</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>Ringing</source>
        <translation>振铃</translation>
    </message>
    <message>
        <source>Dialling</source>
        <translation>呼出</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>发送中</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发送</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Called off</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>All pages confirmed</source>
        <translation>各页均已确认</translation>
    </message>
    <message>
        <source>The number is busy</source>
        <translation>对方占线</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>无人应答</translation>
    </message>
    <message>
        <source>No line takes the number</source>
        <translation>没有线路可拨此号码</translation>
    </message>
    <message>
        <source>No fax machine answered</source>
        <translation>应答的不是传真机</translation>
    </message>
    <message>
        <source>The line is too bad for any speed</source>
        <translation>线路质量差，各速率均失败</translation>
    </message>
    <message>
        <source>The line ended before the last page</source>
        <translation>未发完线路即断开</translation>
    </message>
    <message>
        <source>The fax machines did not understand each other</source>
        <translation>两端传真机协商失败</translation>
    </message>
    <message>
        <source>The machine there can&apos;t receive this</source>
        <translation>对方传真机不能接收</translation>
    </message>
    <message>
        <source>The pages can&apos;t be read</source>
        <translation>页面文件无法读取</translation>
    </message>
    <message>
        <source>The switch&apos;s fax card failed</source>
        <translation>交换机传真卡故障</translation>
    </message>
    <message>
        <source>The switch&apos;s disk is full</source>
        <translation>交换机磁盘已满</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已中止</translation>
    </message>
    <message>
        <source>The switch has no fax: its operator must install libspandsp.</source>
        <translation>交换机没有传真功能，请运维人员安装 libspandsp。</translation>
    </message>
    <message>
        <source>The file is larger than 20 MB.</source>
        <translation>文件超过 20 MB。</translation>
    </message>
    <message>
        <source>The file was damaged on its way; please choose it again.</source>
        <translation>文件在上传中损坏，请重新选择。</translation>
    </message>
    <message>
        <source>The document is empty.</source>
        <translation>文件是空的。</translation>
    </message>
    <message>
        <source>This is no text, PDF or picture, whatever its name says.</source>
        <translation>内容不是文本、PDF 或图片，无论文件名如何。</translation>
    </message>
    <message>
        <source>The PDF needs a password; please save it without one.</source>
        <translation>PDF 有密码，请去掉密码后再试。</translation>
    </message>
    <message>
        <source>The file is damaged and can&apos;t be read.</source>
        <translation>文件已损坏，无法读取。</translation>
    </message>
    <message>
        <source>The document has too many pages for a fax.</source>
        <translation>页数过多，不能传真。</translation>
    </message>
    <message>
        <source>A page is too long for a fax.</source>
        <translation>有一页过长，不能传真。</translation>
    </message>
    <message>
        <source>The document is too complicated: no pages could be made of it in time.</source>
        <translation>文件过于复杂，未能及时生成页面。</translation>
    </message>
    <message>
        <source>Making the pages failed; please try again.</source>
        <translation>生成页面失败，请重试。</translation>
    </message>
    <message>
        <source>The switch has no room for the document.</source>
        <translation>交换机没有空间存放文件。</translation>
    </message>
    <message>
        <source>The branch gave no data for this statement.</source>
        <translation>营业部未提供对账单数据。</translation>
    </message>
    <message>
        <source>There is no statement of these days.</source>
        <translation>这些日期没有对账单。</translation>
    </message>
    <message>
        <source>The rules allow no fax to this number.</source>
        <translation>规则不允许向此号码发传真。</translation>
    </message>
    <message>
        <source>This document is being sent to this number already.</source>
        <translation>此文件正在发往此号码。</translation>
    </message>
    <message>
        <source>This call can&apos;t be switched to fax; please send it as a call of its own.</source>
        <translation>本次通话不能转为传真，请另行拨发。</translation>
    </message>
    <message>
        <source>Too late: the fax has ended, or a colleague has taken it.</source>
        <translation>已迟：传真已结束，或同事已领取。</translation>
    </message>
    <message>
        <source>The pages are not kept any more.</source>
        <translation>页面已不再保存。</translation>
    </message>
    <message>
        <source>Holdings</source>
        <translation>持仓</translation>
    </message>
    <message>
        <source>Funds</source>
        <translation>资金</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>委托</translation>
    </message>
    <message>
        <source>Fills</source>
        <translation>成交</translation>
    </message>
    <message>
        <source>Settlement statement</source>
        <translation>交割单</translation>
    </message>
    <message>
        <source>now</source>
        <translation>立即</translation>
    </message>
    <message>
        <source>at a time</source>
        <translation>定时</translation>
    </message>
    <message>
        <source>on this call</source>
        <translation>在本次通话中</translation>
    </message>
    <message>
        <source>My faxes</source>
        <translation>我的传真</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>收件箱</translation>
    </message>
    <message>
        <source>Talking</source>
        <translation>通话中</translation>
    </message>
    <message>
        <source>On hold</source>
        <translation>保持中</translation>
    </message>
    <message>
        <source>Consulting</source>
        <translation>转移询问</translation>
    </message>
    <message>
        <source>Conference</source>
        <translation>三方通话</translation>
    </message>
    <message>
        <source>Monitoring</source>
        <translation>监听中</translation>
    </message>
    <message>
        <source>Wrap-up</source>
        <translation>话后处理</translation>
    </message>
    <message>
        <source>Short break</source>
        <translation>小休</translation>
    </message>
    <message>
        <source>Lunch</source>
        <translation>用餐</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>培训</translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation>会议</translation>
    </message>
    <message>
        <source>Paperwork</source>
        <translation>案头工作</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他原因</translation>
    </message>
    <message>
        <source>Just logged in</source>
        <translation>刚登录</translation>
    </message>
    <message>
        <source>A call was not answered</source>
        <translation>来电未接听</translation>
    </message>
    <message>
        <source>This desk&apos;s phone could not be reached</source>
        <translation>本座席电话无法接通</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>座席员</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>班长</translation>
    </message>
    <message>
        <source>Manager</source>
        <translation>经理</translation>
    </message>
    <message>
        <source>Incoming call</source>
        <translation>来电</translation>
    </message>
    <message>
        <source>Outgoing call</source>
        <translation>去电</translation>
    </message>
    <message>
        <source>Callback</source>
        <translation>预约回电</translation>
    </message>
    <message>
        <source>Internal call</source>
        <translation>内部通话</translation>
    </message>
    <message>
        <source>Asked in by a colleague</source>
        <translation>同事转询</translation>
    </message>
    <message>
        <source>Listening in</source>
        <translation>监听</translation>
    </message>
    <message>
        <source>Taken over</source>
        <translation>接管</translation>
    </message>
    <message>
        <source>Connecting to the switch …</source>
        <translation>正在连接交换机…</translation>
    </message>
    <message>
        <source>Switch connected</source>
        <translation>交换机已连接</translation>
    </message>
    <message>
        <source>Connection to the switch lost</source>
        <translation>与交换机的连接已断开</translation>
    </message>
    <message>
        <source>The switch does not accept this desk&apos;s key</source>
        <translation>交换机不接受本座席的密钥</translation>
    </message>
    <message>
        <source>App and switch are of different versions</source>
        <translation>程序与交换机版本不一致</translation>
    </message>
    <message>
        <source>Phone is starting …</source>
        <translation>电话正在启动…</translation>
    </message>
    <message>
        <source>Phone ready</source>
        <translation>电话就绪</translation>
    </message>
    <message>
        <source>Phone stopped; it is being started again</source>
        <translation>电话已停止，正在重新启动</translation>
    </message>
    <message>
        <source>Buy</source>
        <translation>买入</translation>
    </message>
    <message>
        <source>Sell</source>
        <translation>卖出</translation>
    </message>
    <message>
        <source>Not reported</source>
        <translation>未报</translation>
    </message>
    <message>
        <source>Reporting</source>
        <translation>待报</translation>
    </message>
    <message>
        <source>Reported</source>
        <translation>已报</translation>
    </message>
    <message>
        <source>Cancel pending</source>
        <translation>已报待撤</translation>
    </message>
    <message>
        <source>Part filled, cancel pending</source>
        <translation>部成待撤</translation>
    </message>
    <message>
        <source>Part cancelled</source>
        <translation>部撤</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已撤</translation>
    </message>
    <message>
        <source>Part filled</source>
        <translation>部成</translation>
    </message>
    <message>
        <source>Filled</source>
        <translation>已成</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>废单</translation>
    </message>
    <message>
        <source>The branch does not know this account.</source>
        <translation>营业部没有此账号。</translation>
    </message>
    <message>
        <source>Wrong PIN.</source>
        <translation>密码错误。</translation>
    </message>
    <message>
        <source>The account is locked.</source>
        <translation>账号已锁定。</translation>
    </message>
    <message>
        <source>The branch wants a log-in first.</source>
        <translation>营业部要求先登录。</translation>
    </message>
    <message>
        <source>The market is closed.</source>
        <translation>已休市。</translation>
    </message>
    <message>
        <source>Unknown stock code.</source>
        <translation>证券代码不存在。</translation>
    </message>
    <message>
        <source>The stock is suspended.</source>
        <translation>证券停牌。</translation>
    </message>
    <message>
        <source>Not a whole lot.</source>
        <translation>数量不是整手。</translation>
    </message>
    <message>
        <source>The price is off its tick.</source>
        <translation>价格不符合最小变动单位。</translation>
    </message>
    <message>
        <source>The price is beyond the day&apos;s limits.</source>
        <translation>价格超出涨跌停限制。</translation>
    </message>
    <message>
        <source>Not enough cash.</source>
        <translation>资金不足。</translation>
    </message>
    <message>
        <source>Not enough shares.</source>
        <translation>可卖数量不足。</translation>
    </message>
    <message>
        <source>Unknown contract number.</source>
        <translation>合同号不存在。</translation>
    </message>
    <message>
        <source>The order can no longer be cancelled.</source>
        <translation>委托已不能撤单。</translation>
    </message>
    <message>
        <source>The branch can&apos;t be reached.</source>
        <translation>无法连接营业部。</translation>
    </message>
    <message>
        <source>The branch doesn&apos;t answer.</source>
        <translation>营业部没有应答。</translation>
    </message>
    <message>
        <source>The branch&apos;s answer made no sense.</source>
        <translation>营业部的应答有误。</translation>
    </message>
    <message>
        <source>The branch can&apos;t answer this.</source>
        <translation>营业部不支持此查询。</translation>
    </message>
    <message>
        <source>The order could not be saved, so it was not sent.</source>
        <translation>委托无法保存，未发送。</translation>
    </message>
    <message>
        <source>Wrong agent number or password.</source>
        <translation>工号或密码错误。</translation>
    </message>
    <message>
        <source>Too many tries; please wait.</source>
        <translation>尝试次数过多，请稍候。</translation>
    </message>
    <message>
        <source>This agent is logged in at another desk.</source>
        <translation>此工号已在另一座席登录。</translation>
    </message>
    <message>
        <source>Another agent is logged in at this desk.</source>
        <translation>本座席已有其他工号登录。</translation>
    </message>
    <message>
        <source>The switch has no such desk phone for this desk.</source>
        <translation>交换机没有这部桌面话机，或它属于别的座席机。</translation>
    </message>
    <message>
        <source>An agent at another desk uses that desk phone.</source>
        <translation>别的座席机上的座席正在使用这部桌面话机。</translation>
    </message>
    <message>
        <source>The session is over; please log in again.</source>
        <translation>登录已失效，请重新登录。</translation>
    </message>
    <message>
        <source>Nobody is logged in.</source>
        <translation>尚未登录。</translation>
    </message>
    <message>
        <source>A password needs 8 characters or more.</source>
        <translation>密码至少需要 8 个字符。</translation>
    </message>
    <message>
        <source>That can&apos;t be done in this state.</source>
        <translation>当前状态不能执行此操作。</translation>
    </message>
    <message>
        <source>That call is over.</source>
        <translation>该通话已结束。</translation>
    </message>
    <message>
        <source>No line takes this number, or all lines are in use.</source>
        <translation>没有线路可呼出此号码，或线路全忙。</translation>
    </message>
    <message>
        <source>Not during a call.</source>
        <translation>通话中不能执行。</translation>
    </message>
    <message>
        <source>You may not do that.</source>
        <translation>没有权限。</translation>
    </message>
    <message>
        <source>Not found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>There is no such disposition any more.</source>
        <translation>此小结选项已不存在。</translation>
    </message>
    <message>
        <source>That agent is not logged in.</source>
        <translation>该座席未登录。</translation>
    </message>
    <message>
        <source>That seat is busy or not open.</source>
        <translation>该座席正忙或未开放。</translation>
    </message>
    <message>
        <source>That seat is in no call.</source>
        <translation>该座席没有通话。</translation>
    </message>
    <message>
        <source>The switch refused the fax.</source>
        <translation>交换机未受理传真。</translation>
    </message>
    <message>
        <source>The switch is busy or stopping.</source>
        <translation>交换机繁忙或正在停止。</translation>
    </message>
    <message>
        <source>A fault in the switch; it has been logged there.</source>
        <translation>交换机内部错误，已记入其日志。</translation>
    </message>
    <message>
        <source>Not sent: there is no connection to the switch.</source>
        <translation>未发送：没有连接交换机。</translation>
    </message>
    <message>
        <source>The switch did not answer in time.</source>
        <translation>交换机没有及时应答。</translation>
    </message>
    <message>
        <source>The connection was lost before the switch answered.</source>
        <translation>交换机应答前连接已断开。</translation>
    </message>
    <message>
        <source>The switch does not know this request; it is of another version.</source>
        <translation>交换机不认识此请求，版本不同。</translation>
    </message>
    <message>
        <source>The switch refused the request.</source>
        <translation>交换机拒绝了请求。</translation>
    </message>
    <message>
        <source>The switch&apos;s answer was not understood.</source>
        <translation>无法理解交换机的应答。</translation>
    </message>
    <message>
        <source>The operator logged you out.</source>
        <translation>操作员已将您注销。</translation>
    </message>
    <message>
        <source>You logged in at another desk.</source>
        <translation>您已在另一座席登录。</translation>
    </message>
    <message>
        <source>This agent number was removed.</source>
        <translation>此工号已被删除。</translation>
    </message>
    <message>
        <source>No sound device: plug in a headset.</source>
        <translation>没有声音设备：请插入耳机。</translation>
    </message>
    <message>
        <source>No headset: plug one in.</source>
        <translation>没有耳机：请插入耳机。</translation>
    </message>
    <message>
        <source>The sound device failed.</source>
        <translation>声音设备故障。</translation>
    </message>
    <message>
        <source>The sound device was unplugged.</source>
        <translation>声音设备已拔出。</translation>
    </message>
    <message>
        <source>The phone&apos;s network port is taken by another program.</source>
        <translation>电话的网络端口被其他程序占用。</translation>
    </message>
    <message>
        <source>A call that the switch did not announce was refused.</source>
        <translation>已拒绝一个交换机未通知的来电。</translation>
    </message>
    <message>
        <source>A part of the window failed and was drawn anew. If it looks wrong, start the program again; the log says what happened.</source>
        <translation>窗口的一部分出错，已重新绘制。如显示有误，请重启程序；详情已记入日志。</translation>
    </message>
    <message>
        <source>The file can&apos;t be written there.</source>
        <translation>无法在该处写入文件。</translation>
    </message>
    <message>
        <source>The disk is full; the file was not written.</source>
        <translation>磁盘已满，文件未写入。</translation>
    </message>
    <message>
        <source>You may not write there; please choose another place.</source>
        <translation>没有写入该处的权限，请另选位置。</translation>
    </message>
    <message>
        <source>That folder is not there; please choose another place.</source>
        <translation>该文件夹不存在，请另选位置。</translation>
    </message>
    <message>
        <source>The log folder can&apos;t be written; the logs of this start are elsewhere. Please tell whoever looks after this PC.</source>
        <translation>日志文件夹无法写入，本次运行的日志存放在别处。请告知本机的管理人员。</translation>
    </message>
    <message>
        <source>A part of the program failed; its log says which. If something no longer works, start the program again, and send the diagnostics.</source>
        <translation>程序的一部分出错，日志中有记录。如有功能不正常，请重新启动程序，并发送诊断信息。</translation>
    </message>
    <message>
        <source>A desk phone&apos;s name has letters, digits, - and _, at most 32.</source>
        <translation>桌面话机名由字母、数字、- 和 _ 组成，最多 32 个。</translation>
    </message>
    <message>
        <source>Only digits, * and # can be sent.</source>
        <translation>只能发送数字、* 和 #。</translation>
    </message>
    <message>
        <source>Who is in the call has just changed. Look, and press again.</source>
        <translation>通话成员刚刚变化，请看清后再按一次。</translation>
    </message>
    <message>
        <source>Choose whom to call.</source>
        <translation>请选择呼叫对象。</translation>
    </message>
    <message>
        <source>A name is needed.</source>
        <translation>请填写姓名。</translation>
    </message>
    <message>
        <source>The directory is full.</source>
        <translation>通讯录已满。</translation>
    </message>
    <message>
        <source>The ticket needs a title.</source>
        <translation>工单需要主题。</translation>
    </message>
    <message>
        <source>The text is too long.</source>
        <translation>文字过长。</translation>
    </message>
    <message>
        <source>That is no telephone number.</source>
        <translation>不是有效的电话号码。</translation>
    </message>
    <message>
        <source>The phone stopped; it is being started again.</source>
        <translation>电话已停止，正在重新启动。</translation>
    </message>
    <message>
        <source>Asked for; waiting for the switch.</source>
        <translation>已请求，等待交换机。</translation>
    </message>
    <message>
        <source>There is no connection to the switch.</source>
        <translation>没有连接交换机。</translation>
    </message>
    <message>
        <source>The connection is back; the state is being fetched.</source>
        <translation>连接已恢复，正在取回状态。</translation>
    </message>
    <message>
        <source>You are logged in already.</source>
        <translation>您已登录。</translation>
    </message>
    <message>
        <source>The phone is not ready.</source>
        <translation>电话未就绪。</translation>
    </message>
    <message>
        <source>Answer on the desk phone: lift its handset.</source>
        <translation>请在桌面话机上摘机应答。</translation>
    </message>
    <message>
        <source>Mute on the desk phone.</source>
        <translation>请在桌面话机上静音。</translation>
    </message>
    <message>
        <source>There is no call.</source>
        <translation>没有通话。</translation>
    </message>
    <message>
        <source>Nothing rings.</source>
        <translation>没有来电振铃。</translation>
    </message>
    <message>
        <source>This call is answered by itself.</source>
        <translation>此通话自动接听。</translation>
    </message>
    <message>
        <source>Only during a talk.</source>
        <translation>仅在通话中可用。</translation>
    </message>
    <message>
        <source>Nobody is on hold.</source>
        <translation>没有保持的通话。</translation>
    </message>
    <message>
        <source>The seat takes calls already, or will after this call.</source>
        <translation>座席已开放，或将在本次通话后开放。</translation>
    </message>
    <message>
        <source>The microphone is muted already.</source>
        <translation>话筒已静音。</translation>
    </message>
    <message>
        <source>The microphone is not muted.</source>
        <translation>话筒未静音。</translation>
    </message>
    <message>
        <source>There is no talk to sum up.</source>
        <translation>没有需要小结的通话。</translation>
    </message>
    <message>
        <source>Only during the wrap-up.</source>
        <translation>仅在话后处理中可用。</translation>
    </message>
    <message>
        <source>A note is not sent yet: choose a disposition and finish the wrap-up.</source>
        <translation>备注尚未发送：请选择小结并完成。</translation>
    </message>
    <message>
        <source>There is no customer on the screen.</source>
        <translation>屏幕上没有客户。</translation>
    </message>
    <message>
        <source>No number of this customer is known.</source>
        <translation>此客户没有已知的号码。</translation>
    </message>
    <message>
        <source>Answer or refuse the call that rings first.</source>
        <translation>请先接听或拒接正在振铃的来电。</translation>
    </message>
    <message>
        <source>A call is being dialled; Return gives it up.</source>
        <translation>正在呼出；按返回可取消。</translation>
    </message>
    <message>
        <source>Somebody is being asked already: swap, join or return first.</source>
        <translation>已在转移询问：请先切换、三方或返回。</translation>
    </message>
    <message>
        <source>Not while listening in; hang up first.</source>
        <translation>监听中不能操作；请先停止监听。</translation>
    </message>
    <message>
        <source>Nobody is being asked.</source>
        <translation>没有正在询问的对象。</translation>
    </message>
    <message>
        <source>Whoever is asked has not answered yet.</source>
        <translation>被询问方尚未应答。</translation>
    </message>
    <message>
        <source>Only in a conference.</source>
        <translation>仅在三方通话中可用。</translation>
    </message>
    <message>
        <source>There is nobody who can be sent away.</source>
        <translation>没有可移出的成员。</translation>
    </message>
    <message>
        <source>Only for supervisors.</source>
        <translation>仅班长可用。</translation>
    </message>
    <message>
        <source>Only while listening in to a seat.</source>
        <translation>仅在监听座席时可用。</translation>
    </message>
    <message>
        <source>You are in the call this way already.</source>
        <translation>已经是这种方式。</translation>
    </message>
    <message>
        <source>Choose a row first.</source>
        <translation>请先选择一行。</translation>
    </message>
    <message>
        <source>This is your own seat.</source>
        <translation>这是您自己的座席。</translation>
    </message>
    <message>
        <source>Nobody is logged in there.</source>
        <translation>该座席无人登录。</translation>
    </message>
    <message>
        <source>That seat is in no talk.</source>
        <translation>该座席没有在通话。</translation>
    </message>
    <message>
        <source>Your own seat must be open or locked.</source>
        <translation>您自己的座席须处于开放或闭锁状态。</translation>
    </message>
    <message>
        <source>An agent has this caller and asks the queue for a colleague.</source>
        <translation>座席正与该来电通话，并在队列中请求同事协助。</translation>
    </message>
    <message>
        <source>No seat is open.</source>
        <translation>没有开放的座席。</translation>
    </message>
    <message>
        <source>Your role may not send faxes.</source>
        <translation>您的角色不能发送传真。</translation>
    </message>
    <message>
        <source>agent</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>group</source>
        <translation>组别</translation>
    </message>
    <message>
        <source>queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>hour</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>branch</source>
        <translation>营业部</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>近 7 天</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>本月</translation>
    </message>
    <message>
        <source>Last month</source>
        <translation>上月</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>SMS</source>
        <translation>短信</translation>
    </message>
    <message>
        <source>Fax</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>Mail</source>
        <translation>邮件</translation>
    </message>
    <message>
        <source>Voicemail</source>
        <translation>留言</translation>
    </message>
    <message>
        <source>in</source>
        <translation>来</translation>
    </message>
    <message>
        <source>out</source>
        <translation>去</translation>
    </message>
    <message>
        <source>To do</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>{who} is busy; the customer is back.</source>
        <translation>{who} 占线，客户已接回。</translation>
    </message>
    <message>
        <source>{who} did not answer; the customer is back.</source>
        <translation>{who} 无人接听，客户已接回。</translation>
    </message>
    <message>
        <source>{who} refused; the customer is back.</source>
        <translation>{who} 拒接，客户已接回。</translation>
    </message>
    <message>
        <source>{who} can&apos;t be reached; the customer is back.</source>
        <translation>{who} 无法接通，客户已接回。</translation>
    </message>
    <message>
        <source>{who} takes no calls now; the customer is back.</source>
        <translation>{who} 当前不接听，客户已接回。</translation>
    </message>
    <message>
        <source>No line to {who}; the customer is back.</source>
        <translation>没有线路可呼叫 {who}，客户已接回。</translation>
    </message>
    <message>
        <source>{who} hung up; the customer is back.</source>
        <translation>{who} 已挂机，客户已接回。</translation>
    </message>
    <message>
        <source>{who} was given up; the customer is back.</source>
        <translation>已取消呼叫 {who}，客户已接回。</translation>
    </message>
    <message>
        <source>The PIN was right; the customer is back.</source>
        <translation>密码验证通过，客户已接回。</translation>
    </message>
    <message>
        <source>The PIN was not right; the customer is back.</source>
        <translation>密码验证未通过，客户已接回。</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Seat</source>
        <translation>座席</translation>
    </message>
    <message>
        <source>Outside</source>
        <translation>外线</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Voice menu</source>
        <translation>语音菜单</translation>
    </message>
    <message>
        <source>PIN check</source>
        <translation>密码验证</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>询问中</translation>
    </message>
    <message>
        <source>ringing</source>
        <translation>振铃</translation>
    </message>
    <message>
        <source>talking</source>
        <translation>通话</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>旁听</translation>
    </message>
    <message>
        <source>Listening: nobody hears you</source>
        <translation>监听：无人听到您</translation>
    </message>
    <message>
        <source>Whispering: only the agent hears you</source>
        <translation>耳语：仅座席听到您</translation>
    </message>
    <message>
        <source>Barged in: everybody hears you</source>
        <translation>强插：所有人听到您</translation>
    </message>
    <message>
        <source>Message from {sender}</source>
        <translation>{sender} 的消息</translation>
    </message>
    <message>
        <source>{sender} opened your seat</source>
        <translation>{sender} 开放了您的座席</translation>
    </message>
    <message>
        <source>{sender} locked your seat</source>
        <translation>{sender} 闭锁了您的座席</translation>
    </message>
    <message>
        <source>{sender} took over your call</source>
        <translation>{sender} 拦截了您的通话</translation>
    </message>
    <message>
        <source>{sender} changed your skills</source>
        <translation>{sender} 修改了您的技能</translation>
    </message>
    <message>
        <source>{sender} is busy</source>
        <translation>{sender} 忙</translation>
    </message>
    <message>
        <source>{sender} did not answer</source>
        <translation>{sender} 无人接听</translation>
    </message>
    <message>
        <source>{sender} could not be reached</source>
        <translation>{sender} 无法接通</translation>
    </message>
    <message>
        <source>New fax from {sender}</source>
        <translation>{sender} 发来传真</translation>
    </message>
    <message>
        <source>The fax to {sender} failed</source>
        <translation>发往 {sender} 的传真失败</translation>
    </message>
    <message>
        <source>No free line to {sender}</source>
        <translation>没有可用线路呼叫 {sender}</translation>
    </message>
    <message>
        <source>In</source>
        <translation>呼入</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>呼出</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>未接</translation>
    </message>
    <message>
        <source>Internal</source>
        <translation>内部</translation>
    </message>
</context>
</TS>
