"""Arranging for the tests of those who write notices: drafts made through the actions, a round of the worker, and a
school with many families."""

import uuid
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.notices import actions_send, actions_write
from portal.notices.actions_sending import send_notices
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import Asks, Audience, Circle
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, School, SchoolClass, StaffRole
from portal.people.rules import Audience as Side
from portal.people.rules import ContactKind, ContactState, PortalAccess, leaving_date
from portal.people.scopes import scope_of

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" & [x](javascript:alert(3))'
EVERYBODY = Audience(Circle.SCHOOL)
WORDS = "# Bring\n- a **cup**\n- [our page](https://example.org/a)\n\nSee you there."


@contextmanager
def sessions_of(app):
    """Sessions of the portal's own scope."""
    yield lambda: PortalSession(app.extensions["writing_engine"], scope=system("test"))


def actor_of(app, slug):
    """A member of staff as the gate would know them, with the roles of today."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        person = session.scalars(select(Person).where(Person.demo_slug == slug)).one()
        roles = session.scalars(select(StaffRole).where(StaffRole.person_id == person.id)).all()
        return Actor(
            person_id=person.id, sitting_id=uuid.uuid4(), name=person.name, audience=Side.STAFF, language="en",
            trust_id=person.trust_id, school_id=roles[0].school_id, roles=frozenset(role.role for role in roles),
        )  # fmt: skip


@contextmanager
def acting(app, actor):
    """A writing session in the scope of a member of staff, committed at its end."""
    with PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today())) as session:
        yield session
        session.commit()


def to_class(app, name="2 Kingfisher"):
    """The families of one class."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return Audience(
            Circle.CLASSES, (str(session.scalars(select(SchoolClass.id).where(SchoolClass.name == name)).one()),)
        )


def a_draft(app, actor, *, audience=EVERYBODY, asks=Asks.NOTHING, title="Coffee morning", words=WORDS, **asking):
    """A draft that is ready to be sent; its id and version."""
    notice_id, now = uuid.uuid4(), clock.now()
    with acting(app, actor) as session:
        on = {"actor": actor, "notice_id": notice_id, "now": now}
        actions_write.start(session, **on)
        version = actions_write.save_words(session, **on, version=1, title=title, words=words)
        asked = actions_write.Asking(asks=asks, **asking)
        version = actions_write.save_asking(session, **on, version=version, asking=asked)
        version = actions_write.save_audience(session, **on, version=version, audience=audience)
    return notice_id, version


def send(app, actor, draft, **when):
    """Sends a draft as its writer."""
    with acting(app, actor) as session:
        actions_send.send(session, actor=actor, notice_id=draft[0], version=draft[1], now=clock.now(), **when)


def work(app, now=None):
    """One round of the worker's part."""
    with sessions_of(app) as sessions:
        return send_notices(sessions, now=now or clock.now())


def sent(app, actor, **facts):
    """A notice that was sent; its id."""
    draft = a_draft(app, actor, **facts)
    send(app, actor, draft)
    work(app)
    return draft[0]


def stored(app, notice_id):
    """The notice as it is in the database."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return session.get(Notice, notice_id)


def copies_of(app, notice_id):
    """Every copy of a notice."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return session.scalars(
            select(NoticeCopy).where(NoticeCopy.notice_id == notice_id).order_by(NoticeCopy.id)
        ).all()


def many_families(app, count, *, school_name="Hazel Lane Primary School"):
    """So many more children at a school, each with one adult who may read, in a class of their own."""
    with PortalSession(app.extensions["writing_engine"], scope=system("test")) as session:
        school = session.scalars(select(School).where(School.name == school_name)).one()
        decided = session.scalars(select(PupilContact.decided_by).where(PupilContact.decided_by.is_not(None))).first()
        room = SchoolClass(id=uuid.uuid4(), school_id=school.id, name=f"Crowd {uuid.uuid4().hex[:6]}")
        session.add(room)
        session.flush()
        born, now = date(clock.today().year - 8, 10, 1), clock.now()
        adults = [Person(id=uuid.uuid4(), trust_id=school.trust_id, full_name=f"Adult {n:05}") for n in range(count)]
        pupils = [
            Pupil(
                id=uuid.uuid4(), school_id=school.id, forename="Child", surname=f"{n:05}", born_on=born, nc_year="3",
                class_id=room.id, rights_pass_on=leaving_date(born),
            )
            for n in range(count)
        ]  # fmt: skip
        session.add_all([*adults, *pupils])
        session.flush()
        session.add_all(
            PupilContact(
                school_id=school.id, pupil_id=pupil.id, adult_id=adult.id, relationship="PAM", decided_by=decided,
                state=ContactState.ACTIVE, access=PortalAccess.VIEW, decided_at=now - timedelta(days=9),
            )
            for pupil, adult in zip(pupils, adults, strict=True)
        )  # fmt: skip
        session.add_all(
            ContactPoint(adult_id=adult.id, kind=ContactKind.EMAIL, value=f"{adult.id}@example.org", verified_at=now)
            for adult in adults
        )
        session.commit()
        return Audience(Circle.CLASSES, (str(room.id),))


def change_link(session, ids, slug, **values):
    """Another decision about an adult and Zara."""
    where = PupilContact.pupil_id == ids.pupil("Zara"), PupilContact.adult_id == ids.person(slug)
    link = session.scalars(select(PupilContact).where(*where)).one()
    for name, value in values.items():
        setattr(link, name, value)
    session.commit()
