"""Files are written as a whole or not at all: a full disk, folders without access, killed writers, damaged files."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agent_app import files

ROOT = Path(__file__).parents[2]
OLD, NEW = b'{"language": "zh_CN"}', b'{"language": "en", "theme": "dark"}'
POSIX = pytest.mark.skipif(os.name != "posix", reason="rights, links and limits of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "settings.json"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def only(path: Path) -> bytes:
    """The content of the file, which is the only one in the folder."""
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return path.read_bytes()


def program(text: str, path: Path) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", text, str(path)]
    return subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("synced", [False, True])
def test_a_file_is_replaced(path: Path, synced: bool) -> None:
    with files.replacing(path, synced=synced) as file:
        file.write(NEW)
    assert only(path) == NEW


def test_missing_folders_are_made_on_request_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "new.json"
    with pytest.raises(FileNotFoundError):
        files.write(path, NEW)
    assert list(tmp_path.iterdir()) == []
    files.write_or_log(path, NEW, "settings")
    assert only(path) == NEW


@POSIX
def test_rights(path: Path) -> None:
    umask = os.umask(0o022)
    try:
        files.write(path, NEW)
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        files.write_or_log(path, NEW, "agent files", private=True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(umask)


@POSIX
def test_a_private_file_is_never_open_to_others_though_a_scratch_file_was_left(path: Path) -> None:
    scratch = path.with_name(path.name + files.SCRATCH)
    scratch.write_bytes(b"half")
    scratch.chmod(0o666)
    with files.replacing(path, private=True) as file:
        assert stat.S_IMODE(scratch.stat().st_mode) == 0o600
        file.write(NEW)
    assert only(path) == NEW


@POSIX
def test_a_symbolic_link_stays_a_link(path: Path) -> None:
    link = path.parent.parent / "link.json"
    link.symlink_to(path)
    files.write(link, NEW)
    assert link.is_symlink()
    assert only(path) == NEW


def test_a_writer_that_fails_leaves_the_old_file(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.replacing(path) as file:
        _ = file.write(NEW) / 0
    assert only(path) == OLD


def test_the_old_file_is_read_until_the_new_one_is_whole(path: Path) -> None:
    with files.replacing(path) as file:
        file.write(NEW)
        file.flush()
        assert path.read_bytes() == OLD
    assert only(path) == NEW


@POSIX
def test_a_full_disk_leaves_the_old_file(path: Path) -> None:
    """A limit on file sizes in place of a full disk: the write fails in the middle."""
    text = """
import resource, sys
from pathlib import Path
from agent_app import files
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    files.write(Path(sys.argv[1]), bytes(30_000))
except OSError as error:
    sys.stdout.write(str(error.errno))
files.write_or_log(Path(sys.argv[1]), bytes(30_000), "settings")
"""
    out, err = program(text, path).communicate(timeout=60)
    assert (int(out), err) == (errno.EFBIG, "settings: not written (File too large)\n")
    assert only(path) == OLD


@POSIX
def test_a_killed_writer_leaves_the_old_file_and_does_not_block_the_next_writer(path: Path) -> None:
    text = """
import signal, sys
from pathlib import Path
from agent_app import files
with files.replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    sys.stdout.write("half\\n")
    sys.stdout.flush()
    signal.pause()
"""
    with program(text, path) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.kill()
        assert writer.wait(60) == -signal.SIGKILL
    assert path.read_bytes() == OLD
    files.write(path, NEW)
    assert only(path) == NEW


@POSIX
def test_a_folder_without_access(path: Path) -> None:
    text = """
import os, sys
from pathlib import Path
from agent_app import files
if os.geteuid() == 0:  # root may write everywhere
    os.setuid(65534)
try:
    files.write(Path(sys.argv[1]), b"new")
except OSError as error:
    sys.stdout.write(type(error).__name__)
"""
    path.parent.chmod(0o500)
    try:
        assert program(text, path).communicate(timeout=60) == ("PermissionError", "")
        assert only(path) == OLD
    finally:
        path.parent.chmod(0o700)


def test_a_folder_in_the_scratch_files_place(path: Path) -> None:
    path.with_name(path.name + files.SCRATCH).mkdir()
    with pytest.raises(OSError):
        files.write(path, NEW)
    assert path.read_bytes() == OLD


def test_a_folder_that_is_a_file(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(OSError):
        files.write(path / "below.json", NEW)
    files.write_or_log(path / "below.json", NEW, "agent files")
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("agent files: not written (")
    assert only(path) == OLD


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "settings.json"
    folder.mkdir(parents=True)
    with pytest.raises(OSError):
        files.write(folder, NEW)
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]


# --- damaged files ---


def test_a_written_file_is_read_back(path: Path) -> None:
    files.write(path, NEW)
    assert files.read_json(path, dict[str, str], "settings") == {"language": "en", "theme": "dark"}


def test_a_missing_file_is_not_damaged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.unlink()
    assert files.read_json(path, dict[str, str], "settings") is None
    assert caplog.messages == []


@pytest.mark.parametrize("damage", [b"", b"{", b'{"a": 1}', b"\xff\xfe", b"[]"])
def test_a_damaged_file_is_set_aside(path: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    aside = path.with_name("settings.json.damaged")
    aside.write_bytes(b"an earlier one")
    path.write_bytes(damage)
    assert files.read_json(path, dict[str, str], "settings") is None
    assert only(aside) == damage
    assert len(caplog.messages) == 1
    assert files.read_json(path, dict[str, str], "settings") is None
    assert len(caplog.messages) == 1


def test_a_damaged_file_that_cannot_be_set_aside_stays(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(b"{")
    path.with_name("settings.json.damaged").mkdir()
    assert files.read_json(path, dict[str, str], "settings") is None
    assert path.read_bytes() == b"{"
    assert "the damaged file stays where it is" in caplog.text
