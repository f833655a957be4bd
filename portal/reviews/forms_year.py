"""The SENDCO's forms for the school year: three terms on one page, and days that differ from them."""

from datetime import date
from typing import Any, cast

from wtforms import HiddenField, ValidationError

from portal.people.forms import labelled
from portal.reviews.queries_year import TermsPage
from portal.reviews.rules import DAY_KINDS, DayKind, Season
from portal.reviews.rules_calendar import SpecialDays
from portal.reviews.rules_year import TERM_DATES, TermFacts, term_problems
from portal.web.forms import ChoiceField, DayField, PortalForm, TextField
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext


class TermsForm(PortalForm):
    """First and last day of each term and of the break in it; says everything that is wrong at once."""

    version = HiddenField()
    autumn_starts_on = DayField(lazy_gettext("First day of the autumn term"))
    autumn_ends_on = DayField(lazy_gettext("Last day of the autumn term"))
    autumn_half_term_from = DayField(lazy_gettext("First day of the autumn half-term break"))
    autumn_half_term_until = DayField(lazy_gettext("Last day of the autumn half-term break"))
    spring_starts_on = DayField(lazy_gettext("First day of the spring term"))
    spring_ends_on = DayField(lazy_gettext("Last day of the spring term"))
    spring_half_term_from = DayField(lazy_gettext("First day of the spring half-term break"))
    spring_half_term_until = DayField(lazy_gettext("Last day of the spring half-term break"))
    summer_starts_on = DayField(lazy_gettext("First day of the summer term"))
    summer_ends_on = DayField(lazy_gettext("Last day of the summer term"))
    summer_half_term_from = DayField(lazy_gettext("First day of the summer half-term break"))
    summer_half_term_until = DayField(lazy_gettext("Last day of the summer half-term break"))
    start: int

    @classmethod
    def on(cls, page: TermsPage) -> "TermsForm":
        """The form filled with what is stored or suggested."""
        dates = {f"{term.season}_{name}": getattr(term, name) for term in page.terms for name in TERM_DATES}
        form = cls(data={"version": str(page.version), **dates})
        form.start = page.start
        return form

    def terms(self) -> tuple[TermFacts, ...]:
        """The terms as typed."""
        return tuple(
            TermFacts(season=season, **{name: self[f"{season}_{name}"].data for name in TERM_DATES})
            for season in Season
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every date is real and the dates fit together."""
        super().validate(extra_validators)
        for problem in term_problems(self.start, self.terms()):
            if not self[str(problem.field)].errors:
                self.accept(problem)
        return not self.problems

    def shown_version(self) -> int:
        """The version that the page carried; one that no year has, when it was spoiled on the way."""
        typed = str(self.version.data)
        return int(typed) if typed.isdecimal() and len(typed) < 10 else -1

    def turn_to(self, page: TermsPage) -> None:
        """Bases the form on what is stored now and keeps what was typed, so that saving again is a decision."""
        self.version.data = str(page.version)


class SpecialForm(PortalForm):
    """Days on which the school does something else than its terms say."""

    kind = ChoiceField(lazy_gettext("What happens"), choices=labelled(DAY_KINDS), coerce=DayKind)
    first_day = DayField(lazy_gettext("Which day, or the first of several"))
    last_day = DayField(
        lazy_gettext("The last day, if there are several"),
        description=lazy_gettext("Leave this empty for one day."),
    )
    label = TextField(
        lazy_gettext("What you call it"),
        description=lazy_gettext("Snow, polling station, training on reading. You may leave this empty."),
        longest=80,
    )

    def validate_first_day(self, field: DayField) -> None:
        """A day must be there; an unreal one has been complained about already."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Write the day."))

    @property
    def wanted(self) -> SpecialDays:
        """The days a valid form stands for."""
        first = cast(date, self.first_day.data)
        return SpecialDays(
            kind=self.kind.data, first_day=first, last_day=self.last_day.data or first, label=self.label.data or ""
        )
