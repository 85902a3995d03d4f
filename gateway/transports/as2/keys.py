"""Our own keys: made, stored encrypted, read back. Works on bytes; the caller owns files and passphrases."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.errors import OperatorMistake
from gateway.transports.as2.cms.certificates import RSA_BITS_MIN, Key, read_certificate

COMMON_NAME_MAX = 64
"""Source: RFC 5280 appendix A, ub-common-name."""


def create_key(name: str, *, valid_from: datetime, valid_to: datetime, bits: int = 2048) -> Key:
    """A new RSA key with a self-signed certificate for `CN=<name>`, fit to sign and to be encrypted to.

    Raises OperatorMistake for fewer than 2048 bits, a name that is empty or too long, and dates in the wrong order.
    """
    if bits < RSA_BITS_MIN:
        raise OperatorMistake(f"a key of {bits} bits is too short", mend=f"make it {RSA_BITS_MIN} or more")
    if not 0 < len(name) <= COMMON_NAME_MAX:
        raise OperatorMistake(f"the certificate's name must have 1 to {COMMON_NAME_MAX} characters")
    if valid_from >= valid_to:
        raise OperatorMistake("the certificate would end before it begins", mend="give a later end")
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    identifier = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(private, hashes.SHA256())
    )
    return Key(read_certificate(certificate.public_bytes(serialization.Encoding.DER)), private)


def private_key_pem(key: Key, passphrase: bytes) -> bytes:
    """The private key as encrypted PKCS#8 PEM. Raises OperatorMistake if the passphrase is empty."""
    if not passphrase:
        raise OperatorMistake("a private key is never stored in clear", mend="give a passphrase")
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def certificate_pem(key: Key) -> bytes:
    """The certificate as PEM, to give to partners."""
    certificate = x509.load_der_x509_certificate(key.certificate.der)
    return certificate.public_bytes(serialization.Encoding.PEM)


def load_key(
    private_pem: bytes,
    certificate: bytes,
    passphrase: bytes,
    *,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    file: str = "",
) -> Key:
    """Read a stored key and its certificate; the dates narrow the certificate's own.

    Raises OperatorMistake for a wrong passphrase, a key in clear, no key, or a certificate of another key.
    """
    mend = "keep it as encrypted PKCS#8 PEM (openssl pkcs8 -topk8 -v2 aes-256-cbc)"
    try:
        private = serialization.load_pem_private_key(private_pem, passphrase)
    except TypeError as error:
        # The library's way to say that a passphrase was given and none is needed, or the reverse.
        raise OperatorMistake("the private key is stored in clear", file=file, mend=mend) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        mend = "check the passphrase, and that the file is a private key in PEM"
        raise OperatorMistake("the private key cannot be read", file=file, mend=mend) from error
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise OperatorMistake("the private key is neither RSA nor ECDSA", file=file, mend="make an RSA key")
    own = read_certificate(certificate, valid_from=valid_from, valid_to=valid_to, file=file)
    if own.public_key != private.public_key():
        raise OperatorMistake("key and certificate do not belong together", file=file, mend="pair them again")
    return Key(own, private)
