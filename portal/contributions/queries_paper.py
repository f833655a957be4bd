"""For the office: whose views it may type in, what it typed before, and who waits for a call."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.accounts.rules import as_written
from portal.contributions.models import Contribution, Statement, WantedCall
from portal.contributions.models_standing import ContributionStanding
from portal.contributions.rules import TYPED_IN, How, stamp
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.queries_times import own_school
from portal.meetings.rules_booking import may_still_come
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, SchoolClass
from portal.people.rules import OPEN_ACCESS, ContactKind, ContactState, LinkFacts, Readers
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

REVIEW = (
    select(Review.kind, Review.stage, Pupil.forename, Pupil.surname, Pupil.known_as)
    .join(Pupil, Pupil.id == Review.pupil_id)
    .where(Review.id == bindparam("review"), Review.pupil_id == bindparam("pupil"), Review.stage != Stage.PLANNED)
)
LINK = (
    *(PupilContact.relationship, PupilContact.state, PupilContact.access, PupilContact.restriction),
    *(PupilContact.restricted_from, Pupil.rights_pass_on, Pupil.rights_stay_with_parents, Pupil.shares_with_parents),
    Pupil.left_on,
)
PERSON = (Person.full_name, Person.known_as, Person.spoken_language, Person.interpreter_needed)
ADULTS = (
    select(PupilContact.adult_id, *LINK, *PERSON)
    .join(Person, Person.id == PupilContact.adult_id)
    .join(Pupil, Pupil.id == PupilContact.pupil_id)
    .where(PupilContact.pupil_id == bindparam("pupil"))
    .order_by(PupilContact.priority, Person.full_name, PupilContact.adult_id)
)
CAME = select(ContributionStanding.author_id, ContributionStanding.how, ContributionStanding.started_at).where(
    ContributionStanding.pupil_id == bindparam("pupil"),
    ContributionStanding.review_id == bindparam("review"),
    ContributionStanding.how.in_(TYPED_IN),
)
TYPED = (
    select(
        *(Statement.question, Statement.number, Statement.version, Statement.text, Statement.language),
        *(Statement.readers, Statement.current),
    )
    .join(Contribution, Contribution.id == Statement.contribution_id)
    .where(
        Statement.review_id == bindparam("review"),
        Statement.author_id == bindparam("who"),
        Statement.written_by == bindparam("me"),
        Contribution.how == bindparam("how"),
    )
    .order_by(Statement.question, Statement.number, Statement.id)
)
CALLS = (
    select(
        *(WantedCall.id.label("call_id"), WantedCall.pupil_id, WantedCall.review_id, WantedCall.adult_id),
        *(WantedCall.words, WantedCall.wanted_at, *LINK, *PERSON),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("child_known_as"), SchoolClass.name.label("class_name")),
    )
    .join(Review, Review.id == WantedCall.review_id)
    .join(Pupil, Pupil.id == WantedCall.pupil_id)
    .join(Person, Person.id == WantedCall.adult_id)
    .join(
        PupilContact,
        and_(PupilContact.pupil_id == WantedCall.pupil_id, PupilContact.adult_id == WantedCall.adult_id),
    )
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(WantedCall.school_id == bindparam("school"), WantedCall.called_at.is_(None))
    .where(Review.stage.not_in((Stage.CLOSED, Stage.CANCELLED)))
    .order_by(WantedCall.wanted_at, WantedCall.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAdult:
    """An adult of the child, with an account or without."""

    adult_id: uuid.UUID
    name: str
    relationship: str
    spoken_language: str
    interpreter_needed: bool
    uses_portal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """One review and the adults of the child; `came`: when an adult's views were first typed in, and how."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    child: str
    kind: ReviewKind
    stage: Stage
    adults: tuple[PaperAdult, ...]
    came: Mapping[tuple[uuid.UUID, How], datetime]

    def adult(self, adult_id: uuid.UUID) -> PaperAdult:
        """One of them. Raises NotFound."""
        for each in self.adults:
            if each.adult_id == adult_id:
                return each
        raise NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedAnswer:
    """What the viewer typed in. `version` goes back with the form; `corrected`: the adult has written it anew."""

    text: str
    language: str
    readers: Readers
    version: int
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One adult who waits to be rung up."""

    call_id: uuid.UUID
    pupil_id: uuid.UUID
    review_id: uuid.UUID
    child: str
    class_name: str
    adult: PaperAdult
    words: str
    wanted_at: datetime
    phones: tuple[str, ...]


def paper_page(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID, today: date) -> PaperPage:
    """The review, and the adults whom nothing keeps from having a say; three statements. Raises NotFound."""
    asked = {"pupil": pupil_id, "review": review_id}
    row = session.execute(REVIEW, asked).first()
    if row is None:
        raise NotFound
    return PaperPage(
        pupil_id=pupil_id,
        review_id=review_id,
        child=f"{row.known_as or row.forename} {row.surname}",
        kind=row.kind,
        stage=row.stage,
        adults=adults_with_a_say(session, pupil_id=pupil_id, today=today),
        came={(row.author_id, row.how): row.started_at for row in session.execute(CAME, asked)},
    )


def adults_with_a_say(session: PortalSession, *, pupil_id: uuid.UUID, today: date) -> tuple[PaperAdult, ...]:
    """The adults of a child, with an account or without, as for a meeting: no order, pause or passing of rights stands
    between them; one statement."""
    rows = session.execute(ADULTS, {"pupil": pupil_id})
    return tuple(_adult(row) for row in rows if may_still_come(_link(row), today))


def typed_in(
    session: PortalSession, *, viewer: Actor, review_id: uuid.UUID, adult_id: uuid.UUID, how: How
) -> dict[str, TypedAnswer]:
    """By question what the viewer typed in for an adult in one way; one statement."""
    asked = {"review": review_id, "who": adult_id, "me": viewer.person_id, "how": how}
    return {
        row.question: TypedAnswer(
            text=row.text if row.current else "",
            language=row.language,
            readers=Readers(row.readers),
            version=stamp(row.number, row.version) if row.current else 0,
            corrected=not row.current,
        )
        for row in session.execute(TYPED, asked)
    }


def wanted_calls(session: PortalSession, *, viewer: Actor, today: date) -> tuple[CallLine, ...]:
    """Who waits for a call, the longest first; at most two statements."""
    found = session.execute(CALLS, {"school": own_school(viewer)}).all()
    rows = [row for row in found if may_still_come(_link(row), today)]
    phones = _phones(session, {row.adult_id for row in rows}) if rows else {}
    return tuple(
        CallLine(
            call_id=row.call_id,
            pupil_id=row.pupil_id,
            review_id=row.review_id,
            child=f"{row.child_known_as or row.forename} {row.surname}",
            class_name=row.class_name or "",
            adult=_adult(row),
            words=row.words,
            wanted_at=row.wanted_at,
            phones=tuple(phones.get(row.adult_id, ())),
        )
        for row in rows
    )


def _phones(session: PortalSession, adults: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    numbers = (
        select(ContactPoint.adult_id, ContactPoint.value)
        .where(ContactPoint.kind == ContactKind.MOBILE, ContactPoint.adult_id.in_(adults))
        .order_by(ContactPoint.wanted.desc(), ContactPoint.id)
    )
    phones: dict[uuid.UUID, list[str]] = {}
    for adult_id, value in session.execute(numbers):
        phones.setdefault(adult_id, []).append(as_written(ContactKind.MOBILE, value))
    return phones


def _adult(row: Any) -> PaperAdult:
    return PaperAdult(
        adult_id=row.adult_id,
        name=row.known_as or row.full_name,
        relationship=row.relationship,
        spoken_language=row.spoken_language,
        interpreter_needed=row.interpreter_needed,
        uses_portal=row.state == ContactState.ACTIVE and row.access in OPEN_ACCESS,
    )


def _link(row: Any) -> LinkFacts:
    return LinkFacts(
        access=row.access,
        state=row.state,
        restriction=row.restriction,
        restricted_from=row.restricted_from,
        rights_pass_on=row.rights_pass_on,
        rights_stay_with_parents=row.rights_stay_with_parents,
        shares_with_parents=row.shares_with_parents,
        left_on=row.left_on,
    )
