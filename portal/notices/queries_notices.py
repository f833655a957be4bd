"""Which notices a member of staff meets: a notice to one family is read by its author, the SENDCO and the headteacher;
a class teacher meets the own ones, and of the others those that reached the own children's families."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import Circle, NoticeState
from portal.notices.rules_audience import Writer
from portal.people.actor import Actor
from portal.people.rules import Role

OUT = (NoticeState.SENT, NoticeState.TAKEN_BACK)


def writer_of(actor: Actor) -> Writer:
    """The actor as somebody who writes."""
    return Writer(actor.school_id or uuid.UUID(int=0), actor.person_id, actor.roles)


def readable(actor: Actor) -> ColumnElement[bool]:
    """What filters notices for this member of staff."""
    mine, circle = Notice.author_id == actor.person_id, Notice.audience["circle"].as_string()
    not_to_one = circle != Circle.CHILD.value
    at_school = Notice.school_id == actor.school_id
    if actor.has(Role.SENDCO, Role.HEADTEACHER):
        return at_school
    if actor.has(Role.OFFICE):
        return and_(at_school, or_(mine, not_to_one))
    reached = Notice.id.in_(select(NoticeCopy.notice_id))  # the session holds the own children's copies and no others
    return and_(at_school, or_(mine, and_(Notice.state.in_(OUT), not_to_one, reached)))


def one_notice(actor: Actor, notice_id: uuid.UUID) -> Select[Any]:
    """The select of one notice as far as this member of staff meets it."""
    return select(Notice).where(Notice.id == notice_id, readable(actor))
