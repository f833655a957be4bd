"""What somebody from outside sees by a link: one meeting, the child's first name, and whom to ask. Nothing else."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import audit, clock
from portal.kernel.errors import Conflict
from portal.kernel.words import N_
from portal.meetings import actions_guests
from portal.meetings.queries_guests import OneMeeting, one_meeting
from portal.meetings.rules import ANSWERS, MODES, Answer, Mode
from portal.people.access import PUBLIC
from portal.people.branding import brand_of
from portal.web.access import PortalBlueprint
from portal.web.i18n import gettext as _
from portal.web.limits import guessing
from portal.web.unit_of_work import aside, work

bp = PortalBlueprint("guest", __name__)


@bp.after_request
def keep_the_link_to_ourselves(response: Response) -> Response:
    """The link is the key: no page that is opened from here may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/guest/<token>", access=PUBLIC)
@guessing
def page(token: str) -> str:
    """The meeting; that the link was opened is kept."""
    meeting = one_meeting(work("a guest reads the one meeting of a link"), token, now=clock.now())
    _remember(meeting)
    return render_template(
        "meetings/guest.html",
        meeting=meeting,
        token=token,
        brand=brand_of(meeting.school, meeting.theme),
        modes=MODES,
        answers=ANSWERS,
        Mode=Mode,
        Answer=Answer,
    )


def _remember(meeting: OneMeeting) -> None:
    with aside("a guest opened a link") as session:
        audit.record(
            session,
            "guest opened the link",
            now=clock.now(),
            actor_id=None,
            school_id=meeting.school_id,
            subject_id=meeting.guest_id,
            pupil_id=meeting.pupil_id,
        )


@bp.post("/guest/<token>", access=PUBLIC)
@guessing
def answer(token: str) -> Response:
    """Coming or not coming."""
    session = work("a guest answers by a link")
    meeting = one_meeting(session, token, now=clock.now())
    if not meeting.can_answer:
        raise Conflict(N_("This meeting was held or cancelled. Please call the school office."))
    said = request.form.get("answer", "")
    actions_guests.answer_as_guest(session, guest_id=meeting.guest_id, answer=said, now=clock.now())
    flash(_("Thank you. School knows now."))
    return redirect(url_for(".page", token=token), 303)
