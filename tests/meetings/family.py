"""Steps of a family that several tests take: open the page of a review, read the free times, take one."""

import uuid

from sqlalchemy import select

from portal.people.models import PupilContact
from tests.pages import parse, words

FIRST = 0


def path_of(ids, child="Zara"):
    """The address of a child's review in the open round."""
    return f"/children/{ids.pupil(child)}/reviews/{ids.review(child)}"


def page_of(client, ids, path="", child="Zara"):
    """The words of a page of the review, in English."""
    response = client.get(f"{path_of(ids, child)}{path}?lang=en")
    assert response.status_code == 200, response.status_code
    return words(response)


def free_slots(client, ids, child="Zara"):
    """The ids of the free times, as the list of all days gives them."""
    page = client.get(f"{path_of(ids, child)}/time?all=1")
    assert page.status_code == 200
    return [uuid.UUID(value) for value in parse(page).xpath("//input[@type='radio' and @name='slot']/@value")]


def post_time(client, ids, slot_id, child="Zara", **more):
    """Sends the form of a chosen time."""
    data = {"slot": str(slot_id), "mode": "in_person", "once_key": uuid.uuid4().hex, "version": "0", **more}
    return client.post(f"{path_of(ids, child)}/time", data={name: str(value) for name, value in data.items()})


def booked_by(client, ids, child="Zara", **more):
    """Books the first free time."""
    slot = free_slots(client, ids, child)[FIRST]
    answer = post_time(client, ids, slot, child, **more)
    assert answer.status_code == 303, words(answer)
    return slot


def set_link(session, ids, slug, child="Zara", **values):
    """Changes the decision about an adult and a child."""
    where = PupilContact.pupil_id == ids.pupil(child), PupilContact.adult_id == ids.person(slug)
    for name, value in values.items():
        setattr(session.scalars(select(PupilContact).where(*where)).one(), name, value)
    session.commit()
