"""Who may bring whose documents: compares a transport identity and its state with what the envelope says. Pure."""

from __future__ import annotations

from typing import NamedTuple

from gateway.partners import Partner, Partners
from gateway.x12 import Interchange


class Refusal(NamedTuple):
    """Why an interchange is held. With `ta1` the sender is who it says it is and may be told so by that code."""

    code: str
    text: str
    ta1: str = ""


def partner_of(partners: Partners, interchange: Interchange, group_sender: str = "") -> Partner | None:
    """The partner that an envelope names as its sender."""
    if group_sender:
        return partners.by_isa(interchange.sender, group_sender)
    first = interchange.groups[0].sender if interchange.groups else ""
    return partners.by_isa(interchange.sender, first)


def check_interchange(partners: Partners, carrier: str, interchange: Interchange) -> Refusal | None:
    """None when the identity that brought it may carry every sender in it, and all else agrees.

    `carrier` is the partner of the transport identity, "" when an administrator put it in. Nothing is ever answered
    to a partner whose name was used by somebody else.
    """
    senders = [partner_of(partners, interchange, group.sender) for group in interchange.groups]
    if not senders:
        senders = [partner_of(partners, interchange)]
    said = f"{interchange.sender.qualifier}:{interchange.sender.id.strip()}"
    for sender, name in zip(senders, [group.sender for group in interchange.groups] or [""], strict=True):
        if sender is None:
            with_group = f" with GS02 {name}" if name else ""
            return Refusal(
                "unknown_partner",
                f"no partner has the ISA sender {said}{with_group}: add it to identities of a partner.yaml",
            )
        if carrier and not _may_carry(partners, carrier, sender):
            return Refusal(
                "wrong_carrier",
                f"{carrier} may not bring documents of {sender.id} (ISA sender {said}): if it may, list {sender.id} "
                f"under carries in partners/{carrier}/partner.yaml",
            )
    partner = senders[0]
    if partner is None:
        raise AssertionError("each sender was found above")
    ours = partner.x12.our_isa
    receiver = f"{interchange.receiver.qualifier}:{interchange.receiver.id.strip()}"
    if ours and receiver != ours:
        return Refusal(
            "unknown_receiver", f"ISA receiver {receiver} is not ours towards {partner.id} ({ours})", "009"
        )
    return check_test_state(partner, interchange.test)


def check_test_state(partner: Partner, test: bool) -> Refusal | None:
    """Compare the test indicator (ISA15, or the transport's own flag) with the partner's stated state."""
    if partner.test is None or partner.test == test:
        return None
    sent = "test" if test else "production"
    stated = "test" if partner.test else "production"
    return Refusal("test_state", f"{partner.id} sent {sent} traffic, its partner.yaml says {stated}", "020")


def _may_carry(partners: Partners, carrier: str, sender: Partner) -> bool:
    bearer = partners.get(carrier)
    return bearer is not None and bearer.may_carry(sender.id)
