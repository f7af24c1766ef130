"""Invalid flows: each problem is found, with the path of its key."""

from typing import Any

import msgspec
import pytest

from shared.enums import Language
from shared.ids import QueueName, TrunkName
from switch_server.core.flow import (
    SERVICES,
    CallbackStep,
    DialStep,
    Flow,
    FlowContext,
    Format,
    HangUpStep,
    Input,
    Menu,
    Piece,
    Problem,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    Slot,
    Step,
    check,
    normal,
    prompt_of,
    texts_of,
)
from switch_server.core.speech import segments
from tests.core.a_flow import MAIN, OUT

EN, ZH = Language.EN, Language.ZH
NAMES = frozenset({"welcome", "invalid", "menu", "refusal/no_cash", "side/buy"})
CONTEXT = FlowContext({ZH: NAMES, EN: NAMES - {"menu"} | {"only_en"}}, frozenset({"music/hold"}), frozenset({OUT}))
SAYS: dict[str, tuple[Piece, ...]] = {"invalid": ("invalid",), "no_input": ("invalid",)}
BYE = HangUpStep()


def flow(**steps: Step) -> Flow:
    """A flow that begins with the first given step; the step ``bye`` is added."""
    return Flow("small", ("1",), next(iter(steps)), {**steps, "bye": BYE}, says=SAYS)


def say(*pieces: Piece, to: str = "bye") -> Say:
    return Say(pieces or ("welcome",), to)


def menu(keys: dict[str, str], **more: Any) -> Menu:
    return Menu(("welcome",), keys, "bye", **more)


def key(into: str, to: str, **more: Any) -> Input:
    return Input(("welcome",), into, to, "bye", **more)


def told(checked: Flow, context: FlowContext = CONTEXT) -> dict[str, str]:
    """The problems' texts by dotted path."""
    return {".".join(map(str, problem.path)): problem.text for problem in check(checked, context)}


def test_the_flow_of_the_core_tests_is_good() -> None:
    spoken = frozenset(name for step in MAIN.steps.values() for name in names(step))
    context = FlowContext(dict.fromkeys(Language, spoken | {"invalid_key", "no_input", "refusal/x", "side/buy"}),
                          frozenset({"music/hold"}), frozenset({OUT}))  # fmt: skip
    assert check(MAIN, context) == []


def names(step: Step) -> list[str]:
    pieces = [piece for said in ("say", "announce", "excuse") for piece in getattr(step, said, ())]
    inner = [piece for slot in pieces if isinstance(slot, Slot) for piece in (*slot.say, *slot.empty)]
    return [piece for piece in (*pieces, *inner) if isinstance(piece, str)]


def test_start_and_numbers() -> None:
    wrong = msgspec.structs.replace(flow(a=say()), numbers=(), start="b")
    assert told(wrong) == {
        "numbers": "no number: nobody could call this flow", "start": "no step 'b'; there are: a, bye",
    }  # fmt: skip
    assert check(flow(a=say(to="by")), CONTEXT) == [
        Problem(("steps", "a", "next"), "no step 'by'; did you mean 'bye'?")
    ]


@pytest.mark.parametrize("asking", [menu({"1": "bye"}), key("code", "bye")])
def test_a_step_that_asks_needs_a_prompt_for_a_wrong_input(asking: Step) -> None:
    silent = msgspec.structs.replace(flow(a=asking), says={"no_input": ("no_such",), "bye": ("welcome",)})
    found = check(silent, CONTEXT)
    assert [(problem.path, problem.text) for problem in found] == [
        (("says",), "'invalid' is missing: what is said after a wrong key, or none"),
        (("says", "no_input", 0), "no prompt 'no_such' in zh_CN and en"),
        (("says", "bye"), "unknown; allowed: invalid, no_input"),
    ]
    assert check(msgspec.structs.replace(flow(a=say()), says={}), CONTEXT) == []  # no speech is asked for


@pytest.mark.parametrize(
    ("step", "where", "text"),
    [
        (menu({"12": "bye"}), "keys.12", "not a telephone key; allowed: # * 0 1 2 3 4 5 6 7 8 9 A B C D"),
        (menu({"1": "bye"}, tries=0), "tries", "at least 1"),
        (menu({"1": "bye"}, first_digit=0), "first_digit", "seconds above 0"),
        (menu({"2": "bye"}, read_back=True), "keys", "a read-back is confirmed by 1, which is missing"),
        (menu({"1": "gone"}), "keys.1", "no step 'gone'; there are: a, bye"),
        (key("x", "bye", tries=-1), "tries", "at least 1"),
        (key("x", "bye", min=0), "min", "1 to max (12)"),
        (key("x", "bye", min=5, max=4), "min", "1 to max (4)"),
        (key("x", "bye", secret=True, format=Format.PRICE), "format", "a secret input has the format digits"),
        (key("x", "bye", empty="gone"), "empty", "no step 'gone'; there are: a, bye"),
        (ServiceStep("divine", {}), "service", f"unknown service; there are: {', '.join(SERVICES)}"),
        (ServiceStep("quote", {"ok": "bye"}), "on", "no step for the outcome refused"),
        (
            ServiceStep("funds", {"ok": "bye", "refused": "bye", "maybe": "bye"}), "on.maybe",
            "funds has no such outcome; it has: ok, refused",
        ),
        (DialStep(TrunkName("t"), "1", "bye", "bye"), "trunk", "no trunk 't' that may call out; there are: trunk-out"),
        (QueueStep("q", "bye", music="music/jazz"), "music.0", "no music 'music/jazz'; there is: music/hold"),
        (QueueStep("q", "bye", announce=("x",)), "announce.0", "no prompt 'x' in zh_CN and en"),
        (HangUpStep(("wellcome",)), "say.0", "no prompt 'wellcome' in zh_CN and en; did you mean 'welcome'?"),
        (ServiceStep("quote", {"ok": "bye", "refused": "bye"}, ("only_en",)), "say.0", None),
        (Say((), "bye"), "say", "says nothing"),
        (say("menu"), "say.0", "no prompt 'menu' in en"),
        (say("tone:siren"), "say.0",
         "no tone 'tone:siren'; there are: tone:busy, tone:congestion, tone:dial, tone:ringback, tone:test1k"),
        (say("pause:long"), "say.0", "a pause is pause:<milliseconds>"),
        (say(Slot()), "say.0", None),
        (say(Slot(money="ani", digits="ani")), "say.0",
         "exactly one of money, price, quantity, number, digits, stock, time, word, text, each"),
        (say(Slot(word="colour/{ani}")), "say.0", "no prompt begins with 'colour/' in en"),
        (say(Slot(text={EN: "Closed", ZH: " "})), "say.0.text", "no text in zh_CN"),
        (say(Slot(text={})), "say.0.text", "no text in zh_CN and en"),
        (say(Slot(each="ani", say=("x",))), "say.0.say.0", "no prompt 'x' in zh_CN and en"),
        (say(Slot(each="ani", empty=("welcome", "x"))), "say.0.empty.1", "no prompt 'x' in zh_CN and en"),
    ],
)  # fmt: skip
def test_a_step(step: Step, where: str, text: str | None) -> None:
    found = told(flow(a=step))
    assert list(found) == [f"steps.a.{where}"]
    assert text is None or found[f"steps.a.{where}"] == text


def test_unknown_names() -> None:
    bare = FlowContext({ZH: NAMES, EN: NAMES})
    assert told(flow(a=QueueStep("q", "bye"), b=DialStep(OUT, "1", "bye", "bye")), bare) == {
        "steps.a.music.0": "no music 'music/hold'; there is: none",
        "steps.b.trunk": "no trunk 'trunk-out' that may call out; there are: none",
    }


@pytest.mark.parametrize(
    "step",
    [
        say("tone:busy", "pause:200", "music/hold", "welcome"),
        say(Slot(word="refusal/no_cash"), Slot(word="side/{dnis}"), Slot(digits="ani")),
        say(Slot(text={EN: "Closed", ZH: "休市"})),
        SetLanguage("other", "bye"),
        SetStep({"a": "{ani}", "b": 1, "c": "x"}, "bye"),
        QueueStep("q", "bye", announce=("welcome",)),
        DialStep(OUT, "{dnis}", "bye", "bye"),
        key("pin", "bye", secret=True, back="a", empty="bye"),
    ],
)
def test_good_steps(step: Step) -> None:
    assert check(flow(a=step), CONTEXT) == []


# --- the graph ---


def test_every_step_is_reached_and_ends() -> None:
    lost = check(flow(a=say(), b=say(to="c"), c=say(to="b"), d=say()), CONTEXT)
    assert [(problem.path[1], problem.text) for problem in lost] == [
        *((step, "no step leads here") for step in "bcd"),
        *((step, "no way leads from here to a hangup") for step in "bc"),
    ]


def test_orders_only_after_a_read_back() -> None:
    text = "'place' places an order: only the key 1 of a menu with read_back may lead there"
    outcomes = dict.fromkeys(("accepted", "refused", "in_doubt"), "bye")
    place = ServiceStep("cancel_order", outcomes)
    number = key("contract", "ask")
    good = flow(a=number, ask=menu({"1": "place"}, read_back=True), place=place)
    assert check(good, CONTEXT) == []
    assert told(flow(a=number, ask=menu({"1": "place"}), place=place)) == {"steps.ask.keys.1": text}
    assert told(flow(a=number, ask=menu({"1": "place", "2": "place"}, read_back=True), place=place)) == {
        "steps.ask.keys.2": text
    }
    assert told(flow(a=key("contract", "place"), place=place)) == {"steps.a.next": text}
    assert told(flow(place=place))["start"] == "an order is placed without a read-back"


# --- queues ---


def waits(**more: Any) -> QueueStep:
    return QueueStep("q", "bye", **more)


def test_a_queue_of_the_configuration() -> None:
    context = msgspec.structs.replace(CONTEXT, queues=frozenset({QueueName("q"), QueueName("r")}))
    assert told(flow(a=waits()), context) == {}
    assert told(flow(a=QueueStep("x", "bye")), context) == {"steps.a.queue": "no queue 'x'; there are: q, r"}
    assert told(flow(a=waits(wait=0.0, announce_every=-1.0))) == {
        "steps.a.wait": "seconds above 0", "steps.a.announce_every": "seconds above 0",
    }  # fmt: skip
    assert list(told(flow(a=waits(keys={"12": "bye"}, excuse=("x",))))) == ["steps.a.excuse.0", "steps.a.keys.12"]
    others = flow(a=waits(on_closed="b", on_full="b", on_ended="b"), b=say())
    assert told(others) == {}


def test_a_callback_is_asked_for_in_its_queue() -> None:
    asked = CallbackStep("q", "bye", "a", "bye")
    assert told(flow(a=waits(keys={"1": "c"}), c=asked)) == {}
    where = "'c' keeps a place in 'q': only a key of a queue step of that queue may lead there"
    assert told(flow(a=waits(keys={"1": "c"}, on_full="c"), c=asked)) == {"steps.a.on_full": where}
    other = flow(m=menu({"1": "a", "2": "c"}), a=waits(), c=asked)
    assert told(other) == {"steps.m.keys.2": where}
    nowhere = flow(a=waits(keys={"1": "c"}), c=CallbackStep("q", "bye", "b", "bye"), b=say(to="bye"))
    assert told(nowhere) == {"steps.c.answer": "no way leads from 'b' to a queue step of 'q'"}
    first = flow(c=asked, a=waits(keys={"1": "c"}))
    assert told(first) == {"start": "a callback is asked for by a key of a queue step"}
    context = flow(a=waits(keys={"1": "c"}), c=CallbackStep("q", "bye", "m", "bye"), m=menu({"1": "m", "2": "a"}))
    assert told(context) == {}


def test_position_and_minutes_are_there_in_the_announcement_only() -> None:
    position = Slot(number="queue_position")
    assert told(flow(a=waits(announce=(position, Slot(number="queue_minutes"))))) == {}
    assert told(flow(a=waits(excuse=(position,)))) == {"steps.a.excuse.0.number": absent("queue_position")}
    assert told(flow(a=say(position))) == {"steps.a.say.0.number": absent("queue_position")}


def test_a_callback_begins_anew() -> None:
    asked = CallbackStep("q", "b", "b", "bye")
    keyed = flow(a=key("code", "w"), w=waits(keys={"1": "c"}), c=asked, b=say(Slot(digits="code"), to="w"))
    assert told(keyed) == {"steps.b.say.0.digits": absent("code")}


# --- variables ---


def absent(name: str) -> str:
    return f"the variable {name!r} is not there on every way to this step"


SPOKEN = [
    Slot(**{kind: "code"}) for kind in ("money", "price", "quantity", "number", "digits", "stock", "time", "each")
]


@pytest.mark.parametrize("slot", [*SPOKEN, Slot(word="side/{code}"), Slot(digits="code.row")])
def test_a_variable_is_there_before_it_is_spoken(slot: Slot) -> None:
    (path,) = told(flow(a=say(slot)))
    assert path.startswith("steps.a.say.0.")
    assert told(flow(a=say(slot)))[path] == absent("code")
    assert told(flow(a=key("code", "b"), b=say(slot))) == {}
    assert told(flow(a=SetStep({"code": 1}, "b"), b=say(slot))) == {}


def test_a_variable_missing_on_one_way_is_a_problem() -> None:
    assert told(flow(a=menu({"1": "code", "2": "b"}), code=key("code", "b"), b=say(Slot(digits="code")))) == {
        "steps.b.say.0.digits": absent("code")
    }
    looping = flow(a=key("code", "b"), b=menu({"1": "c", "2": "a"}), c=say(Slot(digits="code"), to="b"))
    assert told(looping) == {}
    assert told(flow(a=key("code", "bye", back="b"), b=say(Slot(digits="code")))) == {
        "steps.b.say.0.digits": absent("code")
    }


def test_rows_are_there_within_each() -> None:
    rows = Slot(
        each="holdings", say=(Slot(stock="row.code"), Slot(word="side/{row.side}")), empty=(Slot(digits="row.x"),)
    )
    asked = flow(
        a=ServiceStep("holdings", {"ok": "b", "refused": "c"}), b=say(rows), c=say(Slot(word="refusal/{refusal}"))
    )
    assert told(asked) == {"steps.b.say.0.empty.0.digits": absent("row")}


def test_what_a_service_needs_gives_and_takes() -> None:
    outcomes = dict.fromkeys(sorted(SERVICES["log_in"].outcomes), "b")
    log_in = ServiceStep("log_in", outcomes)
    keyed = flow(a=key("account", "pin"), pin=key("pin", "log", secret=True), log=log_in, b=menu({"1": "log", "2": "c"}),
                 c=say(Slot(digits="login.account")))  # fmt: skip
    assert told(keyed) == {"steps.log.service": absent("pin"), "steps.c.say.0.digits": absent("login")}
    asked = flow(a=key("code", "q"), q=ServiceStep("quote", {"ok": "b", "refused": "c"}), b=say(Slot(price="last")),
                 c=say(Slot(price="quote.last")))  # fmt: skip
    assert told(asked) == {"steps.c.say.0.price": absent("quote")}


def test_copies_and_numbers_to_dial() -> None:
    assert told(flow(a=SetStep({"b": "{c}", "d": "{ani}"}, "bye"))) == {"steps.a.values.b": absent("c")}
    assert told(flow(a=DialStep(OUT, "{number}", "bye", "bye"))) == {"steps.a.number": absent("number")}


def test_a_secret_is_never_spoken() -> None:
    text = "'pin' is keyed in secret: it is never spoken, copied or dialled"
    for step, path in (
        (say(Slot(digits="pin")), "say.0.digits"),
        (SetStep({"x": "{pin}"}, "bye"), "values.x"),
        (DialStep(OUT, "{pin}", "bye", "bye"), "number"),
    ):
        assert told(flow(a=key("pin", "b", secret=True), b=step)) == {f"steps.b.{path}": text}


def test_what_is_said_anywhere_speaks_of_the_call_only() -> None:
    said = msgspec.structs.replace(
        flow(a=key("code", "bye")), says=SAYS | {"invalid": (Slot(digits="ani"), Slot(digits="code"))}
    )
    assert told(said) == {"says.invalid.1.digits": "the variable 'code' need not be there when this is said"}


# --- free text ---


def test_free_texts_of_a_flow() -> None:
    def text(word: str) -> Slot:
        return Slot(text={ZH: f"{word}。", EN: word})

    everywhere = flow(
        a=QueueStep("q", "b", announce=(text("queue"),), excuse=(text("excuse"),)),
        b=say("welcome", text("say"), Slot(each="ani", say=(text("row"),), empty=(text("none"),))),
    )
    everywhere = msgspec.structs.replace(everywhere, says={"invalid": (text("wrong"),)})
    found = list(texts_of(everywhere))
    assert [word for word, language in found if language is EN] == ["wrong", "queue", "excuse", "say", "row", "none"]
    assert [word for word, language in found if language is ZH] == [
        "wrong。",
        "queue。",
        "excuse。",
        "say。",
        "row。",
        "none。",
    ]


def test_the_prompt_of_a_text() -> None:
    assert normal(" a\n  b ") == "a b"
    assert prompt_of("a  b\n") == prompt_of("a b") == "text/" + prompt_of("a b").removeprefix("text/")
    assert prompt_of("a b") != prompt_of("ab")
    assert len(prompt_of("x")) == len("text/") + 24


def test_a_text_is_spoken_in_the_language_of_the_call() -> None:
    slot = Slot(text={ZH: "今日休市", EN: "Closed"})
    assert segments((slot,), {}, EN, frozenset()) == (f"en/{prompt_of('Closed')}",)
    assert segments((slot,), {}, ZH, frozenset()) == (f"zh_CN/{prompt_of('今日休市')}",)
