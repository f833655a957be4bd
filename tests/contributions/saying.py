"""A review that nobody has said anything for yet, and the steps of a parent who says something."""

import uuid

from sqlalchemy import select

from portal.contributions.models import Contribution, Statement
from portal.kernel import clock
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from tests.pages import parse, words


def new_review(session, ids, child="Zara", **facts):
    """The id of a fresh review to which the family is invited."""
    row = Review(
        **{
            "id": uuid.uuid4(), "school_id": ids.school_of(child), "pupil_id": ids.pupil(child),
            "kind": ReviewKind.CONCERN, "stage": Stage.INVITED, "lead_id": ids.person("sendco"),
            "made_at": clock.now(), **facts,
        }
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row.id


def path_of(ids, review_id, child="Zara"):
    """The address of a family's views."""
    return f"/children/{ids.pupil(child)}/reviews/{review_id}/views"


def shown_version(client, path):
    """The version in the form of a question."""
    return parse(client.get(path)).xpath("//main//input[@name='version']/@value")[0]


def write(client, path, text, *, version=None, headers=None, **more):
    """Opens a question and sends the form with these words."""
    version = shown_version(client, path) if version is None else version
    return client.post(path, data={"text": text, "version": version, **more}, headers=headers)


def box_of(response):
    """What stands in the big text box."""
    return parse(response).xpath("//main//textarea[@name='text']")[0].text_content().removeprefix("\n")


def look(session, found):
    """What stands in the database now; the session lets go of it again, so that others may write."""
    session.rollback()
    rows = session.scalars(found).all()
    session.expunge_all()
    session.rollback()
    return rows


def statements(session, review_id):
    """All versions of a review, oldest first."""
    found = select(Statement).where(Statement.review_id == review_id)
    return look(session, found.order_by(Statement.question, Statement.number, Statement.written_at))


def contributions(session, review_id):
    """Who said something in which way."""
    return look(session, select(Contribution).where(Contribution.review_id == review_id))


def page(client, path):
    """The words of a page, in English."""
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200, answer.status_code
    return words(answer)
