"""``branch-gateway keys FILE`` makes a key pair where there is none, and prints the line for the centre's configuration."""

from pathlib import Path

import pytest

from shared.link import keys
from switch_server.branch.__main__ import main


def test_keys_are_made_once_and_shown_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "etc" / "gateway.key"
    assert main(["keys", str(file)]) == 0
    shown = capsys.readouterr().out.strip()
    assert (len(shown), file.stat().st_mode & 0o777) == (40, 0o600)
    assert keys.load_public(file.with_suffix(".pub")).decode() == shown
    assert main(["keys", str(file)]) == 0
    assert capsys.readouterr().out.strip() == shown
    assert keys.load(file).secret.decode() not in shown


def test_a_file_that_is_no_key_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gateway.key"
    file.write_text("something else")
    file.chmod(0o600)
    assert main(["keys", str(file)]) == 2
    assert capsys.readouterr().err == f"branch-gateway: {file}: not a key pair\n"
    assert file.read_text() == "something else"


def test_the_file_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["keys"])
    assert "FILE" in capsys.readouterr().err
