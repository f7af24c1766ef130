"""Where Asterisk's root folder can't be made, the reason is told, and nothing half made is ever used."""

from pathlib import Path

import pytest

from tests.asterisk import root


def test_without_mmdebstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUAWU_ASTERISK", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(root.NotMadeError, match="apt-get install mmdebstrap"):
        root.root()


def test_without_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package source that can't be reached: its words are told, each time anew."""
    tool = tmp_path / "bin" / "mmdebstrap"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho E: no luck with deb\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("HUAWU_ASTERISK", str(tmp_path / "kept"))
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    for _ in range(2):
        with pytest.raises(root.NotMadeError, match=r"no luck with deb|only root may|unshare"):
            root.root()
