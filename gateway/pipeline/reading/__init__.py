"""The pure work on a message: scan, check, who may say it, map. Knows no database, no clock and no answer."""
