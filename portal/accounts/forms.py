"""The forms of families coming in, and of what they set for themselves. What is secret is never shown again."""

from flask import render_template, request

from portal.accounts.rules import check_pin, hash_secret, read_digits
from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.web.forms import (
    Govuk,
    GovukPassword,
    ManyField,
    PasswordField,
    PortalForm,
    SelectField,
    TextField,
    TickField,
    required,
)
from portal.web.i18n import lazy_gettext

CODE = Govuk(classes="govuk-input--width-10 govuk-input--extra-letter-spacing", autocomplete="off", spellcheck=False)
ONE_TIME_CODE = Govuk(
    classes="govuk-input--width-10 govuk-input--extra-letter-spacing", autocomplete="one-time-code", spellcheck=False
)
PIN = GovukPassword(classes="govuk-input--width-10", autocomplete="off", attributes={"inputmode": "numeric"})
NEED_CODE = required(lazy_gettext("Type the code."))
PINS_DIFFER = N_("The two PINs are not the same. Please type both again.")
NEED_PIN = required(lazy_gettext("Type the six digits of your PIN."))


def page(template: str, form: PortalForm, **values: object) -> tuple[str, int]:
    """The page with its form: 200 when it is asked for, 422 when something was sent that cannot be taken."""
    return render_template(template, form=form, **values), 422 if request.method == "POST" else 200


class LetterForm(PortalForm):
    code = TextField(
        lazy_gettext("Code"),
        NEED_CODE,
        description=lazy_gettext("It looks like ABC-4F7K-9Q2M."),
        longest=60,
        widget=CODE,
    )


class ChoosePinForm(PortalForm):
    pin = PasswordField(
        lazy_gettext("Your new PIN"), NEED_PIN, description=lazy_gettext("Six digits that only you know."), widget=PIN
    )
    pin_again = PasswordField(lazy_gettext("Type the PIN again"), NEED_PIN, widget=PIN)


def new_pin_hash(form: ChoosePinForm) -> str:
    """The slow hash of a PIN typed twice; make it outside any transaction. Raises Invalid."""
    pin = check_pin(form.pin.data)
    if read_digits(form.pin_again.data) != pin:
        raise Invalid(PINS_DIFFER, field="pin_again")
    return hash_secret(pin)


class PinForm(PortalForm):
    pin = PasswordField(
        lazy_gettext("Your PIN"), NEED_PIN, description=lazy_gettext("The six digits that you chose."), widget=PIN
    )


class ChangePinForm(ChoosePinForm):
    old_pin = PasswordField(lazy_gettext("The PIN you have now"), NEED_PIN, widget=PIN)


class AddressForm(PortalForm):
    address = TextField(
        lazy_gettext("E-mail address or mobile number"),
        required(lazy_gettext("Type your e-mail address or your mobile number.")),
        longest=254,
        widget=Govuk(autocomplete="email", spellcheck=False, attributes={"dir": "ltr"}),
    )


class CodeForm(PortalForm):
    code = TextField(
        lazy_gettext("Code"),
        NEED_CODE,
        description=lazy_gettext("It looks like 4F7K-9Q2M."),
        longest=60,
        widget=ONE_TIME_CODE,
    )


class PreferencesForm(PortalForm):
    language = SelectField(lazy_gettext("I read in"))
    spoken_language = SelectField(lazy_gettext("I speak"))
    interpreter_needed = TickField(lazy_gettext("I would like an interpreter at meetings."))
    easy_read = TickField(lazy_gettext("I would like texts in short, easy words."))
    wanted = ManyField(lazy_gettext("Send messages to"))
