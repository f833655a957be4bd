"""What a family fills in about a meeting: how, with what help, and in its own words. Nothing is asked twice."""

import uuid
from collections.abc import Collection
from functools import cache

from babel import Locale
from wtforms import HiddenField

from portal.accounts.rules import SPOKEN
from portal.meetings.queries_standing import MyReview
from portal.meetings.rules import MODES, NEEDS, Answer, Mode
from portal.meetings.rules_booking import LONGEST_PHONE, LONGEST_WISHES, LONGEST_WORDS, Wishes
from portal.web.forms import (
    ChoiceField,
    Govuk,
    GovukTextarea,
    LongTextField,
    ManyField,
    PortalForm,
    SelectField,
    TextField,
    TickField,
)
from portal.web.i18n import current, lazy_gettext, say
from portal.web.i18n import gettext as _

TWO_LINES = GovukTextarea(rows=2)
PHONE = Govuk(classes="govuk-input--width-20", autocomplete="tel", type="tel", attributes={"dir": "ltr"})


class WishesForm(PortalForm):
    """How to meet and what helps. `once_key` makes a form that is sent twice one booking."""

    slot = HiddenField()
    once_key = HiddenField()
    version = HiddenField()
    mode = ChoiceField(lazy_gettext("How shall we meet?"))
    phone = TextField(
        lazy_gettext("Your phone number for that day"),
        description=lazy_gettext("Only if we meet by phone, or in case something goes wrong."),
        longest=LONGEST_PHONE,
        widget=PHONE,
    )
    interpreter = TickField(lazy_gettext("I would like an interpreter"))
    language = SelectField(
        lazy_gettext("The language I speak"),
        default="",
        description=lazy_gettext("School pays the interpreter. Children and relatives do not interpret."),
    )
    needs = ManyField(
        lazy_gettext("What would help you on that day?"),
        choices=[(str(need), lazy_gettext(label)) for need, label in NEEDS.items()],
    )
    need_words = LongTextField(lazy_gettext("Anything else that helps you"), longest=LONGEST_WORDS, widget=TWO_LINES)
    brings = LongTextField(
        lazy_gettext("Who comes with you?"),
        description=lazy_gettext("You may bring a friend, a relative or somebody who supports you."),
        longest=LONGEST_WORDS,
        widget=TWO_LINES,
    )
    wishes = LongTextField(
        lazy_gettext("What would you like to talk about?"),
        description=lazy_gettext("Write in any language. Staff read it before the meeting."),
        longest=LONGEST_WISHES,
    )

    others_may_join = TickField(lazy_gettext("Other invited adults may come to my meeting"))

    def prepare(self, modes: Collection[str]) -> None:
        """Sets what can be chosen; a language that the office wrote down stays."""
        self.mode.choices = [(mode.value, say(MODES[mode])) for mode in Mode if mode in modes]
        self.language.choices = _spoken(self.language.data or "")

    def wanted(self) -> Wishes:
        """What was filled in."""
        return Wishes(
            mode=Mode(self.mode.data),
            language=self.language.data or "",
            interpreter=bool(self.interpreter.data),
            needs=tuple(self.needs.data or ()),
            need_words=self.need_words.data or "",
            brings=self.brings.data or "",
            wishes=self.wishes.data or "",
            phone=self.phone.data or "",
            others_may_join=bool(self.others_may_join.data),
        )


def wishes_form(review: MyReview, mode: Mode | None, modes: Collection[str]) -> WishesForm:
    """The form as it stands before it is touched: what this adult said last, else what their settings say. `modes` are
    those of the chosen time."""
    told, time = review.defaults, review.time
    if time is not None and time.told is not None:
        told = time.told
    wanted = (mode, time.mode if time else None, *Mode)
    form = WishesForm(
        data={
            **told.as_fields(),
            "others_may_join": bool(time and time.offered),
            "mode": next((each.value for each in wanted if each in modes), None),
            "version": str(time.version if time else 0),
            "once_key": uuid.uuid4().hex,
        }
    )
    form.prepare(modes)
    return form


def default_wishes(review: MyReview, mode: Mode) -> Wishes:
    """What is asked for somebody who says nothing more: the interpreter they have asked for once and for all."""
    told = review.defaults
    return Wishes(mode=mode, language=told.language, interpreter=told.interpreter, phone=told.phone)


def number_of(typed: object) -> int:
    """A number that a page carried; 0, which no row has, when it was spoiled on the way."""
    text = str(typed or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def id_of(typed: object) -> uuid.UUID | None:
    """An id that a page carried; None when there is none."""
    try:
        return uuid.UUID(str(typed))
    except ValueError:
        return None


def _spoken(kept: str) -> list[tuple[str, str]]:
    locale = current().locale
    choices = [("", _("Choose a language")), *_names(locale), ("bfi", _("British Sign Language"))]
    return choices if kept in dict(choices) else [*choices, (kept, _name(locale, kept))]


@cache
def _names(locale: str) -> tuple[tuple[str, str], ...]:
    return tuple((tag, name) for name, tag in sorted((_name(locale, tag), tag) for tag in SPOKEN))


def _name(locale: str, tag: str) -> str:
    name: str = Locale.parse(locale).languages.get(tag.replace("-", "_"), tag)
    return name


def language_words(tag: str) -> str:
    """The name of a spoken language in the reader's language."""
    return dict(_spoken(tag)).get(tag, "") if tag else ""


ANSWERS_OF_A_ROUND = {
    Answer.CALL_ME: lazy_gettext("Please call me"),
    Answer.NO_TIME_SUITS: lazy_gettext("None of these times suits me"),
}
ANSWERS_TO_A_DAY = {
    Answer.COMING: lazy_gettext("I will come"),
    Answer.NOT_COMING: lazy_gettext("I cannot come"),
    Answer.CALL_ME: lazy_gettext("Please call me"),
}


class AnswerForm(PortalForm):
    """An answer that takes no time."""

    answer = ChoiceField(lazy_gettext("Your answer"))
    words = LongTextField(
        lazy_gettext("Is there more that we should know?"),
        description=lazy_gettext("For example: which days are good, or the best time to call you."),
        longest=LONGEST_WORDS,
    )


class CancelForm(PortalForm):
    """Giving a time back, with a reason or without."""

    reason = LongTextField(
        lazy_gettext("Why can you not come?"),
        description=lazy_gettext("You need not say. Only staff read it."),
        longest=LONGEST_WORDS,
        widget=TWO_LINES,
    )


class TogetherForm(PortalForm):
    """One choice for two children; the rest may be said later."""

    slot = HiddenField()
    once_key = HiddenField()
    mode = ChoiceField(lazy_gettext("How shall we meet?"))

    def prepare(self, modes: Collection[str]) -> None:
        """Sets what can be chosen; before times are known, every way."""
        self.mode.choices = [(mode.value, say(MODES[mode])) for mode in Mode if mode in modes or not modes]
