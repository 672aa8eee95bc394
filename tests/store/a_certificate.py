"""A certificate authority made for one test, and a server on loopback that it vouches for."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


def authority(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """File of the authority, and the context of a server at 127.0.0.1 with a certificate by it."""
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate(name, key, name, key, x509.BasicConstraints(ca=True, path_length=None))
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    ours = certificate("node", own, name, key, here)
    paths = [folder / f"{name}-{part}.pem" for part in ("ca", "node", "key")]
    for path, one in zip(paths, (ca, ours), strict=False):
        path.write_bytes(one.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[2].write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paths[1], paths[2])
    return paths[0], context


def certificate(name: str, key: Key, by: str, signer: Key, extension: x509.ExtensionType) -> x509.Certificate:
    """One that is good for a day."""
    now, names = datetime.now(UTC), [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by)]
    made = x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    issued = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    for one in (extension, issued, x509.SubjectKeyIdentifier.from_public_key(key.public_key())):
        made = made.add_extension(one, critical=False)
    return made.sign(signer, hashes.SHA256())
