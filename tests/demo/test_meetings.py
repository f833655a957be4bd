"""Times and bookings of the demo on many days of the year: nobody in two places, every booking whole."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from portal.demo.calendar import is_school_day
from portal.kernel import clock
from portal.kernel.clock import LONDON, minutes
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.meetings.actions_times import make_slots
from portal.meetings.models import (
    Booking,
    Invitation,
    JoinOffer,
    Meeting,
    Room,
    Slot,
    StaffTime,
    TakenSlot,
    TimeClaim,
)
from portal.meetings.queries_invitees import who_is_asked
from portal.meetings.rules import Answer, Mode, cells
from portal.meetings.rules_booking import meeting_ends, run_of
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.people.models import Person, StaffRole
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import Stage
from portal.reviews.rules_calendar import days_of


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


def test_messages_stand_where_the_actions_leave_them(made):
    answers = {(row.adult_id, str(row.review_id)): row.answer for row in made[Invitation]}
    kinds = Counter()
    of_meetings = [row for row in made[OutboxItem] if row.kind in tuple(Message)]
    for item in of_meetings:
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
    assert len({item.event_key for item in of_meetings}) == kinds.total()


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
