"""Questions to the books, one file each. All read; none writes, and none needs more than a read-only connection.

    balances(conn, *, book="live", part="", site="", location="", state="", owner="", lot="", serial="",
             by=(...), as_of=None, external=False) -> list[Balance]
    position(conn, part, *, book="live", site="") -> Position
    movements(conn, *, book="live", part="", site="", event=None, after=0, limit=100) -> list[MovementMade]
    events(conn, *, book="live", kind="", number="", partner="", site="", after=0, limit=100) -> list[EventKept]
    event(conn, seq, *, book="live") -> EventKept | None           with body, lines and outcomes
    cases(conn, *, book="live", status="", code="", part="", supplier="", after=0, limit=100) -> list[CaseShown]
    case(conn, case_id, *, book="live") -> CaseShown | None
    orders(conn, ...), shipments(conn, ...)                        open documents and their running totals
    facts(conn, supplier, *, since, until, book="live")            what scorecards compute from
    tail(conn, after, *, book="live", limit=1000)                  events in order of recording, with outcomes
    head(conn, *, book="live") -> Head                             sequence, chain and movement count
    masterdata(conn) -> MasterData                                 parts, sites, suppliers as they stand
"""
