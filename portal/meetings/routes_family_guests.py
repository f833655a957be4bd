"""A family names whom it wants at a meeting, and reads in plain words what happens when in an annual review."""

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.meetings import actions_guests
from portal.meetings.forms_annual import OwnGuestForm
from portal.meetings.queries_guests import guests_page
from portal.meetings.queries_standing import my_review
from portal.meetings.rules import BASES
from portal.people.access import OWN_PUPIL
from portal.people.branding import brand_of
from portal.reviews.rules import BEFORE_THE_MEETING
from portal.reviews.rules_clock import FOR_FAMILIES, MARK_KINDS, MARKS, Mark
from portal.reviews.rules_deadlines import OUR_CALCULATION
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("guests", __name__)
GUESTS = "/children/<uuid:pupil_id>/reviews/<uuid:review_id>/guests"
WORDS = {
    "bases": BASES,
    "hands": FOR_FAMILIES,
    "marks": MARKS,
    "mark_kinds": MARK_KINDS,
    "Mark": Mark,
    "our_calculation": OUR_CALCULATION,
}


def _page(pupil_id: uuid.UUID, review_id: uuid.UUID, form: OwnGuestForm, status: int = 200) -> tuple[str, int]:
    actor, session = current_actor(), reader()
    review = my_review(session, viewer=actor, pupil_id=pupil_id, review_id=review_id, now=clock.now())
    found = guests_page(session, viewer=actor, pupil_id=pupil_id, review_id=review_id, today=clock.today())
    page = render_template(
        "meetings/guests.html",
        review=review,
        page=found,
        form=form,
        may_name=review.may_book and review.stage in BEFORE_THE_MEETING,
        brand=brand_of(review.school.name, review.theme),
        **WORDS,
    )
    return page, status


@bp.get(GUESTS, access=OWN_PUPIL)
def page(pupil_id: uuid.UUID, review_id: uuid.UUID) -> tuple[str, int]:
    """Who comes, whom I want there, what happens when."""
    return _page(pupil_id, review_id, OwnGuestForm())


@bp.post(GUESTS, access=OWN_PUPIL)
def name(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response | tuple[str, int]:
    """One more whom I want there."""
    actor, form = current_actor(), OwnGuestForm()
    my_review(reader(), viewer=actor, pupil_id=pupil_id, review_id=review_id, now=clock.now())
    if not form.validate():
        return _page(pupil_id, review_id, form, 422)
    try:
        actions_guests.name_own_guest(
            db(),
            actor=actor,
            place=(pupil_id, review_id),
            name=form.name.data,
            works_as=form.works_as.data,
            now=clock.now(),
        )
    except PortalError as error:
        form.accept(error)
        return _page(pupil_id, review_id, form, error.status)
    flash(_("School now knows whom you want there."))
    return redirect(url_for(".page", pupil_id=pupil_id, review_id=review_id), 303)


@bp.post(GUESTS + "/<uuid:guest_id>/remove", access=OWN_PUPIL)
def remove(pupil_id: uuid.UUID, review_id: uuid.UUID, guest_id: uuid.UUID) -> Response:
    """Takes an own guest back."""
    place = pupil_id, review_id
    actions_guests.remove_own_guest(db(), actor=current_actor(), place=place, guest_id=guest_id, now=clock.now())
    flash(_("This person is not on your list any more."))
    return redirect(url_for(".page", pupil_id=pupil_id, review_id=review_id), 303)
