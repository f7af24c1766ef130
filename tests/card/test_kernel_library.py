"""Where the compiled part comes from: made once, never from a folder that others can write to; whatever fails, the card calculates with numpy."""

import logging
import os
import sys
from pathlib import Path

import pytest

from switch_server.card import kernel_library
from switch_server.card.__main__ import compiled
from switch_server.card.kernel import Kernel, members
from switch_server.card.kernel_library import SOURCE, NoKernel, file_name, load


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the library, outside a virtual environment."""
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "huawu"


def test_it_is_compiled_once(cache: Path) -> None:
    Kernel(load())
    (library,) = cache.iterdir()
    made = library.stat().st_mtime_ns
    Kernel(load())
    assert [(path, path.stat().st_mtime_ns) for path in cache.iterdir()] == [(library, made)]


def test_another_source_is_another_file(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    changed = tmp_path / "kernel.c"
    changed.write_text(SOURCE.read_text() + "\n")
    monkeypatch.setattr(kernel_library, "SOURCE", changed)
    load()
    assert len(list(cache.iterdir())) == 2


def test_half_a_library_is_made_anew(cache: Path) -> None:
    cache.mkdir()
    library = cache / file_name()
    library.write_bytes(b"\x7fELF" + bytes(1000))
    Kernel(load())
    assert library.stat().st_size > 10_000


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_that_others_can_write_to_is_not_used(cache: Path, mode: int) -> None:
    cache.mkdir()
    cache.chmod(mode)
    with pytest.raises(NoKernel, match="others can write"):
        load()
    assert not list(cache.iterdir())


def test_a_library_that_others_can_write_to_is_not_used(cache: Path) -> None:
    load()
    (library,) = cache.iterdir()
    library.chmod(0o666)
    with pytest.raises(NoKernel, match="others can write"):
        load()


def test_without_a_compiler_the_card_calculates_with_numpy_and_says_so(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with caplog.at_level(logging.WARNING, "huawu.card"):
        assert compiled("card-1") is None
    assert "calculates with numpy" in caplog.text
    assert "no C compiler" in caplog.text


def test_a_compiler_that_fails_is_told(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "gcc"
    compiler.write_text("#!/bin/sh\necho no such option >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoKernel, match="no such option"):
        load()
    assert not list(cache.iterdir())


def test_all_members_of_the_struct_are_found() -> None:
    names = members()
    assert names[0] == "rows"
    assert names[-1] == "lateness_next"
    assert len(names) == len(set(names)) > 100
