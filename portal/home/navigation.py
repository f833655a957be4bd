"""What stands in the header for whom: a handful of doors, never a list of everything. What the SENDCO opens a few times
a year stands at the end of the page about adults and access."""

from dataclasses import dataclass

from flask import request, url_for

from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.rules import WHOLE_SCHOOL, Audience, Role
from portal.web.i18n import say


@dataclass(frozen=True, slots=True)
class Door:
    """One link of the header."""

    label: str
    url: str
    current: bool


Doors = tuple[tuple[str, str], ...]
MESSAGES = (N_("Messages"), "messages.listed")
FAMILY: Doors = ((N_("Home"), "home.family"), MESSAGES, (N_("My settings"), "accounts.preferences"))
PUPIL: Doors = (
    (N_("My page"), "home.pupil"),
    (N_("My meeting"), "my_meeting.start"),
    (N_("What I think"), "my_views.start"),
)
YOUNG_PERSON: Doors = (*PUPIL, MESSAGES, (N_("Who can see my plan"), "people.my_rights"))
TRUST: Doors = ((N_("Home"), "home.trust"), (N_("Help near home"), "directory.feeds"))
STAFF: tuple[tuple[str, str, frozenset[Role]], ...] = (
    (N_("Home"), "home.staff", frozenset(Role)),
    (N_("Children"), "profiles.pupils", frozenset(Role)),
    (N_("Meetings"), "day.days", frozenset({Role.CLASS_TEACHER, *WHOLE_SCHOOL})),
    (N_("Reviews"), "rounds.rounds", frozenset({Role.SENDCO, Role.HEADTEACHER})),
    (N_("What families ask"), "answers.listed", frozenset({Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER})),
    (N_("Notices"), "staff_notices.listed", frozenset({Role.CLASS_TEACHER, *WHOLE_SCHOOL})),
    (N_("Promises"), "actions.promises", frozenset(Role) - {Role.SUPPLY_TEACHER}),
    (N_("Figures"), "figures.show", frozenset({Role.HEADTEACHER})),
    (N_("Book for a family"), "gate.start", frozenset({Role.OFFICE})),
    (N_("Adults and access"), "people.contacts", frozenset({Role.OFFICE, Role.SENDCO})),
    (N_("Import"), "intake.start", frozenset({Role.OFFICE})),
    (N_("Lesson sign-in"), "pupil_sign_in.lesson", frozenset({Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT})),
)
FOOTER = (
    (N_("Privacy"), "guidance.privacy"),
    (N_("Accessibility"), "guidance.accessibility"),
)
FOR_PUPILS = {"guidance.privacy": "guidance.for_children"}


def doors_for(actor: Actor | None) -> list[Door]:
    """The links of the header for this actor."""
    if actor is None:
        return []
    match actor.audience:
        case Audience.FAMILY:
            found = FAMILY
        case Audience.PUPIL:
            found = YOUNG_PERSON if actor.holds_own_rights else PUPIL
        case Audience.TRUST:
            found = TRUST
        case _:
            found = tuple((label, endpoint) for label, endpoint, roles in STAFF if actor.has(*roles))
    return [_door(label, endpoint) for label, endpoint in found]


def footer(actor: Actor | None) -> list[Door]:
    """The same links, in the same order, on every page; help has its own button beside them. A pupil's way to privacy
    leads through the page in words for children."""
    is_pupil = actor is not None and actor.audience == Audience.PUPIL
    return [_door(label, FOR_PUPILS.get(endpoint, endpoint) if is_pupil else endpoint) for label, endpoint in FOOTER]


def _door(label: str, endpoint: str) -> Door:
    return Door(say(label), url_for(endpoint), request.endpoint == endpoint)
