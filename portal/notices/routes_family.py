"""What a family or a young person reads: the one list of messages, and each notice on a page of its own."""

import uuid
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.messages import Rooms
from portal.kernel.words import N_
from portal.meetings.calendar_file import Entry, invitation_file
from portal.notices import actions_answer
from portal.notices.opened import remember_list, remember_opened
from portal.notices.queries_family import NoticePage, notice_page
from portal.notices.queries_messages import Place, message_list
from portal.notices.rules import REPLY_WORDS, Asks, Reply
from portal.people.access import OWN_MESSAGES
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("messages", __name__)
ONE = "/messages/notices/<uuid:notice_id>"
AN_HOUR = timedelta(hours=1)


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def rooms() -> Rooms:
    """Every kind of message with the feature that sends it, as the application was wired."""
    return cast(Rooms, current_app.extensions["messages"])


@bp.get("/messages", access=OWN_MESSAGES)
def listed() -> str:
    """What school told the reader."""
    page = message_list(
        reader(),
        viewer=_me(),
        rooms=rooms(),
        language=current().tag,
        now=clock.now(),
        after=_place(),
        child_id=request.args.get("child", type=uuid.UUID),
    )
    if page.is_news:
        remember_list(_me(), now=clock.now())
    return render_template("notices/family_messages.html", page=page)


def _place() -> Place | None:
    """Where the page begins; what cannot be read is the beginning."""
    try:
        at = datetime.fromisoformat(request.args["at"])
        return Place(at, uuid.UUID(request.args["after"])) if at.tzinfo else None
    except (KeyError, ValueError):
        return None


@bp.get(ONE, access=OWN_MESSAGES)
def notice(notice_id: uuid.UUID) -> str:
    """One notice. Opening it is noted, once."""
    page = _page(notice_id)
    if page.unopened:
        remember_opened(page.unopened, now=clock.now())
    return _shown(page)


@bp.post(ONE, access=OWN_MESSAGES)
def answer(notice_id: uuid.UUID) -> Response | tuple[str, int]:
    """One tap; another tap changes it."""
    try:
        actions_answer.answer(db(), actor=_me(), notice_id=notice_id, reply=_reply(), now=clock.now())
    except (Conflict, Invalid) as error:
        db().rollback()
        return _shown(_page(notice_id), error), error.status
    return redirect(url_for(".notice", notice_id=notice_id, done=1), 303)


def _reply() -> Reply:
    try:
        return Reply(request.form.get("reply", ""))
    except ValueError:
        raise Invalid(N_("Choose one of the answers.")) from None


@bp.get(f"{ONE}/day.ics", access=OWN_MESSAGES)
def day_file(notice_id: uuid.UUID) -> Response:
    """The day of a gathering for one's own calendar, where it only says that there is a meeting at school."""
    page = _page(notice_id)
    if page.gathering is None or page.taken_back_at is not None:
        raise NotFound
    settings = current_app.extensions["settings"]
    entry = Entry(
        uid=f"{notice_id}@{urlsplit(settings.base_url).hostname or ''}",
        sequence=0,
        starts_at=page.gathering.starts_at,
        ends_at=page.gathering.ends_at or page.gathering.starts_at + AN_HOUR,
        school_name=page.school,
        school_email=page.school_email or settings.mail_from,
        place=page.school,
    )
    made = invitation_file(entry, now=clock.now())
    file = Response(made.body, content_type=made.media_type)
    file.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return file


def _page(notice_id: uuid.UUID) -> NoticePage:
    return notice_page(reader(), viewer=_me(), notice_id=notice_id, language=current().tag, now=clock.now())


def _shown(page: NoticePage, error: Conflict | Invalid | None = None) -> str:
    brand = brand_of(page.school, page.theme)
    words = {"Asks": Asks, "Reply": Reply, "reply_words": REPLY_WORDS}
    return render_template("notices/family_notice.html", page=page, error=error, brand=brand, **words)
