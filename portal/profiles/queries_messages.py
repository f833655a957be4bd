"""How the messages about plans and the SEN register stand for one adult."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.messages import Item, Room, Standing, Standings
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.profiles.models import RegisterEvent, RegisterWord
from portal.profiles.queries_mail import PLAN_PUBLISHED, REGISTER_WORD
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


ROOM = Room(titles=TITLES, open_at=open_at, standing=standing, asks=frozenset({REGISTER_WORD}), has_own_step=True)
