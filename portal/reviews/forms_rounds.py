"""Forms of a review round: its days and lengths, the children with a tick each, and what teachers say to families."""

import uuid
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from wtforms import HiddenField

from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.reviews.queries_round_children import AskRow, Candidate, RoundChildren
from portal.reviews.rules import ASKS, KINDS, Ask, ReviewKind
from portal.reviews.rules_rounds import OPENS_AT, ROUND_KINDS, AskFor, ChildChoice, RoundDays, RoundFacts
from portal.web.forms import DayField, LongTextField, PortalForm, SelectField
from portal.web.i18n import lazy_gettext, ngettext, time_of_day

LENGTHS = (15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120)
PAUSES = (0, 5, 10, 15, 20, 30)
EXTRA = (0, 10, 15, 20, 30, 45, 60)
HOURS = range(7, 22)


class RoundForm(PortalForm):
    """One round; its days are suggested, everything can be changed until families are invited."""

    once = HiddenField()
    term = HiddenField()
    version = HiddenField()
    kind = SelectField(
        lazy_gettext("Kind of review"), choices=[(str(kind), lazy_gettext(KINDS[kind])) for kind in ROUND_KINDS]
    )
    first_day = DayField(lazy_gettext("First day of meetings"))
    last_day = DayField(lazy_gettext("Last day of meetings"))
    opens_on = DayField(lazy_gettext("Families can choose a time from"))
    opens_at = SelectField(lazy_gettext("At what time of that day"))
    closes_on = DayField(
        lazy_gettext("Last day to choose a time"),
        description=lazy_gettext("We remind families a week before, and again on the school day before."),
    )
    minutes = SelectField(lazy_gettext("How long a meeting is"))
    pause_minutes = SelectField(lazy_gettext("Pause after each meeting"))
    interpreter_minutes = SelectField(lazy_gettext("Extra time with an interpreter"))
    words = LongTextField(
        lazy_gettext("Why we meet, in your school's words"),
        description=lazy_gettext("Families read this above the times. Two or three short sentences are enough."),
        longest=2000,
    )

    @classmethod
    def suggested(cls, term_id: uuid.UUID, days: RoundDays, slot_minutes: int) -> "RoundForm":
        """The form of a new round."""
        return cls._with_choices(
            slot_minutes,
            OPENS_AT,
            once=uuid.uuid4().hex,
            term=str(term_id),
            first_day=days.first_day,
            last_day=days.last_day,
            opens_on=days.opens_on,
            closes_on=days.closes_on,
            pause_minutes="5",
            interpreter_minutes=str(_nearest(slot_minutes // 2, EXTRA)),
        )

    @classmethod
    def of(cls, facts: RoundFacts, version: int) -> "RoundForm":
        """The form of a round there is."""
        return cls._with_choices(
            facts.minutes,
            facts.opens_at,
            version=str(version),
            kind=str(facts.kind),
            first_day=facts.first_day,
            last_day=facts.last_day,
            opens_on=facts.opens_on,
            closes_on=facts.closes_on,
            pause_minutes=str(facts.pause_minutes),
            interpreter_minutes=str(facts.interpreter_minutes),
            words=facts.words,
        )

    @classmethod
    def _with_choices(cls, minutes: int, opens_at: time, **values: Any) -> "RoundForm":
        form = cls(data={"minutes": str(minutes), "opens_at": f"{opens_at:%H:%M}", **values})
        hours = sorted({*(time(hour) for hour in HOURS), opens_at})
        form.opens_at.choices = [(f"{hour:%H:%M}", _clock(hour)) for hour in hours]
        form.minutes.choices = _minutes({*LENGTHS, minutes})
        form.pause_minutes.choices = _minutes({*PAUSES, int(values["pause_minutes"])})
        form.interpreter_minutes.choices = _minutes({*EXTRA, int(values["interpreter_minutes"])})
        return form

    def own_id(self) -> uuid.UUID:
        """The key made with the empty form: sending it twice is one round."""
        try:
            return uuid.UUID(str(self.once.data))
        except ValueError:
            return uuid.uuid4()

    def seen_version(self) -> int:
        """The version that the form was filled from; 0 for nonsense, which is stale."""
        return int(self.version.data) if str(self.version.data).isascii() and str(self.version.data).isdigit() else 0

    def facts(self, term_id: uuid.UUID) -> RoundFacts:
        """What was filled in, for a term."""
        return RoundFacts(
            term_id=term_id,
            kind=ReviewKind(self.kind.data),
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            opens_on=self.opens_on.data,
            opens_at=time.fromisoformat(self.opens_at.data),
            closes_on=self.closes_on.data,
            minutes=int(self.minutes.data),
            pause_minutes=int(self.pause_minutes.data),
            interpreter_minutes=int(self.interpreter_minutes.data),
            words=self.words.data,
        )


def _nearest(wanted: int, among: Iterable[int]) -> int:
    return min(among, key=lambda minutes: (abs(minutes - wanted), minutes))


def _clock(at: time) -> str:
    return time_of_day(datetime.combine(datetime.now(LONDON).date(), at, LONDON))


def _minutes(lengths: Iterable[int]) -> list[tuple[str, str]]:
    return [(str(length), ngettext("%(num)s minute", "%(num)s minutes", length)) for length in sorted(lengths)]


class ChildrenForm(PortalForm):
    """The ticks and lists stand in the page's own table; this reads them and keeps them when something is wrong."""

    def choices(self, page: RoundChildren, sent: Any) -> list[ChildChoice]:
        """Everybody who is ticked or in the round already. `sent` is the request's form. Raises Invalid when nobody
        is left to meet a family."""
        ticked = set(sent.getlist("child"))
        found = []
        for group in page.classes:
            of_class = sent.get(f"lead-{group.class_id or ''}") or (str(group.lead_id) if group.lead_id else "")
            for child in group.children:
                if child.may_change and (child.is_in or str(child.pupil_id) in ticked):
                    found.append(self._choice(child, of_class, sent))
        return found

    def _choice(self, child: Candidate, of_class: str, sent: Any) -> ChildChoice:
        own = sent.get(f"lead_of-{child.pupil_id}")
        wanted = own or (str(child.lead_id) if child.lead_id else of_class)
        said = sent.get(f"ask-{child.pupil_id}", "")
        try:
            return ChildChoice(pupil_id=child.pupil_id, lead_id=uuid.UUID(wanted), ask=Ask(said))
        except ValueError:
            raise Invalid(N_("Choose a teacher of this school whom the family meets.")) from None


class AsksForm(PortalForm):
    """What a teacher says to the families of their own children, one line a child."""

    @staticmethod
    def asks(rows: Iterable[AskRow], sent: Any) -> list[AskFor]:
        """One for each child of the page that was sent. Raises Invalid for an answer that there is not."""
        try:
            return [
                AskFor(
                    review_id=row.review_id,
                    ask=Ask(sent.get(f"ask-{row.review_id}", "")),
                    words=sent.get(f"words-{row.review_id}", ""),
                    seen=sent.get(f"seen-{row.review_id}", row.seen),
                )
                for row in rows
                if f"ask-{row.review_id}" in sent
            ]
        except ValueError:
            raise Invalid(N_("Choose one of the answers.")) from None


ASK_CHOICES = tuple((str(ask), label) for ask, label in ASKS.items())
