"""SFTP as a transport: reach a partner's server, list, claim, fetch and push. A library; it knows no store and no
schedule, and what goes wrong is a value (`Trouble`), never an exception.

    session = connect(Endpoint(host="...", user="crossdock", host_keys=("SHA256:...",), key=private_key_bytes))
    if isinstance(session, Trouble): ...
"""

from gateway.transports.sftp.connect import connect
from gateway.transports.sftp.credentials import check_private_key
from gateway.transports.sftp.endpoint import Endpoint, Limits, Timeouts
from gateway.transports.sftp.names import join, name_hex
from gateway.transports.sftp.pushing import Clash, Pushed
from gateway.transports.sftp.session import Session, SessionFacts
from gateway.transports.sftp.spool import Spool
from gateway.transports.sftp.trouble import KINDS, Trouble
from gateway.transports.sftp.values import Entry, Fetched, Listing, RefusedName, Stat, Wanted

__all__ = [
    "KINDS", "Clash", "Endpoint", "Entry", "Fetched", "Limits", "Listing", "Pushed", "RefusedName", "Session",
    "SessionFacts", "Spool", "Stat", "Timeouts", "Trouble", "Wanted", "check_private_key", "connect", "join",
    "name_hex",
]  # fmt: skip
