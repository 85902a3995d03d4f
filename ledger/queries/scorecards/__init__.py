"""Scorecards and key figures, with the facts that they are computed from."""
