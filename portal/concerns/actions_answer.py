"""School answers a question, rings up, translates, passes on inside school, hands on outside, and finishes it."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.concerns.actions_rows import add_reply, held_concern, is_kept
from portal.concerns.models import AnswerDays, Concern
from portal.concerns.rules import (
    LONGEST_ANSWER,
    MOST_DAYS,
    OUTSIDE,
    STEP_ROLES,
    STEPS,
    NothingSaid,
    NotYours,
    Standing,
    Step,
    Turn,
    may_answer,
)
from portal.concerns.rules_messages import ConcernMessage
from portal.kernel import audit
from portal.kernel.errors import Invalid, NotAllowed, NotFound
from portal.kernel.outbox import post
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.rules import Readers

TOLD = {Turn.WILL_CALL: ConcernMessage.WILL_CALL}  # everything else says that school answered
DONE = {
    Turn.ANSWER: Standing.ANSWERED,
    Turn.CALLED: Standing.ANSWERED,
    Turn.WILL_CALL: Standing.OPEN,
    Turn.CLOSED: Standing.CLOSED,
}


def answer(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    concern_id: uuid.UUID,
    kind: Turn,
    words: str,
    replies: int,
    now: datetime,
) -> None:
    """An answer, a call that was made or will be, or the end of an answered question. Whoever asked is told that there
    is something new. The same form twice is one.

    Raises NotFound, NotAllowed, NothingSaid, Invalid, NotYours, StaleVersion.
    """
    text = many_lines(words, longest=LONGEST_ANSWER)
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id)
    if is_kept(session, concern, kind, text, written_by=actor.person_id, replies=replies):
        return
    _may(actor, concern)
    if kind == Turn.CLOSED and concern.standing != Standing.ANSWERED:
        raise NotYours
    if kind != Turn.CLOSED and not text:
        raise NothingSaid(field="words")
    concern.standing = DONE[kind]
    reply = add_reply(session, concern, kind, text, written_by=actor.person_id, now=now)
    if kind != Turn.CLOSED:
        post(
            session,
            TOLD.get(kind, ConcernMessage.ANSWERED).value,
            event_key=f"{concern.id}:{reply.number}",
            person_id=concern.author_id,
            pupil_id=concern.pupil_id,
            now=now,
            concern_id=str(concern.id),
        )
    audit.record_about(session, "answered a family", concern, actor_id=actor.person_id, now=now, kind=kind.value)


def pass_on(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    concern_id: uuid.UUID,
    step: Step,
    words: str,
    replies: int,
    now: datetime,
) -> None:
    """Another step of school answers; the promised day stays. What is for one adult alone stays with that adult.
    Raises NotFound, NotAllowed, Invalid, NotYours, StaleVersion."""
    text = many_lines(words, longest=LONGEST_ANSWER)
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id)
    if is_kept(session, concern, Turn.PASSED_ON, text, written_by=actor.person_id, replies=replies):
        return
    _may(actor, concern)
    if concern.readers == Readers.ONE_ADULT or concern.step in OUTSIDE or concern.standing == Standing.CLOSED:
        raise NotYours
    if step not in STEP_ROLES or step == concern.step:
        raise Invalid(N_("Choose one of the answers."), field="step")
    concern.step = step
    add_reply(session, concern, Turn.PASSED_ON, text, written_by=actor.person_id, now=now)
    audit.record_about(session, "passed a question on", concern, actor_id=actor.person_id, now=now, step=step.value)


def hand_on(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    concern_id: uuid.UUID,
    words: str,
    replies: int,
    now: datetime,
) -> None:
    """Writes down that the letter with everything went to the person outside the portal. Raises as `answer`."""
    text = many_lines(words, longest=LONGEST_ANSWER)
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id)
    if is_kept(session, concern, Turn.HANDED_ON, text, written_by=actor.person_id, replies=replies):
        return
    _may(actor, concern)
    if concern.step not in OUTSIDE:
        raise NotYours
    add_reply(session, concern, Turn.HANDED_ON, text, written_by=actor.person_id, now=now)
    audit.record_about(session, "handed a question on", concern, actor_id=actor.person_id, now=now)


def translate(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    concern_id: uuid.UUID,
    words: str,
    replies: int,
    now: datetime,
) -> None:
    """Puts the family's words into English for whoever reads them, by a person whose name stands beside it. Their own
    words stay, and nothing else changes: whose answer it waits for, and until when. Raises NotFound, NothingSaid,
    Invalid, StaleVersion."""
    text = many_lines(words, longest=LONGEST_ANSWER)
    if not text:
        raise NothingSaid(field="words")
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id)
    if is_kept(session, concern, Turn.TRANSLATED, text, written_by=actor.person_id, replies=replies):
        return
    add_reply(session, concern, Turn.TRANSLATED, text, written_by=actor.person_id, now=now)
    audit.record_about(session, "translated a question", concern, actor_id=actor.person_id, now=now)


def set_days(session: PortalSession, *, actor: Actor, days: dict[Step, int], now: datetime) -> None:
    """In how many school days each step of the actor's own school answers; for what is asked from now on. Raises
    NotFound, Invalid at the step's field."""
    if actor.school_id is None:
        raise NotFound
    found = select(AnswerDays).where(AnswerDays.school_id == actor.school_id)
    known = {row.step: row for row in session.scalars(found.with_for_update())}
    for step in STEPS:
        if not 1 <= days.get(step, 0) <= MOST_DAYS:
            raise Invalid(field=step.value)
        row = known.get(step) or AnswerDays(school_id=actor.school_id, step=step)
        row.days = days[step]
        session.add(row)
    audit.record(session, "set the days for answers", now=now, actor_id=actor.person_id, school_id=actor.school_id)
    session.flush()


def _may(actor: Actor, concern: Concern) -> None:
    if not may_answer(actor.roles, concern.step):
        raise NotAllowed
