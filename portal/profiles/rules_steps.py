"""The steps a child can take on the SEN register, the needs that go with them, and first words for the family."""

from dataclasses import dataclass
from datetime import date

from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.profiles.rules import RegisterKind, SenProvision

NOT_ASSESSED = "NSA"
SUPPORTED = frozenset({SenProvision.SUPPORT, SenProvision.PLAN})
ONTO = frozenset({RegisterKind.ADDED, RegisterKind.RETURNED})

KIND_NAMES = {
    RegisterKind.ADDED: N_("Added to the SEN register"),
    RegisterKind.REMOVED: N_("Taken off the SEN register"),
    RegisterKind.MONITORING: N_("Moved to watching how it goes"),
    RegisterKind.RETURNED: N_("Put back on the SEN register"),
}
STEP_NAMES = {
    RegisterKind.ADDED: N_("Add to the SEN register"),
    RegisterKind.REMOVED: N_("Take off the SEN register"),
    RegisterKind.MONITORING: N_("Stop the extra help and watch how it goes"),
    RegisterKind.RETURNED: N_("Put back on the SEN register"),
}
# Children and Families Act 2014 s.68, Code of Practice 6.48: the family is told formally, and what it means.
# School text, not the portal's: it begins in English like every text of the school, and is translated like one.
MEANINGS = {
    RegisterKind.ADDED: (
        "We have added %(name)s to our SEN register. This means that %(name)s gets extra help in school. It is "
        "called SEN support. We will write a plan with you. We will meet you at least three times a year. You can "
        "ask us questions at any time."
    ),
    RegisterKind.REMOVED: (
        "We have taken %(name)s off our SEN register. %(name)s no longer needs extra help in school. Teachers will "
        "go on watching how %(name)s gets on. If you worry, tell us. We will look at it again with you."
    ),
    RegisterKind.MONITORING: (
        "%(name)s is doing well, so the extra help stops for now. We will watch closely how it goes. If %(name)s "
        "needs the help again, it can start again. You can tell us at any time what you think."
    ),
    RegisterKind.RETURNED: (
        "We have put %(name)s back on our SEN register. This means that %(name)s gets extra help in school again. "
        "We will write a plan with you. We will meet you at least three times a year. You can ask us questions at "
        "any time."
    ),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a child stands today: the open period, and whether there was support before."""

    provision: SenProvision
    since: date | None
    supported_before: bool


def steps_from(standing: Standing) -> tuple[RegisterKind, ...]:
    """What can be decided from here."""
    if standing.provision in SUPPORTED:
        return (RegisterKind.MONITORING, RegisterKind.REMOVED)
    return (RegisterKind.RETURNED,) if standing.supported_before else (RegisterKind.ADDED,)


def check_needs(needs: tuple[str, ...], provision: SenProvision) -> None:
    """Census rules 2125, 2170 and 2175 (domain.md 4.2). Raises Invalid at the field of the first wrong one."""
    if provision == SenProvision.NONE and needs:
        raise Invalid(N_("A child without SEN support has no needs on the register."), field="need_1")
    if provision in SUPPORTED and not needs:
        raise Invalid(N_("Choose the main need."), field="need_1")
    for rank, need in enumerate(needs, 1):
        if need in needs[: rank - 1]:
            raise Invalid(N_("This need is in the list already."), field=f"need_{rank}")
        if need == NOT_ASSESSED and provision != SenProvision.SUPPORT:
            raise Invalid(N_("A child with an EHC plan has a need that is known. Choose which."), field=f"need_{rank}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDecision:
    """The step, from which day, why in the family's words; provision and main need when support begins."""

    kind: RegisterKind
    day: date | None
    reason: str
    provision: SenProvision = SenProvision.NONE
    main_need: str = ""


def check_decision(decision: RegisterDecision, standing: Standing, today: date) -> date:
    """The day from which it holds. Raises Invalid at the field that does not fit where the child stands."""
    if decision.kind not in steps_from(standing):
        raise Invalid(N_("This step does not fit where the child stands now."), field="kind")
    if not decision.reason:
        raise Invalid(N_("Say in plain words what it means for the child."), field="reason")
    if decision.day is None:
        raise Invalid(N_("Say from which day."), field="day")
    if decision.day > today:
        raise Invalid(N_("Choose today or a day that is over."), field="day")
    if standing.since is not None and decision.day <= standing.since:
        raise Invalid(N_("The day must be after the last change on the register."), field="day")
    if decision.kind in ONTO:
        _check_support(decision)
    return decision.day


def _check_support(decision: RegisterDecision) -> None:
    if decision.provision not in SUPPORTED:
        raise Invalid(N_("Choose SEN support or EHC plan."), field="provision")
    try:
        check_needs((decision.main_need,) if decision.main_need else (), decision.provision)
    except Invalid as error:
        raise Invalid(error.message, field="main_need") from error
