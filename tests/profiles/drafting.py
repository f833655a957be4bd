"""A draft that could go out, and what a SENDCO and a family do with it."""

import re
import uuid
from datetime import timedelta

from sqlalchemy import select

from portal.kernel import clock
from portal.profiles.models import PlanVersion, Target
from portal.profiles.models_sharing import PlanSharing
from tests.pages import parse
from tests.profiles.filling import ask, begin_draft, fields, main_form

WISH = "New words about Zara."


def ready_draft(session, as_persona, ids, child="Zara", sendco="sendco"):
    """The child's draft with everything in place; its address."""
    url = begin_draft(as_persona(sendco), ids.pupil(child))
    draft = session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil(child), PlanVersion.state == "draft")
    ).one()
    for target in session.scalars(select(Target).where(Target.version_id == draft.id)):
        target.review_on = clock.today() + timedelta(days=60)
    draft.people_like = WISH
    session.commit()
    return url


def share(client, url):
    """The SENDCO reads the page and asks the family; the address where a family reads the draft."""
    answer = client.post(f"{url}/ask", data=fields(main_form(client.get(f"{url}/ask"))))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    pupil_id = re.search(r"/children/([0-9a-f-]+)/", url)[1]
    found = select(PlanSharing.id).where(PlanSharing.ended_at.is_(None), PlanSharing.version_id == _version(url))
    return f"/children/{pupil_id}/draft/{ask(client.application, found)[0]}"


def _version(url):
    return uuid.UUID(url.rsplit("/", 1)[1])


def take_back(client, url):
    """Presses the button of the task list."""
    (form,) = parse(client.get(url)).xpath("//main//form[contains(@action, '/take-back')]")
    return client.post(form.get("action"), data=fields(form))


def answer(client, asked, opinion, words="", **more):
    """One answer of a family, from a page that was opened for it."""
    return client.post(asked, data=fields(main_form(client.get(asked)), opinion=opinion, words=words) | more)
