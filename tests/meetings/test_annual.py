"""An annual review from the dates of the plan to the council's decision, through the pages that people use."""

import re
from datetime import date, timedelta

import pytest
import vobject
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Guest, Invitation, Room, Slot, TimeClaim
from portal.meetings.rules import STATUTORY, Answer, Basis
from portal.people.models import KeptApart
from portal.reviews.models import EhcPlan, Review, ReviewStep
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import ReviewKind, Stage
from tests.pages import words

NAMES = {
    Basis.HEAD: "Ms Head",
    Basis.LOCAL_AUTHORITY: "Mr Officer",
    Basis.HEALTH: "Dr Well",
    Basis.SOCIAL_CARE: "Ms Care",
}


def day(name, value):
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def school_day(session, ids, earliest):
    """A day whose fortnight before is a school day too, so that nothing is to be warned of."""
    school = calendar_of(session, ids.school_of("Zara"), earliest)
    found = earliest
    while not (school.is_school_day(found) and school.is_school_day(found - timedelta(days=14))):
        found += timedelta(days=1)
    session.rollback()
    return found


class Sendco:
    """The SENDCO at Zara's annual review."""

    def __init__(self, client, ids, engine):
        self.client, self.ids, self.engine = client, ids, engine
        self.at = f"/staff/children/{ids.pupil('Zara')}/annual"

    def get(self, path=""):
        return self.client.get(f"{self.at}{path}?lang=en")

    def post(self, path, **data):
        return self.client.post(self.at + path, data=data)

    def review(self):
        found = self.rows(
            select(Review).where(Review.pupil_id == self.ids.pupil("Zara"), Review.kind == ReviewKind.ANNUAL)
        )
        return found[0] if found else None

    def rows(self, statement):
        """Looks in a session of its own: one that only looks must not hold the one writer's place."""
        with PortalSession(self.engine, scope=system("looking"), read_only=True) as session:
            found = session.scalars(statement).all()
            session.expunge_all()
            return found

    def dates(self, issued):
        return self.post("/dates", **day("issued_on", issued), local_authority="Westbrook Council")

    def meet(self, on, at="13:05", reason="", minutes="60", **more):
        review = self.review()
        data = {"version": str(review.version if review else 0), "at": at, "minutes": minutes, "mode": "in_person"}
        return self.post("/meeting", **{**data, **day("day", on), "room": "", "reason": reason, **more})

    def step(self, stage, on=None, reason=""):
        return self.post(
            f"/steps/{stage.value}",
            **day("on_day", on or clock.today()),
            reason=reason,
            version=str(self.review().version),
        )

    def invite_the_four(self):
        for basis, name in NAMES.items():
            assert self.post("/guests/new", basis=basis.value, name=name).status_code == 303

    def invitations(self):
        return self.rows(select(Invitation).where(Invitation.review_id == self.review().id))


@pytest.fixture
def sendco(app, ids, as_persona, system_session):
    """Zara has no plan and no annual review yet."""
    for table in (ReviewStep, Guest, Invitation):
        annual = select(Review.id).where(Review.pupil_id == ids.pupil("Zara"), Review.kind == ReviewKind.ANNUAL)
        for row in system_session.scalars(select(table).where(table.review_id.in_(annual))).all():
            system_session.delete(row)
    system_session.flush()
    for table in (Review, EhcPlan):
        where = table.pupil_id == ids.pupil("Zara")
        if table is Review:
            where = where & (Review.kind == ReviewKind.ANNUAL)
        for row in system_session.scalars(select(table).where(where)).all():
            system_session.delete(row)
    system_session.commit()
    return Sendco(as_persona("sendco"), ids, app.extensions["engine"])


@pytest.fixture
def planned(sendco, ids, system_session):
    """Plan, a meeting that breaks no date, the four whom the law names."""
    on = school_day(system_session, ids, clock.today() + timedelta(days=21))
    assert sendco.dates(on + timedelta(days=40) - timedelta(days=365)).status_code == 303
    assert sendco.meet(on).status_code == 303
    sendco.on = on
    sendco.invite_the_four()
    return sendco


def test_the_dates_come_first_and_then_the_clock(sendco):
    page = sendco.get()
    assert "The dates of the EHC plan are missing" in words(page)
    assert sendco.get("/meeting").status_code == 302
    issued = clock.today() - timedelta(days=200)
    assert sendco.dates(issued).status_code == 303
    text = words(sendco.get())
    for title in ("Announce the date", "Send the report", "The council decides", "Hold the meeting"):
        assert title in text
    assert "reg 20(3)" not in text, "no meeting, no date to count from"
    assert "CFA 2014 s.44(1)" in text


@pytest.mark.parametrize(
    ("issued", "reviewed", "message"),
    [
        (1, None, "The plan cannot be issued in the future."),
        (-10, -20, "The last review lies between the day of the plan and today."),
        (-10, 2, "The last review lies between the day of the plan and today."),
    ],
)
def test_dates_that_cannot_be(sendco, issued, reviewed, message):
    today = clock.today()
    data = day("issued_on", today + timedelta(days=issued))
    if reviewed:
        data |= day("last_reviewed_on", today + timedelta(days=reviewed))
    answer = sendco.post("/dates", **data)
    assert answer.status_code == 422
    assert message in words(answer)


def test_a_day_that_is_too_late_is_said_and_needs_a_reason_that_stays(sendco, ids, system_session):
    on = school_day(system_session, ids, clock.today() + timedelta(days=21))
    sendco.dates(on + timedelta(days=20) - timedelta(days=365))
    answer = sendco.meet(on)
    assert answer.status_code == 422
    assert "The council has too little time to decide" in words(answer)
    assert sendco.review() is None
    assert sendco.meet(on, reason="The educational psychologist is ill.").status_code == 303
    text = words(sendco.get())
    assert "The council has too little time to decide" in text
    assert "The educational psychologist is ill." in text


def test_less_than_two_weeks_notice_is_said(sendco):
    sendco.dates(clock.today() - timedelta(days=100))
    answer = sendco.meet(clock.today() + timedelta(days=7))
    assert answer.status_code == 422
    assert "Everybody must know the date two weeks before" in words(answer)


def test_notice_in_the_holidays_is_said(sendco, ids, system_session):
    school = calendar_of(system_session, ids.school_of("Zara"), clock.today())
    system_session.rollback()
    on = clock.today() + timedelta(days=20)
    while school.is_school_day(on - timedelta(days=14)) or not school.is_school_day(on):
        on += timedelta(days=1)
    sendco.dates(on + timedelta(days=60) - timedelta(days=365))
    answer = sendco.meet(on)
    assert answer.status_code == 422
    assert "The last day to announce it is no school day. Announce it by:" in words(answer)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"at": "13:02"}, "Meetings start and end on five minutes"),
        ({"at": "25:00"}, ""),
        ({"at": ""}, "Write a time such as"),
        ({"mode": "video", "join_link": "http://x.example"}, "needs a link that begins with https://"),
        ({"mode": "video", "join_link": "javascript:alert(1)"}, "needs a link that begins with https://"),
        ({"minutes": "7"}, ""),
        ({"room": "f6f6f6f6-1111-4111-8111-111111111111"}, ""),
    ],
)
def test_a_meeting_that_cannot_be(sendco, ids, system_session, more, message):
    on = school_day(system_session, ids, clock.today() + timedelta(days=21))
    sendco.dates(on + timedelta(days=60) - timedelta(days=365))
    answer = sendco.meet(on, **more)
    assert answer.status_code == 422
    assert message in words(answer)
    assert sendco.review() is None


def test_the_hour_that_does_not_exist(sendco):
    sendco.dates(clock.today() - timedelta(days=100))
    spring = next(
        d
        for d in (date(y, 3, n) for y in range(clock.today().year, 2100) for n in range(25, 32))
        if d.weekday() == 6 and d > clock.today()
    )
    answer = sendco.meet(spring, at="01:30", reason="x")
    assert answer.status_code == 422
    assert "The clocks go forward that night" in words(answer)


def test_no_past_day(sendco):
    sendco.dates(clock.today() - timedelta(days=100))
    assert "Choose a day in the future." in words(sendco.meet(clock.today()))


def test_the_time_is_held_for_lead_and_room_and_let_go_by_a_move(planned, ids, system_session):
    room = Room(school_id=ids.school_of("Zara"), name="The tower room")
    system_session.add(room)
    system_session.commit()
    room_id = room.id
    assert planned.meet(planned.on, at="14:05", room=str(room_id)).status_code == 303
    held = planned.rows(
        select(Slot).where(Slot.round_id.is_(None), Slot.withdrawn_at.is_(None), Slot.room_id == room_id)
    )
    assert len(held) == 1
    assert held[0].starts_at.astimezone(LONDON).hour == 14
    claims = planned.rows(select(TimeClaim).where(TimeClaim.slot_id == held[0].id))
    assert {claim.holder_id for claim in claims} == {ids.person("sendco"), room_id}
    assert len(claims) == 24
    gone = planned.rows(select(Slot).where(Slot.round_id.is_(None), Slot.withdrawn_at.is_not(None)))
    assert not planned.rows(select(TimeClaim).where(TimeClaim.slot_id.in_([slot.id for slot in gone])))
    assert "The tower room" in words(planned.get())


def test_nobody_is_in_two_places(planned, ids, system_session):
    starts_at = planned.review().meets_at
    busy = planned.rows(select(Slot).where(Slot.starts_at != starts_at))[0]
    other = TimeClaim(holder_id=ids.person("sendco"), at=starts_at + timedelta(hours=3), slot_id=busy.id)
    system_session.add(other)
    system_session.commit()
    answer = planned.meet(planned.on, at="16:00")
    assert answer.status_code == 422
    assert "You or the room are taken at that time" in words(answer)
    assert "16:00" in answer.get_data(as_text=True), "what was typed is still there"
    assert planned.review().meets_at.astimezone(LONDON).hour == 13


def test_all_five_before_the_date_is_announced(planned):
    guest = planned.rows(select(Guest).where(Guest.basis == Basis.HEALTH, Guest.review_id == planned.review().id))[0]
    assert planned.post(f"/guests/{guest.id}/remove").status_code == 303
    assert "Health professional" in words(planned.get("/steps/notice_sent"))
    answer = planned.step(Stage.NOTICE_SENT)
    assert answer.status_code == 422
    assert "The law wants more people on the list" in words(answer)
    assert planned.review().stage == Stage.PLANNED
    assert not planned.invitations()


def test_the_date_is_announced_to_each_adult_alone(planned, ids, as_persona, system_session):
    assert planned.step(Stage.NOTICE_SENT).status_code == 303
    invited = {row.adult_id for row in planned.invitations()}
    assert {ids.person("parent"), ids.person("second-parent")} <= invited
    assert ids.person("parent-barred") not in invited
    told = planned.rows(
        select(OutboxItem).where(OutboxItem.event_key.startswith(f"meeting_invited:{planned.review().id}"))
    )
    assert {item.person_id for item in told} == invited
    held = {c.holder_id for c in planned.rows(select(TimeClaim).where(TimeClaim.holder_id.in_(invited)))}
    assert held == invited
    review = planned.review()
    page = as_persona("parent").get(f"/children/{ids.pupil('Zara')}/reviews/{review.id}?lang=en")
    assert page.status_code == 200
    assert "I will come" in page.get_data(as_text=True) or "come" in words(page)


def test_calendars_follow_announcement_move_and_cancelling(planned, ids, as_persona):
    planned.step(Stage.NOTICE_SENT)
    file = f"/children/{ids.pupil('Zara')}/reviews/{planned.review().id}/meeting.ics"
    parent, seen = as_persona("parent"), []
    for act in (
        lambda: None,
        lambda: planned.meet(planned.on, at="15:00", reason="The room is needed."),
        lambda: planned.step(Stage.CANCELLED, reason="The family moves away."),
    ):
        answer = act()
        assert answer is None or answer.status_code == 303
        calendar = vobject.readOne(parent.get(file).get_data(as_text=True))
        seen.append(
            (calendar.method.value, int(calendar.vevent.sequence.value), calendar.vevent.uid.value, calendar.vevent)
        )
    assert [(method, number) for method, number, _uid, _event in seen] == [
        ("REQUEST", 0),
        ("REQUEST", 1),
        ("CANCEL", 2),
    ]
    assert len({uid for _method, _number, uid, _event in seen}) == 1
    assert seen[0][3].dtstart.value.astimezone(LONDON).hour == 13
    assert seen[1][3].dtstart.value.astimezone(LONDON).hour == 15
    assert seen[0][3].attendee.params["PARTSTAT"] == ["NEEDS-ACTION"]
    assert "Zara" not in seen[0][3].serialize()


def test_a_move_asks_the_family_anew_and_tells_it(planned, ids, system_session):
    planned.step(Stage.NOTICE_SENT)
    for row in system_session.scalars(select(Invitation).where(Invitation.review_id == planned.review().id)):
        row.answer = Answer.COMING
    system_session.commit()
    assert planned.meet(planned.on, at="15:00", reason="x").status_code == 303
    assert {row.answer for row in planned.invitations()} == {Answer.NONE}
    moved = planned.rows(
        select(OutboxItem).where(OutboxItem.event_key.startswith(f"meeting_moved:{planned.review().id}"))
    )
    assert {item.person_id for item in moved} == {row.adult_id for row in planned.invitations()}


def test_cancelling_lets_everybody_go(planned):
    planned.step(Stage.NOTICE_SENT)
    assert planned.step(Stage.CANCELLED).status_code == 422, "nobody said why"
    assert planned.step(Stage.CANCELLED, reason="The plan ends.").status_code == 303
    assert not planned.rows(
        select(TimeClaim)
        .join(Slot, Slot.id == TimeClaim.slot_id)
        .where(Slot.round_id.is_(None), Slot.withdrawn_at.is_not(None))
    )
    assert "No day is set yet" in words(planned.get()), "the next review can be planned"


def test_a_day_that_school_cannot_keep_leaves_the_calendar_and_comes_back(planned, ids, as_persona, system_session):
    """The sick day of the lead takes the meeting back; the SENDCO then sets another day."""
    planned.step(Stage.NOTICE_SENT)
    file = f"/children/{ids.pupil('Zara')}/reviews/{planned.review().id}/meeting.ics"
    parent = as_persona("parent")
    before = vobject.readOne(parent.get(file).get_data(as_text=True)).vevent
    away = planned.client.post(f"/staff/meetings/{planned.on}/cancel/{ids.person('sendco')}", data={"reason": "ill"})
    assert away.status_code == 303
    gone = vobject.readOne(parent.get(file).get_data(as_text=True))
    assert gone.method.value == "CANCEL"
    assert gone.vevent.uid.value == before.uid.value
    assert gone.vevent.dtstart.value == before.dtstart.value
    assert int(gone.vevent.sequence.value) == 1
    later = school_day(system_session, ids, planned.on + timedelta(days=1))
    assert planned.meet(later, reason="x").status_code == 303
    again = vobject.readOne(parent.get(file).get_data(as_text=True))
    assert again.method.value == "REQUEST"
    assert int(again.vevent.sequence.value) == 2


def test_adults_kept_apart_are_not_brought_together(planned, ids, system_session):
    review = planned.review()
    slot = planned.rows(select(Slot).where(Slot.starts_at == review.meets_at, Slot.round_id.is_(None)))[0]
    pair = ids.person("parent"), ids.person("parent-of-two")
    for one, other in (pair, pair[::-1]):
        system_session.add(KeptApart(adult_id=one, from_id=other, since=clock.today()))
    system_session.add(
        TimeClaim(holder_id=pair[1], at=slot.ends_at + timedelta(minutes=20), slot_id=slot.id, in_building=True)
    )
    system_session.commit()
    answer = planned.step(Stage.NOTICE_SENT)
    assert answer.status_code == 422
    assert "whom an adult of this family must not meet" in words(answer)
    assert not planned.invitations()


def test_steps_come_in_order(planned):
    assert planned.get("/steps/report_sent").status_code == 404
    assert planned.get("/steps/nonsense").status_code == 404
    answer = planned.step(Stage.REPORT_SENT)
    assert answer.status_code == 422
    assert "This review is not at that step" in words(answer)
    assert planned.review().stage == Stage.PLANNED


def test_a_step_has_a_day_that_can_be(planned):
    tomorrow = clock.today() + timedelta(days=1)
    assert "This day is in the future" in words(planned.step(Stage.ADVICE_REQUESTED, tomorrow))
    assert planned.step(Stage.ADVICE_REQUESTED, clock.today()).status_code == 303
    answer = planned.step(Stage.NOTICE_SENT, clock.today() - timedelta(days=1))
    assert "The step before was on a later day" in words(answer)


def test_a_late_step_needs_a_reason(planned, system_session):
    planned.step(Stage.NOTICE_SENT)
    review = system_session.get(Review, planned.review().id)
    long_ago = clock.now() - timedelta(days=40)
    review.meets_at = long_ago
    for row in system_session.scalars(select(ReviewStep).where(ReviewStep.review_id == review.id)):
        row.on_day = clock.today() - timedelta(days=60)
    system_session.commit()
    assert planned.step(Stage.HELD, long_ago.date()).status_code == 303
    answer = planned.step(Stage.REPORT_SENT)
    assert answer.status_code == 422
    assert "This is later than the law allows" in words(answer)
    assert planned.step(Stage.REPORT_SENT, reason="The head was ill.").status_code == 303
    assert "Done, but late" in words(planned.get())
    assert planned.step(Stage.DECIDED_MAINTAIN, reason="Late letter.").status_code == 303
    plan = planned.rows(select(EhcPlan).where(EhcPlan.pupil_id == planned.ids.pupil("Zara")))[0]
    assert plan.last_reviewed_on == clock.today(), "with the decision the next twelve months begin"
    assert planned.step(Stage.CLOSED).status_code == 303
    assert planned.rows(select(EhcPlan).where(EhcPlan.pupil_id == planned.ids.pupil("Zara")))[0].ceased_on is None


def test_the_last_one_whom_the_law_names_stays_once_it_is_announced(planned):
    planned.step(Stage.NOTICE_SENT)
    guest = planned.rows(select(Guest).where(Guest.basis == Basis.HEALTH, Guest.review_id == planned.review().id))[0]
    assert planned.post(f"/guests/{guest.id}/remove").status_code == 409
    answer = planned.post(f"/guests/{guest.id}", basis="school", name="Dr Well")
    assert answer.status_code == 422
    assert planned.post("/guests/new", basis="health", name="Nurse New").status_code == 303
    assert planned.post(f"/guests/{guest.id}/remove").status_code == 303


def test_two_people_at_once(planned):
    stale = str(planned.review().version)
    assert planned.meet(planned.on, at="14:00").status_code == 303
    answer = planned.post(
        "/meeting", version=stale, at="15:00", minutes="60", mode="in_person", room="", **day("day", planned.on)
    )
    assert answer.status_code == 422
    assert "Somebody else changed this" in words(answer)
    assert planned.review().meets_at.astimezone(LONDON).hour == 14


def test_advice_is_noted(planned):
    guest = planned.rows(select(Guest).where(Guest.basis == Basis.HEALTH, Guest.review_id == planned.review().id))[0]
    facts = {"basis": "health", "name": "Dr Well", "email": "well@example.org"}
    asked, came = clock.today() - timedelta(days=3), clock.today()
    wrong = planned.post(
        f"/guests/{guest.id}", **facts, **day("advice_asked_on", came), **day("advice_received_on", asked)
    )
    assert wrong.status_code == 422
    assert planned.post(f"/guests/{guest.id}", **facts, **day("advice_asked_on", asked)).status_code == 303
    assert "Asked for" in words(planned.get())
    assert planned.post(f"/guests/{guest.id}", **{**facts, "email": "no address"}).status_code == 422
    assert planned.post(f"/guests/{guest.id}", **{**facts, "name": ""}).status_code == 422


def test_what_is_suggested(sendco, ids, system_session):
    on = school_day(system_session, ids, clock.today() + timedelta(days=21))
    sendco.dates(on + timedelta(days=60) - timedelta(days=365))
    sendco.meet(on)
    text = words(sendco.get())
    for basis in ("Headteacher", "SEN officer of the council", "Health professional", "Social care officer"):
        assert basis in text
    assert "Add: The next school" in text, "Zara is in Year 2"
    assert "The child: always invited" in text
    assert len(STATUTORY) == 4


def test_few_statements(planned, counting):
    planned.step(Stage.NOTICE_SENT)
    planned.get()
    counting.statements.clear()
    assert planned.get().status_code == 200
    assert len(counting) <= 12, "\n".join(counting.statements)


def test_another_childs_guest_is_not_there(planned, ids):
    guest = planned.rows(select(Guest).where(Guest.review_id == planned.review().id))[0]
    other = f"/staff/children/{ids.pupil('Haroon')}/annual/guests/{guest.id}" if "Haroon" in ids.pupils else None
    if other:
        assert planned.client.get(other).status_code == 404
    assert planned.get("/guests/f6f6f6f6-1111-4111-8111-111111111111").status_code == 404


# The link of a guest, and the family's own guests


def link_of(answer):
    assert answer.status_code == 200
    return re.search(r"http://127\.0\.0\.1:8000(/guest/[\w-]+)", answer.get_data(as_text=True))[1]


def the_guest(planned, basis=Basis.HEALTH):
    return planned.rows(select(Guest).where(Guest.basis == basis, Guest.review_id == planned.review().id))[0]


def test_a_guest_sees_one_meeting_and_answers(planned, app):
    path = link_of(planned.post(f"/guests/{the_guest(planned).id}/link"))
    guest = app.test_client()
    page = guest.get(path + "?lang=en")
    assert page.status_code == 200
    text = words(page)
    assert "Zara" in text
    assert "1.05 pm" in text
    body = page.get_data(as_text=True)
    for secret in ("Hussain", "Ms Care", "Mr Officer", "SEND", "EHC", "annual"):
        assert secret not in words(page), secret
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "http-equiv" not in body
    assert guest.post(path, data={"answer": "coming"}).status_code == 303
    assert the_guest(planned).answer == Answer.COMING
    assert guest.post(path, data={"answer": "booked"}).status_code == 422
    assert guest.post(path, data={"answer": "coming"}, with_csrf=False).status_code == 400
    assert "Will come" in words(planned.get())


def test_a_link_over_stopped_or_unknown_is_the_same_page(planned, app, system_session):
    guest = the_guest(planned)
    nobody = app.test_client()
    path = link_of(planned.post(f"/guests/{guest.id}/link"))
    assert the_guest(planned).link_ends_on == planned.on + timedelta(days=1)
    newer = link_of(planned.post(f"/guests/{guest.id}/link"))
    replaced = nobody.get(path)
    assert nobody.get(newer).status_code == 200
    planned.post(f"/guests/{guest.id}/stop")
    stopped, unknown = nobody.get(newer), nobody.get("/guest/" + "y" * 43)
    newest = link_of(planned.post(f"/guests/{guest.id}/link"))
    row = system_session.get(Guest, guest.id)
    row.link_ends_on = clock.today() - timedelta(days=1)
    system_session.commit()
    over = nobody.get(newest)
    assert [a.status_code for a in (replaced, stopped, unknown, over)] == [404] * 4
    told = {words(a) for a in (replaced, stopped, unknown, over)}
    assert len(told) == 1
    assert nobody.post(newest, data={"answer": "coming"}).status_code == 404


def test_a_link_follows_the_day_and_ends_with_the_review(planned, app, ids, system_session):
    path = link_of(planned.post(f"/guests/{the_guest(planned).id}/link"))
    later = school_day(system_session, ids, planned.on + timedelta(days=1))
    assert planned.meet(later, reason="x").status_code == 303
    assert the_guest(planned).link_ends_on == later + timedelta(days=1)
    assert planned.step(Stage.CANCELLED, reason="x").status_code == 303
    assert app.test_client().get(path).status_code == 404


def test_each_adult_names_guests_that_the_other_never_sees(planned, ids, as_persona):
    planned.step(Stage.ADVICE_REQUESTED)
    review = planned.review()
    path = f"/children/{ids.pupil('Zara')}/reviews/{review.id}/guests"
    parent, second = as_persona("parent"), as_persona("second-parent")
    assert parent.post(path, data={"name": "Granny Weatherfield", "works_as": "grandmother"}).status_code == 303
    assert "Granny Weatherfield" in words(parent.get(path))
    assert "Granny Weatherfield" not in second.get(path).get_data(as_text=True)
    assert "Granny Weatherfield" in words(planned.get())
    assert "Ms Head" in words(second.get(path))
    guest = the_guest(planned, Basis.FAMILY)
    assert second.post(f"{path}/{guest.id}/remove").status_code == 404
    school = the_guest(planned, Basis.HEAD)
    assert parent.post(f"{path}/{school.id}/remove").status_code == 404
    assert parent.post(f"{path}/{guest.id}/remove").status_code == 303
    assert parent.post(path, data={"name": ""}).status_code == 422
    assert parent.post(path, data={"name": "x\u202ey"}).status_code == 422


def test_a_family_reads_the_clock_in_plain_words(planned, ids, as_persona, counting):
    planned.step(Stage.ADVICE_REQUESTED)
    parent = as_persona("parent")
    path = f"/children/{ids.pupil('Zara')}/reviews/{planned.review().id}/guests?lang=en"
    parent.get(path)
    counting.statements.clear()
    text = words(parent.get(path))
    assert len(counting) <= 8, "\n".join(counting.statements)
    assert "This is our calculation. Check your letter or ask SENDIASS." in text
    assert "We meet and talk about the plan." in text
    assert "The law says so." in text
    assert "Good practice, not the law." in text
    assert "reg 20" not in text


def test_who_may_only_read_names_nobody(planned, ids, as_persona, system_session):
    from portal.people.rules import PortalAccess
    from tests.meetings.family import set_link

    planned.step(Stage.ADVICE_REQUESTED)
    set_link(system_session, ids, "parent", access=PortalAccess.VIEW)
    path = f"/children/{ids.pupil('Zara')}/reviews/{planned.review().id}/guests"
    parent = as_persona("parent")
    assert "Put on my list" not in words(parent.get(path + "?lang=en"))
    assert parent.post(path, data={"name": "Granny"}).status_code == 403
    assert not planned.rows(select(Guest).where(Guest.name == "Granny"))
