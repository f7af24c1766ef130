"""The simulated counter's codes: function and error numbers, in the style of KDGATEWAY. Only its wire format uses them."""

from enum import StrEnum


class Function(StrEnum):
    SIGN_ON = "100"  # the branch's node signs on; a newer sign-on ends the older connection with its unread requests
    STATE = "110"
    QUOTE = "203"
    LOG_IN = "301"
    MOST = "402"
    ORDER = "403"
    CANCEL = "404"
    FUNDS = "502"
    HOLDINGS = "504"
    ORDERS = "505"
    FAULT = "900"  # tests only, with --faults
    PUSH_ORDER = "P505"
    PUSH_STATE = "P110"


class Error(StrEnum):
    NONE = "0"
    BAD_REQUEST = "99"
    NO_ACCOUNT = "304"
    WRONG_PIN = "305"
    LOCKED = "306"
    CLOSED = "401"
    NO_CODE = "410"
    SUSPENDED = "411"
    BAD_LOT = "412"
    OFF_TICK = "413"
    OFF_LIMIT = "414"
    NO_CASH = "415"
    NO_SHARES = "416"
    NO_CONTRACT = "420"
    NO_CANCEL = "421"
    NOT_SIGNED_ON = "101"


TEXTS: dict[Error, str] = {
    Error.NONE: "成功",
    Error.BAD_REQUEST: "请求格式错误",
    Error.NO_ACCOUNT: "资金账号不存在",
    Error.WRONG_PIN: "交易密码错误",
    Error.LOCKED: "账户已锁定",
    Error.CLOSED: "非交易时间",
    Error.NO_CODE: "证券代码不存在",
    Error.SUSPENDED: "证券停牌",
    Error.BAD_LOT: "委托数量非法",
    Error.OFF_TICK: "委托价格档位非法",
    Error.OFF_LIMIT: "委托价格超出涨跌幅限制",
    Error.NO_CASH: "可用资金不足",
    Error.NO_SHARES: "可用股份不足",
    Error.NO_CONTRACT: "合同号不存在",
    Error.NO_CANCEL: "该委托不能撤单",
    Error.NOT_SIGNED_ON: "节点未签到",
}
