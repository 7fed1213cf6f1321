"""What is counted of sign-ins, on both databases."""

import pytest

from service.domain.signing_in import Way
from service.store.sign_ins import Bucket

NAME = Bucket("name", "carla", 2)


def test_failures_make_the_next_attempt_wait_longer_and_longer_and_are_forgotten(database, clock):
    waits = []
    for _ in range(11):
        with database.transaction() as store:
            waits.append(store.sign_ins.take([NAME]))
        clock.now += waits[-1]
        if waits[-1]:
            with database.transaction() as store:
                assert store.sign_ins.take([NAME]) == 0
    assert waits[:3] == [0, 0, 1]
    assert waits[3:] == [2, 4, 8, 16, 32, 60, 60, 60]
    with database.transaction() as store:
        assert store.sign_ins.take([NAME]) == 60
        assert store.sign_ins.take([Bucket("name", "dora", 2)]) == 0
    clock.now += 3601
    with database.transaction() as store:
        assert store.sign_ins.take([NAME]) == 0


def test_what_waits_is_not_counted_and_what_succeeds_counts_no_longer(database):
    with database.transaction() as store:
        assert [store.sign_ins.take([NAME]) for _ in range(6)] == [0, 0, 1, 1, 1, 1]
        store.sign_ins.forgive(NAME)
        assert store.sign_ins.take([NAME]) == 0
        store.sign_ins.forget(NAME)
        assert [store.sign_ins.take([NAME]) for _ in range(3)] == [0, 0, 1]


def test_a_state_is_spent_once(database):
    with database.transaction() as store:
        assert store.sign_ins.spend("state", "a", good_for=600)
    with database.transaction() as store:
        assert not store.sign_ins.spend("state", "a", good_for=600)
        assert store.sign_ins.spend("state", "b", good_for=600)
        assert store.sign_ins.spend("logout", "a", good_for=600)


#: Who is signed in: user, way, and what the provider calls its session.
HERE = {
    "carla 1": ("carla", Way.OIDC, "p-1"),
    "carla 2": ("carla", Way.OIDC, "p-2"),
    "carla ?": ("carla", Way.OIDC, ""),
    "carla by token": ("carla", Way.TOKEN, ""),
    "dora 1": ("dora", Way.OIDC, "p-1"),
    "dora ?": ("dora", Way.OIDC, ""),
}


@pytest.mark.parametrize(
    ("name", "session", "ended"),
    [
        ("carla", "p-1", {"carla 1", "carla ?"}),
        ("carla", "", {"carla 1", "carla 2", "carla ?"}),
        ("", "p-1", {"carla 1", "dora 1"}),
        ("carla", "p-3", {"carla ?"}),
        ("", "p-3", set()),
    ],
)
def test_the_provider_ends_what_it_names_and_what_that_may_be(database, name, session, ended):
    with database.transaction() as store:
        for each in ("carla", "dora"):
            store.users.add(each, frozenset({"coder"}), "main", by="test")
        ids = {
            label: store.sessions.begin(
                store.users.named(user), way, lasts=60, idle=60, origin="", at_provider=("https://one", sid)
            )
            for label, (user, way, sid) in HERE.items()
        }
    with database.transaction() as store:
        store.sessions.end_at_provider(None, ("https://another", "p-1"))
    with database.transaction() as store:
        store.sessions.end_at_provider(store.users.named(name) if name else None, ("https://one", session))
    with database.look() as store:
        left = {label for label, each in ids.items() if store.sessions.find(each, idle=60)}
    assert left == set(HERE) - ended


def test_sums_count_up(database):
    for outcome in ("refused", "refused", "signed-in"):
        with database.transaction() as store:
            store.sign_ins.tally("password", outcome)
    with database.look() as store:
        assert store.sign_ins.sums() == {("password", "refused"): 2, ("password", "signed-in"): 1}
