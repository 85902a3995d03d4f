"""AS2: EDI over HTTP, signed, encrypted and receipted. A library; it knows no store, no pipeline and no settings.

`open_message` and `write_mdn` receive, `build_message`, `Sender` and `read_mdn` send. `cms` below stands on its own.
Source: RFC 4130 (AS2), RFC 5402 (compression), RFC 8551 (S/MIME), RFC 5652 (CMS), RFC 3798 (MDN).
"""

from gateway.transports.as2.addresses import mdn_url_allowed
from gateway.transports.as2.building import build_message
from gateway.transports.as2.cms.certificates import Certificate, Key, read_certificate
from gateway.transports.as2.dispositions import Disposition
from gateway.transports.as2.keys import certificate_pem, create_key, load_key, private_key_pem
from gateway.transports.as2.mdn import write_mdn
from gateway.transports.as2.mdn_reading import is_mdn, peek_original_message_id, read_mdn
from gateway.transports.as2.messages import Built, Expected, Headers, Mdn, MdnReading, MdnRequest, Opened
from gateway.transports.as2.opening import FindStation, open_message, signed_part
from gateway.transports.as2.send import Endpoint, Sender, Sent
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits, Policy, Station

__all__ = [
    "DEFAULT_LIMITS",
    "Built",
    "Certificate",
    "Disposition",
    "Endpoint",
    "Expected",
    "FindStation",
    "Headers",
    "Key",
    "Limits",
    "Mdn",
    "MdnReading",
    "MdnRequest",
    "Opened",
    "Policy",
    "Sender",
    "Sent",
    "Station",
    "build_message",
    "certificate_pem",
    "create_key",
    "is_mdn",
    "load_key",
    "mdn_url_allowed",
    "open_message",
    "peek_original_message_id",
    "private_key_pem",
    "read_certificate",
    "read_mdn",
    "signed_part",
    "write_mdn",
]
