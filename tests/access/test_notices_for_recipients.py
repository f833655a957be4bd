"""A notice is met by the families it went to and by the school that wrote it; nobody else's session holds a row of it."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.scope import NOTHING, PortalSession, ScopeError
from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.rules import NoticeState
from portal.people.models import PupilContact
from portal.people.rules import Audience, Restriction, Role
from tests.access.test_private_rows import session_for


@pytest.fixture
def notice_id(ids, system_session):
    """A notice that went to Zara's mother and to nobody else."""
    now = clock.now()
    for table in (NoticeCopy, NoticeText, Notice):
        system_session.execute(delete(table))
    school, key = ids.school_of("Zara"), uuid.uuid4()
    sent = {"state": NoticeState.SENT, "written_at": now, "sent_at": now}
    system_session.add(Notice(id=key, school_id=school, author_id=ids.person("office"), title="Trip", **sent))
    system_session.flush()
    text = {"language": "ur", "title": "سیر", "html": "", "wording": "", "translated_by": "Nasreen", "at": now}
    system_session.add(NoticeText(school_id=school, notice_id=key, **text))
    about = {"school_id": school, "pupil_id": ids.pupil("Zara")}
    system_session.add(NoticeCopy(notice_id=key, adult_id=ids.person("parent"), made_at=now, **about))
    system_session.commit()
    return key


def seen(session: PortalSession) -> tuple[int, int]:
    """How many notices and texts a session meets, by the class and by an alias alike."""
    counts = []
    with session:
        for table in (Notice, NoticeText):
            other = aliased(table)
            counts.append(session.scalar(select(func.count(table.id))))
            assert session.scalar(select(func.count(other.id))) == counts[-1]
    return tuple(counts)


def staff(app, ids, slug: str, role: Role, school: str = "Hazel Lane Primary School") -> PortalSession:
    facts = {"audience": Audience.STAFF, "school_id": ids.schools[school], "roles": frozenset({role})}
    return session_for(app, ids, slug, **facts)


def test_only_those_it_went_to_and_the_school_meet_it(app, ids, notice_id):
    assert seen(session_for(app, ids, "parent")) == (1, 1)
    assert seen(session_for(app, ids, "parent", narrowed=True)) == (1, 1)
    for slug in ("second-parent", "parent-of-two", "parent-barred", "parent-other-school"):
        assert seen(session_for(app, ids, slug)) == (0, 0), slug
    assert seen(session_for(app, ids, "second-parent", narrowed=True)) == (0, 0)
    assert seen(staff(app, ids, "office", Role.OFFICE)) == (1, 1)
    assert seen(staff(app, ids, "class-teacher", Role.CLASS_TEACHER)) == (1, 1)
    assert seen(staff(app, ids, "sendco-other-school", Role.SENDCO, "Bridgefield Academy")) == (0, 0)


def test_an_order_since_yesterday_closes_it(app, ids, notice_id, system_session):
    link = system_session.scalars(
        select(PupilContact).where(
            PupilContact.adult_id == ids.person("parent"), PupilContact.pupil_id == ids.pupil("Zara")
        )
    ).one()
    link.restriction, link.restricted_from = Restriction.NO_INFORMATION, clock.today() - timedelta(days=1)
    link.order_reference, link.order_seen_by = "seen", ids.person("office")
    system_session.commit()
    assert seen(session_for(app, ids, "parent")) == (0, 0)


def test_nobody_meets_it_without_signing_in(app, notice_id):
    with PortalSession(app.extensions["engine"], scope=NOTHING) as session, pytest.raises(ScopeError):
        session.execute(select(Notice.id))


def test_a_family_never_writes_one(app, ids, notice_id):
    with session_for(app, ids, "parent") as session:
        session.get_one(Notice, notice_id).title = "Something else"
        with pytest.raises(ScopeError, match="school's own"):
            session.flush()


@pytest.mark.parametrize("way", ["new", "moved", "deleted"])
def test_staff_write_in_the_name_of_their_own_school_alone(app, ids, notice_id, system_session, way):
    theirs = system_session.get_one(Notice, notice_id)
    system_session.expunge(theirs)
    system_session.rollback()
    school = "Hazel Lane Primary School" if way == "moved" else "Bridgefield Academy"
    with staff(app, ids, "office" if way == "moved" else "sendco-other-school", Role.SENDCO, school) as session:
        if way == "new":
            about = {"school_id": theirs.school_id, "author_id": ids.person("sendco-other-school"), "title": "x"}
            session.add(Notice(**about, written_at=clock.now()))
        elif way == "moved":
            session.get_one(Notice, notice_id).school_id = ids.schools["Bridgefield Academy"]
        else:
            session.delete(theirs)
        with pytest.raises(ScopeError, match="does not write in its name"):
            session.flush()
