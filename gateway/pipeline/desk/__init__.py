"""Who holds the writer's lock: configuration in force, the commands by name, and the socket that others call."""

from gateway.pipeline.desk.desk import Desk

__all__ = ["Desk"]
