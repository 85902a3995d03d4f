"""How CMS content can be wrong, as one exception with a closed list of codes. Caught inside this library."""

from __future__ import annotations

from typing import Literal

from gateway.errors import PartnerMistake

CmsCode = Literal[
    "malformed",
    "unsupported",
    "not-allowed",
    "decryption-failed",
    "decompression-failed",
    "digest-differs",
    "signature-invalid",
]
"""`malformed`: not the structure it should be. `unsupported`: an algorithm that nobody here reads. `not-allowed`: one
that this partner may not use. `digest-differs`: the content is not what was signed. `signature-invalid`: no signature
by a certificate that we believe."""


class CmsMistake(PartnerMistake):
    """`code` is a `CmsCode`; `text` is for our own people."""

    code: CmsCode

    def __init__(self, code: CmsCode, text: str) -> None:
        super().__init__(code, text)
