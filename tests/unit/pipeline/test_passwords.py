"""Passwords: what may be one, what fits one, and a hash that is of yesterday."""

import pytest
from argon2 import PasswordHasher

from service.domain.errors import UnusablePassword
from service.pipeline.passwords import Passwords

CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
WORDS = "correct horse battery"


@pytest.fixture
def passwords():
    return Passwords(PasswordHasher(**CHEAP))


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 257, "aaaaaaaaaaaaaaaa", "abababababababab", "Carla.Coder12345"]
)
def test_what_anybody_could_guess_is_no_password(passwords, password):
    with pytest.raises(UnusablePassword):
        passwords.hashed("carla.coder", password)


def test_the_hash_is_argon2id_and_another_one_each_time(passwords):
    one, two = passwords.hashed("carla", WORDS), passwords.hashed("carla", WORDS)
    assert one.startswith("$argon2id$")
    assert one != two
    assert passwords.match(one, WORDS)
    assert not passwords.match(one, WORDS + " ")


def test_nobodys_password_is_none_not_even_the_one_it_is_compared_with(passwords):
    assert not passwords.match(None, WORDS)
    assert not passwords.match(None, "nobody has this password")
    assert not passwords.match("no hash", WORDS)


def test_an_accent_is_the_same_however_a_keyboard_spells_it(passwords):
    hashed = passwords.hashed("carla", "caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait 7")
    assert passwords.match(hashed, "cafe\N{COMBINING ACUTE ACCENT} au lait 7")


def test_a_hash_of_weaker_parameters_is_made_anew(passwords):
    stronger = Passwords(PasswordHasher(**CHEAP | {"time_cost": 2}))
    hashed = passwords.hashed("carla", WORDS)
    renewed = stronger.renewed(hashed, WORDS)
    assert renewed
    assert stronger.match(renewed, WORDS)
    assert stronger.renewed(renewed, WORDS) is None


def test_what_is_used_by_default_is_what_the_rfc_recommends():
    used = PasswordHasher()
    assert (used.time_cost, used.memory_cost, used.parallelism) >= (3, 65536, 4)
