"""Reviews and meetings of the demo on many days of the year: nobody in two places, nothing on a day without school."""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from portal.demo.calendar import is_school_day
from portal.demo.fill import made_on
from portal.kernel import clock
from portal.kernel.clock import LONDON, minutes
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.meetings.actions_times import make_slots
from portal.meetings.models import (
    Booking,
    Guest,
    Invitation,
    JoinOffer,
    Meeting,
    Participation,
    Room,
    Slot,
    StaffTime,
    TakenSlot,
    TimeClaim,
)
from portal.meetings.queries_invitees import who_is_asked
from portal.meetings.rules import STATUTORY, Answer, Attendance, Basis, Mode, cells
from portal.meetings.rules_attendance import TOOK_PART
from portal.meetings.rules_booking import meeting_ends, run_of
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.people.models import KeptApart, Person, PupilContact, StaffRole
from portal.people.rules import Audience, Restriction, Role
from portal.people.scopes import scope_of
from portal.reviews.models import AcademicYear, EhcPlan, Review, ReviewRound, ReviewStep, SchoolDayException, Term
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, RoundState, Stage, check_step
from portal.reviews.rules_calendar import SchoolTerm, SpecialDays, TermCalendar, bank_holidays, days_of
from portal.reviews.rules_deadlines import latest_meeting, notice_by, papers_by, report_by
from tests.demo.conftest import PEPPER

DAYS = (
    clock.today(),
    *(date(2026, 7, 10), date(2026, 8, 15), date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 30)),
    *(date(2026, 10, 23), date(2026, 10, 24), date(2026, 10, 25), date(2026, 11, 1), date(2026, 11, 30)),
    *(date(2026, 12, 8), date(2026, 12, 14), date(2026, 12, 18), date(2026, 12, 24), date(2027, 1, 1)),
    *(date(2027, 1, 5), date(2027, 2, 12), date(2027, 2, 20), date(2027, 3, 8), date(2027, 3, 27)),
    *(date(2027, 3, 28), date(2027, 4, 5), date(2027, 5, 2), date(2027, 5, 31), date(2027, 6, 26)),
    *(date(2027, 7, 3), date(2027, 7, 18), date(2027, 10, 30), date(2027, 10, 31), date(2028, 2, 29)),
)
FREE = {"zara", "zofia", "kacper", "sagal", "grace"}


class Made:
    """The rows of one demo by their class, before they are written."""

    def __init__(self, day):
        self.day, self.world = day, made_on(day, PEPPER)
        self.end_of_day = datetime.combine(day, time(23, 59), LONDON)
        self.keys = {child.pupil.id: key for key, child in self.world.children.items()}
        self._rows = defaultdict(list)
        for row in self.world.rows:
            self._rows[type(row)].append(row)

    def __getitem__(self, model):
        return self._rows[model]

    def open_round(self, school_key):
        school = self.world.schools[school_key]
        return next(r for r in self[ReviewRound] if r.school_id == school.id and r.state is RoundState.OPEN)

    def reviews_of(self, round_):
        return {self.keys[review.pupil_id]: review for review in self[Review] if review.round_id == round_.id}

    def invitations_to(self, review):
        return {row.adult_id: row for row in self[Invitation] if row.review_id == review.id}


@pytest.fixture(scope="module", params=DAYS, ids=str)
def made(request):
    """What is filled on each of these days."""
    return Made(request.param)


def days_in_london(moments):
    return {moment.astimezone(LONDON).date() for moment in moments}


# --- the school year ------------------------------------------------------------------------------------------------


def test_the_written_year_is_the_one_that_the_demo_lives_by(made):
    """Every day of every year that is written down, against the rule of the demo."""
    for school in made.world.schools.values():
        years = [row for row in made[AcademicYear] if row.school_id == school.id]
        assert any(year.starts_on <= made.day <= year.ends_on for year in years)
        specials = [row for row in made[SchoolDayException] if row.school_id == school.id]
        assert len(specials) == 5 * len(years)
        terms = [row for row in made[Term] if row.school_id == school.id]
        assert Counter(term.year_id for term in terms) == {year.id: 3 for year in years}
        names = SchoolTerm.__dataclass_fields__.keys() - {"id"}
        calendar = TermCalendar(
            terms=tuple(SchoolTerm(**{name: getattr(term, name) for name in names}) for term in terms),
            exceptions=tuple(SpecialDays(kind=s.kind, first_day=s.first_day, last_day=s.last_day) for s in specials),
        )
        for year in years:
            wrong = [d for d in days_of(year.starts_on, year.ends_on) if calendar.is_school_day(d) != is_school_day(d)]
            assert wrong == []
            assert not any(special.first_day in bank_holidays(special.first_day.year) for special in specials)


def test_each_school_has_two_rounds_behind_it_and_one_open(made):
    terms = {term.id: term for term in made[Term]}
    for school in made.world.schools.values():
        rounds = sorted((r for r in made[ReviewRound] if r.school_id == school.id), key=lambda r: r.first_day)
        assert [r.state for r in rounds] == [RoundState.CLOSED, RoundState.CLOSED, RoundState.OPEN]
        assert len({r.term_id for r in rounds}) == 3
        for row in rounds:
            assert terms[row.term_id].starts_on <= row.first_day < row.last_day <= terms[row.term_id].ends_on
            assert row.made_at < row.booking_opens_at < row.booking_closes_at
        *closed, opened = rounds
        assert all(row.last_day < made.day for row in closed)
        assert 5 <= sum(map(is_school_day, days_of(opened.first_day, opened.last_day))) <= 10
        assert opened.booking_opens_at <= made.end_of_day - timedelta(days=7)
        assert made.day + timedelta(days=7) <= opened.booking_closes_at.astimezone(LONDON).date() <= opened.last_day
        assert opened.first_day >= made.day + timedelta(days=5)


def test_nothing_happens_on_a_day_without_school(made):
    moments = [row.starts_at for row in (*made[Slot], *made[Meeting])]
    moments += [row.at for row in made[TimeClaim]] + [row.noted_at for row in made[ReviewStep]]
    for name in ("meets_at", "held_at", "record_shared_at", "closed_at", "invited_at", "booked_at", "views_in_at"):
        moments += [getattr(row, name) for row in made[Review] if getattr(row, name)]
    moments += [row.made_at for row in made[Booking]] + [row.sent_at for row in made[Invitation]]
    assert [day for day in days_in_london(moments) if not is_school_day(day)] == []


# --- times ----------------------------------------------------------------------------------------------------------


def test_nobody_and_no_room_is_in_two_places(made):
    """All claims are unique, and they are exactly those of the slots that are offered and the meetings that are held."""
    claims = Counter((claim.holder_id, claim.at) for claim in made[TimeClaim])
    assert max(claims.values()) == 1
    wanted = Counter()
    for slot in made[Slot]:
        holders = [slot.staff_id, slot.room_id, *slot.with_ids] if slot.round_id else [slot.staff_id, slot.room_id]
        for holder in filter(None, map(str, filter(None, holders))):
            wanted.update((holder, at) for at in cells(slot.starts_at, slot.ends_at + minutes(slot.pause_minutes)))
    bookings = {row.meeting_id: row for row in made[Booking] if row.cancelled_at is None}
    for meeting in made[Meeting]:
        if meeting.id in bookings:
            adult = str(bookings[meeting.id].adult_id)
            wanted.update((adult, at) for at in cells(meeting.starts_at, meeting.ends_at))
    annual = {slot.id for slot in made[Slot] if slot.round_id is None}
    there = Counter(
        (str(claim.holder_id), claim.at)
        for claim in made[TimeClaim]
        if claim.slot_id not in annual or (str(claim.holder_id), claim.at) in wanted
    )
    assert there == wanted
    for row in made[TimeClaim]:
        assert row.at.minute % 5 == 0


def test_slots_of_one_teacher_follow_each_other_with_their_pauses(made):
    lines = defaultdict(list)
    for slot in made[Slot]:
        lines[slot.staff_id].append(slot)
    for line in lines.values():
        for one, after in pairwise(sorted(line, key=lambda slot: slot.starts_at)):
            assert one.ends_at + minutes(one.pause_minutes) <= after.starts_at
    modes = {tuple(slot.modes) for slot in made[Slot] if slot.round_id}
    assert ("in_person", "video", "phone") in modes
    assert len(modes) >= 4
    assert all(slot.join_link.startswith("https://") for slot in made[Slot] if Mode.VIDEO in slot.modes)


def test_making_the_times_again_would_make_these(made):
    """Each slot of the open rounds follows from a stretch that is entered, and each stretch has its slots."""
    for key in made.world.schools:
        row = made.open_round(key)
        expected = set()
        for stretch in (stretch for stretch in made[StaffTime] if stretch.round_id == row.id):
            for day in filter(is_school_day, days_of(row.first_day, row.last_day)):
                if stretch.day == day or stretch.weekday == day.weekday():
                    at, ends = (datetime.combine(day, wall, LONDON) for wall in (stretch.starts, stretch.ends))
                    while at + minutes(row.minutes) <= ends:
                        expected.add((stretch.person_id, at.astimezone(LONDON).isoformat()))
                        at += minutes(row.minutes + stretch.pause_minutes)
        slots = [slot for slot in made[Slot] if slot.round_id == row.id]
        assert {(slot.staff_id, slot.starts_at.astimezone(LONDON).isoformat()) for slot in slots} == expected
        assert len(slots) == len(expected)
        leads = {review.lead_id for review in made.reviews_of(row).values()}
        assert {slot.staff_id for slot in slots} == leads


def test_every_family_finds_free_times(made):
    taken = {row.slot_id for row in made[TakenSlot] if row.released_at is None}
    for key in made.world.schools:
        row = made.open_round(key)
        free = Counter(
            slot.staff_id
            for slot in made[Slot]
            if slot.round_id == row.id and slot.id not in taken and Mode.IN_PERSON in slot.modes
        )
        waiting = Counter(review.lead_id for review in made.reviews_of(row).values() if review.stage is Stage.INVITED)
        for lead, families in waiting.items():
            assert free[lead] >= max(4, 2 * families)


def test_there_are_three_rooms_in_each_school_and_one_without_steps(made):
    for school in made.world.schools.values():
        rooms = [room for room in made[Room] if room.school_id == school.id]
        assert len(rooms) == 3
        assert sum(room.step_free for room in rooms) == 1


# --- reviews and invitations ----------------------------------------------------------------------------------------


def test_everybody_on_the_register_has_a_review_with_their_class_teacher(made):
    teachers = {row.class_id: person.id for row, person in made.world.staff if row.role is Role.CLASS_TEACHER}
    for key in made.world.schools:
        reviews = made.reviews_of(made.open_round(key))
        expected = {
            name
            for name, child in made.world.children.items()
            if child.school is made.world.schools[key] and "until" not in child.told and "left" not in child.told
        }
        assert reviews.keys() == expected - {"haroon", "finley", "elliemae"}
        for name, review in reviews.items():
            assert review.lead_id == teachers[made.world.children[name].pupil.class_id]
            assert review.stage in {Stage.INVITED, Stage.BOOKED}


def test_the_people_one_can_sign_in_as_find_what_they_need(made):
    world = made.world
    rows = {**made.reviews_of(made.open_round("hazel")), **made.reviews_of(made.open_round("bridge"))}

    def invited(key):
        return {world.persons[adult_id].full_name for adult_id in made.invitations_to(rows[key])}

    assert invited("zara") == {"Samina Hussain", "Imran Hussain"}
    assert invited("grace") == {"Grace O'Donnell"}
    assert invited("sagal") == {"Fadumo Cali Warsame"}
    assert {"Folasade Bello", "Kunle Bello"} == invited("idris")
    dorota = world.people["parent-of-two"].id
    two = [rows["zofia"], rows["kacper"]]
    assert [made.invitations_to(review)[dorota].answer for review in two] == [Answer.NONE, Answer.NONE]
    assert two[0].school_id == two[1].school_id
    assert two[0].lead_id != two[1].lead_id
    for key in FREE:
        assert rows[key].stage is Stage.INVITED
        assert {row.answer for row in made.invitations_to(rows[key]).values()} == {Answer.NONE}
    barred = world.people["parent-barred"].id
    assert all(row.adult_id != barred for row in made[Invitation])


def test_about_half_have_chosen_and_some_say_something_else(made):
    for key in made.world.schools:
        rows = made.reviews_of(made.open_round(key))
        booked = sum(review.stage is Stage.BOOKED for review in rows.values())
        assert 0.4 <= booked / len(rows) <= 0.6
        said = Counter(row.answer for review in rows.values() for row in made.invitations_to(review).values())
        assert said[Answer.CALL_ME] == said[Answer.NO_TIME_SUITS] == 1
    bookings = [row for row in made[Booking] if row.made_at > made.open_round("hazel").booking_opens_at]
    assert sum(row.interpreter for row in bookings) >= 4
    assert {need for row in bookings for need in row.needs} >= {"step_free", "quiet", "large_print", "children"}
    assert len(made[JoinOffer]) == 3
    assert all(row.phone for row in bookings if row.meeting_id in phones(made))


def phones(made):
    return {meeting.id for meeting in made[Meeting] if meeting.mode is Mode.PHONE}


def test_every_booking_is_whole(made):
    reviews = {row.id: row for row in made[Review]}
    slots, meetings = ({row.id: row for row in made[model]} for model in (Slot, Meeting))
    invitations = {row.id: row for row in made[Invitation]}
    taken, claims = defaultdict(list), defaultdict(dict)
    for row in made[TakenSlot]:
        taken[row.meeting_id].append(row)
    for row in made[TimeClaim]:
        if row.meeting_id:
            claims[row.meeting_id][row.at] = row
    live = Counter(row.slot_id for row in made[TakenSlot] if row.released_at is None)
    assert max(live.values()) == 1
    assert len({row.meeting_id for row in made[Booking]}) == len(made[Booking]) == len(meetings)
    for booking in made[Booking]:
        meeting, review, invitation = (
            meetings[booking.meeting_id],
            reviews[booking.review_id],
            invitations[booking.invitation_id],
        )
        run = sorted((slots[row.slot_id] for row in taken[meeting.id]), key=lambda slot: slot.starts_at)
        row = next(row for row in made[ReviewRound] if row.id == review.round_id)
        length = row.minutes + (row.interpreter_minutes if booking.interpreter else 0)
        assert run_of(run, length) == run
        assert (meeting.starts_at, meeting.ends_at) == (run[0].starts_at, meeting_ends(run[0], length))
        assert all(meeting.mode in slot.modes and slot.staff_id == review.lead_id for slot in run)
        assert (invitation.review_id, invitation.adult_id) == (review.id, booking.adult_id)
        assert row.booking_opens_at < booking.made_at < min(made.end_of_day, meeting.starts_at)
        over = booking.cancelled_at is not None
        assert (review.live_bookings, meeting.live_bookings) == ((0, 0) if over else (1, 1))
        assert (invitation.answer, invitation.sequence) == ((Answer.NONE, 1) if over else (Answer.BOOKED, 0))
        assert over == (meeting.released_at is not None) == (review.stage is Stage.NOT_ATTENDED)
        assert all((row.released_at is not None) == over for row in taken[meeting.id])
        expected = [] if over else cells(meeting.starts_at, meeting.ends_at)
        assert sorted(claims[meeting.id]) == expected
        assert {row.in_building for row in claims[meeting.id].values()} <= {meeting.mode is Mode.IN_PERSON}
    answered = {row.id for row in made[Invitation] if row.answer is Answer.BOOKED}
    assert answered == {row.invitation_id for row in made[Booking] if row.cancelled_at is None}


def test_the_rounds_that_are_over_have_figures_to_show(made):
    invitations = defaultdict(list)
    for row in made[Invitation]:
        invitations[row.review_id].append(row)
    for row in (row for row in made[ReviewRound] if row.state is RoundState.CLOSED):
        reviews = list(made.reviews_of(row).values())
        stages = Counter(review.stage for review in reviews)
        assert len(reviews) >= 12
        assert stages[Stage.NOT_ATTENDED] >= 1
        assert stages[Stage.RECORD_SHARED] + stages[Stage.CLOSED] >= 5
        assert stages.total() == sum(
            stages[stage] for stage in (Stage.NOT_ATTENDED, Stage.HELD, Stage.RECORD_SHARED, Stage.CLOSED)
        )
        came = Counter(line.attendance for review in reviews for line in invitations[review.id])
        assert came.keys() == set(Attendance) - {Attendance.UNKNOWN}
        for review in reviews:
            present = any(line.attendance in TOOK_PART for line in invitations[review.id])
            assert bool(review.held_without_family) == (review.held_at is not None and not present)
            assert (review.held_at is None) == (review.stage is Stage.NOT_ATTENDED)
    unknown = [row for row in made[Review] if row.stage not in BEFORE_THE_MEETING or row.stage is Stage.NOT_ATTENDED]
    assert all(line.attendance for review in unknown for line in invitations[review.id])


def test_every_review_came_to_its_stage_step_by_step(made):
    steps = defaultdict(list)
    for row in made[ReviewStep]:
        if row.stage is not Stage.PLANNED:
            steps[row.review_id].append(row)
    for review in made[Review]:
        stage = Stage.PLANNED
        line = steps[review.id]
        assert [row.noted_at for row in line] == sorted(row.noted_at for row in line)
        for row in line:
            check_step(review.kind, stage, row.stage)
            stage = row.stage
            assert row.noted_at <= made.end_of_day
            assert row.on_day == row.noted_at.astimezone(LONDON).date()
        assert stage is review.stage


# --- annual reviews, voices, messages -------------------------------------------------------------------------------


def test_each_ehc_plan_has_its_clock(made):
    with_plan = {key for key, child in made.world.children.items() if child.told.get("provision") == "E"}
    plans = {made.keys[plan.pupil_id]: plan for plan in made[EhcPlan]}
    assert plans.keys() == with_plan
    for plan in plans.values():
        assert plan.issued_on < made.day
        assert plan.last_reviewed_on is None or plan.issued_on < plan.last_reviewed_on <= made.day
    annual = {made.keys[row.pupil_id]: row for row in made[Review] if row.kind is ReviewKind.ANNUAL}
    bases = defaultdict(set)
    for guest in made[Guest]:
        bases[guest.review_id].add(guest.basis)
    in_time, late, due = annual["haroon"], annual["finley"], annual["elliemae"]
    meets = {key: review.meets_at.astimezone(LONDON).date() for key, review in annual.items() if review.meets_at}
    assert in_time.stage is Stage.NOTICE_SENT
    assert set(STATUTORY) | {Basis.RECEIVING_SCHOOL, Basis.FAMILY} <= bases[in_time.id]
    assert in_time.invited_at.date() <= notice_by(meets["haroon"]).on
    assert made.day < meets["haroon"] <= latest_meeting(in_time.due_on).on
    assert {row.attendance for row in made.invitations_to(in_time).values()} == {Attendance.UNKNOWN}
    assert late.stage is Stage.ADVICE_REQUESTED
    assert notice_by(latest_meeting(late.due_on).on).on < made.day < meets["finley"]
    assert (due.stage, due.meets_at) == (Stage.PLANNED, None)
    assert 0 <= (notice_by(latest_meeting(due.due_on).on).on - made.day).days <= 2
    for key in ("youssef", "jessica", "oskar", "priyanka", "grace"):
        review, day = annual[key], meets[key]
        on = {row.stage: row.on_day for row in made[ReviewStep] if row.review_id == review.id}
        assert on[Stage.NOTICE_SENT] <= notice_by(day).on
        assert on[Stage.PAPERS_CIRCULATED] <= papers_by(day).on
        assert on[Stage.REPORT_SENT] <= report_by(day).on
        assert on[Stage.DECIDED_MAINTAIN] <= review.due_on
        assert set(STATUTORY) <= bases[review.id]


def test_some_pupils_said_what_they_want(made):
    said = {made.keys[row.pupil_id]: row for row in made[Participation]}
    assert said.keys() == {"leo", "layla", "oskar"}
    assert said["leo"].helped_by.endswith("Mrs Begum")
    assert all(row.adult_id == made.world.children[key].pupil.person_id for key, row in said.items())


def test_messages_stand_where_the_actions_leave_them(made):
    answers = {(row.adult_id, str(row.review_id)): row.answer for row in made[Invitation]}
    kinds = Counter()
    for item in made[OutboxItem]:
        kind, answer = Message(item.kind), answers[item.person_id, item.facts["review_id"]]
        kinds[kind] += 1
        assert (item.sent_at is not None) == (item.state is OutboxState.SENT)
        if item.state is OutboxState.SENT:
            assert item.sent_at <= made.end_of_day
        else:
            assert item.due_at > made.end_of_day, "nothing leaves by itself on the first day"
        if kind in BEFORE_BOOKING:
            waits = OutboxState.QUEUED if answer is Answer.NONE else OutboxState.WITHHELD
            assert item.state is waits
        if kind in {Message.BOOKED, Message.TOMORROW}:
            assert answer is Answer.BOOKED
            assert {"meeting_id", "starts_at", "mode"} <= item.facts.keys()
    assert kinds[Message.BOOKING_OPEN] == kinds[Message.REMINDER] == kinds[Message.LAST_CALL] > 60
    assert kinds[Message.BOOKED] == kinds[Message.TOMORROW] > 20
    assert kinds[Message.INVITED] == 2
    assert len({item.event_key for item in made[OutboxItem]}) == kinds.total()


def test_who_is_kept_out_by_an_order_is_kept_apart_from_the_others(made):
    pairs = {
        (one, two, link.id)
        for link in made[PupilContact]
        if link.restriction is not Restriction.NONE
        for other in made[PupilContact]
        if other.pupil_id == link.pupil_id and other is not link
        for one, two in ((link.adult_id, other.adult_id), (other.adult_id, link.adult_id))
    }
    assert {(row.adult_id, row.from_id, row.contact_id) for row in made[KeptApart]} == pairs
    assert len(pairs) == 4
    assert {row.since for row in made[KeptApart]} == {made.day - timedelta(days=400)}


# --- in the database, on both ---------------------------------------------------------------------------------------


def test_making_the_times_again_makes_nothing_new(app, ids, system_session):
    for phase, slug in (("primary", "sendco"), ("secondary", "sendco-other-school")):
        person = system_session.get_one(Person, ids.person(slug))
        school_id = system_session.scalars(select(StaffRole.school_id).where(StaffRole.person_id == person.id)).one()
        actor = Actor(
            **{"person_id": person.id, "sitting_id": person.id, "name": person.name, "language": "en"},
            **{"audience": Audience.STAFF, "trust_id": person.trust_id, "school_id": school_id},
            roles=frozenset({Role.SENDCO}),
        )
        before = offered(system_session, ids.round(phase))
        system_session.rollback()
        with PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today())) as session:
            for staff_id in {staff_id for _slot_id, staff_id in before}:
                facts = {"actor": actor, "round_id": ids.round(phase), "staff_id": staff_id}
                assert make_slots(session, **facts, now=clock.now()) == 0
            session.commit()
        assert offered(system_session, ids.round(phase)) == before
        system_session.rollback()


def offered(session, round_id):
    live = select(Slot.id, Slot.staff_id).where(Slot.round_id == round_id, Slot.withdrawn_at.is_(None))
    return [tuple(row) for row in session.execute(live.order_by(Slot.id))]


def test_exactly_those_are_invited_whom_the_rule_asks(app, ids, system_session):
    reviews = dict(
        system_session.execute(
            select(Review.pupil_id, Review.id).where(
                Review.round_id.in_([ids.round("primary"), ids.round("secondary")])
            )
        ).all()
    )
    asked = who_is_asked(system_session, pupil_ids=set(reviews), today=clock.today())
    for pupil_id, review_id in reviews.items():
        there = set(system_session.scalars(select(Invitation.adult_id).where(Invitation.review_id == review_id)))
        assert there == {adult.adult_id for adult in asked[pupil_id]}
    assert ids.review("Zara") == reviews[ids.pupil("Zara")]
