"""The reference of the REST interface: OpenAPI as the server gives it, and a page that a person can read."""

from __future__ import annotations

import json
from typing import Any, cast

from docs.generate.text import WARNING, table, unindent
from gateway.api.app import create_app
from gateway.api.limits import IDEMPOTENCY_KEY_CHARS_MAX, PAGE_MAX, WAIT_S_MAX
from gateway.pipeline import Street

HEAD = f"""# REST

The whole description, with every schema, is [openapi.json](openapi.json); a running server gives the same at
`/openapi.json`.

- **Key.** `Authorization: Bearer KEY`. A key speaks for one partner, or is bound to nobody: a person's of our own, or
  an administrator's, who name the partner that they hand something in for, and are kept beside it. A key has scopes:
  `messages:read`, `messages:write`, `events:write`, `ledger:read`, `cases:write`, `admin`.
- **Durable first.** `POST /v1/messages` and `POST /v1/events` answer 202 `{{id, status}}` once the bytes are safe on
  disk. With `?wait=SECONDS` (at most {WAIT_S_MAX}) they answer 200 with what came of it.
- **Once.** `Idempotency-Key` (at most {IDEMPOTENCY_KEY_CHARS_MAX} characters) is optional: the same key with the same
  body gives the first answer again, with another body 422.
- **Pages.** Lists answer `{{items, next}}`; give `next` back as `cursor`. At most {PAGE_MAX} rows.
- **Numbers** are strings, times are ISO 8601 with their offset.
- **Errors** are problems: see [errors](errors.md).

```sh
curl -H "Authorization: Bearer $KEY" --data-binary @notice.edi "http://127.0.0.1:8080/v1/messages?wait=5"
```
"""


def build_openapi() -> str:
    """OpenAPI as JSON, keys in the order in which the server gives them."""
    # The street is opened by whoever serves; describing the routes does not touch it.
    return json.dumps(unindent(create_app(cast(Street, None)).openapi()), indent=2) + "\n"


def build_page() -> str:
    """The page: one section per route, in the order of the application."""
    paths: dict[str, dict[str, Any]] = json.loads(build_openapi())["paths"]
    return (
        WARNING
        + HEAD
        + "".join(
            describe(path, method.upper(), operation)
            for path, methods in paths.items()
            for method, operation in methods.items()
        )
    )


def describe(path: str, method: str, operation: dict[str, Any]) -> str:
    text = f"\n## {method} {path}\n\n{operation.get('summary', '').rstrip('.')}.\n"
    if operation.get("description"):
        text += f"\n{operation['description'].strip()}\n"
    rows = [
        [f"`{parameter['name']}`", parameter["in"], default_of(parameter), parameter.get("description", "")]
        for parameter in operation.get("parameters", [])
    ]
    return text + ("\n" + table(["parameter", "in", "default", "means"], rows) if rows else "")


def default_of(parameter: dict[str, Any]) -> str:
    if parameter.get("required"):
        return "(required)"
    default = parameter["schema"].get("default")
    return "" if default in (None, "") else f"`{json.dumps(default)}`"
