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
MEANINGS = {
    RegisterKind.ADDED: N_(
        "We have added %(name)s to our SEN register. This means that %(name)s gets extra help in school. It is "
        "called SEN support. We will write a plan with you. We will meet you at least three times a year. You can "
        "ask us questions at any time."
    ),
    RegisterKind.REMOVED: N_(
        "We have taken %(name)s off our SEN register. %(name)s no longer needs extra help in school. Teachers will "
        "go on watching how %(name)s gets on. If you worry, tell us. We will look at it again with you."
    ),
    RegisterKind.MONITORING: N_(
        "%(name)s is doing well, so the extra help stops for now. We will watch closely how it goes. If %(name)s "
        "needs the help again, it can start again. You can tell us at any time what you think."
    ),
    RegisterKind.RETURNED: N_(
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
