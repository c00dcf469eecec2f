"""Who signs. A certified seal server takes the place of the development key by one setting."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter

FIELD = "Seal"
KEY_FILE, CERTIFICATE_FILE = "key.pem", "certificate.pem"
DEVELOPER = "城管学堂开发签章（不具法律效力）"
YEARS = 10
RESERVED = 8192  # hexadecimal digits for the signature; left to itself pyHanko signs twice to find out how many
KINDS: dict[str, Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 3072),
}


class SealProvider(Protocol):
    def seal(self, pdf: bytes, *, reason: str) -> bytes:
        """The document with a PAdES signature in the field `Seal`; the bytes before it stay as they were."""


class DevelopmentSeal:
    """A self-signed key from the folder SEAL_FOLDER, made at set-up."""

    def __init__(self):
        folder = Path(settings.SEAL_FOLDER)
        if not (folder / KEY_FILE).exists():
            raise ImproperlyConfigured(f"No signing key in {folder}: run `make setup`, or name another SEAL_PROVIDER.")
        self.signer = SimpleSigner.load(str(folder / KEY_FILE), str(folder / CERTIFICATE_FILE))

    def seal(self, pdf: bytes, *, reason: str) -> bytes:
        about = PdfSignatureMetadata(
            field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", reason=reason
        )
        signer = PdfSigner(about, signer=self.signer)
        # pyHanko runs an event loop of its own, which a thread that already has one refuses.
        with ThreadPoolExecutor(1) as pool:
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
            return pool.submit(signer.sign_pdf, writer, bytes_reserved=RESERVED).result().getvalue()


@cache
def provider() -> SealProvider:
    """One for the life of the process: reading the key costs more than signing with it."""
    return import_string(settings.SEAL_PROVIDER)()


def make_key(folder: Path, kind: str = "p256") -> bool:
    """A development key and its certificate, unless there are some."""
    if (folder / KEY_FILE).exists():
        return False
    key = KINDS[kind]()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / CERTIFICATE_FILE).write_bytes(_self_signed(key).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / KEY_FILE).touch(mode=0o600)
    (folder / KEY_FILE).write_bytes(private)
    return True


def _self_signed(key) -> x509.Certificate:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEVELOPER)]), datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
