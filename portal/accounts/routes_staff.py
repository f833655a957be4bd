"""How staff come in: name and password, a code from their phone, and the school they work at today."""

import uuid

import pyotp
import segno
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions_staff, cookies
from portal.accounts.entrance import let_in
from portal.accounts.forms import page
from portal.accounts.forms_school import PlaceForm, SecondStepForm, StaffForm
from portal.accounts.queries_staff import places_of
from portal.accounts.rules import own_path, secret_fits
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotAllowed, PortalError
from portal.kernel.words import N_
from portal.people.access import PUBLIC
from portal.web.access import PortalBlueprint
from portal.web.i18n import gettext as _
from portal.web.limits import coming_in
from portal.web.unit_of_work import aside, work

bp = PortalBlueprint("staff_sign_in", __name__)

Answer = Response | tuple[str, int]
NO_ROLE = N_("Your account has no role at a school today. Ask the school office.")


@bp.route("/sign-in/staff", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def staff() -> Answer:
    """Name and password."""
    form = StaffForm()
    if form.validate_on_submit():
        with aside("a staff password is tried") as session:
            tried = actions_staff.try_password(session, form.sign_in_name.data, now=clock.now())
        if secret_fits(form.password.data, tried.password_hash if tried else None) and tried:
            secret = actions_staff.password_was_right(work("staff sign-in"), tried.person_id)
            return _to_second_step(tried.person_id, has_phone=bool(secret))
        form.accept(Invalid(actions_staff.WRONG_PASSWORD))
    return page("accounts/staff.html", form)


def _to_second_step(person_id: uuid.UUID, *, has_phone: bool) -> Response:
    facts = {"person": str(person_id), "onward": own_path(request.args.get("next"))}
    if has_phone:
        return cookies.keep_step(_on(".second_step"), "second step", **facts)
    return cookies.keep_step(_on(".set_up"), "set up", secret=pyotp.random_base32(), **facts)


@bp.route("/sign-in/staff/code", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def second_step() -> Answer:
    """The code that the phone shows now."""
    form, person_id = SecondStepForm(), cookies.step_id("second step", "person")
    if person_id is None:
        return _on(".staff")
    if form.validate_on_submit():
        with aside("a second step is tried") as session:
            right = actions_staff.try_second_step(session, person_id, code=form.code.data, now=clock.now())
        if right:
            return _arrive(person_id, cookies.step("second step")["onward"])
        form.accept(Invalid(actions_staff.WRONG_STEP, field="code"))
    return page("accounts/second_step.html", form)


@bp.route("/sign-in/staff/set-up", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def set_up() -> Answer:
    """The first time: the phone learns the secret and proves that it did."""
    form, facts = SecondStepForm(), cookies.step("set up")
    if not facts:
        return _on(".staff")
    if form.validate_on_submit():
        person_id, session = uuid.UUID(facts["person"]), work("the second step is set up")
        try:
            actions_staff.set_up_second_step(
                session, person_id, secret=facts["secret"], code=form.code.data, now=clock.now()
            )
            return _arrive(person_id, facts["onward"])
        except PortalError as error:
            form.accept(error)
    return page("accounts/set_up.html", form, secret=facts["secret"], picture=_qr(facts["secret"]))


def _qr(secret: str) -> str:
    address = pyotp.TOTP(secret).provisioning_uri(name=_("Staff"), issuer_name=_("School portal"))
    picture: str = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    return picture


@bp.route("/sign-in/staff/school", methods=["GET", "POST"], access=PUBLIC)
def place() -> Answer:
    """Which school, for those who work at several."""
    person_id = cookies.step_id("place", "person")
    if person_id is None:
        return _on(".staff")
    places = {each.key: each for each in places_of(work("where somebody works"), person_id, today=clock.today())}
    form = PlaceForm()
    form.place.choices = [(each.key, each.name) for each in places.values()]
    if form.validate_on_submit():
        chosen = places[form.place.data]
        return let_in(
            work("staff sign-in"),
            person_id=person_id,
            audience=chosen.audience,
            school_id=chosen.school_id,
            how="password and code",
            onward=cookies.step("place")["onward"],
        )
    return page("accounts/place.html", form)


def _arrive(person_id: uuid.UUID, onward: str) -> Response:
    session = work("staff sign-in")
    places = places_of(session, person_id, today=clock.today())
    if not places:
        raise NotAllowed(NO_ROLE)
    if len(places) > 1:
        return cookies.keep_step(_on(".place"), "place", person=str(person_id), onward=onward)
    return let_in(
        session,
        person_id=person_id,
        audience=places[0].audience,
        school_id=places[0].school_id,
        how="password and code",
        onward=onward,
    )


def _on(endpoint: str) -> Response:
    return redirect(url_for(endpoint), 303)
