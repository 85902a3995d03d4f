"""The inventory ledger: canonical events in, movements, matches, cases and advices out.

Embeddable on its own. It knows no EDI, no HTTP and no files, and it never imports `gateway`.
"""
