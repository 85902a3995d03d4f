"""The street: the only place that knows the order of work. Callers open a `Street` and never sequence its steps."""

from gateway.pipeline.street import Street

__all__ = ["Street"]
