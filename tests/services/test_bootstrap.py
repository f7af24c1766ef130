"""The start of the switch: settings with their spoken texts, the state folder's lock, call ids."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from shared.control_rows import Trouble, TroubleCode
from shared.enums import Language
from shared.ids import BranchId, TrunkName
from switch_server.adapters.branches.state import Counts, KnownBranch
from switch_server.adapters.state_lock import AlreadyRunning, lock
from switch_server.bootstrap import Server
from switch_server.core.flow import Configured, prompt_of
from switch_server.core.words import SaveRecord
from switch_server.services.folders import RESOURCES
from switch_server.services.settings import SwitchSettings, read_settings
from switch_server.services.strict_yaml import ConfigError

CLOSED = "今日休市"
FLOW = """\
flow: notice
numbers: ["*"]
start: told
steps:
  told: {{kind: hangup, say: [{{text: {text}}}]}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes ``huawu.yaml`` with these keys, and a flow that speaks ``text``."""

    def written(*, text: str = "", **content: object) -> Path:
        if text:
            (tmp_path / "flows").mkdir(exist_ok=True)
            (tmp_path / "flows" / "notice.yaml").write_text(FLOW.format(text=text), encoding="utf-8")
            content["flows"] = "flows"
        file = tmp_path / "huawu.yaml"
        file.write_text(
            yaml.safe_dump({"trunks": [{"name": "city", "far": ["192.0.2.1"]}], **content}), encoding="utf-8"
        )
        return file

    return written


# --- settings ---


def test_settings_of_a_small_file(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    settings = read_settings(
        write(prompts=["studio"], branches=[{"id": "GZ01", "name": "天河"}], limits={"order_wait": 3})
    )
    assert settings.state == tmp_path / "state"
    assert settings.prompts == [tmp_path / "studio", tmp_path / "state" / "prompts", RESOURCES / "prompts"]
    assert [flow.flow for flow in settings.flows] == ["main", "receive_fax"]
    core = settings.core
    assert (core.recordings, core.branches, core.limits.order_wait) == (
        str(tmp_path / "state" / "recordings"),
        ("GZ01",),
        3.0,
    )
    assert "600519" in core.stocks
    assert all(code.isdigit() for code in core.stocks)


def test_a_stock_is_named_where_both_languages_can(write: Callable[..., Path], tmp_path: Path) -> None:
    studio = tmp_path / "studio" / "zh_CN" / "stock"
    studio.mkdir(parents=True)
    (studio / "999999.wav").write_bytes((RESOURCES / "prompts" / "zh_CN" / "welcome.wav").read_bytes())
    assert "999999" not in read_settings(write(prompts=["studio"])).core.stocks


def test_what_is_wrong_in_the_file_and_in_the_flows(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"huawu.yaml:\d+: sip.port: 0 to 65535"):
        read_settings(write(sip={"port": 70000}))
    with pytest.raises(ConfigError, match=r"can't be read"):
        read_settings(tmp_path / "nowhere.yaml")
    dial = "flow: a\nnumbers: ['*']\nstart: d\nsteps:\n  d: {kind: dial, trunk: city, number: '1', on_failed: e, on_ended: e}\n  e: {kind: hangup}\n"
    file = write(text="{zh_CN: a, en: b}", trunks=[{"name": "city", "far": ["192.0.2.1"], "direction": "in"}])
    (tmp_path / "flows" / "notice.yaml").write_text(dial)
    with pytest.raises(
        ConfigError, match=r"notice.yaml:5: steps.d.trunk: no trunk 'city' that may call out; there are: none"
    ):
        read_settings(file)
    assert read_settings(write(flows="flows")).flows[0].start == "d"  # in both directions


# --- spoken texts ---


def test_texts_are_spoken_before_anybody_calls(write: Callable[..., Path], tmp_path: Path) -> None:
    read_settings(write(text=f'{{zh_CN: "{CLOSED}", en: "The market is closed today"}}'))
    made = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "state" / "prompts").rglob("*.wav"))
    texts = {Language.EN: "The market is closed today", Language.ZH: CLOSED}
    assert made == [f"state/prompts/{language}/{prompt_of(text)}.wav" for language, text in texts.items()]


def test_without_espeak_the_package_is_named(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(text="{zh_CN: 甲, en: b}")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigError, match=r"^flows:0: text: espeak-ng is not installed: apt-get install espeak-ng"):
        read_settings(file)
    assert read_settings(write()).flows  # espeak-ng is needed for free texts only


@pytest.mark.parametrize(("text", "missing"), [(f"{{zh_CN: {CLOSED}}}", "en"), ("{en: Closed, zh_CN: ' '}", "zh_CN")])
def test_a_text_in_one_language_only_is_refused(write: Callable[..., Path], text: str, missing: str) -> None:
    with pytest.raises(ConfigError, match=rf"notice.yaml:5: steps.told.say\[0\].text: no text in {missing}$"):
        read_settings(write(text=text))


# --- reload ---


def test_reload_takes_all_or_nothing(write: Callable[..., Path], tmp_path: Path) -> None:
    async def run() -> None:
        server = Server(read_settings(write()))
        posted: list[object] = []
        server.engine.post = posted.append  # type: ignore[method-assign]  # the engine has tests of its own
        write(text="{zh_CN: 甲, en: b}")
        assert await server.reload() == ("notice",)
        (configured,) = posted
        assert isinstance(configured, Configured)
        assert [flow.flow for flow in configured.flows] == ["notice"]
        good: SwitchSettings = server.settings
        write(text="{en: b}")
        with pytest.raises(ConfigError, match="no text in zh_CN"):
            await server.reload()
        assert server.settings is good
        assert len(posted) == 1
        with pytest.raises(AlreadyRunning):
            Server(good)
        server._lock.close()

    asyncio.run(run())


def test_reload_brings_new_queues_and_dispositions(write: Callable[..., Path]) -> None:
    async def run() -> None:
        server = Server(read_settings(write()))
        posted: list[Configured] = []
        server.engine.post = posted.append  # type: ignore[method-assign,assignment]
        other = {"id": "visit", "title": {"zh_CN": "预约到访", "en": "Visit"}}
        queues = [{"name": name, "ring": 12, "wrap_up": 5} for name in ("agents", "vip")]
        write(queues=queues, dispositions=[other])
        await server.reload()
        core = posted[0].config
        assert [(queue.name, queue.ring, queue.wrap_up) for queue in core.queues] == [("agents", 12, 5), ("vip", 12, 5)]
        assert [choice.id for choice in core.dispositions] == ["visit"]
        server._lock.close()

    asyncio.run(run())


# --- branches ---


def test_what_a_branch_said_of_others_orders_is_counted_wherever_it_was_refused(write: Callable[..., Path]) -> None:
    async def run() -> None:
        server = Server(read_settings(write(branches=[{"id": name, "name": name} for name in ("GZ01", "GZ02")])))
        server.engine.switch.book.foreign[BranchId("GZ02")] += 2
        server.orders.not_theirs[BranchId("GZ02")] += 3
        server.branches._known[BranchId("GZ02")] = KnownBranch(up=True, since=0.0, counts=Counts(foreign=4))
        assert [state.foreign for state in server._branch_states().values()] == [0, 9]
        server._lock.close()

    asyncio.run(run())


# --- desks ---


def test_where_a_caller_is_from_and_what_a_branch_is_called(write: Callable[..., Path]) -> None:
    trunks = [
        {"name": name, "far": ["192.0.2.1"], "group": group} for name, group in (("city", "centre"), ("tianhe", "GZ01"))
    ]
    branches = [{"id": "GZ01", "name": "天河营业部", "name_en": "Tianhe"}, {"id": "GZ02", "name": "越秀"}]

    async def run() -> None:
        server = Server(read_settings(write(trunks=trunks, branches=branches)))
        places = [server.desks._place(TrunkName(trunk)) for trunk in ("city", "tianhe", "gone")]
        assert places == ["", "天河营业部", ""], "the centre's lines don't show it"
        names = [server.desks._branch_name(BranchId(branch)) for branch in ("GZ01", "GZ02", "GZ03")]
        assert [(name[Language.ZH], name[Language.EN]) for name in names] == [
            ("天河营业部", "Tianhe"), ("越秀", "越秀"), ("GZ03", "GZ03"),
        ]  # fmt: skip
        server._lock.close()

    asyncio.run(run())


# --- the lock ---


def test_one_process_a_state_folder(tmp_path: Path) -> None:
    held = lock(tmp_path / "switch.lock")
    for _ in range(2):  # a refusal changes nothing
        with pytest.raises(
            AlreadyRunning, match=rf"^{tmp_path} belongs to the switch-server that runs as process \d+$"
        ):
            lock(tmp_path / "switch.lock")
    held.close()
    lock(tmp_path / "switch.lock").close()


def test_a_dead_process_holds_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "switch.lock"
    program = f"from pathlib import Path; from switch_server.adapters.state_lock import lock; held = lock(Path({str(path)!r})); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=RESOURCES.parent
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}$"):
            lock(path)
        holder.kill()
        holder.wait(20)
    lock(path).close()


# --- names of calls, and the clock ---


def test_a_start_knows_the_names_of_earlier_runs(write: Callable[..., Path], tmp_path: Path) -> None:
    """Also where the system's clock was set back since."""

    async def run() -> tuple[str, str]:
        server = Server(read_settings(write()))
        server.store.start()
        begun = server.clock() + 3600.0
        server.store.do(SaveRecord("calls", {"id": "2099123123595000000", "started_at": begun}))
        server.store.do(SaveRecord("calls", {"id": "c1", "started_at": begun}))
        server.store.stop()
        server._lock.close()
        again = Server(read_settings(write()))
        new_call_id = again._call_ids()
        calls = new_call_id(), new_call_id()
        again._lock.close()
        return calls

    assert asyncio.run(run()) == ("2099123123595100001", "2099123123595100002")


def test_a_clock_that_was_set_is_told(write: Callable[..., Path], caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        server = Server(read_settings(write()))
        off = 0.0
        server.clock._wall = lambda: time.time() + off
        server._look_at_clock()
        assert server._sources().troubles() == ()
        off = 90.0
        server._look_at_clock()
        server._look_at_clock()
        assert server._sources().troubles() == (Trouble(TroubleCode.CLOCK_BEHIND, "90"),)
        off = -90.0
        server._look_at_clock()
        assert server._sources().troubles() == (Trouble(TroubleCode.CLOCK_AHEAD, "90"),)
        off = 0.0
        server._look_at_clock()
        assert server._sources().troubles() == ()
        server._lock.close()

    asyncio.run(run())
    assert caplog.text.count("the switch's clock is") == 2
