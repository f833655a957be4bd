"""EHC plans with their yearly clock: reviews that were held, and three that are prepared now, one of them late."""

from datetime import date, datetime, time
from typing import Any

from portal.contributions.models import AdviceRequest
from portal.demo.bookings import Invitee, invite
from portal.demo.calendar import DAY, school_day_from, school_day_until
from portal.demo.diary import Busy
from portal.demo.messages import tell
from portal.demo.reviews import Round, add_review, step, words_of_rounds
from portal.demo.world import Child, World, plain
from portal.kernel.clock import LONDON, minutes
from portal.meetings.actions_attendance import NOON
from portal.meetings.models import Guest, Room, Slot
from portal.meetings.rules import Answer, Attendance, Basis, Mode, instant
from portal.meetings.rules_messages import Message
from portal.people.rules import Role
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.rules import SenProvision
from portal.reviews.models import EhcPlan, Review, ReviewStep
from portal.reviews.rules import ReviewKind, Stage
from portal.reviews.rules_deadlines import papers_by, review_due

FACTS = words_of_rounds["annual"]
MEETS, LASTS = time(9, 30), 60
BEFORE = ((Stage.ADVICE_REQUESTED, 42), (Stage.NOTICE_SENT, 21), (Stage.PAPERS_CIRCULATED, 15))  # days
REPORT_AFTER, DECISION_AFTER, CLOSED_AFTER, DUE_AFTER = 9 * DAY, 18 * DAY, 20 * DAY, 40 * DAY
IN_TIME, LATE = 24 * DAY, 8 * DAY  # from today to the meeting
ADVICE_AGO, ADVICE_WAS_DUE, NOTICE_AGO, RECEIVED_AGO = 15, 5, 8, 3


def make_annual(world: World, rounds: list[Round], busy: Busy) -> None:
    """A plan for each child who has one, with the review that was held or that comes next."""
    begun = {
        row.pupil_id: row.starts_on
        for row in world.rows
        if isinstance(row, SenStatusPeriod) and row.provision is SenProvision.PLAN and row.ends_on is None
    }
    last = {made.school.id: made for made in rounds if made.back == 1}
    for key, child in world.children.items():
        if issued := begun.get(child.pupil.id):
            of = _Annual(world, child, busy, issued)
            if key in FACTS["held"]:
                of.was_held(last[child.school.id].days[FACTS["held"].index(key)])
            elif key in FACTS["now"]:
                of.is_prepared(FACTS["now"][key])


class _Annual:
    """One child's EHC plan and its review."""

    def __init__(self, world: World, child: Child, busy: Busy, issued: date) -> None:
        self.world, self.child, self.busy = world, child, busy
        self.sendco = world.head_of(Role.SENDCO, child)
        self.school_key = next(key for key, school in world.schools.items() if school is child.school)
        plan = EhcPlan(**child.about, local_authority=FACTS["council"][self.school_key], issued_on=issued)
        self.plan = world.keep(plan)

    def review(self, due: date, at: datetime) -> Review:
        """The review, as it is begun."""
        facts = {"kind": ReviewKind.ANNUAL, "due_on": due, "made_at": at, "meets_minutes": LASTS}
        return add_review(self.world, self.child, self.sendco, **facts)

    def was_held(self, day: date) -> None:
        """All steps up to the council's decision, with which the next twelve months began."""
        review = self.review(day + DUE_AFTER, _before(day, 50))
        asked = school_day_until(day - BEFORE[0][1] * DAY)
        for facts in FACTS["law"][self.school_key]:
            guest = self.guest(review, facts, asked)
            guest.advice_received_on = school_day_until(day - 17 * DAY)
            guest.attendance = Attendance.PRESENT if guest.basis is Basis.HEAD else Attendance.SENT_VIEWS
        review.meets_at = instant(day, MEETS)
        for stage, days in BEFORE:
            step(self.world, review, stage, self.sendco, _before(day, days))
        adults = self.announce(review, _before(day, BEFORE[1][1]))
        for who in adults:
            who.invitation.attendance = Attendance.PRESENT
        step(self.world, review, Stage.HELD, self.sendco, instant(day, NOON))
        review.held_at = instant(day, NOON)
        self.plan.last_reviewed_on = school_day_from(day + DECISION_AFTER)
        review.record_shared_at, decided = _after(day + REPORT_AFTER), _after(self.plan.last_reviewed_on)
        review.closed_at = _after(day + CLOSED_AFTER)
        step(self.world, review, Stage.REPORT_SENT, self.sendco, review.record_shared_at)
        step(self.world, review, Stage.DECIDED_MAINTAIN, self.sendco, decided)
        step(self.world, review, Stage.CLOSED, self.sendco, review.closed_at)

    def is_prepared(self, how: str) -> None:
        """`in_time`: everybody asked and told; `late`: the date is set and too near; `due`: not begun."""
        review, today = self.review(review_due(self.plan.issued_on).on, self.world.at(25)), self.world.today
        if how == "due":
            return
        asked = self.world.day(ADVICE_AGO)
        for facts in (*FACTS["law"][self.school_key], *FACTS["guest"].get(self.child.told["key"], ())):
            self.guest(review, facts, asked)
        step(self.world, review, Stage.ADVICE_REQUESTED, self.sendco, instant(asked, NOON))
        review.meets_at = self.free_from(today + (IN_TIME if how == "in_time" else LATE))
        papers = papers_by(review.meets_at.astimezone(LONDON).date()).on
        was_due = max(self.world.day(ADVICE_WAS_DUE), asked + DAY)
        self.ask(review, asked, papers if how == "in_time" else was_due)
        if how == "in_time":
            at = self.world.at(NOTICE_AGO, 14, 30)
            self.announce(review, at)
            step(self.world, review, Stage.NOTICE_SENT, self.sendco, at)
            return
        self.hold(review, [])
        why = ReviewStep(**self.child.about, review_id=review.id, stage=Stage.PLANNED, reason=FACTS["late_because"])
        why.on_day, why.noted_by, why.noted_at = self.world.day(2), self.sendco.id, self.world.at(2, 12)
        self.world.keep(why)

    def ask(self, review: Review, asked: date, due_on: date) -> None:
        """The SENDCO asks those who teach and help the child for their advice, by a day."""
        for role in (Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT):
            if who := self.world.holder(role, self.child):
                row = AdviceRequest(**self.child.about, review_id=review.id, person_id=who.id, due_on=due_on)
                row.asked_by, row.asked_at = self.sendco.id, instant(asked, NOON)
                self.world.keep(row)

    def free_from(self, day: date) -> datetime:
        """The first day from this one on that the SENDCO has for the meeting."""
        meets_at = instant(school_day_from(day), MEETS)
        if self.busy.free(self.sendco.id, meets_at, meets_at + minutes(LASTS)):
            return meets_at
        return self.free_from(school_day_from(day) + DAY)

    def announce(self, review: Review, at: datetime) -> list[Invitee]:
        """The family is invited, its time is held, and it is told the day."""
        adults, review.invited_at = invite(self.world, self.child, review, at), at
        self.hold(review, adults)
        if review.meets_at and review.meets_at > instant(self.world.today, MEETS):
            starts_at, mode = review.meets_at.isoformat(), Mode.IN_PERSON.value
            for who in (who for who in adults if who.reads):
                event = str(who.invitation.sequence)
                tell(self.world, Message.INVITED, review, who.person.id, event, at, mode=mode, starts_at=starts_at)
        return adults

    def hold(self, review: Review, adults: list[Invitee]) -> None:
        """A time of its own, outside all rounds, for the SENDCO, a room and the adults."""
        room = next(row for row in self.world.rows if isinstance(row, Room) and row.school_id == review.school_id)
        starts_at = review.meets_at or review.made_at
        slot = Slot(school_id=review.school_id, staff_id=review.lead_id, starts_at=starts_at)
        slot.ends_at, slot.pause_minutes = starts_at + minutes(LASTS), 0
        slot.room_id, slot.modes, slot.with_ids = room.id, [Mode.IN_PERSON.value], []
        self.world.keep(slot)
        for holder in (slot.staff_id, room.id, *(who.person.id for who in adults)):
            self.busy.claim(holder, starts_at, slot.ends_at, slot_id=slot.id)

    def guest(self, review: Review, facts: dict[str, Any], asked: date) -> Guest:
        """Somebody from outside the family, or whom the family names."""
        guest = Guest(**self.child.about, review_id=review.id, basis=Basis(facts["basis"]))
        for name in ("name", "works_as", "organisation"):
            setattr(guest, name, facts.get(name, ""))
        guest.invited_by, guest.invited_at, guest.attendance = self.sendco.id, instant(asked, NOON), Attendance.UNKNOWN
        guest.answer = Answer.COMING if facts.get("coming") else Answer.NONE
        if guest.basis is Basis.FAMILY:
            guest.adult_id = guest.invited_by = self.child.links[0].adult_id
        else:
            guest.email = f"{plain(guest.name)}@example.org"
            guest.advice_asked_on = asked
        if facts.get("received"):
            guest.advice_received_on = self.world.day(RECEIVED_AGO)
        return self.world.keep(guest)


def _before(day: date, days: int) -> datetime:
    return instant(school_day_until(day - days * DAY), NOON)


def _after(day: date) -> datetime:
    return instant(school_day_from(day), NOON)
