"""The file of the identity provider: what is wrong in it is said, with its line."""

import pytest

from service.domain.errors import MappingError
from service.mapping import load_identity_provider
from tests.identity_provider import CONFIGURATION

FILE = CONFIGURATION.format(url="https://login.example/realms/x")


def read(folder, text, secret=""):
    path = folder / "oidc.yaml"
    path.write_text(text)
    return load_identity_provider(path, secret)


def test_a_file_that_is_as_it_should_be(tmp_path):
    (tmp_path / "client-secret").write_text("s3cret\n")
    plan = read(tmp_path, FILE)
    assert (plan.issuer, plan.client_secret, plan.hosts) == (
        "https://login.example/realms/x",
        "s3cret",
        {"login.example"},
    )
    assert plan.roles == {"coders": ("coder",), "leads": ("coder", "lead")}
    assert "s3cret" not in repr(plan)
    assert read(tmp_path, FILE, "of the environment").client_secret == "of the environment"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://login", "http://login", r"oidc.yaml:4: must be https://"),
        ("[coder]", "[kodierer]", "there is no role 'kodierer'"),
        ("{value: main}", "{value: main, claim: site, map: {a: b}}", "give value, or claim and map"),
        ("{value: main}", "{claim: site}", "claim and map belong together"),
        ("{value: main}", "{}", "give value, or claim and map"),
        ("client_secret_file", "scope: profile\nclient_secret_file", "must have openid"),
        ("client_secret_file", "algorithms: [HS256]\nclient_secret_file", "'HS256' is not one of"),
        ("client_secret_file", "algorithms: [none]\nclient_secret_file", "'none' is not one of"),
        ("client-secret", "elsewhere", "elsewhere cannot be read"),
        ("title", "titel", "titel"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, said):
    (tmp_path / "client-secret").write_text("s3cret")
    with pytest.raises(MappingError, match=said):
        read(tmp_path, FILE.replace(old, new, 1))
