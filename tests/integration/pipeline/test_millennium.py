"""Charges by operations of a vendor: every answer, lost ones too, and never twice whatever is sent again."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome, Patience
from service.domain.charge import ChargeKind, PostingState
from service.fhir import ChargeItemClient
from service.fhir.millennium import KeyAttribute, MillenniumSite
from service.pipeline import decide
from service.pipeline.post import post
from service.posting.millennium import MillenniumChargeItem
from service.store.users import User
from tests.integration.pipeline.conftest import CONTEXT, a_line, approve
from tests.played_server import played

EXTENSION = "https://fhir-ehr.cerner.com/r4/StructureDefinition/"
SITE = MillenniumSite("T1", {}, KeyAttribute("17", "Charge key"))
ENCOUNTER = "Encounter/9"
LEAD = User("lea", frozenset({"lead"}), "main")
PATIENCE = Patience(first=1.0, longest=1.0, attempts=3, repeats=3, open_after=100)
ROUNDS = 12  # twice as many as anything here waits for
REPEATS = {**SAFE_ACTIONS, Behaviour.NO_ANSWER: Outcome.RETRY}
POSTED, PENDING, REFUSED, UNKNOWN = (
    PostingState.POSTED,
    PostingState.PENDING,
    PostingState.REFUSED,
    PostingState.UNKNOWN,
)


class Server:
    """Makes, offsets and replaces items; what it does and says of the next calls can be planned."""

    def __init__(self, *, recognises_repeats=False):
        self.items = {}
        self.calls = []
        self.plans = []  # of operations: "lost", "lost before", or a status to answer without doing it
        self.search = None  # a status that searches are answered with
        self.recognises = recognises_repeats
        self._done = set()

    def answer(self, method, path, _headers, body):
        if method == "GET":
            return self._searched(parse_qs(urlsplit(path).query))
        self.calls.append(path)
        plan = self.plans.pop(0) if self.plans else None
        if plan not in (None, "lost"):
            return None if plan == "lost before" else (plan, {"resourceType": "OperationOutcome"}, {})
        status = self._operated(path, {each["name"]: each for each in json.loads(body)["parameter"]})
        return None if plan == "lost" else (status, None, {"Location": "elsewhere"})

    def _searched(self, asked):
        if self.search:
            return self.search, {"resourceType": "OperationOutcome"}, {}
        assert (asked["context"], asked["-status"]) == ([ENCOUNTER], ["billable"])
        entries = [{"resource": item} for item in self.items.values()]
        return 200, {"resourceType": "Bundle", "type": "searchset", "entry": entries}, {}

    def _operated(self, path, said):
        transaction = said["transactionId"]["valueUuid"]
        if self.recognises and transaction in self._done:
            return 200
        self._done.add(transaction)
        if path.endswith("$create"):
            self.add(said["chargeItem"]["resource"])
            return 200
        item = self.items[path.split("/")[-2]]
        if path.endswith("$credit"):
            assert said["versionId"]["valueId"] == item["meta"]["versionId"]
        else:
            self.add(said["chargeItem"]["resource"])
        by = {"url": f"{EXTENSION}offset-by", "valueReference": {"reference": "ChargeItem/0"}}
        item["extension"].append(by)
        return 201

    def add(self, resource):
        number = str(len(self.items) + 1)
        self.items[number] = {"extension": [], **resource, "id": number, "meta": {"versionId": "1"}}

    @property
    def standing(self):
        """Codes of the items that stand."""
        return sorted(
            item["code"]["coding"][0]["code"]
            for item in self.items.values()
            if not any(each["url"].endswith("offset-by") for each in item["extension"])
        )

    @property
    def operations(self):
        return [path.rsplit("/", 1)[1] for path in self.calls]


@pytest.fixture
def server():
    with played(Server()) as running:
        yield running


@pytest.fixture
def run(database, clock, server):
    """Post until nothing moves, through all that is waited for; gives the states, in order of approval."""
    clients = []

    def run_all(site=SITE, patience=PATIENCE, **how):
        client = ChargeItemClient(server.url, token=None, timeout=5, allowed_hosts={"127.0.0.1"})
        clients.append(client)
        way = {"billing": MillenniumChargeItem(client, patience, site, **how)}
        for _ in range(ROUNDS):
            clock.now += 2
            post(database, way, lease=60)
        with database.transaction() as store:
            found = store.postings.page("*", states=[state.value for state in PostingState], limit=50)
        return [posting.state for posting in found]

    yield run_all
    for client in clients:
        client.close()


def in_encounter(line_of, **more):
    references = {"patient_reference": "Patient/1", "encounter_reference": ENCOUNTER}
    return line_of(content={"context": {**CONTEXT, **references}}, **more)


@pytest.fixture
def charge(database, put, coder):
    """An approved charge."""
    (line,) = put(in_encounter(a_line))
    approve(database, coder, line)
    return line


@pytest.fixture
def correct(database, put, coder, charge):
    """Approve what corrects the charge: another code, or nothing in its place."""

    def correct_it(code="62323"):
        kind = {} if code else {"kind": ChargeKind.CREDIT, "code": "62327"}
        (line,) = put(in_encounter(a_line, **{"code": code, **kind}, corrects=charge.id))
        approve(database, coder, line)

    return correct_it


def send_again(database):
    """What a lead does with what is unknown or refused; charges of one message go together."""
    with database.transaction() as store:
        while waiting := store.postings.page("*", states=["unknown", "refused"], limit=1):
            decide.settle(store, LEAD, waiting[0].id, PENDING, "not seen in billing")


@pytest.mark.usefixtures("charge")
def test_a_charge_is_created_once(run, server):
    assert run() == [POSTED]
    assert (server.operations, server.standing) == (["$create"], ["62327"])


@pytest.mark.usefixtures("charge")
@pytest.mark.parametrize(
    ("plan", "state"),
    [
        (400, REFUSED),
        (404, REFUSED),
        (409, REFUSED),
        (422, REFUSED),
        (401, POSTED),  # after it was mended
        (403, POSTED),
        (429, POSTED),
        (503, POSTED),
        (412, UNKNOWN),
        (500, UNKNOWN),
        (502, UNKNOWN),
        (202, UNKNOWN),
        ("lost before", UNKNOWN),
        ("lost", POSTED),  # it was found there by its key
    ],
)
def test_each_answer_to_a_create(run, server, plan, state):
    server.plans = [plan]
    assert run() == [state]
    assert server.standing == (["62327"] if state is POSTED else [])
    assert server.operations == ["$create"] * (2 if plan in (401, 403, 429, 503) else 1)


@pytest.mark.usefixtures("charge")
def test_where_no_attribute_keeps_our_key_silence_is_for_a_person_at_once(run, server):
    server.plans = ["lost"]
    assert run(MillenniumSite("T1", {})) == [UNKNOWN]
    assert server.operations == ["$create"]


@pytest.mark.usefixtures("charge")
def test_a_server_that_recognises_repeats_is_sent_the_same_again(database, run, server):
    server.recognises = True
    server.plans = ["lost before", 500, "lost"]
    assert run(MillenniumSite("T1", {}), actions=REPEATS) == [UNKNOWN], "three repeats, then a person"
    send_again(database)
    assert run(MillenniumSite("T1", {}), actions=REPEATS) == [POSTED]
    assert (server.operations, server.standing) == (["$create"] * 4, ["62327"])


@pytest.mark.usefixtures("charge")
def test_nothing_is_looked_for_where_nothing_could_be_found(run, server):
    server.recognises, server.search = True, 404
    server.plans = ["lost"]
    assert run(MillenniumSite("T1", {}), actions=REPEATS) == [POSTED]
    assert (server.operations, server.standing) == (["$create"] * 2, ["62327"])


@pytest.mark.parametrize("plans", [(409, 412, 409, 412), ()], ids=["changed meanwhile", "not shown"])
def test_what_is_a_matter_of_one_charge_does_not_have_the_server_let_be(run, correct, server, plans):
    run()
    server.plans = list(plans)
    if not plans:
        server.items.clear()
    correct("")
    found = run(patience=replace(PATIENCE, attempts=6, open_after=2))
    assert found == [POSTED, POSTED if plans else REFUSED], "it is not paused in between"


@pytest.mark.usefixtures("charge")
def test_what_may_be_there_is_looked_for_until_it_can_be(run, server):
    server.plans, server.search = ["lost"], 503
    assert run() == [PENDING], "it cannot be looked for yet"
    server.search = None
    assert run() == [POSTED]
    assert (server.operations, server.standing) == (["$create"], ["62327"])


@pytest.mark.usefixtures("charge")
def test_what_a_lead_sends_again_is_sent_where_it_is_not_there(database, run, server):
    server.plans = ["lost before"]
    assert run() == [UNKNOWN]
    send_again(database)
    assert run() == [POSTED]
    assert server.standing == ["62327"]


@pytest.mark.parametrize("modifies", [False, True])
def test_a_posted_charge_is_credited_once(run, correct, server, modifies):
    run()
    correct("")
    assert run(modifies=modifies) == [POSTED, POSTED]
    assert (server.operations, server.standing) == (["$create", "$credit"], [])


@pytest.mark.parametrize(
    ("modifies", "operations"), [(False, ["$create", "$credit", "$create"]), (True, ["$create", "$modify"])]
)
def test_a_correction_is_a_credit_and_a_charge_or_one_modify(run, correct, server, modifies, operations):
    run()
    correct()
    assert run(modifies=modifies) == [POSTED, POSTED, POSTED]
    assert (server.operations, server.standing) == (operations, ["62323"])


@pytest.mark.parametrize("modifies", [False, True])
@pytest.mark.parametrize(
    ("plan", "states", "standing"),
    [
        ("lost", [POSTED, POSTED], ["62323"]),
        (409, [POSTED, POSTED], ["62323"]),  # changed meanwhile: looked at again
        (412, [POSTED, POSTED], ["62323"]),
        (429, [POSTED, POSTED], ["62323"]),
        (503, [POSTED, POSTED], ["62323"]),
        (422, [REFUSED, PENDING], ["62327"]),
        (500, [UNKNOWN, PENDING], ["62327"]),
        ("lost before", [UNKNOWN, PENDING], ["62327"]),
    ],
)
def test_each_answer_to_a_correction(run, correct, server, plan, states, standing, modifies):
    """What is refused or unknown of a pair is so of both; of a credit alone, the new charge waits for it."""
    run()
    correct()
    server.plans = [plan]
    assert run(modifies=modifies) == [POSTED, states[0], states[0] if modifies else states[1]]
    assert server.standing == standing


@pytest.mark.parametrize("modifies", [False, True])
def test_a_lead_sends_a_correction_again_and_it_happens_once(database, run, correct, server, modifies):
    run()
    correct()
    server.plans = ["lost before"]
    run(modifies=modifies)
    send_again(database)
    assert set(run(modifies=modifies)) == {POSTED}
    assert server.standing == ["62323"]


def test_an_item_that_somebody_took_back_there_is_not_taken_back_again(run, correct, server):
    run()
    server.items["1"]["extension"].append({"url": f"{EXTENSION}offset-by"})
    correct("")
    assert run() == [POSTED, POSTED]
    assert server.operations == ["$create"]


@pytest.mark.parametrize("modifies", [False, True])
def test_a_charge_of_which_several_items_were_made_is_corrected_by_a_person(run, correct, server, modifies):
    run()
    server.add({**server.items["1"]})
    correct("" if not modifies else "62323")
    assert set(run(modifies=modifies)[1:]) == {REFUSED}
    assert server.operations == ["$create"]


def test_a_charge_whose_item_is_not_shown_yet_is_looked_for_again_and_then_shown_to_a_person(
    database, run, correct, server
):
    run()
    made = server.items.pop("1")
    correct("")
    assert run() == [POSTED, REFUSED]
    send_again(database)
    server.items["1"] = made
    assert run() == [POSTED, POSTED]
    assert (server.operations, server.standing) == (["$create", "$credit"], [])


def test_charges_of_one_visit_are_created_one_by_one_where_corrections_are_modified(
    database, put, coder, run, server
):
    lines = put(in_encounter(a_line), in_encounter(a_line, slot="drug-units", code="J1030"))
    for line in lines:
        approve(database, coder, line)
    assert run(modifies=True) == [POSTED, POSTED]
    assert (server.operations, server.standing) == (["$create"] * 2, ["62327", "J1030"])


def test_a_search_that_does_not_show_all_settles_nothing(run, correct, server):
    run()
    correct("")
    whole = Server.answer

    def paged(method, path, headers, body):
        status, content, told = whole(server, method, path, headers, body)
        if method == "GET":
            content["link"] = [{"relation": "next", "url": "elsewhere"}]
        return status, content, told

    server.answer = paged
    assert run() == [POSTED, REFUSED]
    assert server.operations == ["$create"]
