"""X12 for people: documents and guides as text and as pages."""
