"""The forms of a child's file: a note about a target, a translation, the register and the needs."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from wtforms import HiddenField

from portal.profiles.actions_progress import Seen
from portal.profiles.rules import NEED_TYPES, PROVISIONS, RATINGS, Rating, RegisterKind, SenProvision
from portal.profiles.rules_content import TRANSLATION
from portal.profiles.rules_steps import MEANINGS, NOT_ASSESSED, ONTO, SUPPORTED, RegisterDecision
from portal.web.forms import ChoiceField, DayField, LongTextField, PortalForm, SelectField, TextField, TickField
from portal.web.i18n import lazy_gettext, ngettext

NOTHING = ("", "–")
NEED_FIELDS = 4


class NoteForm(PortalForm):
    """What somebody saw; written standing up, with one thumb."""

    once_key = HiddenField()
    rating = ChoiceField(
        lazy_gettext("How is it going?"),
        choices=[(str(value), lazy_gettext(label)) for value, label in RATINGS.items()],
        coerce=Rating,
    )
    text = LongTextField(
        lazy_gettext("What did you see?"),
        description=lazy_gettext("One good thing, in a sentence or two."),
        longest=2000,
    )
    steps_done = SelectField(lazy_gettext("Steps done"), choices=[])
    for_family = TickField(
        lazy_gettext("The family may read this"),
        description=lazy_gettext("Without the tick only staff read it, and the steps on the family's page stay."),
        default=True,
    )

    @classmethod
    def about(cls, steps_done: int, steps_total: int) -> "NoteForm":
        """The form for a target with so many steps."""
        form = cls(data={"once_key": uuid.uuid4().hex, "steps_done": str(steps_done), "for_family": True})
        form.steps_done.choices = [
            (str(done), ngettext("%(done)s of %(num)s step", "%(done)s of %(num)s steps", steps_total, done=done))
            for done in range(steps_total + 1)
        ]
        return form

    def observation(self, before: int) -> Seen:
        """What was seen; steps that are as they were before stay untouched."""
        done = int(self.steps_done.data)
        return Seen(
            rating=self.rating.data,
            text=self.text.data,
            steps_done=None if done == before else done,
            for_family=self.for_family.data,
        )


class TranslationForm(PortalForm):
    """One wording in another language."""

    seen = HiddenField()
    text = LongTextField(lazy_gettext("Translation"))
    translated_by = TextField(lazy_gettext("Who translated it?"), description=lazy_gettext("A name, or a service."))
    checked_by = TextField(
        lazy_gettext("Who checked it?"),
        description=lazy_gettext("Leave it empty until somebody has. You can add it later."),
    )

    @classmethod
    def of(cls, stored: Any) -> "TranslationForm":
        """The form with the translation there is, or empty."""
        return cls(data={**asdict(stored), "seen": stored.seen} if stored else None)

    def words(self) -> dict[str, str]:
        """What was typed, by the names of the stored columns."""
        return {name: self[name].data for name in TRANSLATION}


class RegisterForm(PortalForm):
    """A decision about the SEN register, written twice: once to fill in, once to read again before it counts."""

    once = HiddenField()
    kind = HiddenField()
    provision = ChoiceField(
        lazy_gettext("What does the child get from now on?"),
        choices=[(str(value), lazy_gettext(PROVISIONS[value])) for value in sorted(SUPPORTED, reverse=True)],
        coerce=SenProvision,
        default=SenProvision.SUPPORT,
    )
    main_need = SelectField(lazy_gettext("Main need"), default=NOT_ASSESSED)
    day = DayField(lazy_gettext("From which day?"))
    reason = LongTextField(
        lazy_gettext("What the family will read"),
        description=lazy_gettext("Change these words so that they fit this child. Say why, and what happens next."),
        longest=4000,
    )

    def own_id(self) -> uuid.UUID:
        """The key made with the empty form: sending it twice is one decision."""
        try:
            return uuid.UUID(str(self.once.data))
        except ValueError:
            return uuid.uuid4()

    @classmethod
    def about(cls, kind: RegisterKind, name: str, today: date) -> "RegisterForm":
        """The form for one step, with first words for the family of a child of this name."""
        reason = MEANINGS[kind] % {"name": name}
        form = cls(data={"once": uuid.uuid4().hex, "kind": kind.value, "day": today, "reason": reason})
        form.main_need.choices = need_choices()
        return form

    def decision(self, kind: RegisterKind) -> RegisterDecision:
        """What was decided; support and need only count when support begins."""
        begins = kind in ONTO
        return RegisterDecision(
            kind=kind,
            day=self.day.data,
            reason=self.reason.data,
            provision=self.provision.data if begins else SenProvision.NONE,
            main_need=self.main_need.data if begins else "",
        )


def need_choices() -> list[tuple[str, Any]]:
    """All types of need by their plain names."""
    return [(code, lazy_gettext(label)) for code, label in NEED_TYPES.items()]


class NeedsForm(PortalForm):
    """The needs by rank; the first is the main one."""

    need_1 = SelectField(lazy_gettext("Main need"))
    need_2 = SelectField(lazy_gettext("Second need"))
    need_3 = SelectField(lazy_gettext("Third need"))
    need_4 = SelectField(lazy_gettext("Fourth need"))

    @classmethod
    def of(cls, needs: Iterable[str]) -> "NeedsForm":
        """The form with the needs there are."""
        form = cls(data={f"need_{rank}": need for rank, need in enumerate(needs, 1)})
        for rank in range(1, NEED_FIELDS + 1):
            form[f"need_{rank}"].choices = [NOTHING, *need_choices()]
        return form

    def needs(self) -> tuple[str, ...]:
        """The chosen ones in order, gaps closed."""
        chosen = (self[f"need_{rank}"].data for rank in range(1, NEED_FIELDS + 1))
        return tuple(need for need in chosen if need)
