"""A meeting for one's own calendar: as a file, or by a private address that a calendar reads again and again."""

import uuid
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.meetings import actions_calendar, queries_calendar
from portal.meetings.calendar_file import CalendarFile, feed_file, invitation_file
from portal.meetings.queries_calendar import Sender
from portal.people.access import OWN_CALENDAR, OWN_PUPIL, PUBLIC
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import speaking
from portal.web.limits import guessing
from portal.web.unit_of_work import db, work

bp = PortalBlueprint("calendar", __name__)


@bp.after_request
def keep_the_address_to_ourselves(response: Response) -> Response:
    """The address is the key: no page that is opened from here may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/children/<uuid:pupil_id>/reviews/<uuid:review_id>/meeting.ics", access=OWN_PUPIL)
def meeting_file(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The reader's own meeting; once it is cancelled, the file that takes it out of the calendar."""
    entry = queries_calendar.own_entry(
        db(), adult_id=current_actor().person_id, pupil_id=pupil_id, review_id=review_id, sender=_sender()
    )
    return _answer(invitation_file(entry, now=clock.now()))


@bp.get("/calendar/<token>.ics", access=PUBLIC)
@guessing
def feed(token: str) -> Response:
    """All own meetings, with the rights of this very moment."""
    session = work("whose private calendar address this is")
    today = clock.today()
    owner = queries_calendar.owner_of(session, token, today=today)
    entries = queries_calendar.own_entries(session, owner, sender=_sender(), today=today, now=clock.now())
    with speaking(owner.language):
        return _answer(feed_file(entries, now=clock.now()))


def _sender() -> Sender:
    settings = current_app.extensions["settings"]
    return Sender(settings.mail_from, urlsplit(settings.base_url).hostname or "")


def _answer(file: CalendarFile) -> Response:
    answer = Response(file.body, content_type=file.media_type)
    answer.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return answer


@bp.get("/my-calendar", access=OWN_CALENDAR)
def settings() -> str:
    """Whether there is a private address, and what it is good for."""
    made_at = queries_calendar.feed_made_at(db(), viewer=current_actor())
    return render_template("meetings/my_calendar.html", made_at=made_at)


@bp.get("/my-calendar/new", access=OWN_CALENDAR)
def renew() -> str:
    """Really a new address? The old one stops working."""
    return render_template("meetings/my_calendar_new.html")


@bp.post("/my-calendar/new", access=OWN_CALENDAR)
def make() -> str:
    """Makes the address and answers with it: it is stored nowhere, so it cannot be shown again."""
    secret = actions_calendar.make_feed(db(), actor=current_actor(), now=clock.now())
    address = current_app.extensions["settings"].base_url + url_for(".feed", token=secret)
    return render_template(
        "meetings/my_calendar_address.html", address=address, subscribe="webcal:" + address.split(":", 1)[1]
    )


@bp.get("/my-calendar/stop", access=OWN_CALENDAR)
def ask_stop() -> str:
    """Really stop?"""
    return render_template("meetings/my_calendar_stop.html")


@bp.post("/my-calendar/stop", access=OWN_CALENDAR)
def stop() -> Response:
    """The address leads nowhere from now on."""
    actions_calendar.stop_feed(db(), actor=current_actor(), now=clock.now())
    flash(_("The address does not work any more."))
    return redirect(url_for(".settings"), 303)
