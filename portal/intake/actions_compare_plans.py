"""Compares a school's own list of plans with what the portal has. What is new becomes a draft; nothing is published."""

import uuid
from datetime import date
from typing import Any

from portal.intake.formats.plans_csv import PlanTarget, PupilPlan
from portal.intake.queries_known import KnownPupil, TheSchool, folded
from portal.intake.queries_plans_known import COPIED, PROFILE, KnownOutcome, KnownPlan, KnownVersion
from portal.intake.rules import warning
from portal.intake.rules_changes import About, Changes, Difference, Entry, Fate
from portal.kernel.words import N_
from portal.profiles.models import Outcome, Plan, PlanVersion, Responsibility, Target
from portal.profiles.rules import PARTS, Party

SOURCE = "csv"
FROM_FILE = {
    "title": "target",
    "now": "now",
    "goal": "goal",
    "how_we_will_know": "how_we_will_know",
    "strategies": "strategies",
    "who": "who",
    "how_often": "how_often",
    "review_on": "review_date",
    "help_at_home": "help_at_home",
    "pupil_words": "pupil_words",
}
LINES = {
    Party.PUPIL: "responsibility_pupil",
    Party.PARENT: "responsibility_parent",
    Party.SCHOOL: "responsibility_school",
}
OUTCOMES, TARGETS = N_("Outcomes"), N_("Targets")
THERE_IS_A_DRAFT = N_(
    "There is a draft with other words already. It stays as it is. Publish it, then bring the file again."
)


def told_values(target: PlanTarget) -> dict[str, Any]:
    """What a row says of its target; empty cells say nothing."""
    values = {name: getattr(target, column) for name, column in FROM_FILE.items()}
    values["strategies"] = list(target.strategies)
    return {name: value for name, value in values.items() if value}


def says_all(version: KnownVersion, plan: PupilPlan) -> bool:
    """Whether a version says everything that the file does; it may say more."""
    profile = all(getattr(plan, name) in ("", version.values[name]) for name in PROFILE)
    lines = all(
        getattr(target, column) in ("", *version.lines[party])
        for target in plan.targets
        for party, column in LINES.items()
    )
    return profile and lines and all(_has(version, target) for target in plan.targets)


def _has(version: KnownVersion, target: PlanTarget) -> bool:
    outcome, known = _find(version, target)
    return known is not None and outcome is not None and all(known[n] == v for n, v in told_values(target).items())


def _find(version: KnownVersion | None, target: PlanTarget) -> tuple[KnownOutcome | None, dict[str, Any] | None]:
    """The outcome and the target with the same words."""
    outcomes = version.outcomes if version else ()
    outcome = next((o for o in outcomes if folded(o.text) == folded(target.outcome)), None)
    known = next((t for t in outcome.targets if folded(t["title"]) == folded(target.target)), None) if outcome else None
    return outcome, known


class PlansComparison:
    """Weighs the plans of one file against those of the school."""

    def __init__(
        self, changes: Changes, school: TheSchool, kind_id: uuid.UUID, plans: dict[uuid.UUID, KnownPlan], today: date
    ) -> None:
        self._changes, self._school, self._kind_id, self._plans, self._today = changes, school, kind_id, plans, today

    def weigh(self, told: PupilPlan, pupil: KnownPupil) -> None:
        """Adds the draft of one child, or why there is none."""
        plan = self._plans.get(pupil.id)
        draft, published = (plan.draft, plan.published) if plan else (None, None)
        if any(version and says_all(version, told) for version in (draft, published)):
            self._changes.same[About.PLAN] += 1
        elif draft is not None:
            self._conflict(told, draft, pupil)
        else:
            self._draft(told, plan, pupil)

    def _conflict(self, told: PupilPlan, draft: KnownVersion, pupil: KnownPupil) -> None:
        differences = [
            Difference(PARTS[name], draft.values[name], getattr(told, name))
            for name in PROFILE
            if getattr(told, name) not in ("", draft.values[name])
        ]
        stored = [target["title"] for outcome in draft.outcomes for target in outcome.targets]
        brought = [target.target for target in told.targets if not _has(draft, target)]
        if brought:
            differences.append(Difference(TARGETS, "\n".join(stored), "\n".join(brought)))
        problem = warning(THERE_IS_A_DRAFT, line=told.line)
        self._changes.entries.append(
            Entry(Fate.CONFLICT, About.PLAN, told.line, pupil.name, "", tuple(differences), problem)
        )

    def _draft(self, told: PupilPlan, plan: KnownPlan | None, pupil: KnownPupil) -> None:
        former = plan.published if plan else None
        about = {"school_id": self._school.id, "pupil_id": pupil.id}
        plan_id = plan.id if plan else self._changes.make(Plan, **about, kind_id=self._kind_id, opened_on=self._today)
        values = {name: getattr(told, name) or (former.values[name] if former else "") for name in PROFILE}
        copied = {name: former.values[name] for name in COPIED} if former else {}
        version_id = self._changes.make(
            PlanVersion,
            **about,
            plan_id=plan_id,
            number=(plan.last_number if plan else 0) + 1,
            source=SOURCE,
            **values,
            **copied,
        )
        about["version_id"] = version_id
        self._outcomes(told, former, about)
        self._lines(told, former, about)
        self._changes.children.add(pupil.id)
        self._changes.entries.append(
            Entry(
                Fate.CHANGED if former else Fate.NEW, About.PLAN, told.line, pupil.name, "", _differences(told, former)
            )
        )

    def _outcomes(self, told: PupilPlan, former: KnownVersion | None, about: dict[str, Any]) -> None:
        """The file's outcomes and targets in its order, then those that only the family's version has: none is lost."""
        together: dict[str, KnownOutcome] = {}
        for row in told.targets:
            outcome, known = _find(former, row)
            key = folded(row.outcome)
            new = KnownOutcome(row.outcome, outcome.area if outcome else "", outcome.thread if outcome else None)
            together.setdefault(key, new).targets.append({**(known or {}), **told_values(row)})
        for outcome in former.outcomes if former else ():
            draft = together.setdefault(folded(outcome.text), KnownOutcome(outcome.text, outcome.area, outcome.thread))
            titles = {folded(target["title"]) for target in draft.targets}
            draft.targets += [target for target in outcome.targets if folded(target["title"]) not in titles]
        place = 0
        for position, outcome in enumerate(together.values(), 1):
            thread = {"thread": outcome.thread} if outcome.thread else {}
            outcome_id = self._changes.make(
                Outcome, **about, position=position, text=outcome.text, area=outcome.area, **thread
            )
            for target in outcome.targets:
                place += 1
                self._changes.make(Target, **about, outcome_id=outcome_id, position=place, **target)

    def _lines(self, told: PupilPlan, former: KnownVersion | None, about: dict[str, Any]) -> None:
        for party, column in LINES.items():
            texts = [getattr(target, column) for target in told.targets]
            texts += former.lines[party] if former else []
            for position, text in enumerate(dict.fromkeys(filter(None, texts)), 1):
                self._changes.make(Responsibility, **about, party=party, position=position, text=text)


def _differences(told: PupilPlan, former: KnownVersion | None) -> tuple[Difference, ...]:
    found = [
        Difference(PARTS[name], former.values[name] if former else "", getattr(told, name))
        for name in PROFILE
        if getattr(told, name) and not (former and former.values[name] == getattr(told, name))
    ]
    for target in told.targets:
        _outcome, known = _find(former, target)
        if known is None or any(known[name] != value for name, value in told_values(target).items()):
            found.append(Difference(N_("Target"), known["title"] if known else "", target.target))
    return tuple(found)
