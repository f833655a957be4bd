"""The forms of staff and pupils coming in, and of the lessons that staff open for them."""

from portal.accounts.forms import CODE, NEED_CODE
from portal.web.forms import ChoiceField, Govuk, GovukPassword, PasswordField, PortalForm, TextField, required
from portal.web.i18n import lazy_gettext as _l

NEED_PASSWORD = required(_l("Type your password."))


class StaffForm(PortalForm):
    sign_in_name = TextField(
        _l("Your e-mail address at school"),
        required(_l("Type your e-mail address at school.")),
        longest=254,
        widget=Govuk(autocomplete="username", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(_l("Password"), NEED_PASSWORD, widget=GovukPassword(autocomplete="current-password"))


class SecondStepForm(PortalForm):
    code = TextField(
        _l("Six digits from your phone"),
        NEED_CODE,
        longest=20,
        widget=Govuk(autocomplete="one-time-code", inputmode="numeric", classes="govuk-input--width-10"),
    )


class PlaceForm(PortalForm):
    place = ChoiceField(_l("Where do you work today?"))


class PupilForm(PortalForm):
    sign_in_name = TextField(
        _l("Your sign-in name"),
        required(_l("Type your sign-in name.")),
        longest=60,
        widget=Govuk(autocomplete="off", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(_l("Password"), NEED_PASSWORD, widget=GovukPassword(autocomplete="off"))


class RoomForm(PortalForm):
    code = TextField(
        _l("Room code"), NEED_CODE, description=_l("Your teacher can read it out."), longest=20, widget=CODE
    )


class PictureForm(PortalForm):
    """The secret picture is a button of its own; the form only carries the protection against forged requests."""


class LessonForm(PortalForm):
    class_id = ChoiceField(_l("Which class?"))


class WayInForm(PortalForm):
    picture = ChoiceField(_l("The picture that others may see"))
    secret = ChoiceField(_l("The secret picture"))


class PupilPasswordForm(PortalForm):
    sign_in_name = TextField(
        _l("Sign-in name"),
        required(_l("Type a sign-in name.")),
        longest=60,
        widget=Govuk(autocomplete="off", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(
        _l("New password"),
        required(_l("Type a new password.")),
        description=_l("At least eight letters. Three short words are easy to remember."),
        widget=GovukPassword(autocomplete="new-password"),
    )
