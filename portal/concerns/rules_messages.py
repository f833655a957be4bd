"""The messages of this part: what each says in the portal, and where it leads. Outside the portal each says only that
something new is there."""

import enum
import uuid
from collections.abc import Mapping
from typing import Any

from portal.kernel.words import N_


class ConcernMessage(enum.StrEnum):
    """Kinds of messages; the names are those of the outbox."""

    ANSWERED = "concern_answered"
    WILL_CALL = "concern_will_call"
    CONSENT_ASK = "consent_ask"
    CONSENT_REMINDER = "consent_reminder"
    TAKEN_BACK = "consent_taken_back"


TITLES = {
    ConcernMessage.ANSWERED.value: N_("School answered you"),
    ConcernMessage.WILL_CALL.value: N_("School will call you"),
    ConcernMessage.CONSENT_ASK.value: N_("School asks for your agreement"),
    ConcernMessage.CONSENT_REMINDER.value: N_("Your agreement ends soon"),
}


def open_at(kind: str, facts: Mapping[str, Any], pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """The endpoint and its values where a message is read."""
    if kind in {ConcernMessage.CONSENT_ASK, ConcernMessage.CONSENT_REMINDER}:
        return "consents.one", {"pupil_id": pupil_id, "referral_id": facts["referral_id"]}
    return "concerns.one", {"pupil_id": pupil_id, "concern_id": facts["concern_id"]}
