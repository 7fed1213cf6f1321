"""The identity provider of a site: the file that says where it is, and what its claims mean here."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from service.domain.addresses import is_loopback
from service.domain.errors import MappingError
from service.domain.roles import ROLES
from service.domain.signing_in import OidcPlan
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.tables.tail import Part

_Text = Annotated[str, StringConstraints(pattern=r"^\S{1,255}$")]
_Facility = Annotated[str, StringConstraints(pattern=r"^(\*|[^*\s]{1,64})$")]
#: Signed with a private key, all of them: a public key can then never pass for a shared secret.
_Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class RolesForm(Part):
    """Which values of a claim give which roles."""

    claim: _Text
    map: dict[str, tuple[str, ...]]

    @field_validator("map")
    @classmethod
    def _known(cls, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if unknown := sorted({role for roles in given.values() for role in roles} - set(ROLES)):
            raise ValueError(f"there is no role {unknown[0]!r}: use {', '.join(ROLES)}")
        return given


class FacilityForm(Part):
    """Which value of a claim gives which facility; or one for all."""

    value: _Facility | None = None
    claim: _Text | None = None
    map: dict[str, _Facility] = Field(default_factory=dict)


class IdentityProviderForm(Part):
    """An OpenID provider."""

    format: Literal["oidc/1"]
    title: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,60}$")]
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")]
    client_id: _Text
    client_secret_file: str | None = None
    scope: str = "openid profile"
    hosts: tuple[str, ...] = ()
    algorithms: Annotated[tuple[_Algorithm, ...], Field(min_length=1)] = ("RS256", "ES256")
    user: _Text = "preferred_username"
    roles: RolesForm | None = None
    facility: FacilityForm
    require: dict[_Text, tuple[str, ...]] = Field(default_factory=dict)


def load_identity_provider(path: Path, secret: str = "") -> OidcPlan:
    """Read the file; MappingError says line and what is wrong. `secret` goes before client_secret_file."""
    form, lines = read_yaml(path, IdentityProviderForm)
    if fault := _fault(form, lines):
        raise fault
    if not secret and form.client_secret_file:
        secret = _secret(path.parent / form.client_secret_file, lines)
    facility = form.facility
    return OidcPlan(
        title=form.title,
        issuer=form.issuer,
        client_id=form.client_id,
        client_secret=secret,
        scope=form.scope,
        hosts=frozenset({urlsplit(form.issuer).hostname or "", *form.hosts}),
        algorithms=form.algorithms,
        user_claim=form.user,
        roles_claim=form.roles.claim if form.roles else "",
        roles=form.roles.map if form.roles else {},
        facility_claim=facility.claim or "",
        facilities=facility.map,
        facility=facility.value or "",
        demands={claim: frozenset(values) for claim, values in form.require.items()},
    )


def _fault(form: IdentityProviderForm, lines: Lines) -> MappingError | None:
    url = urlsplit(form.issuer)
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        return lines.error("must be https://: who somebody is must not be said in the clear", "issuer")
    if "openid" not in form.scope.split():
        return lines.error("must have openid in it", "scope")
    if bool(form.facility.value) == bool(form.facility.claim):
        return lines.error("give value, or claim and map", "facility")
    if bool(form.facility.claim) != bool(form.facility.map):
        return lines.error("claim and map belong together", "facility")
    return None


def _secret(path: Path, lines: Lines) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise lines.error(f"{path.name} cannot be read", "client_secret_file") from None
