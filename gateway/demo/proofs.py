"""What proves a message: who signed it, which key the server showed, that both sides saw the same bytes.

Words about facts that the gateway and the supplier keep; nothing is verified here.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.demo.scene import Received, Sent


class Known(NamedTuple):
    """A party, and what it is known by: settled before the first message."""

    party: str
    by: str
    fingerprint: str


def proof_of_received(one: Received) -> str:
    """Why we believe who sent it and that it is whole, and what the sender has of us in return."""
    facts = one.message["transport"] or {}
    if one.handover is not None:
        again = ", the stored one again" if one.handover.is_same_mdn else ""
        return (
            f"AS2: signed {_short(facts['signed_by'])}, {facts['cipher']}; MDN {one.handover.mdn.disposition} "
            f"{_short(one.handover.mdn.signer)}{again}, {_mic(one.handover.mic, one.handover.mdn.mic)}"
        )
    if "host_key" in facts:
        return f"SFTP: host key {_short(facts['host_key'])}; {facts['size']} bytes, SHA-256 {_short(facts['sha256'])}"
    return f"REST: API key {one.actor.key}"


def proof_of_sent(one: Sent) -> str:
    """Why the partner believes us, and why we believe that it arrived."""
    facts = one.message["transport"] or {}
    if one.letter is not None:
        mdn = facts["mdn"]
        return (
            f"AS2: they verified {_short(one.letter.signer)}, {one.letter.cipher}; MDN {mdn['disposition']} "
            f"{_short(mdn['signed_by'])}, {_mic(_digest(facts['mic']), _digest(mdn['mic']))}"
        )
    if "host_key" in facts:
        return f"SFTP: host key {_short(facts['host_key'])}; {facts['folder']}/{facts['name']}"
    return str(one.message["reason"] or one.message["status"])


def _mic(ours: str, theirs: str) -> str:
    return "MIC equal" if ours == theirs else f"MIC DIFFERS: {ours} and {theirs}"


def _digest(mic: str) -> str:
    """Without its algorithm."""
    return mic.partition(",")[0]


def _short(fingerprint: str) -> str:
    """Its first digits; the table of who is known by what has all."""
    return fingerprint.removeprefix("SHA256:")[:8]
