"""The roles that people may have: what our own rules ask for, and who works on cases. A house may name further ones.

A role says what a person may decide, never what a program may: systems and partners are bound by their agreements.
"""

from __future__ import annotations

ROLES: dict[str, str] = {
    "accounts_payable": "Works on cases about invoices.",
    "allocator": "Sets goods apart for demands and frees them.",
    "engineer": "Says that goods are obsolete after an engineering change.",
    "engineering": "Works on cases about revisions.",
    "finance": "Signs off periods, and approves what changes the value of stock.",
    "inspector": "Passes and fails goods on quality hold, and releases holds.",
    "integration": "Works on cases about documents that contradict themselves.",
    "inventory_manager": "Approves counts beyond tolerance and adjustments above their limit.",
    "logistics": "Works on cases about places, carriers and transit.",
    "master_data": "Works on cases about unknown parts, units and places.",
    "packaging": "Works on cases about containers and packs.",
    "planner": "Allocates, reserves for service, and decides about obsolete and safety stock.",
    "procurement": "Works on cases about orders and quantities.",
    "quality": "Works on cases about damaged and faulty goods.",
    "quality_manager": "Releases goods from quarantine, with a reason.",
    "receiver": "Receives goods, and takes back a goods receipt booked by mistake.",
    "receiving": "Works on cases about what the dock found.",
    "trade": "Works on cases about customs and countries of origin.",
    "warehouse": "Counts, puts away and works on count variances.",
}
"""Role -> what it is for."""
