"""Outcomes and targets of a draft move one place at a time and removed after a question; earlier versions keep them."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.profiles.actions_drafting import check_order, held_draft, next_position
from portal.profiles.actions_pieces import note_saved
from portal.profiles.models import Outcome, PlanVersion, Target


class Piece(enum.StrEnum):
    """What can be moved and removed."""

    OUTCOME = "outcomes"
    TARGET = "targets"


class Direction(enum.StrEnum):
    """One place towards the top or the foot of the page."""

    UP = "up"
    DOWN = "down"


KINDS: dict[Piece, type[Outcome | Target]] = {Piece.OUTCOME: Outcome, Piece.TARGET: Target}


def move(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    lock: int,
    piece: Piece,
    thread: uuid.UUID,
    direction: Direction,
    now: datetime,
) -> None:
    """Changes places with the neighbour; the last one stays. Raises StaleVersion, Conflict, NotFound."""
    draft = held_draft(session, pupil_id, version_id)
    check_order(draft, lock)
    rows = _row_of_neighbours(session, draft, piece, thread)
    at = next(place for place, row in enumerate(rows) if row.thread == thread)
    other = at + (1 if direction == Direction.DOWN else -1)
    if not 0 <= other < len(rows):
        return
    mine, theirs = rows[at], rows[other]
    free, here, there = next_position(session, KINDS[piece], draft), mine.position, theirs.position
    mine.position = free
    session.flush()  # two rows never hold one place, not even for a moment
    theirs.position = here
    session.flush()
    mine.position = there
    note_saved(session, draft, actor, now, f"{piece.value} moved")


def remove(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    lock: int,
    piece: Piece,
    thread: uuid.UUID,
    now: datetime,
) -> None:
    """Takes an outcome with its targets, or one target, out of the draft; gone already is done.

    Raises StaleVersion when the draft changed since the question was asked, Conflict, NotFound.
    """
    draft = held_draft(session, pupil_id, version_id)
    rows = _all(session, KINDS[piece], draft)
    row = next((row for row in rows if row.thread == thread), None)
    if row is None:
        return
    check_order(draft, lock)
    if piece == Piece.OUTCOME:
        for target in _all(session, Target, draft):
            if target.outcome_id == row.id:
                session.delete(target)
        session.flush()
    session.delete(row)
    note_saved(session, draft, actor, now, f"{piece.value} removed")


def _all(session: PortalSession, kind: type[Any], draft: PlanVersion) -> list[Any]:
    found = select(kind).where(kind.pupil_id == draft.pupil_id, kind.version_id == draft.id)
    return list(session.scalars(found.order_by(kind.position).execution_options(populate_existing=True)))


def _row_of_neighbours(session: PortalSession, draft: PlanVersion, piece: Piece, thread: uuid.UUID) -> list[Any]:
    """All outcomes, or the targets of the same outcome, in order. Raises NotFound."""
    rows = _all(session, KINDS[piece], draft)
    mine = next((row for row in rows if row.thread == thread), None)
    if mine is None:
        raise NotFound
    return [row for row in rows if piece == Piece.OUTCOME or row.outcome_id == mine.outcome_id]
