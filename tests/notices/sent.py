"""Notices as sending leaves them: one copy for each adult and child, one message for each adult."""

import uuid

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.outbox import OutboxItem, OutboxState, Posting, post_all
from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.rules import NoticeState, Told
from portal.notices.rules_words import html_of, wording

FAMILY = (("parent", "Zara"), ("second-parent", "Zara"))
URDU = {"title": "کافی کی صبح", "words": "آئیں اور بات کریں۔", "translated_by": "Amina Khan"}


def a_notice(session, ids, *, to=FAMILY, title="Coffee morning", words="Come and talk.", at=None, urdu=None, **facts):
    """A notice of Zara's school that was sent to these adults about these children; its id."""
    now = at or clock.now()
    school, notice_id = ids.school_of(to[0][1]), uuid.uuid4()
    values = {"id": notice_id, "school_id": school, "author_id": ids.person("sendco"), "title": title, "words": words}
    values |= {"html": html_of(words), "written_at": now, "state": NoticeState.SENT, "sent_at": now, "send_at": now}
    columns = {column.key for column in Notice.__mapper__.columns}
    values |= {"changed_by": ids.person("sendco")} if "changed_by" in columns else {}
    session.add(Notice(**values | {"done_at": now} | facts))
    session.flush()
    if urdu:
        mark = wording(title, words)
        session.add(
            NoticeText(
                **urdu,
                notice_id=notice_id,
                school_id=school,
                language="ur",
                html=html_of(urdu["words"]),
                wording=mark,
                at=now,
            )
        )
    posted = {}
    for slug, child in to:
        adult, pupil = ids.person(slug), ids.pupil(child)
        session.add(NoticeCopy(school_id=school, pupil_id=pupil, notice_id=notice_id, adult_id=adult, made_at=now))
        posted.setdefault(adult, pupil)
    told(session, Told.NOTICE, notice_id, posted, now)
    session.commit()
    return notice_id


def told(session, kind, notice_id, posted, now, event=""):
    """Posts a message about a notice to these adults (each with a child)."""
    facts = {"notice_id": str(notice_id)}
    postings = [
        Posting(kind=kind.value, event_key=f"{notice_id}{event}", person_id=adult, pupil_id=pupil, facts=facts)
        for adult, pupil in posted.items()
    ]
    post_all(session, postings, now=now)
    for row in session.scalars(select(OutboxItem).where(OutboxItem.kind == kind.value)):
        row.due_at = now if row.facts["notice_id"] == str(notice_id) else row.due_at
        row.state, row.tries = OutboxState.SENT, 1


def looked_up(session, statement):
    """The rows as they are now, to be read without keeping anybody else from writing."""
    session.rollback()
    rows = session.scalars(statement).all()
    session.expunge_all()
    session.rollback()
    return rows


def silence(session):
    """Nobody was told anything."""
    for row in session.scalars(select(OutboxItem)):
        session.delete(row)
    session.commit()


def copies(session, notice_id, person_id):
    """The copies of one adult, as they are now."""
    wanted = NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == person_id
    return looked_up(session, select(NoticeCopy).where(*wanted).order_by(NoticeCopy.pupil_id))


def url(notice_id, path=""):
    """The family's address of a notice."""
    return f"/messages/notices/{notice_id}{path}"
