"""Names that mean the same everywhere: URIs of parts, places, documents, handling units and vehicles.

Where GS1's own keys are known (a part's GTIN, a site's GLN, an SSCC with a right check digit) they are GS1 Digital
Link URIs; everything else is named under the house's own base, which should be a domain that the house owns.
"""

from __future__ import annotations

from urllib.parse import quote

from ledger.masterdata import MasterData

DEFAULT_BASE = "https://crossdock.example/"
GS1 = "https://id.gs1.org/"

_GTIN_QUALIFIERS = ("UK", "EN", "UP", "EO")
"""X12 data element 235: GTIN-14, EAN-13, UPC-12, EAN-8."""
_GTIN_LENGTHS = (8, 12, 13, 14)
_GLN_QUALIFIER = "UL"
"""X12 data element 66."""
_GLN_LENGTH = 13
_SSCC_LENGTH = 18


class Names:
    """Names by the master data in force. `base` ends with a slash."""

    def __init__(self, masterdata: MasterData, base: str = DEFAULT_BASE) -> None:
        self.masterdata = masterdata
        self.base = base if base.endswith("/") else f"{base}/"
        self._gtins: dict[str, str] = {}

    def own(self, sort: str, *parts: str) -> str:
        """`<base><sort>/<part>/<part>`, each part escaped."""
        return self.base + "/".join((sort, *(quote(part, safe="") for part in parts)))

    def part(self, part: str, *, lot: str = "", serial: str = "") -> str:
        """A part, a lot of it, or one piece of it. `part` is our number."""
        gtin = self._gtins.get(part)
        if gtin is None:
            gtin = self._gtins[part] = self._gtin(part)
        start = f"{GS1}01/{gtin}" if gtin else self.own("part", part)
        # GS1 Digital Link: AI 10 is the lot, AI 21 the serial; ours follow the same order.
        lot_name, serial_name = ("10", "21") if gtin else ("lot", "serial")
        return start + "".join(
            f"/{name}/{quote(value, safe='')}" for name, value in ((lot_name, lot), (serial_name, serial)) if value
        )

    def place(self, site: str, location: str = "") -> str:
        """A site, or a place in it."""
        known = self.masterdata.sites.get(site)
        for identifier in known.identifiers if known else ():
            qualifier, _, value = identifier.partition(":")
            if qualifier == _GLN_QUALIFIER and len(value) == _GLN_LENGTH and has_check_digit(value):
                # AI 414 is the physical location, AI 254 its extension component.
                return f"{GS1}414/{value}" + (f"/254/{quote(location, safe='')}" if location else "")
        return self.own("place", site, *([location] if location else []))

    def party(self, party: str) -> str:
        """A supplier or other owner by our id; "" is the house itself."""
        return self.own("party", party or "own")

    def handling_unit(self, label: str) -> str:
        """A pallet, box or container by its label."""
        if len(label) == _SSCC_LENGTH and has_check_digit(label):
            return f"{GS1}00/{label}"
        return self.own("handling-unit", label)

    def vehicle(self, vin: str) -> str:
        return self.own("vin", vin)

    def document(self, type_: str, number: str) -> str:
        """A business transaction (order, ship notice, work order ...) by the CBV type of it."""
        return self.own("document", type_, number)

    def _gtin(self, part: str) -> str:
        """The part's GTIN as fourteen digits, "" where it has none."""
        known = self.masterdata.parts.get(part)
        found = dict(reversed([alias.split(":", 1) for alias in known.aliases if ":" in alias])) if known else {}
        for qualifier in _GTIN_QUALIFIERS:
            value = found.get(qualifier, "")
            if len(value) in _GTIN_LENGTHS and has_check_digit(value):
                return value.zfill(14)
        return ""


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (GS1 General Specifications, 7.9)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    weighed = sum(int(digit) * (3, 1)[n % 2] for n, digit in enumerate(reversed(digits[:-1])))
    return (weighed + int(digits[-1])) % 10 == 0
