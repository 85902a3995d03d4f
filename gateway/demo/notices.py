"""X12 as the demo's partners write it: the supplier's ship notices (856), and acknowledgments (997) of what we sent.

Written by hand, segment by segment, since no partner uses our writer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.demo.world import OUR_ID, PLANT, SUPPLIER_ID, ZONE

ORDER_A, ORDER_B = "4500017", "4500018"
SHIPMENT, SHIPMENT_B, SHIPMENT_C = "0000457", "0000458", "0000459"

ECU_PACKS = (
    ("1JUN555010417000001", ("BW24-100231", "BW24-100232", "BW24-100233", "BW24-100234")),
    ("1JUN555010417000002", ("BW24-100235", "BW24-100236", "BW24-100237", "BW24-100238")),
)
HARNESS_PACK, CALIPER_PACK, BOLT_PACK = "1JUN555010417000003", "1JUN555010417000004", "1JUN555010417000005"
HARNESS_LOT = "L2611A"

Segment = Sequence[str]


def ship_notice(local: datetime) -> bytes:
    """Two orders in one truck; every item stands in its pack, serials with their unit, a lot, a box of bolts."""
    first, second = ECU_PACKS
    tree: list[Segment] = [
        ("HL", "2", "1", "O"), ("PRF", ORDER_A),
        *_pack(3, 2, first[0], "ECU-4410", "BW-77810", "10", "4", "EA", serials=first[1]),
        *_pack(5, 2, second[0], "ECU-4410", "BW-77810", "10", "4", "EA", serials=second[1]),
        *_pack(7, 2, HARNESS_PACK, "HRN-0815", "BW-20815", "20", "240", "EA", lot=HARNESS_LOT),
        ("HL", "9", "1", "O"), ("PRF", ORDER_B),
        *_pack(10, 9, CALIPER_PACK, "BRK-2207-L", "BW-52207", "10", "60", "EA", cumulative="60"),
        *_pack(12, 9, BOLT_PACK, "BLT-M8X40", "BW-00840", "20", "10", "BX"),
    ]  # fmt: skip
    return _interchange(SUPPLIER_ID, 101, "SH", _notice(SHIPMENT, local - timedelta(minutes=14), local, tree), local)


def ship_notice_with_wrong_part(local: datetime) -> bytes:
    """A second notice minutes later: one good line, and one where two digits of the part number changed places."""
    tree: list[Segment] = [
        ("HL", "2", "1", "O"), ("PRF", ORDER_B),
        *_item(3, 2, "BRK-2207-L", "BW-52207", "10", "20", "EA", cumulative="80"),
        *_item(4, 2, "BRK-2270-L", "BW-52270", "10", "20", "EA"),
    ]  # fmt: skip
    return _interchange(SUPPLIER_ID, 102, "SH", _notice(SHIPMENT_B, local - timedelta(minutes=4), local, tree), local)


def ship_notice_with_wrong_cumulative(local: datetime) -> bytes:
    """The last twenty calipers: with them a hundred were shipped, and the supplier counts ninety."""
    tree: list[Segment] = [
        ("HL", "2", "1", "O"), ("PRF", ORDER_B),
        *_item(3, 2, "BRK-2207-L", "BW-52207", "10", "20", "EA", cumulative="90"),
    ]  # fmt: skip
    return _interchange(SUPPLIER_ID, 103, "SH", _notice(SHIPMENT_C, local - timedelta(minutes=2), local, tree), local)


def functional_ack(number: int, interchange: bytes, now: datetime) -> bytes:
    """The partner's 997 for an interchange that it got from us: everything accepted."""
    sender, group_id, group, sets = read_group(interchange)
    body: list[Segment] = [("ST", "997", "0001"), ("AK1", group_id, group)]
    for set_id, control in sets:
        body += [("AK2", set_id, control), ("AK5", "A")]
    body.append(("AK9", "A", str(len(sets)), str(len(sets)), str(len(sets))))
    return _interchange(sender, number, "FA", body, now.astimezone(ZoneInfo(ZONE)))


def read_group(interchange: bytes) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Who got it (GS03), GS01, GS06 and (ST01, ST02) of each document, as a partner's own translator reads them."""
    text = interchange.decode("latin-1")
    element = re.escape(text[3])
    group = re.search(rf"GS{element}(\w+){element}\w+{element}(\w+){element}\d+{element}\d+{element}(\d+)", text)
    if group is None:
        raise AssertionError("an interchange of ours has a group")
    sets = re.findall(rf"(?:^|[{re.escape(text[105])}\s])ST{element}(\w+){element}(\w+)", text)
    return group[2], group[1], group[3], sets


def read_set_id(interchange: bytes) -> str:
    """ST01 of its first document."""
    return read_group(interchange)[3][0][0]


def _notice(shipment: str, shipped: datetime, created: datetime, tree: Sequence[Segment]) -> list[Segment]:
    arrives = created + timedelta(minutes=20)
    return [
        ("ST", "856", "0001"),
        ("BSN", "00", shipment, f"{created:%Y%m%d}", f"{created:%H%M}"),
        ("DTM", "011", f"{shipped:%Y%m%d}", f"{shipped:%H%M}", "ET"),
        ("DTM", "017", f"{arrives:%Y%m%d}", f"{arrives:%H%M}", "ET"),
        ("HL", "1", "", "S"),
        ("TD1", "PLT71", "5"),
        ("TD5", "B", "2", "JBHT", "M"),
        ("TD3", "TL", "", "16762"),
        ("REF", "BM", f"BOL8{shipment[-4:]}"),
        ("REF", "PK", shipment),
        ("N1", "ST", "", "92", PLANT),
        ("N1", "SF", "", "1", SUPPLIER_ID),
        *tree,
        ("CTT", str(sum(segment[0] == "HL" for segment in tree) + 1)),
    ]


def _pack(
    level: int, order: int, label: str, part: str, vendor: str, line: str, quantity: str, unit: str,
    *, cumulative: str = "", lot: str = "", serials: Sequence[str] = (),
) -> list[Segment]:  # fmt: skip
    """A pack under its order, and the item in it."""
    segments: list[Segment] = [("HL", str(level), str(order), "P"), ("REF", "LS", label)]
    segments += _item(level + 1, level, part, vendor, line, quantity, unit, cumulative=cumulative)
    if lot:
        segments.append(("REF", "LT", lot))
    segments += [("REF", "SE", serial) for serial in serials]
    return segments


def _item(
    level: int, parent: int, part: str, vendor: str, line: str, quantity: str, unit: str, *, cumulative: str = ""
) -> list[Segment]:
    """One item; `cumulative` is SN104, "" where the supplier does not say it."""
    amount = ("SN1", "", quantity, unit)
    return [
        ("HL", str(level), str(parent), "I"),
        ("LIN", "", "BP", part, "VP", vendor, "PL", line),
        (*amount, cumulative) if cumulative else amount,
    ]


def _interchange(sender: str, number: int, group_id: str, body: Sequence[Segment], local: datetime) -> bytes:
    day, time = f"{local:%Y%m%d}", f"{local:%H%M}"
    segments = [
        (
            "ISA", "00", " " * 10, "00", " " * 10, "01", sender.ljust(15), "01", OUR_ID.ljust(15), day[2:], time,
            "U", "00401", f"{number:09d}", "0", "P", ">",
        ),
        ("GS", group_id, sender, OUR_ID, day, time, str(number), "X", "004010"),
        *body,
        ("SE", str(len(body) + 1), "0001"),
        ("GE", "1", str(number)),
        ("IEA", "1", f"{number:09d}"),
    ]  # fmt: skip
    return "".join("*".join(segment) + "~\n" for segment in segments).encode("ascii")
