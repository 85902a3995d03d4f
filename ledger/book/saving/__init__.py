"""What decisions changed, put back: records, movements, papers, settlements and waits."""
