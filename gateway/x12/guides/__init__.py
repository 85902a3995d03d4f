"""Guides as rules: found, overlaid, linted, compiled; and the words in which they are told."""
