"""The steps of those who agree actions, give endings and keep promises, and what stands in the database then."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from portal.kernel import clock
from portal.people.rules import Readers
from portal.records.models import Action, Record
from portal.records.rules import ActionState
from tests.pages import parse

SOON = timedelta(days=14)


def day_fields(day, name="due_on"):
    """A day as its three boxes send it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def typed(text="Pack the bag together", *, day=None, **more):
    """An action as somebody types it."""
    values = {
        "text": text, "party": "school", "owner": "", "owner_words": "Mum and Dad", "how_we_will_know": "We look",
        "pupil_words": "", "picture": "star", "for_family": "y", "version": "0",
        **day_fields(day or clock.today() + SOON), **more,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


def look(session, found):
    """What stands in the database now; the session lets go of it again, so that others may write."""
    session.rollback()
    session.expire_all()
    rows = session.scalars(found).all()
    session.expunge_all()
    session.rollback()
    return rows


def actions(meeting):
    """The actions of the meeting's review by their text, read afresh."""
    found = select(Action).where(Action.review_id == meeting.id).order_by(Action.position)
    return {row.text: row for row in look(meeting.session, found)}


def shared(meeting, *texts, **more):
    """The meeting's record as if it had been shared, with these actions of the class teacher."""
    teacher, now = meeting.ids.person("class-teacher"), clock.now()
    about = {"started_by": teacher, "started_at": now, "shared_by": teacher, "shared_at": now}
    meeting.keep(Record(**meeting.about, review_id=meeting.id, **about))
    facts = {"readers": Readers.FAMILY, "owner_id": teacher, "owner_words": "", "due_on": clock.today() + SOON, **more}
    return [meeting.agree(text, position=place, **facts) for place, text in enumerate(texts, 1)]


def add(client, meeting, action_id=None, said=None, **more):
    """Sends the form of an action."""
    address = f"{meeting.path}/actions/{action_id or uuid.uuid4()}"
    return client.post(address + (f"?statement_id={meeting.said[said]}" if said else ""), data=typed(**more))


def end(client, meeting, name, kind="noted", **more):
    """Gives something that was said an ending."""
    return client.post(f"{meeting.path}/endings/{meeting.said[name]}", data={"kind": kind, **more})


def version_on(page):
    """The version that the form carries."""
    return parse(page).xpath("//main//input[@name='version']/@value")[0]


def settled(session, ids, child="Zara"):
    """All that was agreed about the child before is done: the test begins with a clean table."""
    for row in session.scalars(select(Action).where(Action.pupil_id == ids.pupil(child))):
        row.state = ActionState.KEPT
    session.commit()
