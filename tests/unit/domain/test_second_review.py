"""Which approvals a second person must confirm."""

import pytest

from service.domain.second_review import SecondReview


@pytest.mark.parametrize(
    ("rule", "lot", "wanted"),
    [
        (SecondReview(), 0.0, False),
        (SecondReview(share=0.25), 0.249, True),
        (SecondReview(share=0.25), 0.25, False),
        (SecondReview(share=1.0), 0.999, True),
        (SecondReview(codes=frozenset({"62327"})), 0.999, True),
        (SecondReview(codes=frozenset({"62323"})), 0.0, False),
    ],
)
def test_a_listed_code_always_and_of_the_others_a_share(rule, lot, wanted):
    assert rule.wants("62327", lot) is wanted
