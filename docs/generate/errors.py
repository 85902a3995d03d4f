"""The reference of errors: the problems of the REST interface, and what the command line ends with."""

from __future__ import annotations

from docs.generate.text import WARNING, table
from gateway.api.problems import KINDS, MEDIA_TYPE

HEAD = f"""# Errors

Every message says what, where, and what to do. Which kind it is depends on who can mend it.

| who mends it | over REST | on the command line | for a message |
|---|---|---|---|
| the sender of the data | 4xx | exit code 1 | located faults: 997, TA1 or 824, or parked |
| the operator | 500, and a line in the log | exit code 2: file, line and the mend | parked with its reason |
| time | 503 with Retry-After | exit code 2 | tried again with growing pauses, then parked |
| we, since it is a bug | 500 | exit code 2 and a traceback | parked with its reason |

## Problems

Errors over REST are `{MEDIA_TYPE}` (RFC 9457): `{{type, title, status, detail, code, errors}}`. `code` is stable;
`errors` locates each fault by a JSON Pointer into the body, or by the name of a parameter. `GET /problems/CODE`
explains one.

"""


def build_page() -> str:
    """The whole page, problems in the order of their table."""
    return (
        WARNING
        + HEAD
        + table(
            ["code", "status", "title", "who does what"],
            [[f"`{kind.code}`", str(kind.status), kind.title, kind.mend] for kind in KINDS],
        )
    )
