"""How the messages of this part stand for one adult: school waits for an agreement until it is given or refused, and
says that one ends only while it holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from portal.concerns.models import Consent, Referral
from portal.concerns.rules_consent import ConsentState, holds
from portal.concerns.rules_messages import TITLES, ConcernMessage, open_at
from portal.kernel.messages import Item, Room, Standing, Standings
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor

ASKS = frozenset({ConcernMessage.CONSENT_ASK, ConcernMessage.CONSENT_REMINDER})
MINE = (
    select(Consent.referral_id, Consent.id, Consent.state, Consent.ends_at)
    .join(Referral, Referral.id == Consent.referral_id)
    .where(Consent.adult_id == bindparam("me"), Consent.current, Referral.closed_at.is_(None))
)


def standing(session: PortalSession, viewer: Actor, items: Sequence[Item], now: datetime, _language: str) -> Standings:
    """Which agreements are asked for, and which still hold; one statement, none where no message is about one."""
    about = [item for item in items if item.kind in ASKS]
    rows = session.execute(MINE, {"me": viewer.person_id}).all() if about else []
    waiting = {str(row.referral_id) for row in rows if row.state == ConsentState.ASKED}
    held = {str(row.id) for row in rows if holds(row.state, row.ends_at, now)}
    return {
        item.item_id: _asked(item.facts["referral_id"], waiting)
        if item.kind == ConcernMessage.CONSENT_ASK
        else Standing(holds=item.facts["consent_id"] in held)
        for item in about
    }


def _asked(referral_id: str, waiting: set[str]) -> Standing:
    return Standing(ask=f"consent:{referral_id}" if referral_id in waiting else "", is_read=referral_id not in waiting)


ROOM = Room(titles=TITLES, open_at=open_at, standing=standing, asks=frozenset({ConcernMessage.CONSENT_ASK}))
