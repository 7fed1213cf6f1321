"""FHIRPath: an expression that cannot work is found out when the feed is loaded."""

import re
from dataclasses import replace

import pytest

from service.domain.errors import MappingError, UnreadableInput
from service.domain.feed import ElementPaths
from service.fhir import Extractor


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("status..", id="no FHIRPath"),
        pytest.param("code coding", id="words after the expression"),
        pytest.param("code.coding.where(system='a'", id="an open bracket"),
        pytest.param("code.coding[0", id="an open index"),
        pytest.param("'x", id="an open string"),
        pytest.param("", id="nothing"),
        pytest.param("text.div", id="a keyword without its backticks"),
        pytest.param("code.frobnicate()", id="an unknown function"),
        pytest.param("%nobody.name", id="an unknown variable"),
    ],
)
def test_a_feed_with_a_path_that_cannot_work_is_not_loaded(feed, expression):
    with pytest.raises(MappingError, match=f"FHIRPath.*: {re.escape(expression)}$"):
        Extractor(replace(feed, elements=(ElementPaths("status", (expression,)),)), frozenset())


def test_data_that_defeat_a_path_are_unreadable_and_not_quoted(read, procedure, feed):
    feed = replace(feed, elements=(ElementPaths("status", ("code.text.toInteger() + subject.display",)),))
    with pytest.raises(UnreadableInput) as error:
        read(
            procedure(code={"text": "12"}, subject={"reference": "Patient/1", "display": "Testperson"}), feed
        )
    assert "Testperson" not in str(error.value)


def test_what_an_expression_computes_is_found_again_by_the_expression_itself(
    read_one, procedure, feed, values
):
    feed = replace(feed, elements=(ElementPaths("status", ("status.upper()",)),))
    assert values(read_one(procedure(), feed)) == [("status", "COMPLETED", "Procedure.status.upper()")]
