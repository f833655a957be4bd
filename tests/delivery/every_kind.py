"""One real row of the outbox for each kind of message, about a child whose names nobody could take for another word."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select, update

from portal.accounts.models import MailedCode, MessageWishes
from portal.contributions.actions_papers import remind_of_papers
from portal.contributions.actions_unopened import tell_others
from portal.contributions.models import Disclosure
from portal.delivery.rules import DIGEST
from portal.kernel import clock, outbox
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Channel, OutboxItem
from portal.meetings.models import Invitation
from portal.meetings.rules_messages import Message
from portal.notices import actions_send
from portal.notices.actions_due import post_due
from portal.notices.models import NoticeCopy
from portal.notices.rules import Asks, Audience, Circle, Told
from portal.notices.rules_catalogue import Due
from portal.people.models import ContactPoint, Person, Pupil, School
from portal.people.rules import ACCESS_CHANGED, ContactKind
from portal.profiles.models import PlanVersion
from portal.profiles.models_sharing import PlanSharing
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from tests.concerns.asking import Asking
from tests.contributions.saying import new_review
from tests.contributions.test_tell_now import tell
from tests.meetings.family import booked_by, path_of
from tests.notices import staff

MAIL, NOTIFY, TEXT = "mail", "mail by GOV.UK Notify", "text message"
TO_FAMILIES = frozenset({MAIL, NOTIFY, TEXT})  # and on paper: the letter is the same for every kind
TO_STAFF = frozenset({MAIL, NOTIFY})  # to the address they sign in with
NAMES = {"forename": "Qxforename", "surname": "Qxsurname", "known_as": "Qxknown"}


@dataclass(frozen=True)
class World:
    """The demo school, in which every child of every school has the same names and nobody is Zara."""

    app: object
    ids: object
    session: object
    as_persona: Callable

    @classmethod
    def with_marked_names(cls, app, ids, session, as_persona):
        """The children's names in the tables are now NAMES, and so are those of young people who sign in."""
        session.execute(update(Pupil).values(**NAMES))
        own = select(Pupil.person_id).where(Pupil.person_id.is_not(None))
        session.execute(update(Person).where(Person.id.in_(own)).values(full_name="Qxforename Qxsurname"))
        session.commit()
        return cls(app, ids, session, as_persona)

    def post(self, kind, slug="parent", **facts):
        """A row as its feature posts it, with these facts."""
        about = {"person_id": self.ids.person(slug), "pupil_id": self.ids.pupil("Zara"), "now": clock.now()}
        outbox.post(self.session, str(kind), event_key=uuid.uuid4().hex, **about, **facts)
        self.session.commit()

    def about_review(self, kind):
        """The same about the review of the open round, for which nobody has a time."""
        at = (clock.now() + timedelta(days=3)).isoformat()
        self.post(kind, review_id=str(self.ids.review("Zara")), starts_at=at, mode="in_person")

    def of_kind(self, kind):
        """The newest rows of this kind, those for the first parent before others."""
        self.session.rollback()
        found = self.session.scalars(
            select(OutboxItem)
            .where(OutboxItem.kind == kind)
            .order_by(OutboxItem.person_id != self.ids.person("parent"), OutboxItem.created_at.desc(), OutboxItem.id)
        ).all()
        self.session.expunge_all()
        self.session.rollback()
        return found


@dataclass(frozen=True)
class Example:
    """How a row of a kind comes to be, and by which ways it leaves. `files`: it brings a file for the calendar.
    `row_kind`: the daily mail is made of other rows."""

    arrange: Callable[[World], None]
    ways: frozenset[str] = TO_FAMILIES
    files: bool = False
    row_kind: str = ""


def in_the_demo(_world):
    """The demo school has sent it, or will."""


def news(kind):
    return Example(lambda world: world.post(kind))


def about_review(kind, **more):
    return Example(lambda world: world.about_review(kind), **more)


def codes(world):
    """The same adult asks by mail, and by mobile."""
    addresses = two_addresses(world)
    for kind in ContactKind:
        world.app.test_client().post("/sign-in/family", data={"address": addresses[kind]})


def two_addresses(world):
    """New addresses of the parent, by their kind."""
    given = {ContactKind.EMAIL: "ann@x.example", ContactKind.MOBILE: "+447700900777"}
    world.session.execute(delete(ContactPoint).where(ContactPoint.adult_id == world.ids.person("parent")))
    for kind, value in given.items():
        world.session.add(
            ContactPoint(adult_id=world.ids.person("parent"), kind=kind, value=value, verified_at=clock.now())
        )
    world.session.commit()
    return given


def address_to_confirm(world):
    for kind, value in two_addresses(world).items():
        code = MailedCode(
            id=uuid.uuid4(), person_id=world.ids.person("parent"), code_hash=b"x", nonce_hash=b"x",
            made_at=clock.now(), expires_at=clock.now() + timedelta(minutes=30),
        )  # fmt: skip
        world.session.add(code)
        world.post("confirm_address", mailed_code=str(code.id), channel=kind.value, address=value)


def address_added(world):
    two_addresses(world)
    mine = select(ContactPoint.id).where(ContactPoint.adult_id == world.ids.person("parent"))
    for point_id in world.session.scalars(mine).all():
        world.post("address_added", contact_point=str(point_id))


def plan_to_comment(world, kind="plan_to_comment"):
    version = world.session.scalars(
        select(PlanVersion.id).where(PlanVersion.pupil_id == world.ids.pupil("Zara"))
    ).first()
    sharing = PlanSharing(
        id=uuid.uuid4(), school_id=world.ids.school_of("Zara"), pupil_id=world.ids.pupil("Zara"), version_id=version,
        shared_by=world.ids.person("sendco"), shared_at=clock.now(),
    )  # fmt: skip
    world.session.add(sharing)
    world.post(kind, sharing_id=str(sharing.id))


def booked(world):
    booked_by(world.as_persona("parent"), world.ids)


def moved(world):
    booked(world)
    world.about_review(Message.MOVED)


def cancelled(world):
    client = world.as_persona("parent")
    booked_by(client, world.ids)
    client.post(f"{path_of(world.ids)}/cancel", data={"reason": "Qxknown has SEND"})


def cancelled_by_school(world):
    cancelled(world)
    world.about_review(Message.CANCELLED_BY_SCHOOL)


def papers(world):
    meets = {"meets_at": clock.now() + timedelta(days=1), "meets_minutes": 60, "lead_id": world.ids.person("sendco")}
    review_id = new_review(
        world.session, world.ids, kind=ReviewKind.ANNUAL, stage=Stage.NOTICE_SENT,
        due_on=clock.today() + timedelta(days=1), **meets,
    )  # fmt: skip
    about = {"pupil_id": world.ids.pupil("Zara"), "school_id": world.ids.school_of("Zara"), "review_id": review_id}
    world.session.add(Invitation(**about, adult_id=world.ids.person("parent"), uid="x", sent_at=clock.now()))
    remind_of_papers(world.session, now=clock.now())
    world.session.commit()


def told(world):
    world.session.execute(delete(Disclosure))
    world.session.get_one(School, world.ids.school_of("Zara")).safeguarding_lead_id = None
    world.session.commit()
    tell(world.as_persona("pupil-young"), feeling="hurt", text="Qxknown told this")


def unopened(world):
    told(world)
    world.session.execute(update(Disclosure).values(said_at=clock.now() - timedelta(days=30)))
    tell_others(world.session, now=clock.now())
    world.session.commit()


def asking(world):
    return Asking(world.session, world.ids, world.as_persona)


def answered(world, kind="answer"):
    concerns = asking(world)
    answer = concerns.answer(concerns.asked(part_0="Qxknown has SEND"), kind=kind)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def agreed(world, *answers):
    concerns = asking(world)
    referral = concerns.referred()
    for each in answers:
        assert concerns.say(referral, each).status_code == 303


def notice(world, **facts):
    """A notice about Zara's class, of whose words nothing may leave."""
    sendco = staff.actor_of(world.app, "sendco")
    facts |= {"title": "Qxknown and SEND", "words": "A plan for Qxknown Qxsurname"}
    audience = Audience(Circle.CHILD, (str(world.ids.pupil("Zara")),))
    return staff.sent(world.app, sendco, audience=audience, **facts)


def notice_reminder(world):
    notice_id, sendco = notice(world, asks=Asks.SEEN), staff.actor_of(world.app, "sendco")
    with staff.acting(world.app, sendco) as session:
        actions_send.remind(session, actor=sendco, notice_id=notice_id, now=clock.now())
    staff.work(world.app)


def gathering(world):
    at = {"day": clock.today() + timedelta(days=14), "starts": time(10), "place": "Room of Qxknown", "places": 5}
    notice_id = notice(world, asks=Asks.COME, **at)
    answer = world.as_persona("parent").post(f"/messages/notices/{notice_id}", data={"reply": "come"})
    assert answer.status_code == 303


def taken_back(world):
    notice_id, sendco = notice(world), staff.actor_of(world.app, "sendco")
    world.session.execute(update(NoticeCopy).values(opened_at=clock.now()))
    world.session.commit()
    with staff.acting(world.app, sendco) as session:
        why = "Qxknown was named"
        actions_send.take_back(session, actor=sendco, notice_id=notice_id, why=why, now=clock.now())
    staff.work(world.app)


def views(world, days):
    review = world.session.get_one(Review, world.ids.review("Zara"))
    review.meets_at = datetime.combine(clock.today() + timedelta(days=days), time(10), LONDON)
    review.stage = Stage.INVITED
    world.session.commit()
    post_due(world.session, now=clock.now())
    world.session.commit()


def views_reminder(world):
    views(world, 14)
    post_due(world.session, now=clock.now() + timedelta(days=9))
    world.session.commit()


def rights(world, days):
    world.session.get_one(Pupil, world.ids.pupil("Zara")).rights_pass_on = clock.today() + timedelta(days=days)
    world.session.commit()
    post_due(world.session, now=clock.now())
    world.session.commit()


def daily(world):
    person_id = world.ids.person("parent")
    world.session.merge(MessageWishes(adult_id=person_id, channel=Channel.EMAIL, digest=True, **QUIET))
    world.post("plan_published")
    world.session.execute(update(OutboxItem).values(due_at=clock.now() - timedelta(days=2)))
    world.session.commit()


QUIET = {"quiet_from": 0, "quiet_until": 0, "digest_hour": 17}

EXAMPLES = {
    "sign_in_code": Example(codes),
    "confirm_address": Example(address_to_confirm),
    "address_added": Example(address_added),
    "plan_published": news("plan_published"),
    "register_word": news("register_word"),
    "plan_to_comment": Example(plan_to_comment),
    "plan_to_comment_reminder": Example(lambda world: plan_to_comment(world, "plan_to_comment_reminder")),
    **{kind: Example(in_the_demo) for kind in (Message.BOOKING_OPEN, Message.REMINDER, Message.LAST_CALL)},
    Message.TOMORROW: Example(in_the_demo),
    Message.INVITED: Example(in_the_demo, files=True),
    Message.BOOKED: Example(booked, files=True),
    Message.MOVED: Example(moved, files=True),
    Message.CANCELLED: Example(cancelled, files=True),
    Message.CANCELLED_BY_SCHOOL: Example(cancelled_by_school, files=True),
    **{kind: about_review(kind) for kind in (Message.WILL_CALL, Message.RECORD, Message.TYPED_IN, Message.ADDED)},
    Message.ANSWERED: about_review(Message.ANSWERED),
    Message.PAPERS: Example(papers),
    "papers_staff": Example(papers, TO_STAFF),
    "told_now": Example(told, TO_STAFF),
    "told_unopened": Example(unopened, TO_STAFF),
    "concern_answered": Example(answered),
    "concern_will_call": Example(lambda world: answered(world, "will_call")),
    "consent_ask": Example(agreed),
    "consent_reminder": Example(lambda world: agreed(world, "given")),
    "consent_taken_back": Example(lambda world: agreed(world, "given", "withdrawn"), TO_STAFF),
    Told.NOTICE: Example(notice),
    Told.REMINDER: Example(notice_reminder),
    Told.TOMORROW: Example(gathering),
    Told.TAKEN_BACK: Example(taken_back),
    Due.VIEWS: Example(lambda world: views(world, 14)),
    Due.VIEWS_REMINDER: Example(views_reminder),
    Due.RIGHTS_SOON: Example(lambda world: rights(world, 60)),
    Due.RIGHTS_NOW: Example(lambda world: rights(world, 0)),
    ACCESS_CHANGED: news(ACCESS_CHANGED),
    DIGEST: Example(daily, row_kind="plan_published"),
}
