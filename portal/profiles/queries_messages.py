"""How the messages about plans, drafts and the SEN register stand for one reader."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, select

from portal.kernel.messages import Item, Room, Standing, Standings
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.profiles.models_register import RegisterEvent, RegisterWord
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.queries_mail import PLAN_PUBLISHED, PLAN_REMINDER, PLAN_TO_COMMENT, REGISTER_WORD
from portal.profiles.queries_sharing import has_answered
from portal.profiles.rules_register import REGISTER_WORDS

TITLES = {PLAN_PUBLISHED: N_("There is a new plan"), REGISTER_WORD: N_("Please read this")}
WORDS = (
    select(RegisterWord.event_id, RegisterWord.read_at, RegisterEvent.kind)
    .join(
        RegisterEvent,
        and_(RegisterEvent.id == RegisterWord.event_id, RegisterEvent.pupil_id == RegisterWord.pupil_id),
    )
    .where(RegisterWord.adult_id == bindparam("me"))
)


def open_at(_kind: str, _facts: Mapping[str, str], pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """All of it stands on the child's own page."""
    return "family_plans.child", {"pupil_id": pupil_id}


def standing(session: PortalSession, viewer: Actor, items: Sequence[Item], _now: datetime, _language: str) -> Standings:
    """News of the register waits until the reader has said that it is read; one statement, none for plans alone."""
    news = [item for item in items if item.kind == REGISTER_WORD]
    if not news:
        return {}
    words = {str(row.event_id): row for row in session.execute(WORDS, {"me": viewer.person_id})}
    return {item.item_id: _standing(words[item.event], item.event) for item in news if item.event in words}


def _standing(word: Any, event: str) -> Standing:
    waits = word.read_at is None
    return Standing(ask=f"read:{event}" if waits else "", is_read=not waits, title=REGISTER_WORDS[word.kind].heading)


ASKED = (
    select(PlanSharing.id, PupilContact.access, has_answered(bindparam("me", type_=Uuid())).label("has_answered"))
    .outerjoin(
        PupilContact, and_(PupilContact.pupil_id == PlanSharing.pupil_id, PupilContact.adult_id == bindparam("me"))
    )
    .where(PlanSharing.ended_at.is_(None))
)


def open_draft_at(_kind: str, facts: Mapping[str, str], pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """Each sharing of a draft has a page of its own."""
    return "sharing.read", {"pupil_id": pupil_id, "sharing_id": uuid.UUID(facts["sharing_id"])}


def about_drafts(
    session: PortalSession, viewer: Actor, items: Sequence[Item], _now: datetime, _language: str
) -> Standings:
    """What was taken back or published is told no more, and waits for nobody who has answered or may only read; one
    statement."""
    shared = {str(row.id): row for row in session.execute(ASKED, {"me": viewer.person_id})}
    return {item.item_id: _asked(item, shared.get(item.event), viewer) for item in items}


def _asked(item: Item, row: Any, viewer: Actor) -> Standing:
    if row is None or (row.has_answered and item.kind == PLAN_REMINDER):
        return Standing(holds=False)
    waits = not row.has_answered and (viewer.audience == Audience.PUPIL or row.access == PortalAccess.CONTRIBUTE)
    return Standing(ask=f"draft:{item.event}" if waits else "", is_read=row.has_answered)


ASKS = N_("School asks what you think of a draft plan")
DRAFTS = Room(
    titles={PLAN_TO_COMMENT: ASKS, PLAN_REMINDER: ASKS},
    open_at=open_draft_at,
    standing=about_drafts,
    asks=frozenset({PLAN_TO_COMMENT, PLAN_REMINDER}),
)
ROOM = Room(titles=TITLES, open_at=open_at, standing=standing, asks=frozenset({REGISTER_WORD}), has_own_step=True)
