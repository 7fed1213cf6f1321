"""Certificates made when a test needs them: authorities, servers, clients, good ones and bad ones."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from service.mllp import TlsFiles


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternatives(names):
    kinds = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    return x509.SubjectAlternativeName(kinds)


def _pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(name, self._key, [], days=365, ca=True)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def issue(self, common_name, alternatives=(), *, days=365, stem=""):
        """Files of a new certificate; its name in the folder is `stem`, or the common name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(common_name, key, alternatives, days=days)
        path, key_path = (self.folder / f"{stem or common_name}{suffix}" for suffix in (".pem", ".key"))
        path.write_bytes(certificate.public_bytes(Encoding.PEM))
        key_path.write_bytes(_pem(key))
        return TlsFiles(path, key_path, self.path)

    def _sign(self, common_name, key, alternatives, *, days, ca=False):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if alternatives:
            builder = builder.add_extension(_alternatives(alternatives), critical=False)
        return builder.sign(self._key, hashes.SHA256())
