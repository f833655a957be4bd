"""The front door for everybody, the way out, text that was kept, and what each person may set for themselves."""

from typing import Any

from babel import Locale
from flask import current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.accounts import actions, actions_addresses, actions_codes, actions_pins, cookies, queries
from portal.accounts.entrance import check_pin, let_in, pepper
from portal.accounts.forms import AddressForm, ChangePinForm, CodeForm, PreferencesForm, new_pin_hash, page
from portal.accounts.queries_settings import OwnSettings, own_settings
from portal.accounts.rules import SPOKEN, Address, own_path, read_address, token
from portal.kernel import clock
from portal.kernel.errors import Invalid, PortalError
from portal.people.access import FAMILY, PUBLIC, SIGNED_IN
from portal.people.actor import Actor
from portal.people.rules import Audience, ContactKind
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current, offered
from portal.web.i18n import gettext as _
from portal.web.limits import coming_in
from portal.web.unit_of_work import aside, db, work

bp = PortalBlueprint("accounts", __name__)

Answer = Response | tuple[str, int]


@bp.get("/sign-in", access=PUBLIC)
def sign_in() -> str:
    """Who are you: a parent, a pupil, or staff?"""
    onward = own_path(request.args.get("next")) or None
    return render_template("accounts/sign_in.html", onward=onward, kept="kept" in request.args)


@bp.post("/sign-out", access=PUBLIC)
def sign_out() -> Response:
    """Ends this browser's sitting."""
    if actor := current_actor():
        actions.end_sitting(work("signing out"), actor.sitting_id, now=clock.now())
    in_a_lesson = bool(cookies.step("lesson"))  # the tablet waits for the next child
    return cookies.take_back(_on("pupil_sign_in.cards" if in_a_lesson else "home.start"))


@bp.post("/settings/sign-out-everywhere", access=FAMILY)
def sign_out_everywhere() -> Response:
    """Ends every sitting of the person, on every device."""
    actions.end_all_sittings(work("signing out everywhere"), _me().person_id)
    return cookies.take_back(_on("home.start"))


@bp.get("/kept", access=SIGNED_IN)
def kept() -> str:
    """What you had written when your sitting ended."""
    pages = queries.kept_texts(db(), person_id=_me().person_id, not_before=clock.now() - actions.KEEP_TEXT_FOR)
    return render_template("accounts/kept.html", pages=[(each, _readable(each.path)) for each in pages])


def _readable(path: str) -> str | None:
    """The path if there is a page to read there: a form may have been sent to an address of its own."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return None
    return own_path(path) or None


@bp.post("/kept/discard", access=SIGNED_IN)
def discard_kept() -> Response:
    """Throws the kept text away, because its writer says so."""
    actions.discard_kept(work("kept text is no longer needed"), _me().person_id)
    return _on("home.start")


@bp.route("/settings", methods=["GET", "POST"], access=FAMILY)
def preferences() -> Answer:
    """Languages, help and how to reach me."""
    own = own_settings(db(), viewer=_me())
    form = _preferences_form(own)
    if form.validate_on_submit():
        actions_addresses.choose(
            db(),
            person_id=_me().person_id,
            language=form.language.data,
            spoken_language=form.spoken_language.data,
            interpreter_needed=form.interpreter_needed.data,
            easy_read=form.easy_read.data,
            wanted=set(form.wanted.data or []),
            now=clock.now(),
        )
        return _on(".preferences", lang=form.language.data, saved=1)
    return page("accounts/preferences.html", form, own=own, saved="saved" in request.args)


def _preferences_form(own: OwnSettings) -> PreferencesForm:
    wanted = [str(each.point_id) for each in own.addresses if each.wanted]
    form = PreferencesForm(
        data={
            "language": own.language,
            "spoken_language": own.spoken_language,
            "interpreter_needed": own.interpreter_needed,
            "easy_read": own.easy_read,
            "wanted": wanted,
        }
    )
    form.language.choices = _with(own.language, [(each.tag, each.name) for each in offered()])
    form.spoken_language.choices = _with(own.spoken_language, _spoken())
    form.wanted.choices = [(str(each.point_id), each.value) for each in own.addresses]
    return form


def _spoken() -> list[tuple[str, str]]:
    names = Locale.parse(current().locale).languages
    spoken = sorted((names.get(tag, tag), tag) for tag in SPOKEN)
    return [("", _("Choose a language")), *((tag, name) for name, tag in spoken), ("bfi", _("British Sign Language"))]


def _with(kept: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The choices, and what the office wrote down if it is none of them: saving the page must not change it."""
    return choices if kept in dict(choices) else [*choices, (kept, kept)]


@bp.route("/settings/address", methods=["GET", "POST"], access=FAMILY)
@coming_in
def new_address() -> Answer:
    """A new address: a code goes there first."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            return _propose(read_address(form.address.data))
        except PortalError as error:
            form.accept(error)
    return page("accounts/new_address.html", form)


def _propose(address: Address) -> Response:
    nonce = token()
    actions_addresses.propose_address(
        db(), person_id=_me().person_id, address=address, nonce=nonce, pepper=pepper(), now=clock.now()
    )
    answer = _on(".confirm_address")
    return cookies.keep_step(answer, "new address", nonce=nonce, kind=address.kind.value, address=address.value)


@bp.route("/settings/address/code", methods=["GET", "POST"], access=FAMILY)
@coming_in
def confirm_address() -> Answer:
    """The code that arrived at the new address."""
    form, facts = CodeForm(), cookies.step("new address")
    if not facts:
        return _on(".new_address")
    if form.validate_on_submit():
        try:
            return _confirm(form.code.data, facts)
        except PortalError as error:
            form.accept(error)
    return page("accounts/confirm_address.html", form, address=facts["address"])


def _confirm(typed: str, facts: dict[str, str]) -> Response:
    now = clock.now()
    with aside("a mailed code is tried") as session:
        code_id = actions_codes.try_code(session, typed=typed, nonce=facts["nonce"], pepper=pepper(), now=now)
    if code_id is None:
        raise Invalid(actions_codes.WRONG_CODE, field="code")
    address = Address(ContactKind(facts["kind"]), facts["address"])
    actions_addresses.confirm_address(db(), person_id=_me().person_id, address=address, code_id=code_id, now=now)
    return cookies.forget_step(_on(".preferences", saved=1))


@bp.route("/settings/pin", methods=["GET", "POST"], access=FAMILY)
@coming_in
def change_pin() -> Answer:
    """A new PIN, for whoever knows the old one."""
    form = ChangePinForm()
    if form.validate_on_submit():
        try:
            return _change_pin(form)
        except PortalError as error:
            form.accept(error)
    return page("accounts/change_pin.html", form)


def _change_pin(form: ChangePinForm) -> Response:
    hashed = new_pin_hash(form)
    check_pin(_me().person_id, form.old_pin.data, field="old_pin")
    session = work("a PIN is changed")
    actions_pins.change_pin(session, _me().person_id, hashed, now=clock.now())
    onward = url_for(".preferences", saved=1)
    return let_in(session, person_id=_me().person_id, audience=Audience.FAMILY, how="changed PIN", onward=onward)


def _me() -> Actor:
    actor: Actor = current_actor()  # the gate let nobody else in
    return actor


def _on(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(endpoint, **values), 303)
