"""The ``fax`` section of the configuration, as data. ``services.fax_checks`` checks it."""

from typing import Literal

from msgspec import Struct


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """The hours in which no waiting fax is dialled, in Asia/Shanghai: ``HH:MM``, over midnight too. ``until``: the first minute after them."""

    begin: str
    until: str


class FaxRetries(Struct, frozen=True, forbid_unknown_fields=True):
    """The tries of one fax. ``busy``, ``no_answer``, ``other``: seconds from the end of a try that ended so to the next."""

    most: int = 5
    """Tries in all."""
    same: int = 3
    """Tries that end in the same way (busy, no answer …), after which the fax has failed."""
    busy: float = 60.0
    no_answer: float = 300.0
    other: float = 60.0
    """Training failed, dropped in the middle, and so on."""


class FaxRules(Struct, frozen=True, forbid_unknown_fields=True):
    """传真. Numbers are patterns as in ``Trunk.numbers``."""

    ident: str = ""
    """Our number as the far machine shows it (TSI, CSI): at most 20 of ``+0-9`` and space."""
    header: str = ""
    """Our name in the header line of each page."""
    quiet: QuietHours | None = None
    at_once: int = 32
    """Faxes that are sent at the same time."""
    per_trunk: int = 8
    """Of these, on one trunk."""
    retries: FaxRetries = FaxRetries()
    allowed: tuple[str, ...] = ("*",)
    """Numbers to which faxes may be sent."""
    keyed: tuple[str, ...] = ()
    """Of these, the numbers that a caller may key; empty: none but the caller's own."""
    dedupe: float = 10.0
    """Minutes in which the same pages to the same number, asked for by the same party, are one fax."""
    on_tone: Literal["receive", "off"] = "receive"
    """A caller's fax machine is heard (CNG) before an agent talks: the call is received as a fax where the flow's step does not say otherwise."""
    numbers: dict[str, str] = {}
    """The group of agents that works on faxes received at a dialled number (DNIS); ``*`` for any other."""
    waiting: int = 10_000
    """The most faxes that wait."""
    spool_mb: int = 20_000
    """The most megabytes of documents and received faxes; above it no fax is taken and none received."""
    keep_days: int = 365
    """Days after which a fax's pages are deleted; its row stays."""


def group_of(rules: FaxRules, dnis: str) -> str:
    """The group that works on faxes received at the dialled number; empty: every agent."""
    return rules.numbers.get(dnis, rules.numbers.get("*", ""))
