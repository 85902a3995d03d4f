"""For which classes it matters in which order documents arrive, and why; for all others it must not.

What a class has held follows the same rule as far as the goods are still there: those that were used before an
earlier document was told stay used. So of goods beyond their order (D18), which are held by when they came.

Said here once, for the reference and for the test that plays documents in every order. Nothing decides by it.
"""

from __future__ import annotations

BY_ARRIVAL: dict[str, str] = {
    "D01": "The notice that came first is in force; the other one with its number is the duplicate.",
    "D07": "It waits for its place from when it came, and is answered then.",
    "D02": "A document waits a grace time for its order, counted from when it came; later it was refused.",
    "D03": "What was advised before an order was cancelled was advised against an order in force.",
    "D05": "A revision is judged by the engineering changes in force when the goods were shipped or came.",
    "D38": "A snapshot is compared with the books as they are when it comes.",
    "D40": "A line-side count is compared with what was consumed in the books when it comes.",
    "D41": "How our documents fare is told step by step: the last word holds.",
    "D42": "A notice may be changed until the first of its goods came.",
    "D43": "A count is compared with the books as they are when it comes.",
    "D44": "An adjustment is judged by what stands when it comes.",
    "D45": "A change of a part concerns the stock that is there when it comes into force.",
    "D46": "What a person asks for is judged by what is in force when they ask.",
    "D47": "A signal begins and ends: the last word holds.",
    "D48": "How our documents fare is told step by step: the last word holds.",
    "D49": "Of several answers about a shipment the customer's last word holds; the shipment itself may come later.",
}
"""Class -> why."""
