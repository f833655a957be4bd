"""What a family may ask of school, who answers it by when, and who answers after that (domain.md 1.6)."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.contributions.rules import Question
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.people.rules import ROLE_NAMES, Role

LONGEST_PART = 10_000
LONGEST_ANSWER = 10_000
DEFAULT_DAYS, MOST_DAYS = 5, 30  # school days
SAME_WORDS_WITHIN = timedelta(hours=1)  # sent again in this time they are still one question


class Wish(enum.StrEnum):
    """What a family asks for."""

    CALL = "call"
    WORRY = "worry"
    REFERRAL = "referral"
    COMPLAINT = "complaint"


class Step(enum.StrEnum):
    """Whose answer it waits for. The last two are named persons outside the portal."""

    TEACHER = "teacher"
    SENDCO = "sendco"
    HEAD = "head"
    DIRECTOR = "director"
    TRUSTEE = "trustee"


class Standing(enum.StrEnum):
    """Where it stands. What is finished can still be taken one step further."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Turn(enum.StrEnum):
    """What one entry after the first words is."""

    ANSWER = "answer"
    CALLED = "called"
    WILL_CALL = "will_call"
    PASSED_ON = "passed_on"
    STEPPED_UP = "stepped_up"
    HANDED_ON = "handed_on"
    TRANSLATED = "translated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WishPage:
    """One thing to ask for: its name, why one would, and its questions, the first of which must be answered unless all
    may stay empty. `first` is the step that answers it when the family names nobody. What may be `about_staff` goes to
    whom the family chooses: no reader is chosen for it."""

    title: str
    why: str
    icon: str
    questions: tuple[Question, ...]
    first: Step = Step.TEACHER
    needs_words: bool = True
    about_staff: bool = False


STEPS = tuple(Step)
WISHES = {
    Wish.CALL: WishPage(
        N_("Please call me"),
        N_("Somebody from school rings you."),
        "speech",
        (
            Question("about", N_("What is it about?"), N_("You may leave this empty.")),
            Question("when", N_("When may we ring you?"), N_("You may leave this empty.")),
        ),
        needs_words=False,
    ),
    Wish.WORRY: WishPage(
        N_("I am worried about something"),
        N_("Tell us what you see. Nothing is too small."),
        "worried",
        (Question("about", N_("What worries you?"), N_("You can write in any language.")),),
    ),
    Wish.REFERRAL: WishPage(
        N_("Please look into my child's needs"),
        N_("You think your child may need more help to learn."),
        "star",
        (
            Question("seen", N_("What do you see at home?"), N_("You can write in any language.")),
            Question("since", N_("Since when?"), N_("You may leave this empty.")),
            Question("helps", N_("What helps your child?"), N_("You may leave this empty.")),
        ),
        first=Step.SENDCO,
    ),
    Wish.COMPLAINT: WishPage(
        N_("I want to complain"),
        N_("Something went wrong, and you want it put right."),
        "envelope",
        (Question("about", N_("What went wrong?"), N_("You can write in any language.")),),
        about_staff=True,
    ),
}
_MY_NEEDS = (
    Question("seen", N_("Is something difficult?"), N_("You can write in any language.")),
    Question("since", N_("Since when?"), N_("You may leave this empty.")),
    Question("helps", N_("What helps me"), N_("You may leave this empty.")),
)
# the same, in the words for a young person whose rights are their own
OWN_WISHES = {
    **WISHES,
    Wish.REFERRAL: replace(
        WISHES[Wish.REFERRAL],
        title=N_("Please look into my needs"),
        why=N_("You think you may need more help to learn."),
        questions=_MY_NEEDS,
    ),
}
STANDINGS = {
    Standing.OPEN: (N_("Waiting for an answer"), "wait"),
    Standing.ANSWERED: (N_("Answered"), "good"),
    Standing.CLOSED: (N_("Finished"), "plain"),
}
TURNS = {
    Turn.ANSWER: N_("Answer"),
    Turn.CALLED: N_("We talked on the phone"),
    Turn.WILL_CALL: N_("School will call"),
    Turn.PASSED_ON: N_("Passed on inside school"),
    Turn.STEPPED_UP: N_("The next person was asked"),
    Turn.HANDED_ON: N_("Handed on outside the portal"),
    Turn.TRANSLATED: N_("Translation"),
    Turn.CLOSED: N_("Finished"),
}
STEP_ROLES = {Step.TEACHER: Role.CLASS_TEACHER, Step.SENDCO: Role.SENDCO, Step.HEAD: Role.HEADTEACHER}
STEP_NAMES = {
    **{step: ROLE_NAMES[role] for step, role in STEP_ROLES.items()},
    Step.DIRECTOR: N_("The trust's director"),
    Step.TRUSTEE: N_("The trustee for SEND, in writing"),
}
OUTSIDE = (Step.DIRECTOR, Step.TRUSTEE)
# whose it is when one adult alone reads it: the office's, so that it waits for nobody who has left
OFFICES = {Role.SENDCO: (Step.SENDCO,), Role.HEADTEACHER: (Step.HEAD, *OUTSIDE)}
ANSWERERS = {
    Step.TEACHER: (Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER),
    Step.SENDCO: (Role.SENDCO, Role.HEADTEACHER),
    **{step: (Role.HEADTEACHER,) for step in (Step.HEAD, *OUTSIDE)},
}
ANSWERS = (Turn.ANSWER, Turn.CALLED, Turn.WILL_CALL)


class NothingSaid(Invalid):
    """A form that needs words came without."""

    message = N_("Write something first.")


class NobodyThere(Conflict):
    """The next step has nobody at this school."""

    message = N_("Nobody at school can be asked next in the portal. Please ring the school office.")


class NotYours(Conflict):
    """It waits for somebody else, or is finished."""

    message = N_("Somebody else answers this now. Look at it again.")


def wishes_of(own_rights: bool) -> Mapping[Wish, WishPage]:
    """What can be asked, in the words for an adult, or for a young person about themselves."""
    return OWN_WISHES if own_rights else WISHES


def step_of_role(role: Role) -> Step:
    """The step that somebody with this role answers. Raises StopIteration for roles that answer nothing."""
    return next(step for step, its in STEP_ROLES.items() if its == role)


def next_step(step: Step) -> Step | None:
    """Who is asked after this; nobody after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def may_step_up(standing: Standing, step: Step, answer_by: date, today: date) -> bool:
    """Whoever has an answer and is not content goes one step further, and so does whoever waited longer than was
    promised."""
    return next_step(step) is not None and (standing != Standing.OPEN or is_late(standing, answer_by, today))


def is_late(standing: Standing, answer_by: date, today: date) -> bool:
    """Whether the promised day is over and nobody has answered."""
    return standing == Standing.OPEN and answer_by < today


def may_answer(roles: Collection[Role], step: Step) -> bool:
    """Who stands at the step, or above it, may answer."""
    return not set(ANSWERERS[step]).isdisjoint(roles)


def own_steps(roles: Collection[Role]) -> tuple[Step, ...]:
    """The steps whose answer these roles owe; what leaves the portal is the headteacher's to hand on."""
    mine = tuple(step for step, role in STEP_ROLES.items() if role in roles)
    return (*mine, *OUTSIDE) if Role.HEADTEACHER in roles else mine
