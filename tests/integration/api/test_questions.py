"""Asking a clinician: the line waits, the answer is documentation, and the mapping has the last word."""

import pytest

ELEMENT = "imaging.modality"
ANSWER = {"value": "fluoroscopy", "answered_by": "Dr. Uma Sample", "text": "Fluoroscopy, images stored."}


@pytest.fixture
def line(api, sample):
    """A line without a code: its note is silent about imaging."""
    assert api.send_hl7(sample("03")).status_code == 200
    api.drain()
    (line,) = api.lines()
    assert line["code"] == ""
    return line


def ask(api, line, element=ELEMENT, **more):
    return api.decide(line, "ask", {"element": element, "note": "bed 3"}, **more)


def tell(api, question, step="answer", body=ANSWER, **more):
    headers = {"If-Match": f'"{question["version"]}"'}
    path = f"/v1/questions/{question['id']}/{step}"
    return api.ask("POST", path, json=body, headers=headers, **more)


def show(api, line):
    return api.ask("GET", f"/v1/candidates/{line['id']}").json()


def questions(api, state="open", **more):
    return api.ask("GET", f"/v1/questions?state={state}", **more).json()["items"]


def amend(api, sample, said, says):
    """The note comes again, and says something else in one place."""
    body = sample("03").replace(b"|P|2.5.1", b"-2|P|2.5.1", 1).replace(said, says)
    assert api.send_hl7(body).status_code == 200
    api.drain()


def test_a_question_is_put_in_the_mappings_words_and_the_line_waits(api, line):
    asked = ask(api, line)
    assert asked.status_code == 201
    assert asked.headers["Location"] == f"/v1/questions/{asked.json()['id']}"
    (question,) = questions(api)
    assert question["wording"] == next(q["wording"] for q in line["questions"] if q["element"] == ELEMENT)
    assert (question["state"], question["note"], question["asked_by"]) == ("open", "bed 3", "coder of main")
    shown = show(api, line)
    assert (shown["status"], shown["asked"], shown["asked_questions"]) == ("waiting", 1, [question])


def test_the_form_of_the_answer_is_the_vocabularys(api, line):
    question = ask(api, line).json()
    shown = api.ask("GET", f"/v1/questions/{question['id']}")
    assert shown.headers["ETag"] == '"1"'
    form = shown.json()["form"]
    assert (form["type"], "fluoroscopy" in form["values"]) == ("choice", True)


def test_an_answer_charts_the_procedure_again_and_is_its_evidence(api, line):
    question = ask(api, line).json()
    answered = tell(api, question)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    api.drain()
    (new,) = api.lines()
    assert (new["status"], new["code"], new["asked"]) == ("proposed", "62323", 0)
    shown = show(api, new)
    (evidence,) = [each for each in shown["evidence"] if each["name"] == ELEMENT]
    assert evidence["source"] == {
        "path": "answer",
        "start": 0,
        "end": len(ANSWER["text"]),
        "text": ANSWER["text"],
        "event": question["id"],
    }
    (document,) = [each for each in shown["documents"] if each["format"] == "answer"]
    assert (document["event"], document["sender"]) == (question["id"], "Dr. Uma Sample")
    assert show(api, line)["status"] == "superseded"
    assert (shown["predecessor"], show(api, line)["predecessor"]) == (line["id"], "")


def test_the_answer_holds_when_the_message_comes_again(api, line, sample):
    tell(api, ask(api, line).json())
    api.drain()
    assert api.send_hl7(sample("03").replace(b"|P|2.5.1", b"-AGAIN|P|2.5.1", 1)).status_code == 200
    api.drain()
    assert [each["code"] for each in api.lines()] == ["62323"]


def test_an_answer_that_is_withdrawn_counts_no_more(api, line):
    answered = tell(api, ask(api, line).json()).json()
    api.drain()
    assert tell(api, answered, "withdraw", {"reason": "wrong patient"}).status_code == 200
    api.drain()
    (back,) = api.lines()
    assert (back["status"], back["code"]) == ("waiting", "")
    assert all(each["format"] != "answer" for each in show(api, back)["documents"])


def test_a_question_is_withdrawn_and_can_be_put_again(api, line):
    question = ask(api, line).json()
    assert tell(api, question, "withdraw", {"reason": "found it"}).json()["state"] == "withdrawn"
    shown = show(api, line)
    assert (shown["status"], shown["asked"]) == ("waiting", 0)
    assert ask(api, shown).status_code == 201


def test_one_thing_is_asked_for_once(api, line):
    ask(api, line)
    assert ask(api, show(api, line)).status_code == 409


@pytest.mark.parametrize(
    ("value", "says"),
    [("flouroscopy", "nearest: fluoroscopy"), (["ct", "mri"], "one value"), ([], "one value"), (7, "")],
    ids=repr,
)
def test_an_answer_must_be_of_the_vocabulary(api, line, value, says):
    answer = tell(api, ask(api, line).json(), body={**ANSWER, "value": value})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["location"], says in error["detail"]) == ("/value", True)


def test_what_cannot_be_determined_brings_no_code(api, line):
    question = ask(api, line).json()
    assert tell(api, question, body={**ANSWER, "value": "unable_to_determine"}).json()["value"] == []
    api.drain()
    (same,) = api.lines()
    assert (same["id"], same["status"], same["asked"]) == (line["id"], "waiting", 0)


def test_an_element_that_the_line_does_not_ask_for_is_not_asked(api, line):
    answer = ask(api, line, "catheter.disposition")
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (422, "/element")


def test_a_line_with_a_question_is_not_approved_and_a_rejected_one_waits_for_nothing(api, line):
    ask(api, line)
    coded = api.decide(show(api, line), "change", {"code": "62322", "reason": "as said"}).json()
    assert (coded["status"], coded["code"]) == ("waiting", "62322")
    refused = api.decide(coded, "approve")
    assert "clinician was asked" in refused.json()["detail"]
    rejected = api.decide(coded, "reject", {"reason": "not done"}).json()
    assert (rejected["status"], rejected["asked"], questions(api)) == ("rejected", 0, [])


def test_an_open_question_moves_to_the_line_that_takes_its_lines_place(api, line, sample):
    question = ask(api, line).json()
    amend(api, sample, b"L3-L4", b"L4-L5")
    (new,) = api.lines()
    assert new["id"] != line["id"]
    assert (new["asked"], new["status"]) == (1, "waiting")
    assert [(each["id"], each["candidate"]) for each in questions(api)] == [(question["id"], new["id"])]


def test_a_question_that_later_documentation_answers_is_overtaken(api, line, sample):
    question = ask(api, line).json()
    amend(api, sample, b"tolerated", b"was seen under fluoroscopic guidance, images stored, and tolerated")
    (new,) = api.lines()
    assert (new["code"], new["asked"], new["status"]) == ("62323", 0, "proposed")
    assert [each["id"] for each in questions(api, "overtaken")] == [question["id"]]
    assert questions(api) == []


def test_a_question_has_a_version_and_a_facility(api, line):
    question = ask(api, line).json()
    assert tell(api, {**question, "version": 7}).status_code == 412
    headers = {}
    path = f"/v1/questions/{question['id']}/answer"
    assert api.ask("POST", path, json=ANSWER, headers=headers).status_code == 428
    stranger = {"role": "coder", "facility": "south"}
    assert tell(api, question, **stranger).status_code == 404
    assert questions(api, **stranger) == []


def test_what_was_asked_and_said_is_audited_without_its_words(api, line):
    tell(api, ask(api, line).json())
    rows = api.ask("GET", "/v1/audit?limit=200", role="auditor").json()
    told = [(row["action"], row["actor"]) for row in rows if row["object_type"] == "question"]
    assert {("ask", "coder of main"), ("answer", "coder of main")} <= set(told)
    assert "luoroscopy" not in str(rows)
