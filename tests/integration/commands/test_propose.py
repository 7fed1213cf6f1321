"""propose --elements: each line is answered, whatever stands in the others."""

import json

from typer.testing import CliRunner

from service.__main__ import app
from tests.shipped import shipped_mappings


def test_a_line_that_no_parser_can_follow_is_told_of_and_the_others_are_answered(tmp_path, monkeypatch):
    monkeypatch.setattr("service.commands.propose.load", lambda *_: shipped_mappings())
    lines = ["[" * 100_000, "{", '{"id": "a", "elements": {"status": "completed"}}']
    (tmp_path / "elements.jsonl").write_text("\n".join(lines))
    done = CliRunner().invoke(app, ["propose", "--elements", str(tmp_path / "elements.jsonl")])
    answers = [json.loads(line)["ack"]["code"] for line in done.output.splitlines()]
    assert answers == ["AE", "AE", "AA"]
