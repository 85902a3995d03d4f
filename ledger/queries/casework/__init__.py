"""Cases as people work on them: found, queued, weighed and told from their beginning."""
