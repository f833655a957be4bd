"""An adult asks school something: kept while it is typed, sent once, never changed afterwards; and taken one step
further by whoever is not content with the answer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.concerns.actions_rows import add_reply, held_concern, is_kept, with_readers
from portal.concerns.models import Concern
from portal.concerns.queries_family import AskPage, ask_page, can_step_up, promised
from portal.concerns.rules import (
    LONGEST_ANSWER,
    LONGEST_PART,
    SAME_WORDS_WITHIN,
    WISHES,
    NobodyThere,
    NothingSaid,
    NotYours,
    Standing,
    Step,
    Turn,
    Wish,
    next_step,
)
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.once import once
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.people.actor import Actor
from portal.people.rules import Readers, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an adult typed. `parts` by question; without `one_adult_id` the class teacher, the SENDCO and the
    headteacher read it. `version` is that of the draft the form showed, 0 for none."""

    parts: Mapping[str, str] = field(default_factory=dict)
    one_adult_id: uuid.UUID | None = None
    interpreter: bool = False
    language: str = "en"
    version: int = 0
    once_key: str = ""


def keep(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, kind: Wish, said: Said, now: datetime) -> int:
    """Keeps a draft that only its author reads; its version. Words that come after the same form was sent are dropped.
    Raises NotFound, Invalid, and StaleVersion when another device wrote meanwhile."""
    page = _page(session, actor, pupil_id, now)
    if _sent_before(session, actor, said) is not None:
        return said.version
    draft = _draft(session, actor, pupil_id, kind)
    if draft is not None and draft.version != said.version:
        raise StaleVersion
    row = draft or _new(page, actor, kind)
    _fill(row, page, kind, said, now)
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise StaleVersion from None  # the other of two devices was faster
    return row.version


def send(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, kind: Wish, said: Said, now: datetime
) -> uuid.UUID:
    """Sends it, with the day by which it will be answered; sent twice it is one, also from two windows. A draft of
    another device stays. Raises NotFound, Invalid, NothingSaid."""
    page = _page(session, actor, pupil_id, now)
    if (known := _sent_before(session, actor, said)) is not None:
        return known
    wish = WISHES[kind]
    first = wish.questions[0].key
    if wish.needs_words and not said.parts.get(first, "").strip():
        raise NothingSaid(field=first)
    draft = _draft(session, actor, pupil_id, kind)
    mine = draft if draft is not None and draft.version == said.version else None
    if (known := _sent_just_now(session, actor, pupil_id, kind, said, now)) is not None:
        if mine is not None:
            session.delete(mine)  # its words are sent
        return known
    row = mine or _new(page, actor, kind)
    _fill(row, page, kind, said, now)
    row.answer_by = promised(session, page.school_id, row.step, now)
    row.sent_at = now
    row.once_key = _key(actor, said)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if (known := _sent_before(session, actor, said)) is not None:
            return known  # the other of two presses was faster
        raise
    audit.record_about(session, "asked school", row, actor_id=actor.person_id, now=now, kind=kind.value)
    return row.id


def step_up(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    concern_id: uuid.UUID,
    words: str,
    replies: int,
    now: datetime,
) -> None:
    """Asks the next person. The one adult who alone reads it is then the next one, as far as the portal goes; the same
    form twice is one step. Raises NotFound, NotYours, NobodyThere, Invalid, and StaleVersion when school has just said
    something."""
    text = many_lines(words, longest=LONGEST_ANSWER)
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id, author_id=actor.person_id)
    if is_kept(session, concern, Turn.STEPPED_UP, text, written_by=actor.person_id, replies=replies):
        return
    today = now.astimezone(LONDON).date()
    following = next_step(concern.step)
    if following is None or not can_step_up(concern.standing, concern.step, concern.answer_by, today):
        raise NotYours
    if concern.one_adult_id is not None and following == Step.HEAD:
        people = _page(session, actor, pupil_id, now).at(following)
        if not people:
            raise NobodyThere
        with_readers(session, concern, people[0].person_id)
    concern.step, concern.standing = following, Standing.OPEN
    concern.answer_by = promised(session, concern.school_id, following, now)
    add_reply(session, concern, Turn.STEPPED_UP, text, written_by=actor.person_id, now=now)
    facts = {"actor_id": actor.person_id, "now": now}
    audit.record_about(session, "asked the next person", concern, **facts, step=following.value)  # type: ignore[arg-type]


def settle(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, concern_id: uuid.UUID, now: datetime) -> None:
    """Whoever asked says that it is done; twice is once. Raises NotFound."""
    concern = held_concern(session, pupil_id=pupil_id, concern_id=concern_id, author_id=actor.person_id)
    if concern.standing != Standing.CLOSED:
        concern.standing = Standing.CLOSED
        add_reply(session, concern, Turn.CLOSED, "", written_by=actor.person_id, now=now)
        audit.record_about(session, "said that it is done", concern, actor_id=actor.person_id, now=now)


def _page(session: PortalSession, actor: Actor, pupil_id: uuid.UUID, now: datetime) -> AskPage:
    return ask_page(session, viewer=actor, pupil_id=pupil_id, today=now.astimezone(LONDON).date())


def _key(actor: Actor, said: Said) -> str:
    return once(actor.person_id, said.once_key)


def _sent_before(session: PortalSession, actor: Actor, said: Said) -> uuid.UUID | None:
    found = select(Concern.id).where(Concern.author_id == actor.person_id, Concern.once_key == _key(actor, said))
    return session.scalars(found).first()


def _sent_just_now(
    session: PortalSession, actor: Actor, pupil_id: uuid.UUID, kind: Wish, said: Said, now: datetime
) -> uuid.UUID | None:
    """The same question for the same readers, which still waits: it came from another window."""
    one_adult_id = said.one_adult_id
    found = select(Concern.id, Concern.parts, Concern.interpreter).where(
        Concern.pupil_id == pupil_id,
        Concern.author_id == actor.person_id,
        Concern.kind == kind,
        Concern.one_adult_id.is_(None) if one_adult_id is None else Concern.one_adult_id == one_adult_id,
        Concern.standing == Standing.OPEN,
        Concern.sent_at > now - SAME_WORDS_WITHIN,
    )
    same = (_parts(kind, said), said.interpreter)
    return next((row.id for row in session.execute(found) if (row.parts, row.interpreter) == same), None)


def _draft(session: PortalSession, actor: Actor, pupil_id: uuid.UUID, kind: Wish) -> Concern | None:
    mine = select(Concern).where(
        Concern.pupil_id == pupil_id,
        Concern.author_id == actor.person_id,
        Concern.kind == kind,
        Concern.sent_at.is_(None),
    )
    return session.scalars(mine.with_for_update(of=Concern).execution_options(populate_existing=True)).first()


def _new(page: AskPage, actor: Actor, kind: Wish) -> Concern:
    me = actor.person_id
    return Concern(
        id=uuid.uuid4(),
        school_id=page.school_id,
        pupil_id=page.pupil_id,
        author_id=me,
        written_by=me,
        side=Side.PARENT,
        kind=kind,
        replies=0,
        standing=Standing.OPEN,
    )


def _parts(kind: Wish, said: Said) -> dict[str, str]:
    keys = [question.key for question in WISHES[kind].questions]
    return {key: many_lines(said.parts[key], longest=LONGEST_PART) for key in keys if said.parts.get(key)}


def _fill(row: Concern, page: AskPage, kind: Wish, said: Said, now: datetime) -> None:
    row.parts = _parts(kind, said)
    if said.one_adult_id is not None and said.one_adult_id not in {one.person_id for one in page.only_readers}:
        raise Invalid(field="readers")
    row.one_adult_id = said.one_adult_id
    row.readers = Readers.ONE_ADULT if said.one_adult_id else Readers.TEACHERS
    row.step = page.start(WISHES[kind].first, said.one_adult_id)
    row.interpreter, row.language, row.written_at = said.interpreter, said.language, now
