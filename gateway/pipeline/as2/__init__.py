"""AS2 on the street: stations of the agreements, what a POST becomes, and MDNs about what we sent.

The library `gateway.transports.as2` knows the protocol, the store keeps; here the two meet. Nothing here listens.
"""

from gateway.pipeline.as2.opener import Opener
from gateway.pipeline.as2.receive import Receiver
from gateway.pipeline.as2.stations import Partnership, Stations, open_stations, sign_keys
from gateway.pipeline.as2.values import Again, As2Answer, As2Request

__all__ = [
    "Again",
    "As2Answer",
    "As2Request",
    "Opener",
    "Partnership",
    "Receiver",
    "Stations",
    "open_stations",
    "sign_keys",
]
