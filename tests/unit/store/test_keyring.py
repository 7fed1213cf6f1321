"""The keyring: what is sealed opens in its place, with its key, unaltered, and nowhere else."""

import pytest

from service.domain.errors import SetupError
from service.store.keyring import Keyring, add_key, make_key_file, parse_keys

ONE, TWO = b"1" * 32, b"2" * 32


def test_a_sealed_value_opens_in_its_place():
    keyring = Keyring({1: ONE})
    assert keyring.open(keyring.seal(b"secret", "event/1"), "event/1") == b"secret"


@pytest.mark.parametrize(
    "tamper",
    [
        lambda sealed: (sealed, "event/2"),
        lambda sealed: (sealed[:-1] + bytes([sealed[-1] ^ 1]), "event/1"),
        lambda sealed: (sealed[:1] + bytes([sealed[1] ^ 1]) + sealed[2:], "event/1"),
        lambda sealed: (b"\x07" + sealed[1:], "event/1"),
    ],
    ids=["moved", "altered", "other nonce", "other key number"],
)
def test_what_was_tampered_with_does_not_open(tamper):
    keyring = Keyring({1: ONE})
    sealed, place = tamper(keyring.seal(b"secret", "event/1"))
    with pytest.raises(SetupError):
        keyring.open(sealed, place)


def test_one_value_sealed_twice_looks_different():
    keyring = Keyring({1: ONE})
    assert keyring.seal(b"x", "p") != keyring.seal(b"x", "p")


def test_a_new_key_seals_what_is_new_and_old_values_still_open():
    old = Keyring({1: ONE})
    sealed = old.seal(b"secret", "p")
    both = Keyring({1: ONE, 2: TWO})
    assert both.open(sealed, "p") == b"secret"
    assert both.seal(b"new", "p")[0] == 2
    assert both.fingerprint("MRN1") == old.fingerprint("MRN1"), "identifiers are still found again"


def test_fingerprints_do_not_run_together():
    keyring = Keyring({1: ONE})
    assert keyring.fingerprint("ab", "c") != keyring.fingerprint("a", "bc")


def test_the_key_file_is_its_owners_alone_and_is_not_overwritten(tmp_path):
    path = tmp_path / "folder" / "key"
    make_key_file(path)
    first = path.read_text()
    make_key_file(path)
    assert path.read_text() == first
    assert path.stat().st_mode & 0o077 == 0
    assert add_key(path) == 2
    assert sorted(parse_keys(path.read_text())) == [1, 2]


@pytest.mark.parametrize("text", ["", "1:short", "x:AAAA", "1:" + "A" * 8])
def test_keys_that_are_none_are_refused(text):
    with pytest.raises(SetupError):
        Keyring(parse_keys(text))
