"""Every field of a message from outside has a bound that the decoder checks, at every depth, so that no oversized message is stored."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct, inspect

from shared import aci, codec, control, control_agents, desk, desk_fax, desk_reports, floor
from shared.bounds import ID_MAX
from shared.ids import AgentId, CallId, LegId
from shared.protocol import SESSION_MESSAGES, Hello

FROM_OUTSIDE: tuple[type[Struct], ...] = (
    *SESSION_MESSAGES,
    *desk.REQUESTS, *desk.TOLD, *floor.REQUESTS, *desk_reports.QUESTIONS, *desk_fax.QUESTIONS,
    *control.REQUESTS,
    *aci.REQUESTS, *aci.REPLIES, *aci.REPORTS,
)  # fmt: skip
MANY = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)


def unbounded(of: inspect.Type, path: str) -> Iterator[str]:
    """Paths of strings, bytes, lists, tables and whole numbers without a bound."""
    match of:
        case inspect.Metadata(type=inner):
            yield from unbounded(inner, path)
        case inspect.StructType(fields=fields):
            for each in fields:
                yield from unbounded(each.type, f"{path}.{each.name}")
        case inspect.UnionType(types=types):
            for each_type in types:
                yield from unbounded(each_type, path)
        case inspect.StrType(max_length=None, pattern=pattern):
            if pattern is None or not ends(pattern):
                yield path
        case inspect.IntType(ge=low, gt=above, le=high, lt=below):
            if (low, above) == (None, None) or (high, below) == (None, None):
                yield path
        case inspect.BytesType(max_length=None):
            yield path
        case inspect.DictType(key_type=keys, value_type=values, max_length=most):
            if most is None:
                yield path
            yield from unbounded(keys, f"{path}[key]")
            yield from unbounded(values, f"{path}[]")
        case _ if isinstance(of, MANY):
            if of.max_length is None:
                yield path
            yield from unbounded(of.item_type, f"{path}[]")
        case _:
            assert isinstance(of, FIXED), f"{path}: {of}"


FIXED = (
    inspect.StrType, inspect.BytesType, inspect.EnumType, inspect.LiteralType, inspect.NoneType, inspect.BoolType, inspect.FloatType,
)  # fmt: skip


def ends(pattern: str) -> bool:
    """Whether every text that the pattern matches has a limited length."""
    outside_of_sets = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern)
    return pattern.startswith("^") and pattern.endswith(r"\Z") and re.search(r"[*+]|,\}", outside_of_sets) is None


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_field_of_a_message_from_outside_has_a_bound(kind: type[Struct]) -> None:
    assert list(unbounded(inspect.type_info(kind), kind.__name__)) == []


class _Inner(Struct):
    names: Annotated[tuple[str, ...], Meta(max_length=2)]
    table: dict[Annotated[str, Meta(max_length=2)], int]


class _Loose(Struct):
    inner: _Inner | None
    pattern: Annotated[str, Meta(pattern="^[a-z]+\\Z")]
    line_end: Annotated[str, Meta(pattern="^[a-z]{2}$")]
    data: bytes
    tight: Annotated[str, Meta(pattern="^[a-z*+]{2}\\Z")]
    low: Annotated[int, Meta(ge=0)]
    items: list[bool]


def test_unbounded_fields_are_found() -> None:
    found = list(unbounded(inspect.type_info(_Loose), ""))
    assert found == [
        ".inner.names[]", ".inner.table", ".inner.table[]", ".pattern", ".line_end", ".data", ".low", ".items",
    ]  # fmt: skip


LONG = "x" * (ID_MAX + 1)


@pytest.mark.parametrize(
    "message",
    [
        desk.Consult(CallId("c1"), desk.ToSeat(AgentId("x" * 4_000_000))),
        desk.HangUp(CallId(LONG), desk.HangingUp.END),
        desk.DropParty(CallId("c1"), LegId(LONG)),
        desk.PhoneNow((LegId(LONG),)),
        desk.PhoneNow((LegId("c1/2"),) * 17),
        desk.PhoneNow((), problem=LONG),
        desk.PhoneNow((), problem="none\nERROR forged"),
        Hello(1, "agent-app\x1b[2J", "1"),
        Hello(1, "agent-app", "1\u2028"),
        desk.PopShown(CallId(LONG), 1.0),
        desk.AskCustomer(2**60),  # type: ignore[arg-type]
        control.Drain(actor=LONG),
        control_agents.PutDeskKey("d1", "0" * 40 + "\n"),
        control_agents.PutAgent("1001\n", new=True),
        control_agents.PutAgent("1001", new=True, skills={f"s{n}": 1 for n in range(65)}),
        desk_fax.BeginUpload("page.tif", desk_fax.UPLOAD_MAX + 1, "0" * 64),
        desk_fax.BeginUpload("page.tif", 1, "0" * 63 + "G"),
        desk_fax.UploadPart("u1", 0, bytes(desk.PART_BYTES + 1)),
        desk_fax.UploadPart("../u1", 0, b""),
        desk_fax.PrepareFax(desk_fax.Uploaded("u1"), "02085551234\n"),
        desk_fax.PrepareFax(desk_fax.Uploaded("u1"), "1", cover=desk_fax.FaxCover(note="x" * 1001)),
        desk_fax.AskPreview("d1", desk_fax.PAGES_MAX),  # type: ignore[arg-type]
        desk_fax.SubmitFax("d1", at=1e12),  # type: ignore[arg-type]
        desk_fax.AskFaxes(desk_fax.FaxBox.MINE, limit=101),
        aci.OrderVoid(LONG),  # type: ignore[arg-type]
        aci.Refused(aci.Refusal.BRANCH_DOWN, "x" * 1001),
    ],
)  # fmt: skip
def test_a_field_over_its_bound_is_a_frame_error(message: Any) -> None:
    with pytest.raises(codec.FrameError):
        codec.decode(codec.encode(message, frame_id=1, sent_at=1.0), codec.MessageTable(FROM_OUTSIDE))


def test_a_field_at_its_bound_is_decoded() -> None:
    told = desk.PhoneNow((LegId("x" * ID_MAX),) * 16, problem="x" * ID_MAX)
    assert codec.decode(codec.encode(told, frame_id=1, sent_at=1.0), codec.MessageTable(FROM_OUTSIDE)).message == told
    assert (
        msgspec.msgpack.decode(msgspec.msgpack.encode(desk.AskCustomer(2**53)), type=desk.AskCustomer).customer == 2**53
    )  # type: ignore[arg-type]


@settings(deadline=None, max_examples=200)
@given(
    name=st.text(max_size=300), size=st.integers(-1, 2**60), offset=st.integers(-1, 2**60), data=st.binary(max_size=64)
)
def test_a_fax_upload_is_decoded_as_sent_or_refused(name: str, size: int, offset: int, data: bytes) -> None:
    table = codec.MessageTable(FROM_OUTSIDE)
    begin, part = desk_fax.BeginUpload(name, size, "0" * 64), desk_fax.UploadPart("u1", offset, data)
    for message, fits in (
        (begin, len(name) <= 256 and 1 <= size <= desk_fax.UPLOAD_MAX),
        (part, 0 <= offset <= 2**53),
    ):
        try:
            frame = codec.encode(message, frame_id=1, sent_at=1.0)
        except (UnicodeEncodeError, OverflowError):
            continue  # no frame
        if fits:
            assert codec.decode(frame, table).message == message
        else:
            with pytest.raises(codec.FrameError):
                codec.decode(frame, table)
