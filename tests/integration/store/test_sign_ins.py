"""What is counted of sign-ins, on both databases."""

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
        assert store.sign_ins.spend("a", good_for=600)
    with database.transaction() as store:
        assert not store.sign_ins.spend("a", good_for=600)
        assert store.sign_ins.spend("b", good_for=600)


def test_sums_count_up(database):
    for outcome in ("refused", "refused", "signed-in"):
        with database.transaction() as store:
            store.sign_ins.tally("password", outcome)
    with database.look() as store:
        assert store.sign_ins.sums() == {("password", "refused"): 2, ("password", "signed-in"): 1}
