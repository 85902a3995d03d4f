"""The reference of settings, from the struct that holds them."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from docs.generate.text import WARNING, field_docs, table
from gateway.settings import ENVIRONMENT_PREFIX, FILE_NAME, Settings

HEAD = f"""# Configuration

A setting may come from a flag, from the environment, or from `HOME/{FILE_NAME}`; the first that says something wins.
Partners, guides and maps are not settings: they are files in `HOME/partners` and `HOME/mappings`. Secrets are never
written down: where one is needed stands a reference, `env:NAME` or `file:/path`.

"""
FLAGS_ONLY = {"home", "now", "user"}


def build_page() -> str:
    """The whole page, one row per setting in the order of the struct."""
    docs = field_docs(Settings)
    rows = [
        [
            f"`{field.name}`" if field.name not in FLAGS_ONLY else "",
            f"`{ENVIRONMENT_PREFIX}{field.name.upper()}`",
            default_of(field),
            docs.get(field.name, "") + bounds_of(field.type),
        ]
        for field in msgspec.structs.fields(Settings)
    ]
    return WARNING + HEAD + table([f"in {FILE_NAME}", "environment", "default", "means"], rows) + EXAMPLE


def default_of(field: Any) -> str:
    return "" if field.default in ("", None) else f"`{field.default}`"


def bounds_of(kind: Any) -> str:
    """The closed list or the limits of a setting, as a sentence."""
    metas = [item for item in get_args(kind) if isinstance(item, msgspec.Meta)]
    if metas:
        limits = [
            f"from {metas[0].ge}" if metas[0].ge is not None else "",
            f"to {metas[0].le}" if metas[0].le else "",
        ]
        return " Allowed: " + " ".join(limit for limit in limits if limit) + "."
    choices = [item for item in get_args(kind) if isinstance(item, str)]
    return f" One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""


EXAMPLE = f"""
```toml
# HOME/{FILE_NAME}
port = 8443
log_format = "json"
queue_max = 2000
```

An unknown key is refused at start, with its line. `crossdock doctor` names `{ENVIRONMENT_PREFIX}` variables that no
setting reads.
"""
