"""``shared.link.rights``: files and folders that other users of the machine cannot open."""

import logging
import os
import stat
from pathlib import Path

import pytest

from shared.link.rights import own_folder, owner_only


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_folders_made_later_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        owner_only()
        (tmp_path / "folder" / "below").mkdir(parents=True)
        (tmp_path / "file").touch()
    finally:
        os.umask(before)
    assert (mode(tmp_path / "folder"), mode(tmp_path / "folder" / "below"), mode(tmp_path / "file")) == (
        0o700,
        0o700,
        0o600,
    )


def test_a_folder_is_made_private_and_an_open_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    own_folder(folder)
    assert mode(folder) == 0o700
    folder.chmod(0o2755)
    for name, rights in (("a.db", 0o644), ("program", 0o775), ("logs", 0o755)):
        (folder / name).mkdir() if name == "logs" else (folder / name).touch()
        (folder / name).chmod(rights)
    (folder / "nowhere").symlink_to("gone")
    own_folder(folder)
    assert (mode(folder), mode(folder / "a.db"), mode(folder / "program"), mode(folder / "logs")) == (
        0o2700,
        0o600,
        0o700,
        0o700,
    )


def test_a_file_of_another_user_is_logged_and_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.db").touch()
    (tmp_path / "a.db").chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with caplog.at_level(logging.WARNING):
        own_folder(tmp_path)
    assert f"{tmp_path / 'a.db'} stays open to other users: it belongs to another of them" in caplog.text
    assert mode(tmp_path / "a.db") == 0o644


def test_a_folder_for_all_users_stays_open(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "file").touch()
    (folder / "file").chmod(0o644)
    own_folder(folder)
    assert (mode(folder), mode(folder / "file")) == (0o1777, 0o644)
    assert "it is meant for all" in caplog.text


def test_a_symbolic_link_s_target_and_a_folder_for_all_stay_open(tmp_path: Path) -> None:
    shared, state, linked = tmp_path / "shared", tmp_path / "state", tmp_path / "linked"
    for folder in (shared, state, state / "drop"):
        folder.mkdir()
    shared.chmod(0o2750)
    (state / "drop").chmod(0o1777)
    (state / "recordings").symlink_to(shared)
    own_folder(state)
    assert (mode(shared), mode(state / "drop"), mode(state)) == (0o2750, 0o1777, 0o700)
    state.chmod(0o755)
    linked.symlink_to(state)
    own_folder(linked)
    assert mode(state) == 0o700


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        own_folder(tmp_path / "file" / "state")
