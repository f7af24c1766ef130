"""Uploads for faxes: in parts, resumed, checked, bounded."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.desk_fax import BeginUpload, FaxProblem
from shared.ids import AgentId
from switch_server.ports.faxes import DocumentRefused
from switch_server.services.fax_uploads import MOST_OF_AGENT, FaxUploads

A, B = AgentId("1001"), AgentId("1002")


def begin(data: bytes, name: str = "page.pdf") -> BeginUpload:
    return BeginUpload(name, len(data), hashlib.sha256(data).hexdigest())


def test_a_file_comes_in_parts_and_goes_on_after_a_cut(tmp_path: Path) -> None:
    async def main() -> None:
        uploads, data = FaxUploads(tmp_path / "up"), bytes(range(256)) * 40
        state = await uploads.begin(A, begin(data))
        assert (state.have, state.size) == (0, len(data))
        state = await uploads.put(A, state.upload, 0, data[:4000])
        assert state.have == 4000
        again = await uploads.begin(A, begin(data, "other name.pdf"))
        assert (again.upload, again.have) == (state.upload, 4000)
        with pytest.raises(LookupError):
            uploads.whole(A, state.upload)
        await uploads.put(A, state.upload, 4000, data[4000:])
        whole = uploads.whole(A, state.upload)
        assert (whole.path.read_bytes(), whole.name) == (data, "other name.pdf")
        assert (whole.path.stat().st_mode & 0o777, whole.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    asyncio.run(main())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=30)), max_size=20))
def test_parts_in_any_order_never_write_past_the_end(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, bytes]]
) -> None:
    async def main() -> None:
        uploads, data = FaxUploads(tmp_path_factory.mktemp("up") / "up"), bytes(32)
        state, kept = await uploads.begin(A, begin(data)), b""
        for offset, part in parts:
            fits = offset == len(kept) and 0 < len(part) <= 32 - len(kept)
            kept += part if fits else b""
            if len(kept) == 32 and kept != data:
                with pytest.raises(DocumentRefused):
                    await uploads.put(A, state.upload, offset, part)
                return
            state = await uploads.put(A, state.upload, offset, part)
            assert state.have == len(kept)

    asyncio.run(main())


def test_other_bytes_than_announced_are_refused_and_removed(tmp_path: Path) -> None:
    async def main() -> None:
        uploads = FaxUploads(tmp_path / "up")
        state = await uploads.begin(A, begin(b"right"))
        with pytest.raises(DocumentRefused) as error:
            await uploads.put(A, state.upload, 0, b"wrong")
        assert error.value.code is FaxProblem.DIFFERENT
        assert list((tmp_path / "up").iterdir()) == []
        with pytest.raises(LookupError):
            await uploads.put(A, state.upload, 0, b"right")

    asyncio.run(main())


def test_an_upload_is_its_agent_s(tmp_path: Path) -> None:
    async def main() -> None:
        uploads = FaxUploads(tmp_path / "up")
        state = await uploads.begin(A, begin(b"right"))
        await uploads.put(A, state.upload, 0, b"right")
        with pytest.raises(LookupError):
            uploads.whole(B, state.upload)
        assert (await uploads.begin(B, begin(b"right"))).have == 0

    asyncio.run(main())


def test_an_agent_s_oldest_upload_makes_room(tmp_path: Path) -> None:
    async def main() -> None:
        uploads = FaxUploads(tmp_path / "up")
        states = [await uploads.begin(A, begin(bytes([n]))) for n in range(MOST_OF_AGENT + 1)]
        assert len(list((tmp_path / "up").iterdir())) == MOST_OF_AGENT
        with pytest.raises(LookupError):
            await uploads.put(A, states[0].upload, 0, b"\0")
        assert (await uploads.put(A, states[1].upload, 0, b"\1")).have == 1

    asyncio.run(main())


def test_a_folder_that_can_t_be_written_is_a_full_spool(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(DocumentRefused) as error:
            await FaxUploads(tmp_path / "file" / "up").begin(A, begin(b"x"))
        assert error.value.code is FaxProblem.SPOOL_FULL

    asyncio.run(main())


def test_uploads_of_an_earlier_process_are_removed(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "old").write_bytes(b"x")
    FaxUploads(tmp_path / "up")
    assert not (tmp_path / "up" / "old").exists()
