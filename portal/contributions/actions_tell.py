"""A child tells somebody now: kept once, told to the named adult at once; what was seen and done is written down."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contributions.models import Disclosure
from portal.contributions.queries_tell import safeguarding, tell_page
from portal.contributions.rules_tell import LONGEST_DONE, TELL, TOLD_NOW, DoneWithoutWords, kept_words
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.once import once
from portal.kernel.outbox import post
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.people.actor import Actor
from portal.people.models import School
from portal.people.rules import Readers, Side


def tell(session: PortalSession, *, actor: Actor, feeling: str, text: str, once_key: str, now: datetime) -> None:
    """Keeps what a pupil tells and posts the message to the named adult; the same words with the same key are one
    telling. Nothing tapped and nothing written is told too. Raises NotFound."""
    page = tell_page(session, pupil_id=actor.pupil_id, now=now)
    if page.adult_id is None or actor.pupil_id is None:
        raise NotFound
    words, said = kept_words(text), feeling if feeling in TELL else ""
    row = Disclosure(
        id=uuid.uuid4(),
        school_id=page.school_id,
        pupil_id=actor.pupil_id,
        author_id=actor.person_id,
        written_by=actor.person_id,
        side=Side.PUPIL,
        readers=Readers.ONE_ADULT,
        one_adult_id=page.adult_id,
        sent_at=now,
        feeling=said,
        text=words,
        said_at=now,
        once_key=once(actor.person_id, once_key, said, words),
    )
    if _told_before(session, row):
        return
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if _told_before(session, row):  # the other of two taps was faster
            return
        raise
    post(session, TOLD_NOW, event_key=str(row.id), person_id=page.adult_id, now=now, told_id=str(row.id))
    audit.record_about(session, "a child told somebody", row, actor_id=actor.person_id, now=now)


def see(session: PortalSession, *, actor: Actor, told_id: uuid.UUID, now: datetime) -> None:
    """Writes down that the named adult opened it. Raises NotFound."""
    row = _own(session, actor, told_id)
    if row.seen_at is None:
        row.seen_at, row.seen_by = now, actor.person_id
        audit.record_about(session, "read what a child told", row, actor_id=actor.person_id, now=now)


def finish(session: PortalSession, *, actor: Actor, told_id: uuid.UUID, words: str, now: datetime) -> None:
    """Puts it away with what was done. Raises NotFound, DoneWithoutWords at `words`."""
    row = _own(session, actor, told_id)
    if row.seen_at is None:
        raise NotFound
    clean = many_lines(words, longest=LONGEST_DONE)
    if not clean:
        raise DoneWithoutWords(field="words")
    row.done_at, row.done_words = now, clean
    audit.record_about(session, "dealt with what a child told", row, actor_id=actor.person_id, now=now)


def name_the_adult(session: PortalSession, *, actor: Actor, lead: str, words: str, now: datetime) -> None:
    """Whom children of the actor's school tell, by id or empty for each child's class teacher, and the school's own
    words about it. Raises NotFound, Invalid at `lead`."""
    if actor.school_id is None:
        raise NotFound
    known = safeguarding(session, school_id=actor.school_id, today=now.astimezone(LONDON).date())
    ids = {str(key): key for key, _name in known.choices}
    if lead and lead not in ids:
        raise Invalid(field="lead")
    school = session.get_one(School, actor.school_id)
    school.safeguarding_lead_id = ids.get(lead)
    school.safeguarding_words = many_lines(words, longest=1_000)
    audit.record(
        session,
        "named whom children tell",
        now=now,
        actor_id=actor.person_id,
        school_id=school.id,
        subject_id=school.safeguarding_lead_id,
    )
    session.flush()


def _told_before(session: PortalSession, row: Disclosure) -> bool:
    same = select(Disclosure.id).where(Disclosure.pupil_id == row.pupil_id, Disclosure.once_key == row.once_key)
    return session.scalars(same).first() is not None


def _own(session: PortalSession, actor: Actor, told_id: uuid.UUID) -> Disclosure:
    mine = select(Disclosure).where(Disclosure.id == told_id, Disclosure.one_adult_id == actor.person_id)
    row = session.scalars(mine.with_for_update()).first()
    if row is None:
        raise NotFound
    return row
