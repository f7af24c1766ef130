"""``shared.link.keys``, and the counting of refused connections in ``zap``."""

import stat
from pathlib import Path

import pytest

from shared.link import KeyFileError, keys, load_or_make_keys
from shared.link.zap import MAX_ADDRESSES, QUIET_S, RefusedConnections


def test_a_pair_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "centre.key"
    pair = keys.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.load(path) == keys.load_or_create(path) == pair
    assert keys.load_public(tmp_path / "centre.pub") == keys.load_public(path) == pair.public
    assert pair.secret.decode() not in repr(pair)
    assert pair.secret not in (tmp_path / "centre.pub").read_bytes()


def test_a_folder_of_keys_is_made(tmp_path: Path) -> None:
    pair = load_or_make_keys(tmp_path / "keys", "centre")
    assert load_or_make_keys(tmp_path / "keys", "centre") == pair
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    keys.create(tmp_path / "a.key")
    with pytest.raises(KeyFileError, match="exists"):
        keys.create(tmp_path / "a.key")


def test_a_readable_key_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    keys.create(path)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        keys.load(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"public x\nsecret y\n", b"a b c\n"])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"a\.key"):
        keys.load(path)
    with pytest.raises(KeyFileError):
        keys.load_public(path)


def test_halves_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    one, other = keys.make(), keys.make()
    path = tmp_path / "a.key"
    path.write_bytes(b"public %s\nsecret %s\n" % (one.public, other.secret))
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="not a key pair"):
        keys.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (keys.load, keys.load_public):
        with pytest.raises(KeyFileError, match="nothere"):
            read(tmp_path / "nothere.key")
    with pytest.raises(KeyFileError):
        load_or_make_keys(Path("/dev/null/keys"), "x")


def test_refusals_of_one_address_are_reported_once_in_a_quiet_period() -> None:
    refusals = RefusedConnections()
    assert [refusals.count("a", now) for now in (0.0, 1.0, 2.0)] == [1, 0, 0]
    assert refusals.count("b", 2.0) == 1
    assert refusals.count("a", QUIET_S + 1) == 3
    assert refusals.total == 5


def test_refusals_of_many_addresses_cost_bounded_memory() -> None:
    refusals = RefusedConnections()
    for number in range(MAX_ADDRESSES + 10):
        assert refusals.count(str(number), 0.0) == 1
    assert len(refusals._by_address) == MAX_ADDRESSES
