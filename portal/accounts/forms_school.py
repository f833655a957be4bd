"""The forms of staff and pupils coming in, and of the lessons that staff open for them."""

from portal.accounts.forms import CODE, NEED_CODE
from portal.web.forms import ChoiceField, Govuk, GovukPassword, PasswordField, PortalForm, TextField, required
from portal.web.i18n import lazy_gettext

NEED_PASSWORD = required(lazy_gettext("Type your password."))


class StaffForm(PortalForm):
    sign_in_name = TextField(
        lazy_gettext("Your e-mail address at school"),
        required(lazy_gettext("Type your e-mail address at school.")),
        longest=254,
        widget=Govuk(autocomplete="username", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(
        lazy_gettext("Password"), NEED_PASSWORD, widget=GovukPassword(autocomplete="current-password")
    )


class SecondStepForm(PortalForm):
    code = TextField(
        lazy_gettext("Six digits from your phone"),
        NEED_CODE,
        longest=20,
        widget=Govuk(autocomplete="one-time-code", inputmode="numeric", classes="govuk-input--width-10"),
    )


class PlaceForm(PortalForm):
    place = ChoiceField(lazy_gettext("Where do you work today?"))


class PupilForm(PortalForm):
    sign_in_name = TextField(
        lazy_gettext("Your sign-in name"),
        required(lazy_gettext("Type your sign-in name.")),
        longest=60,
        widget=Govuk(autocomplete="off", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(lazy_gettext("Password"), NEED_PASSWORD, widget=GovukPassword(autocomplete="off"))


class RoomForm(PortalForm):
    code = TextField(
        lazy_gettext("Room code"),
        NEED_CODE,
        description=lazy_gettext("Your teacher can read it out."),
        longest=20,
        widget=CODE,
    )


class PictureForm(PortalForm):
    """The secret picture is a button of its own; the form only carries the protection against forged requests."""


class LessonForm(PortalForm):
    class_id = ChoiceField(lazy_gettext("Which class?"))


class WayInForm(PortalForm):
    picture = ChoiceField(lazy_gettext("The picture that others may see"))
    secret = ChoiceField(lazy_gettext("The secret picture"))


class PupilPasswordForm(PortalForm):
    sign_in_name = TextField(
        lazy_gettext("Sign-in name"),
        required(lazy_gettext("Type a sign-in name.")),
        longest=60,
        widget=Govuk(autocomplete="off", spellcheck=False, attributes={"dir": "ltr"}),
    )
    password = PasswordField(
        lazy_gettext("New password"),
        required(lazy_gettext("Type a new password.")),
        description=lazy_gettext("At least eight letters. Three short words are easy to remember."),
        widget=GovukPassword(autocomplete="new-password"),
    )
