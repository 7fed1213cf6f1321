"""Postings, listed."""

from tests.integration.api.test_stream import put
from tests.integration.pipeline.conftest import a_line


def test_the_list_goes_on_where_a_page_ends(api):
    put(api, *(a_line(code=code) for code in ("62320", "62321", "62322")))
    for line in api.lines():
        assert api.decide(line, "approve").status_code == 200
    first = api.ask("GET", "/v1/postings?state=pending&state=posted&limit=2")
    path = first.links["next"]["url"].removeprefix(str(api.client.base_url))
    second = api.ask("GET", path)
    charges = [posting["charge"] for page in (first, second) for posting in page.json()]
    assert charges == [charge["key"] for charge in api.ask("GET", "/v1/charges").json()]
    assert "next" not in second.links
    assert "next" not in api.ask("GET", "/v1/postings?state=pending&limit=4").links
