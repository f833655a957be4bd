"""Forms: CSRF, our own translations, GOV.UK markup by a thin adapter, and a domain error shown at the field it
names."""

import enum
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import current_app, request
from flask_wtf import CSRFProtect, FlaskForm
from markupsafe import Markup
from wtforms import DateField, Field, ValidationError
from wtforms import fields as plain
from wtforms.validators import InputRequired

from portal.kernel import text as typed
from portal.kernel.errors import PortalError
from portal.web.i18n import LANGUAGES, FormTranslations, say
from portal.web.i18n import gettext as _

csrf = CSRFProtect()


class PortalForm(FlaskForm):
    """The base of every form."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: "PortalForm") -> FormTranslations:
            return FormTranslations()

    def accept(self, error: PortalError) -> None:
        """Shows a domain error at the field it names, or at the head of the form."""
        message = say(error.message, **error.values)
        field = self._fields.get(error.field or "")
        if field is not None:
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)

    @property
    def problems(self) -> list[dict[str, str]]:
        """The error summary's lines: text and the field it leads to."""
        found = [{"text": str(message), "href": "#main"} for message in self.form_errors]
        return found + [{"text": str(f.errors[0]), "href": f"#{first_id(f)}"} for f in self if f.errors]


class TakingAway(enum.StrEnum):
    """A pupil takes an answer away in two presses (components/taking_away.html): the first only asks, and whoever
    would rather keep it gets the form again as it was."""

    ASKS = "1"
    KEEPS = "no"
    IS_SURE = "sure"

    @classmethod
    def pressed(cls) -> "TakingAway | None":
        """Which of these buttons sent the form, if one of them did."""
        value = request.form.get("take_back")
        return cls(value) if value in set(cls) else None


def first_id(field: Field) -> str:
    """The id of the control that can take the focus."""
    return f"{field.id}-day" if isinstance(field, DayField) else str(field.id)


def _macro(component: str, name: str, params: dict[str, Any]) -> Markup:
    template = current_app.jinja_env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    return Markup(getattr(template.module, name)(params))  # noqa: S704 - the macro has escaped its parameters


class Govuk:
    """A WTForms widget that hands a field to one of the GOV.UK macros. Extra parameters of the macro go to the
    constructor."""

    component, macro = "input", "govukInput"

    def __init__(self, **params: Any) -> None:
        self.params = params

    def __call__(self, field: Field, **more: Any) -> Markup:
        params: dict[str, Any] = {"id": field.id, "name": field.name, **self.params, **more}
        if field.description:
            params["hint"] = {"text": str(field.description)}
        if field.errors:
            params["errorMessage"] = {"text": str(field.errors[0]), "visuallyHiddenText": _("Error")}
        self.fill(field, params)
        return _macro(self.component, self.macro, params)

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        """What this kind of field adds: label and value."""
        params.setdefault(
            "label", {"text": str(field.label.text), "classes": params.pop("label_classes", "govuk-label--s")}
        )
        params["value"] = field._value()


class GovukTextarea(Govuk):
    component, macro = "textarea", "govukTextarea"


class GovukPassword(Govuk):
    component, macro = "password-input", "govukPasswordInput"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        super().fill(field, params)
        params["value"] = ""
        params.update(
            showPasswordText=_("Show"),
            hidePasswordText=_("Hide"),
            showPasswordAriaLabelText=_("Show what you type"),
            hidePasswordAriaLabelText=_("Hide what you type"),
            passwordShownAnnouncementText=_("What you type can be seen"),
            passwordHiddenAnnouncementText=_("What you type is hidden"),
        )


class GovukChoice(Govuk):
    """Radios, the first of which carries the field's own id so that the error summary leads to it. `reveals`: the
    fields that belong to a value; styles hide them until it is chosen."""

    component, macro = "radios", "govukRadios"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        params["idPrefix"] = params.pop("id")
        params.setdefault(
            "fieldset", {"legend": {"text": str(field.label.text), "classes": "govuk-fieldset__legend--s"}}
        )
        reveals = params.pop("reveals", {})
        params["items"] = [
            {"value": value, **_shown(label), "checked": checked, **self._more(value, reveals)}
            for value, label, checked, _render in field.iter_choices()
        ]

    def __call__(self, field: Field, **more: Any) -> Markup:
        made = super().__call__(field, **more)
        # the script of GOV.UK would mark the radios with aria-expanded, which they may not have
        return made.replace(" data-aria-controls=", " data-reveals=").replace(" govuk-radios__conditional--hidden", "")

    def _more(self, value: object, reveals: Mapping[Any, Markup]) -> dict[str, Any]:
        hints = self.params.get("hints", {})
        hint = {"hint": {"text": str(hints[value])}} if value in hints else {}
        return {**hint, "conditional": {"html": reveals[value]}} if value in reveals else hint


def as_named(name: str, tag: str = "") -> Markup:
    """The label of a choice that bears a name of its own, which the page's direction does not turn; with `tag` in the
    letters of that language."""
    language = LANGUAGES.get(tag)
    where = Markup(' lang="{}" dir="{}"').format(language.html_tag, language.direction) if language else ""
    return Markup("<bdi{}>{}</bdi>").format(where, name)


def _shown(label: Any) -> dict[str, Any]:
    return {"html": label} if isinstance(label, Markup) else {"text": str(label)}


class GovukCheckboxes(GovukChoice):
    component, macro = "checkboxes", "govukCheckboxes"


class GovukTick(Govuk):
    """One checkbox for a yes or no."""

    component, macro = "checkboxes", "govukCheckboxes"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        params["idPrefix"] = params.pop("id")
        hint = params.pop("hint", None)
        params["items"] = [{"value": "y", "text": str(field.label.text), "checked": bool(field.data), "hint": hint}]


class GovukSelect(Govuk):
    component, macro = "select", "govukSelect"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        params.setdefault("label", {"text": str(field.label.text), "classes": "govuk-label--s"})
        params["items"] = [
            {"value": value, "text": str(label), "selected": selected}
            for value, label, selected, _render in field.iter_choices()
        ]


class GovukFile(Govuk):
    component, macro = "file-upload", "govukFileUpload"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        params.setdefault("label", {"text": str(field.label.text), "classes": "govuk-label--s"})


class GovukDay(Govuk):
    component, macro = "date-input", "govukDateInput"

    def fill(self, field: Field, params: dict[str, Any]) -> None:
        values = field.typed()
        wrong = " govuk-input--error" if field.errors else ""
        params.setdefault(
            "fieldset", {"legend": {"text": str(field.label.text), "classes": "govuk-fieldset__legend--s"}}
        )
        params.pop("name")
        parts = (("day", _("Day"), 2), ("month", _("Month"), 2), ("year", _("Year"), 4))
        params["items"] = [
            {
                "id": f"{field.id}-{part}",
                "name": f"{field.name}-{part}",
                "label": label,
                "value": value,
                "classes": f"govuk-input--width-{width}{wrong}",
            }
            for (part, label, width), value in zip(parts, values, strict=True)
        ]


class TextField(plain.StringField):
    """One line. What cannot be kept becomes a message at the field."""

    widget = Govuk()
    data: Any

    def __init__(self, label: Any = None, validators: Any = None, *, longest: int = 200, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(label, validators, **kwargs)

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = self._kept(self.data or "")
        except PortalError as error:
            raise ValidationError(say(error.message, **error.values)) from None

    def _kept(self, value: str) -> str:
        return typed.one_line(value, longest=self.longest)


class LongTextField(TextField):
    """Several lines, kept as typed."""

    widget = GovukTextarea(rows=4)

    def __init__(self, label: Any = None, validators: Any = None, *, longest: int = 20_000, **kwargs: Any) -> None:
        super().__init__(label, validators, longest=longest, **kwargs)

    def _kept(self, value: str) -> str:
        return typed.many_lines(value, longest=self.longest)


class PasswordField(plain.PasswordField):
    widget = GovukPassword()


class Pairs:
    """Choices given as (value, label) pairs, handed on in the form that WTForms asks for."""

    def __init__(self, *args: Any, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=_choices(choices), **kwargs)  # type: ignore[call-arg]

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, _choices(value) if name == "choices" else value)


def _choices(given: Any) -> Any:
    if not isinstance(given, list | tuple):
        return given
    return [plain.SelectChoice(*pair) if isinstance(pair, tuple) else pair for pair in given]


class ChoiceField(Pairs, plain.RadioField):
    """One of a few. Choices are (value, label) pairs, labels lazy or plain."""

    widget = GovukChoice()

    def pre_validate(self, form: Any) -> None:
        if self.data is None or str(self.data) not in {str(value) for value, *_rest in self.iter_choices()}:
            raise ValidationError(_("Choose one of the answers."))


class SelectField(Pairs, plain.SelectField):
    widget = GovukSelect()


class ManyField(Pairs, plain.SelectMultipleField):
    widget = GovukCheckboxes()


class TickField(plain.BooleanField):
    widget = GovukTick()


class FileField(plain.FileField):
    widget = GovukFile()


class DayField(DateField):
    """Day, month and year in three boxes, as GOV.UK does; data is a date or None."""

    widget = GovukDay()
    data: date | None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self._parts: list[str] | None = None
        if formdata is not None and f"{self.name}-day" in formdata:
            self._parts = [formdata.get(f"{self.name}-{part}", "").strip() for part in ("day", "month", "year")]
        super().process(None, data, extra_filters)
        if self._parts is not None:
            self._read(self._parts)

    def _read(self, parts: list[str]) -> None:
        self.data = None
        if any(parts):
            try:
                day, month, year = (int(part) for part in parts)
                self.data = date(year, month, day)
            except (ValueError, OverflowError):
                self.process_errors = [_("This is not a real date.")]

    def typed(self) -> list[str]:
        """The three boxes as they were filled in, or the stored date."""
        if self._parts is not None:
            return self._parts
        return [str(self.data.day), str(self.data.month), str(self.data.year)] if self.data else ["", "", ""]


def required(message: Any) -> Iterable[Any]:
    """Validators for a field that must be filled in, with a message of its own."""
    return [InputRequired(message)]
