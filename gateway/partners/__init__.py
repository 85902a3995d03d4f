"""Partners and agreements: `partners/<id>/partner.yaml` as frozen values, found by every identity they carry.

Reads and checks; holds no secrets (they are references) and knows nothing of transports or documents.
"""

from __future__ import annotations

from gateway.partners.as2 import As2Terms, Certificate, Required
from gateway.partners.own import OwnKey, OwnKeys, read_own_keys
from gateway.partners.reading import read_partner, read_partners
from gateway.partners.registry import Partners
from gateway.partners.sftp import Pickup, Push, SftpTerms
from gateway.partners.values import (
    DAYS,
    Agreement,
    Collecting,
    Delivery,
    Expected,
    Identities,
    Kind,
    Partner,
    Terms,
    X12Terms,
)

__all__ = [
    "DAYS", "Agreement", "As2Terms", "Certificate", "Collecting", "Delivery", "Expected", "Identities", "Kind",
    "OwnKey", "OwnKeys", "Partner", "Partners", "Pickup", "Push", "Required", "SftpTerms", "Terms", "X12Terms",
    "read_own_keys", "read_partner", "read_partners",
]  # fmt: skip
