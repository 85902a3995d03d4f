"""What is known of messages, maps and keys. Reads only."""
