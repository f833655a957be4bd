"""Referrals of a child and who agreed to them: everybody's answers for school, for an adult only their own."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from portal.concerns.models import Consent, Referral, Sharing
from portal.concerns.rules_consent import Basis, ConsentState, Specialist, Way, holds, shown_as
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.rules_booking import may_still_come
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import LinkFacts, YesNo, link_is_open

HEAD = (
    select(
        *(Pupil.school_id, Pupil.forename, Pupil.surname, Pupil.known_as, Pupil.person_id, Pupil.rights_pass_on),
        *(Pupil.rights_stay_with_parents, Pupil.shares_with_parents, Pupil.left_on),
        *(School.name.label("school"), School.theme),
    )
    .join(School, School.id == Pupil.school_id)
    .where(Pupil.id == bindparam("pupil_id"))
)
REFERRALS = (
    select(
        *(Referral.id, Referral.specialist, Referral.agency, Referral.why, Referral.shares, Referral.language),
        *(Referral.asked_at, Referral.closed_at, Referral.closed_words, Person.known_as, Person.full_name),
    )
    .join(Person, Person.id == Referral.asked_by)
    .where(Referral.pupil_id == bindparam("pupil_id"))
    .order_by(Referral.asked_at.desc(), Referral.id)
)
CONSENTS = (
    select(
        *(Consent.referral_id, Consent.adult_id, Consent.current, Consent.basis, Consent.state, Consent.asked_at),
        *(
            Consent.way,
            Consent.answered_at,
            Consent.ends_at,
            Consent.reason,
            Consent.back_way,
            Consent.seen_at,
            Person.full_name.label("adult"),
        ),
    )
    .join(Person, Person.id == Consent.adult_id)
    .where(Consent.pupil_id == bindparam("pupil_id"))
    .order_by(Consent.referral_id, Person.full_name, Consent.adult_id, Consent.number.desc())
)
SHARINGS = (
    select(Sharing.referral_id, Sharing.went_at, Sharing.what)
    .where(Sharing.pupil_id == bindparam("pupil_id"))
    .order_by(Sharing.went_at, Sharing.id)
)
RESPONSIBLE = (
    select(
        *(PupilContact.adult_id, PupilContact.state, PupilContact.access, PupilContact.restriction),
        *(PupilContact.restricted_from, Person.full_name),
    )
    .join(Person, Person.id == PupilContact.adult_id)
    .where(PupilContact.pupil_id == bindparam("pupil_id"), PupilContact.parental_responsibility == YesNo.YES)
    .order_by(PupilContact.priority, Person.full_name, PupilContact.adult_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """The child a page is about. `person_id` is there when the young person's rights are their own."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    name: str
    full_name: str
    school: str
    theme: str
    young_person_id: uuid.UUID | None
    rights: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Consenter:
    """Somebody who may agree: by which right, and whether the portal can ask them."""

    adult_id: uuid.UUID
    name: str
    basis: Basis
    in_portal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """One answer. `label` is a message id, `badge` the kind of its badge."""

    adult_id: uuid.UUID
    adult: str
    current: bool
    basis: Basis
    state: ConsentState
    holds: bool
    label: str
    badge: str
    asked_at: datetime
    answered_at: datetime | None
    ends_at: datetime | None
    way: Way | None
    back_way: Way | None
    reason: str
    seen: bool

    @property
    def since(self) -> datetime | None:
        """From when on it stands so: an answer from its day, an agreement that is over from its end."""
        is_over = self.state in (ConsentState.GIVEN, ConsentState.WITHDRAWN) and not self.holds
        return self.ends_at if is_over else self.answered_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralLine:
    """One referral with its answers, the newest of each adult first, and what went out."""

    referral_id: uuid.UUID
    specialist: Specialist
    agency: str
    why: str
    shares: str
    language: str
    asked_at: datetime
    asked_by: str
    closed_at: datetime | None
    closed_words: str
    answers: tuple[AnswerLine, ...]
    sharings: tuple[tuple[datetime, str], ...]

    @property
    def now(self) -> tuple[AnswerLine, ...]:
        """The answer of each adult that counts."""
        return tuple(answer for answer in self.answers if answer.current)

    @property
    def differ(self) -> bool:
        """Whether one adult agrees and another does not."""
        return any(one.holds for one in self.now) and any(one.state == ConsentState.DECLINED for one in self.now)

    @property
    def taken_back(self) -> tuple[AnswerLine, ...]:
        """What was taken back and the SENDCO has not confirmed yet."""
        return tuple(one for one in self.now if one.state == ConsentState.WITHDRAWN and not one.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralsPage:
    """The child and its referrals, newest first."""

    child: Child
    lines: tuple[ReferralLine, ...]

    def one(self, referral_id: uuid.UUID) -> ReferralLine:
        """One of them. Raises NotFound."""
        for line in self.lines:
            if line.referral_id == referral_id:
                return line
        raise NotFound


def child_of(session: PortalSession, pupil_id: uuid.UUID, today: date) -> Child:
    """One statement. Raises NotFound."""
    row = session.execute(HEAD, {"pupil_id": pupil_id}).first()
    if row is None:
        raise NotFound
    name = row.known_as or row.forename
    passed = row.rights_pass_on <= today and not row.rights_stay_with_parents
    names = ("rights_pass_on", "rights_stay_with_parents", "shares_with_parents", "left_on")
    return Child(
        pupil_id=pupil_id,
        school_id=row.school_id,
        name=name,
        full_name=f"{name} {row.surname}".strip(),
        school=row.school,
        theme=row.theme,
        young_person_id=row.person_id if passed else None,
        rights={"passed": passed, **{name: getattr(row, name) for name in names}},
    )


def consenters(session: PortalSession, child: Child, today: date) -> list[Consenter]:
    """Who may agree today: the young person whose rights are their own and nobody else, or each adult with parental
    responsibility whom no order, pause or leaving keeps out. At most one statement."""
    if child.rights["passed"]:
        me = child.young_person_id
        return [Consenter(me, child.full_name, Basis.OWN_RIGHTS, in_portal=True)] if me else []
    facts = {name: value for name, value in child.rights.items() if name != "passed"}
    found = []
    for row in session.execute(RESPONSIBLE, {"pupil_id": child.pupil_id}):
        link = LinkFacts(
            access=row.access,
            state=row.state,
            restriction=row.restriction,
            restricted_from=row.restricted_from,
            **facts,
        )
        if may_still_come(link, today):
            open_ = link_is_open(link, today)
            found.append(Consenter(row.adult_id, row.full_name, Basis.RESPONSIBILITY, in_portal=open_))
    return found


def referrals(session: PortalSession, *, pupil_id: uuid.UUID, now: datetime) -> ReferralsPage:
    """Four statements; for an adult of the family the answers are their own alone. Raises NotFound."""
    child, asked = child_of(session, pupil_id, now.astimezone(LONDON).date()), {"pupil_id": pupil_id}
    rows = session.execute(REFERRALS, asked).all()
    answers: dict[uuid.UUID, list[AnswerLine]] = defaultdict(list)
    sharings: dict[uuid.UUID, list[tuple[datetime, str]]] = defaultdict(list)
    if rows:
        for row in session.execute(CONSENTS, asked):
            answers[row.referral_id].append(_answer(row, now))
        for referral_id, went_at, what in session.execute(SHARINGS, asked):
            sharings[referral_id].append((went_at, what))
    lines = tuple(_line(row, answers[row.id], sharings[row.id]) for row in rows)
    return ReferralsPage(child=child, lines=lines)


def my_answer(line: ReferralLine, viewer: Actor) -> AnswerLine | None:
    """The viewer's answer that counts; None for whoever is not asked."""
    return next((one for one in line.now if one.adult_id == viewer.person_id), None)


def _line(row: Any, answers: Sequence[AnswerLine], sharings: Sequence[tuple[datetime, str]]) -> ReferralLine:
    return ReferralLine(
        referral_id=row.id,
        specialist=row.specialist,
        agency=row.agency,
        why=row.why,
        shares=row.shares,
        language=row.language,
        asked_at=row.asked_at,
        asked_by=row.known_as or row.full_name,
        closed_at=row.closed_at,
        closed_words=row.closed_words,
        answers=tuple(answers),
        sharings=tuple(sharings),
    )


def _answer(row: Any, now: datetime) -> AnswerLine:
    label, badge = shown_as(row.state, row.ends_at, now)
    return AnswerLine(
        adult_id=row.adult_id,
        adult=row.adult,
        current=row.current,
        basis=row.basis,
        state=row.state,
        holds=holds(row.state, row.ends_at, now),
        label=label,
        badge=badge,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        ends_at=row.ends_at,
        way=row.way,
        back_way=row.back_way,
        reason=row.reason,
        seen=row.seen_at is not None,
    )
