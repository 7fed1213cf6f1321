"""The judge: the real service between a played EHR, a robot that approves, and billing that misbehaves.

It is killed and started again meanwhile. Then five ledgers are held against each other: what was sent and
acknowledged, what is stored, the candidates, the approvals, and what billing booked, net for each FT1-2.
`python -m tests.judge --seed 7` prints one line, and repeats that run.
"""

import argparse
import hashlib
import random
import shutil
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from service.commands.logs import configure_logs
from service.commands.sink import Sink
from service.commands.sink_modes import AMBIGUOUS, REFUSING, Mixture, read_mix
from service.domain.charge import PostingState
from service.domain.errors import PostingError
from service.mllp import Connection
from service.store.ledger import draw_up
from service.store.tables import candidate, charge, decision, event, posting
from tests.integration.pipeline.conftest import report
from tests.mortal import embedded, running, scaled_out, stored
from tests.programs import REPOSITORY
from tests.service_process import wait_until

#: A slow answer of this billing system holds up those on its other connections: two workers meet none.
SIDE_BY_SIDE = "aa=12,ae=1,ar=1,busy=2,silent=1,cut-before=1,cut-after=1,garbage=1,wrong-id=1,two-acks=1"
MIX = "aa=12,ae=1,ar=1,busy=2,silent=1,slow=1,cut-before=1,cut-after=1,garbage=1,wrong-id=1,two-acks=1"
SECONDS = 0.5  # that an answer may take, and on a busy machine takes
STOPPED = "the service stopped while sending"
_DONE = (409, 428)
_OF_LINE = charge.c.candidate_id == candidate.c.id


@dataclass(frozen=True)
class Step:
    """One message of the EHR, and what is documented of its order after it."""

    body: bytes = field(repr=False)
    order: str
    code: str  # "" = none: not documented enough, or cancelled


@dataclass
class Verdict:
    """What the ledgers say."""

    lost: int = 0
    dup: int = 0
    missing: int = 0
    unknown: int = 0
    explained: int = 0
    stuck: int = 0
    notes: list = field(default_factory=list)

    @property
    def holds(self):
        return not (self.lost or self.dup or self.missing or self.stuck) and self.unknown == self.explained

    def line(self, seed):
        return (
            f"lost={self.lost} dup={self.dup} missing={self.missing} "
            f"unknown={self.unknown}/{self.explained} stuck={self.stuck} seed={seed}"
        )


def steps_of(chance, orders):
    """Messages about so many orders: some not enough, some corrected, some cancelled, some sent twice."""
    streams = []
    for number in range(orders):
        steps = [_step(number, 0, incomplete=chance.random() < 0.2)]
        later = range(1, chance.choice((1, 1, 2, 3)))
        steps += [_step(number, version, cancelled=chance.random() < 0.3) for version in later]
        if chance.random() < 0.3:
            steps.insert(1, steps[0])
        streams.append(steps)
    merged = []
    while streams:
        stream = chance.choice(streams)
        merged.append(stream.pop(0))
        streams = [each for each in streams if each]
    return merged


def _step(number, version, *, incomplete=False, cancelled=False):
    guided = version % 2 == 0
    said = {"imaging__modality": "" if incomplete else "fluoroscopy" if guided else "none"}
    body = report(
        f"{number:04}-{version}",
        status="X" if cancelled else "F",
        time=f"202701100900{version:02}",
        patient=f"P{number}",
        **said,
    ).replace(b"ORDER-1", f"ORDER-{number}".encode())
    code = "" if incomplete or cancelled else "62327" if guided else "62326"
    return Step(body, f"ORDER-{number}", code)


class Run:
    """A run under way."""

    def __init__(self, folder, deployment, seed, *, dedupe, kills, orders, mix, seconds):
        self.deployment = deployment
        self.chance = random.Random(seed)
        self.steps = steps_of(self.chance, orders)
        at = range(1, len(self.steps))
        self.kills = dict.fromkeys(self.chance.sample(at, min(kills, len(at))))
        for number, step in enumerate(self.kills):  # each kind of process in turn
            self.kills[step] = deployment.victims[number % len(deployment.victims)]
        self.is_killing = False
        self.acked, self.approved, self.blocked = [], set(), set()
        self.environment = {
            "CHARGE_CAPTURE_LEASE": str(2 * seconds),
            "CHARGE_CAPTURE_ANSWER_TIMEOUT": str(seconds),
            "CHARGE_CAPTURE_SWEEP_SECONDS": "0.2",
            "CHARGE_CAPTURE_MAPPINGS": str(_mappings(folder, dedupe=dedupe)),
        }
        self.sink = Sink(mixture=Mixture(read_mix(mix), seed), dedupe=dedupe, delay=1.8 * seconds)

    @property
    def running(self):
        """The service, wherever it runs since it was last killed."""
        return self.deployment.running

    def go(self):
        """Everything, until nothing moves any more."""
        with self.sink, running(self.deployment, self.sink.port, self.environment):
            for number, step in enumerate(self.steps):
                with self._perhaps_killed(number):
                    self._send(step)
                    self._approve()
            self._settle_down()

    @contextmanager
    def _perhaps_killed(self, number):
        """Kill a process within this step, at a moment of chance, and start it again after it."""
        if number not in self.kills:
            yield
            return
        victim = self.kills[number]
        timer = threading.Timer(self.chance.uniform(0.0, 0.08), self.deployment.kill, [victim])
        self.is_killing = True
        timer.start()
        yield
        timer.join()
        self.deployment.revive(victim)
        self.is_killing = False
        if self.steps[number].body not in self.acked:
            self._send(self.steps[number])

    def _send(self, step):
        try:
            with Connection(*self.running.mllp, answer_timeout=10) as connection:
                answer = connection.exchange(step.body)
        except PostingError:
            return
        if b"MSA|AA|" in answer or b"MSA|CA|" in answer:
            self.acked.append(step.body)

    def _approve(self):
        """Approve whatever can be approved now."""
        try:
            for line in self.running.candidates():
                answer = self.running.decide(line, "approve")
                if answer.status == 200:
                    self.approved.add(line["id"])
                elif answer.status in _DONE:
                    self.blocked.add(line["id"])
        except (OSError, ValueError):
            return  # it was killed
        except KeyError:  # a problem for an answer, as its database was killed; else it is a bug
            if not self.is_killing:
                raise

    def _settle_down(self):
        def still():
            self._approve()
            sums = self.running.sums()
            waits = sums["messages"]["received"] + sums["postings"]["sending"] + len(self._on_their_way())
            open_lines = [line for line in self.running.candidates() if line["id"] not in self.blocked]
            return not waits and not open_lines

        wait_until(still, "nothing moves any more")

    def _on_their_way(self):
        """What is pending, and waits for no credit that a person must see to first."""
        shown = self.running.ask(
            "GET", "/v1/postings?state=pending&state=refused&state=unknown&limit=200"
        ).json
        seen_to = {each["charge"] for each in shown if each["state"] != "pending"}
        return [each for each in shown if each["state"] == "pending" and each["waits_for"] not in seen_to]


def judge(run):
    """Hold the ledgers against each other; the service is down."""
    verdict = Verdict()
    with stored(run.deployment) as database:
        with database.look() as store:
            connection = store.transaction.connection
            _judge_intake(run, connection, verdict)
            _judge_candidates(run, store, connection, verdict)
            _judge_approvals(run, connection, verdict)
            _judge_billing(run, connection, verdict)
        with database.connection() as connection:
            checks = draw_up(connection, run.deployment.keyring).checks
    broken = [check.name for check in checks if not check.holds]
    verdict.lost += len(broken)
    verdict.notes += broken
    return verdict


def _judge_intake(run, connection, verdict):
    stored = Counter(connection.scalars(select(event.c.digest)))
    sent = {hashlib.sha256(body).hexdigest() for body in run.acked}
    verdict.lost += len(sent - stored.keys())
    verdict.dup += sum(count - 1 for count in stored.values())
    verdict.stuck += len(connection.execute(select(event.c.id).where(event.c.state == "received")).all())


def _judge_candidates(run, store, connection, verdict):
    """What stands for each order, charged or proposed, is what its last message documents."""
    expected = {step.order: step.code for step in run.steps}
    lines = {order: [] for order in expected}
    procedures = {}
    for (identifier,) in connection.execute(select(candidate.c.id)):
        line = store.candidates.get(identifier, "*")
        order = line.content["context"]["order_number"]
        procedures[order] = line.procedure_id
        lines[order].append(line)
    for order, code in expected.items():
        live = {line.code for line in lines[order] if line.live and line.kind == "CG" and line.code}
        going = any(line.live and line.corrects for line in lines[order])
        standing = {str(each.code) for _, each in store.charges.standing(procedures.get(order, ""))}
        found = live if going and live else set() if going else standing | live
        if found != ({code} if code else set()):
            verdict.missing += 1
            verdict.notes.append(f"{order}: {code or 'nothing'} documented, {sorted(found)} stands")


def _judge_approvals(run, connection, verdict):
    approve = select(decision.c.candidate_id).where(decision.c.verdict == "approve")
    decided = Counter(connection.scalars(approve))
    verdict.lost += len(run.approved - decided.keys())
    verdict.dup += sum(count - 1 for count in decided.values())


def _judge_billing(run, connection, verdict):
    booked = Counter(line.transaction_id for line in run.sink.charges)
    met = {}
    for control_id, mode in run.sink.met:
        met.setdefault(control_id, []).append(mode)
    rows = {row.charge_key: row for row in connection.execute(select(posting))}
    for row in rows.values():
        times, modes = booked[row.charge_key], met.get(row.control_id, [])
        verdict.dup += max(0, times - 1)
        is_unknown = row.state == PostingState.UNKNOWN
        verdict.unknown += is_unknown
        is_explained = _is_unsettled(modes) or (is_unknown and row.note == STOPPED)
        verdict.explained += is_explained
        if is_unknown != is_explained:
            verdict.notes.append(
                f"{row.charge_key}: {row.state}, {row.note!r}, after {list(map(str, modes))}"
            )
        verdict.missing += row.state == PostingState.POSTED and not times
        verdict.dup += bool(times) and row.state in (PostingState.REFUSED, PostingState.CANCELLED)
        credit = rows.get(row.waits_for)
        is_held_back = credit and credit.state in (PostingState.REFUSED, PostingState.UNKNOWN)
        verdict.stuck += row.state in (PostingState.PENDING, PostingState.SENDING) and not is_held_back
    verdict.dup += sum(key not in rows for key in booked)
    _judge_net(connection, booked, verdict)


def _judge_net(connection, booked, verdict):
    """Each order is one service: what billing booked of it, less its credits, is one charge at most."""
    net = Counter()
    of_line = select(charge.c.key, charge.c.kind, candidate.c.procedure_id)
    for key, kind, procedure in connection.execute(of_line.join_from(charge, candidate, _OF_LINE)):
        net[procedure] += (1 if kind == "CG" else -1) * (booked[key] > 0)
    for procedure, count in net.items():
        if not 0 <= count <= 1:
            verdict.dup += 1
            verdict.notes.append(f"{procedure}: billing holds {count} charges of it")


def _is_unsettled(modes):
    """Whether billing settled nothing: it said nothing at last, or refused a repeat of what it may have."""
    if not modes or modes[-1] in AMBIGUOUS:
        return bool(modes)
    return modes[-1] in REFUSING and not AMBIGUOUS.isdisjoint(modes)


def _mappings(folder, *, dedupe):
    """The shipped mappings, with a billing system that is tried again soon."""
    copied = shutil.copytree(REPOSITORY / "mappings", folder / "mappings")
    path = copied / "destinations" / "billing.yaml"
    text = path.read_text().split("deduplicates_on:")[0]
    on = "msh10" if dedupe else "none"
    patience = "{first: 0.1, longest: 0.5, attempts: 50, open_after: 1000}"
    path.write_text(f"{text}deduplicates_on: {on}\npatience: {patience}\n")
    return copied


def run_and_judge(
    folder, seed, *, deployed=embedded, dedupe=False, kills=2, orders=16, mix=MIX, seconds=SECONDS
):
    """One run; gives its verdict."""
    how = {"dedupe": dedupe, "kills": kills, "orders": orders, "mix": mix, "seconds": seconds}
    with deployed(folder) as deployment:
        run = Run(folder, deployment, seed, **how)
        run.go()
        return judge(run)


def main():
    """Judge one seed, or several; exit 1 when a ledger does not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1, help="this seed and those after it")
    parser.add_argument("--orders", type=int, default=40)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--dedupe", action="store_true", help="billing recognises repeats by MSH-10")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="to wait for an answer of billing")
    parser.add_argument("--mix", help="how billing behaves: aa=6,silent=1")
    parser.add_argument("--scaled-out", action="store_true", help="on PostgreSQL and Valkey, killed as well")
    given = parser.parse_args()
    configure_logs()  # to stderr: on stdout stands the verdict alone
    holds = True
    for seed in range(given.seed, given.seed + given.runs):
        with tempfile.TemporaryDirectory() as folder:
            deployed = scaled_out if given.scaled_out else embedded
            how = {name: getattr(given, name) for name in ("dedupe", "kills", "orders", "mix", "seconds")}
            how["mix"] = given.mix or (SIDE_BY_SIDE if given.scaled_out else MIX)
            verdict = run_and_judge(Path(folder), seed, deployed=deployed, **how)
        print(verdict.line(seed), *verdict.notes, sep="\n  ")
        holds &= verdict.holds
    sys.exit(not holds)


if __name__ == "__main__":
    main()
