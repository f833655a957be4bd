"""What joining and leaving the SEN register means, in words for families (Children and Families Act 2014 s.68)."""

from dataclasses import dataclass

from portal.kernel.words import N_
from portal.profiles.rules import RegisterKind


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """Message ids with the placeholder `name`: the heading of the news, and what it means in a few sentences."""

    heading: str
    meaning: tuple[str, ...]


_HELP = N_("We meet you at least three times a year. We tell you how it is going, and we listen to you.")
REGISTER_WORDS = {
    RegisterKind.ADDED: RegisterWords(
        N_("%(name)s is now on the SEN register"),
        (
            N_("SEN means special educational needs. The register is a list that the school keeps."),
            N_("Being on it means that %(name)s gets extra help to learn. The help is free."),
            _HELP,
        ),
    ),
    RegisterKind.RETURNED: RegisterWords(
        N_("%(name)s is on the SEN register again"),
        (
            N_("We saw that %(name)s needs extra help again. The help is free."),
            _HELP,
        ),
    ),
    RegisterKind.MONITORING: RegisterWords(
        N_("We are watching how %(name)s gets on"),
        (
            N_("%(name)s is no longer on the SEN register. Things are going well."),
            N_("We still check often that %(name)s has what is needed."),
            N_("You can ask us to look again at any time."),
        ),
    ),
    RegisterKind.REMOVED: RegisterWords(
        N_("%(name)s is no longer on the SEN register"),
        (
            N_("We think that %(name)s does not need the extra help now. Teachers still help every child in class."),
            N_("If you see it in another way, please tell us. You can ask us to look again at any time."),
        ),
    ),
}
