"""Any order of arrival, with an approval in between at any place, ends in the same state.

Each kind of message tells one history in several versions. Every order of arrival of every history is played,
each for a patient of its own, side by side: the n-th messages of all are received and charted together.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass

import pytest

from service.domain.charge import CandidateStatus, ChargeKind
from service.domain.event import Arrival, Format
from service.domain.worklist import Filter
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.decide import Reviewer
from tests.integration.pipeline import histories
from tests.integration.pipeline.conftest import post_all, queue

FINAL = "62326"


@dataclass(frozen=True)
class Scene:
    """One order of arrival, and after how many messages somebody approves what is proposed; 0 = nobody."""

    patient: str
    order: tuple[int, ...]
    approved_after: int


def scenes(count, *, all_places):
    """Every order with an approval at every place; or, each order with one, at the next place each time."""
    orders = list(itertools.permutations(range(count)))
    places = range(count + 1)
    plan = (
        itertools.product(orders, places)
        if all_places
        else zip(orders, itertools.cycle(places), strict=False)
    )
    return [Scene(f"P{n}", order, after) for n, (order, after) in enumerate(plan)]


def receive(database, reader, bodies):
    arrivals = [
        Arrival(Format.HL7V2, "ANY|HOSP", "main", body.decode().split("|", 9)[8], f"C{number}", body, b"ACK")
        for number, body in bodies
    ]
    with database.transaction() as store:
        store.events.receive(arrivals)
    while chart(database, reader, batch=200, lease=60):
        pass


def by_patient(lines):
    found = defaultdict(list)
    for line in lines:
        found[line.content["context"]["patient_id"]].append(line)
    return found


def everything(database, *statuses):
    with database.transaction() as store:
        wanted = Filter(statuses=tuple(map(CandidateStatus, statuses)))
        return by_patient(store.worklist.page("*", wanted, limit=10_000).lines)


def approve_all(database, coder, lines):
    """Credits first: a charge that takes another's place comes after it."""
    with database.transaction() as store:
        for line in sorted(lines, key=lambda line: line.kind is ChargeKind.CHARGE):
            decide.approve(store, Reviewer(coder, line.id, line.version), "billing")


def net(database, lines):
    """Each code that billing holds for these approved lines, as often as it does."""
    held = defaultdict(int)
    with database.transaction() as store:
        for line in lines:
            for charge in store.charges.of_candidate(line.id):
                states = {posting.state for posting in store.postings.of_charge(charge.key)}
                if states != {"cancelled"}:
                    held[charge.code.value] += 1 if charge.kind is ChargeKind.CHARGE else -1
    return {code: count for code, count in held.items() if count}


def play(database, reader, coder, history, count):
    """Play all orders; gives the scenes and what was open at the end of each."""
    # One database is enough to play them all: the other proves that it does the same.
    played = scenes(count, all_places=database.engine.dialect.name == "sqlite")
    numbers = itertools.count()
    for step in range(count):
        receive(
            database,
            reader,
            [(next(numbers), history(scene.patient)[scene.order[step]]) for scene in played],
        )
        opened = everything(database, "proposed")
        seen = [scene for scene in played if scene.approved_after == step + 1]
        approve_all(database, coder, [line for scene in seen for line in opened[scene.patient]])
        post_all(database)
    return played, everything(database, "proposed", "waiting")


@pytest.mark.parametrize("history", histories.REISSUED)
def test_what_is_issued_again_is_charged_once_whatever_came_first(database, reader, coder, history):
    played, opened = play(database, reader, coder, history, 4)
    unseen = {str(shown(opened[scene.patient])) for scene in played if not scene.approved_after}
    assert unseen == {f"[('CG', '{FINAL}', False)]"}
    settle(database, coder, played, opened)
    for scene, held in what_is_held(database, played):
        assert held == {FINAL: 1}, scene


@pytest.mark.parametrize("history", histories.TAKEN_BACK)
def test_what_is_taken_back_is_not_charged_whatever_came_last(database, reader, coder, history):
    played, opened = play(database, reader, coder, history, 3)
    assert not [line for scene in played if not scene.approved_after for line in opened[scene.patient]]
    assert {line.kind for lines in opened.values() for line in lines} <= {ChargeKind.CREDIT}
    settle(database, coder, played, opened)
    for scene, held in what_is_held(database, played):
        assert held == {}, scene


def shown(lines):
    return [(line.kind.value, line.code, bool(line.corrects)) for line in lines]


def settle(database, coder, played, opened):
    """Approve what is open, and see that nothing is open after it."""
    approve_all(database, coder, [line for scene in played for line in opened[scene.patient]])
    post_all(database)
    assert queue(database) == []


def what_is_held(database, played):
    approved = everything(database, "approved")
    return [(scene, net(database, approved[scene.patient])) for scene in played]
