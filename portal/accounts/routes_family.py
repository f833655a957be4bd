"""How families come in: the first time by the code of a letter, afterwards by a code to their address and their PIN."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions_codes, actions_letters, cookies, queries_family
from portal.accounts.entrance import check_pin, let_in, pepper
from portal.accounts.forms import AddressForm, ChoosePinForm, CodeForm, LetterForm, PinForm, new_pin_hash, page
from portal.accounts.rules import own_path, read_address, token
from portal.kernel import clock
from portal.kernel.errors import Invalid, PortalError
from portal.people.access import PUBLIC
from portal.people.rules import Audience
from portal.web.access import PortalBlueprint
from portal.web.i18n import offered
from portal.web.limits import coming_in
from portal.web.unit_of_work import aside, work

bp = PortalBlueprint("family_sign_in", __name__)

Answer = Response | tuple[str, int]


@bp.route("/letter", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def letter() -> Answer:
    """Type the code of a letter."""
    form = LetterForm()
    if form.validate_on_submit():
        with aside("a letter's code is tried") as session:
            found = actions_letters.try_letter(session, typed=form.code.data, pepper=pepper(), now=clock.now())
        if found is not None:
            onward = own_path(request.args.get("next"))
            return cookies.keep_step(_on(".letter_language"), "letter", letter=str(found), onward=onward)
        form.accept(Invalid(actions_letters.NO_SUCH_LETTER, field="code"))
    return page("accounts/letter.html", form, again=actions_letters.NO_SUCH_LETTER if "again" in request.args else None)


@bp.get("/letter/language", access=PUBLIC)
def letter_language() -> Answer | str:
    """Choose the language to read in."""
    return render_template("accounts/letter_language.html") if cookies.step("letter") else _on(".letter")


@bp.post("/letter/language", access=PUBLIC)
def choose_language() -> Answer:
    """Goes on in the chosen language."""
    chosen, facts = request.form.get("language", ""), cookies.step("letter")
    if not facts or chosen not in {each.tag for each in offered()}:
        return _on(".letter_language")
    return cookies.keep_step(_on(".letter_pin", lang=chosen), **{**facts, "language": chosen})


@bp.get("/letter/pin", access=PUBLIC)
def letter_pin() -> Answer:
    """Choose a PIN, or give the one that was chosen with an earlier letter."""
    letter_id = cookies.step_id("letter", "letter")
    opened = queries_family.opened_letter(work("a letter is opened"), letter_id, now=clock.now())
    if opened is None:
        return _on(".letter", again=1)
    return page("accounts/letter_pin.html", PinForm() if opened.has_pin else ChoosePinForm(), opened=opened)


@bp.post("/letter/pin", access=PUBLIC)
@coming_in
def use_letter() -> Answer:
    """Uses the letter and lets its adult in."""
    with aside("a letter is used") as session:
        letter_id = cookies.step_id("letter", "letter")
        opened = queries_family.opened_letter(session, letter_id, now=clock.now())
    if opened is None:
        return _on(".letter", again=1)
    form: PinForm | ChoosePinForm = PinForm() if opened.has_pin else ChoosePinForm()
    if form.validate_on_submit():
        try:
            return _in_by_letter(opened, form)
        except PortalError as error:
            form.accept(error)
    return page("accounts/letter_pin.html", form, opened=opened)


def _in_by_letter(opened: queries_family.OpenedLetter, form: PinForm | ChoosePinForm) -> Response:
    pin_hash = None
    if isinstance(form, ChoosePinForm):
        pin_hash = new_pin_hash(form)
    else:
        check_pin(opened.adult_id, form.pin.data)
    session, facts = work("coming in by letter"), cookies.step("letter")
    person_id = actions_letters.use_letter(
        session,
        letter_id=opened.letter_id,
        pin_hash=pin_hash,
        language=facts.get("language", ""),
        now=clock.now(),
    )
    return let_in(session, person_id=person_id, audience=Audience.FAMILY, how="letter", onward=facts["onward"])


@bp.route("/sign-in/family", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def family() -> Answer:
    """Ask for a code. The answer is the same whoever asks."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            return _ask(form)
        except Invalid as error:
            form.accept(error)
    return page("accounts/family.html", form)


def _ask(form: AddressForm) -> Response:
    address = read_address(form.address.data)
    nonce = cookies.step("mailed").get("nonce") or token()
    session = work("a code is asked for")
    actions_codes.ask_for_code(session, address=address, nonce=nonce, pepper=pepper(), now=clock.now())
    return cookies.keep_step(_on(".code"), "mailed", nonce=nonce, onward=own_path(request.args.get("next")))


@bp.route("/sign-in/code", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def code() -> Answer:
    """Type the code, in the browser that asked for it."""
    form, facts = CodeForm(), cookies.step("mailed")
    if facts and form.validate_on_submit():
        with aside("a mailed code is tried") as session:
            found = actions_codes.try_code(
                session, typed=form.code.data, nonce=facts["nonce"], pepper=pepper(), now=clock.now()
            )
        if found is not None:
            return cookies.keep_step(_on(".pin"), **{**facts, "code": str(found)})
        form.accept(Invalid(actions_codes.WRONG_CODE, field="code"))
    return page("accounts/code.html", form, asked_here=bool(facts))


@bp.get("/sign-in/link/<code>", access=PUBLIC)
def link(code: str) -> str:
    """What the link in the mail opens: a button. Opening it does nothing, because mail scanners open every link."""
    return render_template("accounts/link.html", code=code, asked_here=bool(cookies.step("mailed")))


@bp.route("/sign-in/pin", methods=["GET", "POST"], access=PUBLIC)
@coming_in
def pin() -> Answer:
    """Give the PIN: the second secret, which is in no message."""
    form, facts = PinForm(), cookies.step("mailed")
    if "code" not in facts:
        return _on(".family")
    if form.validate_on_submit():
        try:
            return _in_by_code(form, facts["onward"])
        except PortalError as error:
            form.accept(error)
    return page("accounts/pin.html", form)


def _in_by_code(form: PinForm, onward: str) -> Response:
    code_id = cookies.step_id("mailed", "code")
    with aside("whose code it is") as session:
        person_id = queries_family.owner_of_code(session, code_id)
    if person_id is None or code_id is None:
        raise Invalid(actions_codes.USED_CODE)
    check_pin(person_id, form.pin.data)
    session = work("coming in by a mailed code")
    actions_codes.use_code(session, code_id, now=clock.now())
    return let_in(session, person_id=person_id, audience=Audience.FAMILY, how="mailed code", onward=onward)


def _on(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(endpoint, **values), 303)
