"""Every invariant of notices that has a name in the database is broken once, on both databases."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, inspect, select
from sqlalchemy.exc import IntegrityError

from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.rules import NoticeState, Reply

CHANGED = {
    "a_gathering_has_at_least_one_place": (Notice, lambda r: {"places": 0}),
    "only_a_gathering_has_places": (Notice, lambda r: {"places": 3, "happens_at": None, "ends_at": None}),
    "a_gathering_ends_after_it_begins": (Notice, lambda r: {"ends_at": r.happens_at - timedelta(hours=1)}),
    "a_scheduled_notice_says_when": (Notice, lambda r: {"state": NoticeState.SCHEDULED, "send_at": None}),
    "a_sent_notice_says_when": (Notice, lambda r: {"state": NoticeState.SENT, "sent_at": None}),
    "a_notice_taken_back_says_when": (Notice, lambda r: {"state": NoticeState.TAKEN_BACK, "taken_back_at": None}),
    "a_copy_of_a_notice_is_for_an_adult": (NoticeCopy, lambda r: {"adult_id": None}),
    "only_those_who_come_have_a_place": (NoticeCopy, lambda r: {"place": 99, "reply": Reply.CANNOT}),
}
TWICE = {
    "uq_one_text_of_a_notice_in_a_language": (NoticeText, {}),
    "uq_one_copy_for_an_adult_and_a_child": (NoticeCopy, {"place": None}),
    "uq_a_place_is_taken_once": (NoticeCopy, {"adult_id": uuid.uuid4}),
}
ELSEWHERE = {"uq_notice_in_its_school"}  # only there so that others can point to it


def test_every_invariant_has_its_test():
    named = set()
    for model in (Notice, NoticeText, NoticeCopy):
        for rule in inspect(model).local_table.constraints:
            if isinstance(rule, UniqueConstraint | CheckConstraint) and rule.name:
                named.add(str(rule.name))
        named |= {index.name for index in inspect(model).local_table.indexes if index.unique}
    enums = {name for name in named if name in {"asks", "noticestate", "reply", "trouble"}}
    assert named - enums == CHANGED.keys() | TWICE.keys() | ELSEWHERE


def a_row(session, model):
    wanted = select(model)
    if model is Notice:
        wanted = wanted.where(Notice.places.is_not(None), Notice.sent_at.is_not(None))
    if model is NoticeCopy:
        wanted = wanted.where(NoticeCopy.place.is_not(None))
    return session.scalars(wanted.order_by(model.id)).first()


@pytest.mark.parametrize("name", CHANGED)
def test_a_row_cannot_become_what_cannot_be(app, system_session, name):
    model, change = CHANGED[name]
    row = a_row(system_session, model)
    for field, value in change(row).items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name):
        system_session.flush()
    system_session.rollback()


@pytest.mark.parametrize("name", TWICE)
def test_a_row_cannot_be_there_twice(app, system_session, name):
    model, change = TWICE[name]
    row = a_row(system_session, model)
    again = {column.key: getattr(row, column.key) for column in inspect(model).columns if column.key != "id"}
    again |= {key: value() if callable(value) else value for key, value in change.items()}
    columns = [
        column.name for rule in inspect(model).local_table.constraints if rule.name == name for column in rule.columns
    ]
    columns = columns or ["notice_id", "place"]
    by_columns = ", ".join(f"{inspect(model).local_table.name}.{column}" for column in columns)
    system_session.add(model(**again))
    with pytest.raises(IntegrityError, match=f"{name}|{by_columns}"):
        system_session.flush()
    system_session.rollback()


def test_a_copy_is_about_a_child_of_the_notices_school(app, ids, system_session):
    row = a_row(system_session, NoticeCopy)
    from portal.people.models import Pupil

    stranger = system_session.scalars(select(Pupil).where(Pupil.school_id != row.school_id)).first()
    system_session.add(
        NoticeCopy(
            school_id=stranger.school_id, pupil_id=stranger.id, notice_id=row.notice_id, adult_id=row.adult_id,
            made_at=row.made_at,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        system_session.flush()
    system_session.rollback()
