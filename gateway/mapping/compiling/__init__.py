"""Map files compiled into plans: every section and word of the language, every mistake noted where it stands."""
