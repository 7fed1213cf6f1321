"""propose: what is given is answered, whatever stands before it or beside it."""

import codecs
import json

from typer.testing import CliRunner

from service.__main__ import app
from tests.programs import REPOSITORY


def test_a_byte_order_mark_makes_no_hl7_of_json(tmp_path):
    sample = REPOSITORY / "docs" / "samples" / "fhir" / "procedure.json"
    (tmp_path / "marked.json").write_bytes(codecs.BOM_UTF8 + sample.read_bytes())
    done = CliRunner().invoke(app, ["propose", str(tmp_path / "marked.json")])
    (told,) = map(json.loads, done.output.splitlines())
    assert (told["feed"], told["ack"]["code"]) == ("generic-fhir-procedure", "AA")


def test_a_line_that_no_parser_can_follow_is_told_of_and_the_others_are_answered(tmp_path):
    lines = ["[" * 100_000, "{", '{"id": "a", "elements": {"status": "completed"}}']
    (tmp_path / "elements.jsonl").write_text("\n".join(lines))
    done = CliRunner().invoke(app, ["propose", "--elements", str(tmp_path / "elements.jsonl")])
    answers = [json.loads(line)["ack"]["code"] for line in done.output.splitlines()]
    assert answers == ["AE", "AE", "AA"]
