"""Settings: what an operator may set, by environment (CHARGE_CAPTURE_...) or by command-line option."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.domain.addresses import is_loopback
from service.domain.second_review import SecondReview

ENVIRONMENT = "CHARGE_CAPTURE_"
_REPOSITORY = Path(__file__).resolve().parents[1]
_LAST_PORT = 65535


def host_and_port(address: str) -> tuple[str, int]:
    """Split HOST:PORT (IPv6 in brackets); ValueError when it is not one."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        message = f"{address!r} is not HOST:PORT"
        raise ValueError(message)
    return host.strip("[]"), int(port)


def _checked_address(address: str) -> str:
    host_and_port(address)
    return address


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        message = "this is no http:// or https:// URL of a host"
        raise ValueError(message)
    return url


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        message = f"{name!r} is no IANA time zone"
        raise ValueError(message) from None
    return name


def _checked_sender(sender: str) -> str:
    application, bar, facility = sender.partition("|")
    if not (bar and application.strip() and facility.strip()) or "|" in facility:
        message = f"{sender!r} is not MSH-3|MSH-4; * stands for any"
        raise ValueError(message)
    return sender


_Address = Annotated[str, AfterValidator(_checked_address)]
_AnyAddress = Annotated[str, AfterValidator(lambda text: text and _checked_address(text))]
_AnyUrl = Annotated[str, AfterValidator(lambda text: text and _checked_url(text))]
_Sender = Annotated[str, AfterValidator(_checked_sender)]
_Zone = Annotated[str, AfterValidator(_checked_zone)]
_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class Settings(BaseSettings):
    """Every setting, with its default: the embedded service, one process and no other server."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT, frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="Folder of the embedded database and of the key file.")
    database_url: str = Field(
        "", description="postgresql://user:password@host/name. Empty: SQLite in the data folder."
    )
    broker_url: str = Field(
        "",
        description="redis://host:6379/0. Empty: an embedded worker, no broker.",
        pattern=r"^((rediss?|amqps?)://.+)?$",
    )
    key: SecretStr = Field(
        SecretStr(""), description="Encryption keys, NUMBER:BASE64 lines (32 bytes each). Before key_file."
    )
    key_file: Path | None = Field(
        None, description="File with the encryption keys. Empty: `key` in the data folder, made on first run."
    )
    mappings: Path = Field(_REPOSITORY / "mappings", description="Folder of the mappings.")
    site: dict[str, str] = Field(
        default_factory=dict, description='Answers to site switches, as JSON: {"t12_l1": "lumbar_sacral"}.'
    )
    auto_approve: Path | None = Field(
        None, description="YAML file of what may be approved without a person. Empty: nothing."
    )
    note_search: bool = Field(
        default=False, description="Find lines by the words of their notes: keeps a blind index of them."
    )
    ehrs: Path | None = Field(
        None, description="Folder of *.yaml, each of which describes a FHIR server to fetch from."
    )
    facility: str = Field(
        "main",
        description="Facility of messages whose feed names none.",
        pattern=r"^[^*\s]{1,64}$",  # * stands for all facilities
    )
    timezone: _Zone = Field(
        "UTC",
        description="IANA zone of days. Where it is given, feeds that name none read their times in it.",
    )
    http: _Address = Field("127.0.0.1:8080", description="HOST:PORT of the API and the page.")
    http_plain: bool = Field(
        default=False, description="Let people of other machines sign in at the page without TLS."
    )
    http_proxies: str = Field(
        "127.0.0.1", description="Addresses of proxies whose X-Forwarded-For and -Proto are believed."
    )
    public_url: _AnyUrl = Field(
        "", description="https://host under which people open the page. Empty: as they ask for it."
    )
    session_idle_seconds: _Seconds = Field(
        900.0, description="Silence of the person after which a session at the page is over."
    )
    session_seconds: _Seconds = Field(
        43_200.0, description="After which a session at the page is over, however active the person."
    )
    oidc: Path | None = Field(
        None, description="YAML file of the identity provider that people sign in with. Empty: none."
    )
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Client secret for oidc. Before client_secret_file in that file."
    )
    mllp: _Address = Field("127.0.0.1:2575", description="HOST:PORT of the HL7 listener.")
    mllp_certificate: Path | None = Field(
        None, description="PEM file of the listener's certificate, with its chain. Empty: no TLS."
    )
    mllp_key: Path | None = Field(
        None, description="PEM file of its key, not encrypted. Empty: it stands in mllp_certificate."
    )
    mllp_client_ca: Path | None = Field(
        None, description="PEM file of who vouches for senders: each must then show a certificate."
    )
    mllp_plain: bool = Field(
        default=False, description="Listen without TLS also on an address that other machines reach."
    )
    mllp_senders: dict[_Sender, tuple[str, ...]] = Field(
        default_factory=dict,
        description='Who may send, as JSON: {"MSH-3|MSH-4": ["name in certificate"]}; * is any. Empty: all.',
    )
    mllp_connections: int = Field(256, description="Most connections to the HL7 listener.", ge=1, le=10_000)
    mllp_idle_seconds: _Seconds = Field(3600.0, description="Silence after which a connection is closed.")
    watch: Path | None = Field(None, description="Folder from which HL7 files are taken, by serve.")
    billing: _AnyAddress = Field("", description="HOST:PORT that approved charges go to as DFT over MLLP.")
    billing_tls: bool = Field(default=False, description="Speak TLS with `billing`, and check who it is.")
    billing_ca: Path | None = Field(
        None, description="PEM file of who vouches for `billing`. Empty: the authorities of the system."
    )
    billing_certificate: Path | None = Field(
        None, description="PEM file of our own certificate for `billing`, where it asks for one."
    )
    billing_key: Path | None = Field(None, description="PEM file of its key. Empty: in billing_certificate.")
    billing_server_name: str = Field("", description="Name in the certificate of `billing`. Empty: its host.")
    billing_fhir: _AnyUrl = Field("", description="Base URL that approved charges go to as ChargeItem.")
    billing_fhir_token: SecretStr = Field(SecretStr(""), description="Bearer token for billing_fhir.")
    billing_folder: Path | None = Field(
        None, description="Folder that approved charges go to, as one batch file (FHS/BHS) a day."
    )
    answer_timeout: _Seconds = Field(30.0, description="Seconds to wait for billing's answer.")
    second_review_share: float = Field(
        0.0, description="Share of approvals, by lot, that a second person must confirm.", ge=0, le=1
    )
    second_review_codes: list[Annotated[str, Field(pattern=r"^[0-9A-Z]{5}$")]] = Field(
        default_factory=list,
        description='Codes whose approval a second person must always confirm, as JSON: ["62327"].',
    )
    undo_seconds: float = Field(
        10.0, description="How long an approval waits for its being undone before it is posted.", ge=0, le=300
    )
    lease: _Seconds = Field(60.0, description="Seconds after which a worker that fell silent loses its rows.")
    sweep_seconds: _Seconds = Field(5.0, description="How often rows that a broker forgot are looked for.")
    sample_every: int = Field(
        100,
        description="One of so many messages of a feed is held against the rules of HL7. 0: none.",
        ge=0,
    )
    frame_limit: int = Field(
        16 * 1024 * 1024, description="Largest message, in bytes.", ge=1024, le=256 * 1024 * 1024
    )
    frame_seconds: _Seconds = Field(30.0, description="From the first byte of an MLLP frame to its last.")

    @model_validator(mode="after")
    def _one_billing(self) -> Self:
        if sum(map(bool, (self.billing, self.billing_fhir, self.billing_folder))) > 1:
            message = "set one of billing, billing_fhir, billing_folder: a charge would be posted twice"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _whole_tls(self) -> Self:
        tls_of_billing = (self.billing_ca, self.billing_certificate, self.billing_key)
        if (self.mllp_key or self.mllp_client_ca) and not self.mllp_certificate:
            message = "mllp_key and mllp_client_ca are of no use without mllp_certificate"
            raise ValueError(message)
        if any(self.mllp_senders.values()) and not self.mllp_client_ca:
            message = "mllp_senders names certificates, and without mllp_client_ca nobody shows one"
            raise ValueError(message)
        if (any(tls_of_billing) or self.billing_server_name) and not self.billing_tls:
            message = "billing_ca, _certificate, _key and _server_name are of no use without billing_tls"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _reachable_page(self) -> Self:
        parts = urlsplit(self.public_url)
        if self.public_url and (parts.path.strip("/") or parts.query or parts.fragment or parts.username):
            message = "public_url is a host, and a port where needed: no path, no query"
            raise ValueError(message)
        if parts.scheme == "http" and not (is_loopback(parts.hostname or "") or self.http_plain):
            message = "public_url must be https://, or http_plain must say that the network is private"
            raise ValueError(message)
        if self.oidc and not self.public_url and not is_loopback(host_and_port(self.http)[0]):
            message = "oidc needs public_url: where the identity provider sends people back to"
            raise ValueError(message)
        return self

    @property
    def zone_of_times(self) -> str:
        """In which feeds that name no zone read their times; "" = nobody says where the site is."""
        return self.timezone if "timezone" in self.model_fields_set else ""

    @property
    def embedded(self) -> bool:
        """Whether the worker runs inside the serving process."""
        return not self.broker_url

    @property
    def second_review(self) -> SecondReview:
        """Which approvals a second person must confirm."""
        return SecondReview(self.second_review_share, frozenset(self.second_review_codes))
