"""The pack for one meeting: who comes, the plan's targets, what was agreed last time, and what everybody said that the
reader may read."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.contributions.queries_advice import AskedAdvice, advice_asked
from portal.contributions.queries_pack import Voice, voices
from portal.contributions.queries_staff import TARGETS
from portal.contributions.rules_staff import about_target
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest
from portal.meetings.queries_attendance import ADULTS
from portal.meetings.queries_standing import my_review
from portal.people.actor import Actor
from portal.people.models import Pupil, School
from portal.people.rules import RELATIONSHIPS
from portal.people.scopes import one_pupil
from portal.profiles.queries_texts import SchoolText, Wordings, wordings
from portal.profiles.rules import TargetState
from portal.records.queries_actions import ActionLine, last_actions
from portal.records.queries_comers import FROM_ELSEWHERE, Comes, around
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

HEAD = (
    select(
        *(Review.school_id, Review.kind, Review.stage, Review.lead_id, Review.meets_at),
        *(Pupil.forename, Pupil.known_as, School.name.label("school"), School.theme, School.sendco_word),
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(School, School.id == Review.school_id)
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
WHOM = select(Guest.name, Guest.works_as, Guest.organisation).where(
    Guest.id == bindparam("guest_id"),
    Guest.pupil_id == bindparam("pupil_id"),
    Guest.review_id == bindparam("review_id"),
    FROM_ELSEWHERE,
)


@dataclass(frozen=True, slots=True)
class TargetShown:
    """One target of the plan in the reader's words."""

    question: str
    title: SchoolText
    goal: SchoolText | None
    state: TargetState


@dataclass(frozen=True, slots=True)
class AgreedLast:
    """What was agreed before, in the reader's words."""

    action: ActionLine
    text: SchoolText


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The pack of one review. `advice` is for staff alone, `whom` is the guest for whom a copy is made; `review_id` and
    `pupil_id` are those of the address."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: str
    theme: str
    kind: ReviewKind
    stage: Stage
    meets_at: datetime | None
    comers: tuple[Comes, ...]
    targets: tuple[TargetShown, ...]
    agreed: tuple[AgreedLast, ...]
    voices: tuple[Voice, ...]
    advice: tuple[AskedAdvice, ...]
    has_original: bool
    whom: Comes | None = None

    def title_of(self, question: str) -> SchoolText | None:
        """The target that a question is about, as long as the plan has it."""
        return next((target.title for target in self.targets if target.question == question), None)


def papers_for_staff(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str, now: datetime
) -> Papers:
    """Seven or eight statements. Raises NotFound outside the scope and for a review that nobody was invited to."""
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    head = _head(session, about)
    near = around(session, viewer.person_id, about, head, None, now=now, all_guests=True)
    adults = [
        Comes(
            name=row.known_as or row.full_name,
            role_name=RELATIONSHIPS.get(row.relationship or "", ""),
            starts_at=row.starts_at,
        )
        for row in session.execute(ADULTS, about)
    ]
    advice = advice_asked(session, **about) if head.kind == ReviewKind.ANNUAL else ()
    facts = {**_facts(head), "comers": (*near.staff, *adults, *near.guests), "advice": advice}
    return _papers(session, about, facts, language, now)


def papers_for_guest(
    session: PortalSession,
    *,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    guest_id: uuid.UUID,
    language: str,
    now: datetime,
) -> Papers:
    """What everybody who is invited may read, for one whom school invited from elsewhere; seven statements. Raises
    NotFound for everybody else. From here on the session reads as that guest: nobody's parent, no author, no staff."""
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    guest = session.execute(WHOM, {**about, "guest_id": guest_id}).first()
    if guest is None:
        raise NotFound
    session.narrow(one_pupil(pupil_id, guest_id))
    head = _head(session, about)
    near = around(session, guest_id, about, head, None, now=now, all_guests=False)
    whom = Comes(name=guest.name, works_as=guest.works_as, organisation=guest.organisation)
    facts = {**_facts(head), "comers": (*near.staff, *near.guests), "advice": (), "whom": whom}
    return _papers(session, about, facts, language, now)


def _head(session: PortalSession, about: dict[str, Any]) -> Any:
    head = session.execute(HEAD, about).first()
    if head is None or head.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    return head


def _facts(head: Any) -> dict[str, Any]:
    names = ("school_id", "school", "theme", "kind", "stage", "meets_at")
    return {"child": head.known_as or head.forename, **{name: getattr(head, name) for name in names}}


def papers_for_family(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, language: str, now: datetime
) -> Papers:
    """Five or six statements. Raises NotFound outside the scope and before school has invited; never names another
    adult of the child but by what that adult shared."""
    review = my_review(session, viewer=viewer, pupil_id=pupil_id, review_id=review_id, now=now)
    if review.stage == Stage.CANCELLED:
        raise NotFound
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    meeting_id = review.time.meeting_id if review.time else None
    near = around(session, viewer.person_id, about, review, meeting_id, now=now, all_guests=False)
    facts = {
        "school_id": review.school_id,
        "child": review.child,
        "school": review.school.name,
        "theme": review.theme,
        "kind": review.kind,
        "stage": review.stage,
        "meets_at": review.time.starts_at if review.time else None,
        "comers": (*near.staff, *near.guests),
        "advice": (),
    }
    return _papers(session, about, facts, language, now)


def _papers(
    session: PortalSession, about: dict[str, Any], facts: dict[str, Any], language: str, now: datetime
) -> Papers:
    goals = session.execute(TARGETS, {"pupil_id": about["pupil_id"]}).all()
    today = now.astimezone(LONDON).date()
    actions = last_actions(session, pupil_id=about["pupil_id"], before_review_id=about["review_id"], today=today)
    written_in = {row.language for row in goals} | {action.language for action in actions}
    words = wordings(session, pupil_id=about["pupil_id"], language=language, written_in=written_in)
    return Papers(
        **about,
        **facts,
        targets=tuple(
            TargetShown(about_target(row.thread), title, words.text(row.goal, row.language), row.state)
            for row in goals
            if (title := words.text(row.title, row.language))
        ),
        agreed=tuple(_agreed(actions, words)),
        voices=tuple(voices(session, review_id=about["review_id"], language=language)),
        has_original=words.has_original,
    )


def _agreed(actions: Iterable[ActionLine], words: Wordings) -> Iterable[AgreedLast]:
    return (AgreedLast(action, text) for action in actions if (text := words.text(action.text, action.language)))
