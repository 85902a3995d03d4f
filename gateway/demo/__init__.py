"""The demo: a plant's gateway, and an ERP, a supplier and a logistics provider that talk to it over real REST."""
