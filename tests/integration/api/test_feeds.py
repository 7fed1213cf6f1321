"""Feeds in operation, as the API tells of them."""


def feeds(api, **more):
    return {each["name"]: each for each in api.ask("GET", "/v1/feeds", role="lead", **more).json()}


def test_a_feed_tells_what_it_brought_and_what_became_of_it(api, sample):
    api.send_hl7(sample("02"))
    api.send_hl7(sample("02"))
    api.send_hl7(sample("02").replace(b"|2.5.1", b"|9.9", 1))
    before = feeds(api)["generic-mdm"]
    assert (before["ever"]["waiting"], before["lag_seconds"] > 0) == (1, True)
    api.drain()
    told = feeds(api)["generic-mdm"]
    assert told["ever"] == {
        "received": 3,
        "refused": 1,
        "duplicates": 1,
        "reused": 1,
        "out_of_sequence": 0,
        "waiting": 0,
        "charted": 1,
        "no_charge": 0,
        "quarantined": 1,
        "discarded": 0,
    }
    assert told["last_day"] == told["ever"]
    assert (told["last_message_at"] is None, told["lag_seconds"], told["silent"]) == (False, 0, False)
    assert feeds(api, facility="east")["generic-mdm"]["ever"]["received"] == 0


def test_one_feed_is_told_hour_by_hour(api, sample):
    api.send_hl7(sample("02"))
    (hour,) = api.ask("GET", "/v1/feeds/generic-mdm", role="lead").json()["hours"]
    assert (hour["received"], hour["waiting"]) == (1, 1)
    assert api.ask("GET", "/v1/feeds/no-such", role="lead").status_code == 404


def test_a_feed_tells_which_numbers_of_its_senders_never_came(api, sample):
    for number in (b"4", b"7"):
        api.send_hl7(sample("02").replace(b"|P|2.5.1", b"|P|2.5.1|" + number, 1))
    told = api.ask("GET", "/v1/feeds/generic-mdm", role="lead").json()
    assert told["ever"]["out_of_sequence"] == 1
    assert [(link["last"], link["missing"]) for link in told["links"]] == [(7, "5-6")]
    assert api.ask("GET", "/v1/feeds/generic-oru", role="lead").json()["links"] == told["links"]
    assert api.ask("GET", "/v1/feeds/north-anesthesia", role="lead").json()["links"] == []
    east = api.ask("GET", "/v1/feeds/generic-mdm", role="lead", facility="east").json()
    assert east["links"] == []


def test_a_resource_counts_for_the_feed_that_takes_it(api, sample):
    headers = {"Content-Type": "application/fhir+json"}
    for body in (sample("procedure.json"), b"{"):
        api.ask("POST", "/fhir", role="feed", content=body, headers=headers)
    found = feeds(api)
    assert found["generic-fhir-procedure"]["ever"]["received"] == 1
    assert (found["-"]["ever"]["refused"], found["-"]["ever"]["quarantined"]) == (1, 1)
