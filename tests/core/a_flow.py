"""The flow of the core's tests: every kind of step, both languages, trading with read-back."""

from shared.enums import EndCause, Language
from shared.ids import TrunkName
from switch_server.core.flow import (
    CallbackStep,
    DialStep,
    Flow,
    Format,
    HangUpStep,
    Input,
    Menu,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    Slot,
    Step,
)

NUMBER = "02087550000"
TRUNK = TrunkName("trunk-1")
OUT = TrunkName("trunk-out")


def ask(service: str, to: str, *, say: tuple[str, ...] = ("wait",), **more: str) -> ServiceStep:
    return ServiceStep(service, {"ok": to, "refused": "refused"} | more, say)


PIN = Input(("enter_pin",), "pin", "log_in", "sorry", min=6, max=6, secret=True, back="account")
READ_BACK = (
    "you_trade", Slot(word="side/{side}"), Slot(stock="code"), Slot(price="price"), Slot(quantity="quantity"), "confirm",
)  # fmt: skip
STEPS: dict[str, Step] = {
    "welcome": Say(("welcome",), "main"),
    "main": Menu(
        ("main_menu",),
        {
            "1": "account", "2": "quote_code", "3": "buy", "4": "sell", "5": "funds", "6": "contract", "7": "dial",
            "8": "queue", "9": "english", "0": "bye", "*": "notice", "#": "holdings", "A": "orders",
        },
        "sorry",
    ),
    "english": SetLanguage("other", "main"),
    "notice": Say(("notice",), "main", barge_in=False),
    "account": Input(("enter_account",), "account", "pin", "sorry", min=6, max=12, back="main"),
    "pin": PIN,
    "log_in": ServiceStep(
        "log_in",
        {
            "ok": "welcome_back", "wrong_pin": "wrong_pin", "too_many": "too_many", "locked": "locked",
            "unknown": "unknown", "refused": "refused",
        },
    ),
    "welcome_back": Say(("logged_in",), "main"),
    "wrong_pin": Say(("wrong_pin",), "account"),
    "unknown": Say(("unknown_account",), "account"),
    "too_many": HangUpStep(("too_many_wrong_pins",), EndCause.WRONG_PIN),
    "locked": HangUpStep(("account_locked",), EndCause.WRONG_PIN),
    "refused": Say((Slot(word="refusal/{refusal}"),), "main"),
    "funds": ask("funds", "say_funds"),
    "say_funds": Say(("available", Slot(money="funds.available")), "main"),
    "holdings": ask("holdings", "say_holdings", say=()),
    "say_holdings": Say(
        (Slot(each="holdings", say=(Slot(stock="row.code"), Slot(quantity="row.quantity")), empty=("none",), most=2),),
        "main",
    ),
    "orders": ask("orders", "say_orders"),
    "say_orders": Say(
        (Slot(each="orders", say=(Slot(time="row.placed_at"), Slot(digits="row.contract")), empty=("none",)),), "main"
    ),
    "quote_code": Input(("enter_code",), "code", "just_quote", "sorry", min=6, max=6, back="main"),
    "just_quote": ask("quote", "say_quote"),
    "say_quote": Say(("last_price", Slot(price="quote.last")), "main"),
    "buy": SetStep({"side": "buy"}, "code"),
    "sell": SetStep({"side": "sell"}, "code"),
    "code": Input(("enter_code",), "code", "quote", "sorry", min=6, max=6, back="main"),
    "quote": ask("quote", "price"),
    "price": Input(
        ("enter_price", Slot(price="last")), "price", "max", "sorry", max=8, format=Format.PRICE, back="code",
        empty="at_last",
    ),
    "at_last": SetStep({"price": "{last}"}, "max"),
    "max": ask("max_quantity", "quantity"),
    "quantity": Input(
        ("enter_quantity", Slot(number="max_quantity")), "quantity", "confirm", "sorry", max=8, format=Format.INTEGER,
        back="price",
    ),
    "confirm": Menu(READ_BACK, {"1": "place", "2": "quantity", "*": "main"}, "sorry", read_back=True),
    "place": ServiceStep(
        "place_order", {"accepted": "accepted", "refused": "refused", "in_doubt": "in_doubt"}, ("sending",)
    ),
    "accepted": Say(("accepted", Slot(digits="contract")), "main"),
    "in_doubt": Say(("in_doubt",), "main"),
    "contract": Input(("enter_contract",), "contract", "find", "sorry", max=10, back="main"),
    "find": ServiceStep("find_order", {"ok": "confirm_cancel", "unknown": "contract", "refused": "refused"}),
    "confirm_cancel": Menu(
        ("cancel", Slot(digits="contract"), "confirm"), {"1": "cancel", "*": "main"}, "main", read_back=True
    ),
    "cancel": ServiceStep("cancel_order", {"accepted": "accepted", "refused": "refused", "in_doubt": "in_doubt"}),
    "dial": DialStep(OUT, "10001", "dial_failed", "dial_ended", ring=30.0),
    "dial_failed": Say(("far_failed",), "main"),
    "dial_ended": Say(("far_ended",), "main"),
    "queue": QueueStep(
        "trading", "queue_full", wait=60.0, announce=("agents_busy",), announce_every=20.0, excuse=("agent_lost",),
        keys={"1": "call_me", "2": "other_queue", "*": "main"}, on_closed="queue_closed", on_ended="survey",
    ),
    "other_queue": QueueStep("agents", "queue_full", wait=40.0, priority=2, keys={"1": "main"}),
    "queue_full": Say(("queue_timeout",), "main"),
    "queue_closed": Say(("queue_closed",), "main"),
    "call_me": CallbackStep("trading", "called_soon", "called_back", "main"),
    "called_soon": HangUpStep(("call_you",), EndCause.CALLBACK),
    "called_back": Say(("called_back",), "queue"),
    "survey": Menu(("survey",), {"1": "bye", "2": "queue"}, "bye", title={Language.ZH: "评价", Language.EN: "Survey"}),
    "sorry": HangUpStep(("sorry",), EndCause.NO_INPUT),
    "bye": HangUpStep(("goodbye",)),
}  # fmt: skip

MAIN = Flow(
    "main",
    (NUMBER, "*"),
    "welcome",
    STEPS,
    Language.ZH,
    {"invalid": ("invalid_key",), "no_input": ("no_input",)},
)


def flow_of(start: str, steps: dict[str, Step], number: str = NUMBER) -> Flow:
    """A small flow with a test's steps; the steps ``bye`` and ``sorry`` are added."""
    ends: dict[str, Step] = {"bye": HangUpStep(), "sorry": HangUpStep(cause=EndCause.NO_INPUT)}
    return Flow("small", (number,), start, ends | steps, says=MAIN.says)
