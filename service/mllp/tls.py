"""TLS 1.2 and newer for MLLP, in both directions: certificates out of files, read anew when these change."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509

from service.domain.errors import SetupError

_WARNING = timedelta(days=30)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where certificates stand (PEM); None = there is none."""

    certificate: Path | None = None  # our own, with the chain behind it
    key: Path | None = None  # of our certificate, not encrypted; None = in the same file
    authorities: Path | None = None  # who vouches for the other end

    def stamps(self) -> tuple[tuple[int, int], ...]:
        """What changes when a file does."""
        states = [path.stat() for path in (self.certificate, self.key, self.authorities) if path]
        return tuple((state.st_mtime_ns, state.st_size) for state in states)


class Tls:
    """Our end of TLS. A connection keeps what it began with; the next one gets what the files then say.

    Files that cannot be used any more change nothing, and are complained of: half of a new certificate
    may be in place.
    """

    def __init__(self, files: TlsFiles, make: Callable[[TlsFiles], ssl.SSLContext]) -> None:
        """Raises SetupError for files that cannot be used."""
        self._files = files
        self._make = make
        self._lock = threading.Lock()
        self._stamps: tuple[tuple[int, int], ...] = ()
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """What a connection that is made now begins with."""
        with self._lock:
            try:
                changed = self._files.stamps() != self._stamps
            except OSError:
                changed = True
            if changed:
                self._reread()
            return self._context

    def reread(self) -> None:
        """Read the files now, whether they changed or not."""
        with self._lock:
            self._reread()

    def _reread(self) -> None:
        try:
            self._context = self._read()
        except SetupError as error:
            log.error("certificates not read anew", reason=str(error))  # noqa: TRY400 - the text says it all
        else:
            log.info("certificates read anew")

    def _read(self) -> ssl.SSLContext:
        try:
            stamps = self._files.stamps()
            context = self._make(self._files)
            _tell_of_expiry(self._files)
        except (OSError, ValueError) as error:
            raise SetupError(f"TLS: {_reason(error, self._files)}") from None
        self._stamps = stamps
        return context


def server_tls(files: TlsFiles) -> Tls:
    """For a listener; with authorities, a peer must show a certificate that they vouch for."""
    return Tls(files, _server_context)


def client_tls(files: TlsFiles) -> Tls:
    """For a sender; without authorities, those of the system vouch for the receiver."""
    return Tls(files, _client_context)


def names_of(certificate: dict[str, object] | None) -> tuple[str, ...]:
    """Common names and alternative names of a peer's certificate, as the ssl module tells them."""
    told = certificate or {}
    subject, alternatives = told.get("subject", ()), told.get("subjectAltName", ())
    assert isinstance(subject, tuple)
    assert isinstance(alternatives, tuple)
    common = [value for part in subject for name, value in part if name == "commonName"]
    return tuple(dict.fromkeys([*common, *(value for _kind, value in alternatives)]))


def _server_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context, files)
    # A resumed session would let in a peer whose authority was struck off since.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    if files.authorities:
        context.load_verify_locations(files.authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _client_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and name
    _harden(context, files)
    if files.authorities:
        context.load_verify_locations(files.authorities)
    else:
        context.load_default_certs()
    return context


def _harden(context: ssl.SSLContext, files: TlsFiles) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.certificate:
        # Without a password here, an encrypted key would be asked for on the terminal.
        context.load_cert_chain(files.certificate, files.key, password="")


def expiry_of(certificate: Path) -> datetime:
    """When the first certificate of a file (PEM) ends; OSError or ValueError where there is none."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def _tell_of_expiry(files: TlsFiles) -> None:
    if not files.certificate:
        return
    ends = expiry_of(files.certificate)
    if ends < datetime.now(UTC) + _WARNING:
        log.warning("certificate expires", at=ends.isoformat())


def _reason(error: Exception, files: TlsFiles) -> str:
    if isinstance(error, ssl.SSLError) or not isinstance(error, OSError):
        named = ", ".join(str(path) for path in (files.certificate, files.key, files.authorities) if path)
        what = error.reason if isinstance(error, ssl.SSLError) and error.reason else "not PEM"
        return f"{named} cannot be used ({what.replace('_', ' ').lower()})"
    return f"{error.filename or 'a file'} cannot be read ({error.strerror})"
