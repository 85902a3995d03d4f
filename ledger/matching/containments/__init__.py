"""Containments: which goods they hold, wherever those stand and whenever they come."""
