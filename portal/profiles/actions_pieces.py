"""Each piece of a draft is saved at once, and what somebody else changed meanwhile is never written over unseen."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from portal.kernel import audit
from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.profiles.actions_drafting import held_draft, next_position
from portal.profiles.models import Outcome, PlanVersion, Responsibility, Target
from portal.profiles.rules import Party
from portal.profiles.rules_content import DATES, OUTCOME, PARTY_LINES, PROFILE, TARGET, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Whose draft is edited, and what the person had before their eyes: the draft's lock and the mark of the piece."""

    pupil_id: uuid.UUID
    version_id: uuid.UUID
    lock: int
    seen: str


def save_profile(session: PortalSession, *, actor: Actor, edit: Edit, words: Mapping[str, str], now: datetime) -> None:
    """Saves the four texts of the profile. Raises StaleVersion, Conflict, NotFound."""
    draft = held_draft(session, edit.pupil_id, edit.version_id)
    if _set(draft, edit, draft, PROFILE, words):
        note_saved(session, draft, actor, now, "profile")


def save_dates(session: PortalSession, *, actor: Actor, edit: Edit, dates: Mapping[str, Any], now: datetime) -> None:
    """Saves the plan's dates. Raises Invalid at `ends_on` or `review_due`, StaleVersion, Conflict, NotFound."""
    first, last, due = (dates[name] for name in DATES)
    if first and last and last <= first:
        raise Invalid(N_("The last day must be after the first day."), field="ends_on")
    if due and ((first and due < first) or (last and due > last)):
        raise Invalid(N_("The review must be within the days of the plan."), field="review_due")
    draft = held_draft(session, edit.pupil_id, edit.version_id)
    if _set(draft, edit, draft, DATES, dates):
        note_saved(session, draft, actor, now, "dates")


def save_lines(
    session: PortalSession, *, actor: Actor, edit: Edit, lines: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Saves who does what, one line each. Raises StaleVersion, Conflict, NotFound."""
    draft = held_draft(session, edit.pupil_id, edit.version_id)
    rows = session.scalars(
        select(Responsibility)
        .where(Responsibility.pupil_id == edit.pupil_id, Responsibility.version_id == draft.id)
        .order_by(Responsibility.position)
    ).all()
    there = {name: tuple(row.text for row in rows if row.party == party) for party, name in PARTY_LINES.items()}
    wanted = {name: tuple(lines[name]) for name in there}
    if not _set(draft, edit, SimpleNamespace(**there), tuple(there), wanted):
        return
    for party, name in PARTY_LINES.items():
        if wanted[name] != there[name]:
            _rewrite(session, draft, party, [row for row in rows if row.party == party], wanted[name])
    note_saved(session, draft, actor, now, "responsibilities")


def _rewrite(
    session: PortalSession, draft: PlanVersion, party: Party, rows: Sequence[Responsibility], lines: Sequence[str]
) -> None:
    for row in rows:
        session.delete(row)
    session.flush()  # the places must be free before they are taken again
    about = {"school_id": draft.school_id, "pupil_id": draft.pupil_id, "version_id": draft.id, "party": party}
    session.add_all(Responsibility(**about, position=place, text=text) for place, text in enumerate(lines, 1))
    session.flush()


def save_outcome(
    session: PortalSession, *, actor: Actor, edit: Edit, thread: uuid.UUID, words: Mapping[str, str], now: datetime
) -> None:
    """Saves an outcome, or adds it when the draft has none of this thread, so that a form sent twice adds one.

    Raises Invalid at `text`, StaleVersion, Conflict, NotFound.
    """
    if not words["text"]:
        raise Invalid(N_("Write what the child should be able to do."), field="text")
    draft = held_draft(session, edit.pupil_id, edit.version_id)
    outcome = _one(session, Outcome, draft, thread)
    if outcome is None:
        _must_be_new(edit)
        outcome = Outcome(
            school_id=draft.school_id,
            pupil_id=draft.pupil_id,
            version_id=draft.id,
            thread=thread,
            position=next_position(session, Outcome, draft),
            **words,
        )
        session.add(outcome)
    elif not _set(draft, edit, outcome, OUTCOME, words):
        return
    note_saved(session, draft, actor, now, "outcome")


def save_target(
    session: PortalSession,
    *,
    actor: Actor,
    edit: Edit,
    thread: uuid.UUID,
    outcome_thread: uuid.UUID,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Saves a target under an outcome, or adds it when the draft has none of this thread.

    Raises Invalid at `title`, `outcome` or `steps_total`, StaleVersion, Conflict, NotFound.
    """
    if not values["title"]:
        raise Invalid(N_("Give the target a short name."), field="title")
    draft = held_draft(session, edit.pupil_id, edit.version_id)
    outcome = _one(session, Outcome, draft, outcome_thread)
    if outcome is None:
        raise Invalid(N_("This outcome is no longer in the draft. Choose another."), field="outcome")
    target = _one(session, Target, draft, thread)
    kept = {**values, "strategies": list(values["strategies"])}
    if target is None:
        _must_be_new(edit)
        target = Target(
            school_id=draft.school_id,
            pupil_id=draft.pupil_id,
            version_id=draft.id,
            outcome_id=outcome.id,
            thread=thread,
            position=next_position(session, Target, draft),
            **kept,
        )
        session.add(target)
    else:
        if kept["steps_total"] < target.steps_done:
            raise Invalid(N_("More steps than that are done already."), field="steps_total")
        if not _set(draft, edit, target, (*TARGET, "outcome_id"), {**kept, "outcome_id": outcome.id}, marked=TARGET):
            return
    note_saved(session, draft, actor, now, "target")


def _one(session: PortalSession, kind: type[Any], draft: PlanVersion, thread: uuid.UUID) -> Any:
    found = select(kind).where(kind.pupil_id == draft.pupil_id, kind.version_id == draft.id, kind.thread == thread)
    return session.scalars(found.order_by(kind.position).execution_options(populate_existing=True)).first()


def _must_be_new(edit: Edit) -> None:
    if edit.seen:  # somebody removed this piece while it was being changed
        raise StaleVersion(N_("Somebody removed this while you were writing. Save again to put it back."))


def _set(
    draft: PlanVersion,
    edit: Edit,
    there: object,
    names: Sequence[str],
    values: Mapping[str, Any],
    marked: Sequence[str] | None = None,
) -> bool:
    """Puts the values in and returns whether any is new: a form sent twice changes nothing the second time."""
    if all(getattr(there, name) == values[name] for name in names):
        return False
    # the lock says that something changed; the mark says whether it was this piece
    if draft.lock != edit.lock and fingerprint(there, marked or names) != edit.seen:
        raise StaleVersion
    for name in names:
        setattr(there, name, values[name])
    return True


def note_saved(session: PortalSession, draft: PlanVersion, actor: Actor, now: datetime, piece: str) -> None:
    """Says who wrote last, which bumps the lock, and records which piece it was."""
    draft.written_by, draft.written_at = actor.person_id, now
    flag_modified(draft, "written_at")  # every save of any piece bumps the lock
    audit.record(
        session,
        "draft changed",
        now=now,
        actor_id=actor.person_id,
        school_id=draft.school_id,
        subject_id=draft.id,
        pupil_id=draft.pupil_id,
        piece=piece,
    )
    session.flush()
