"""What stands in the header for whom: a handful of doors, never a list of everything."""

from dataclasses import dataclass

from flask import request, url_for

from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.rules import Audience, Role
from portal.web.i18n import say


@dataclass(frozen=True, slots=True)
class Door:
    """One link of the header."""

    label: str
    url: str
    current: bool


MESSAGES = (N_("Messages"), "messages.listed")
FAMILY = ((N_("Home"), "home.family"), MESSAGES, (N_("My settings"), "accounts.preferences"))
PUPIL = ((N_("My page"), "home.pupil"), (N_("My meeting"), "my_meeting.start"))
YOUNG_PERSON = (*PUPIL, MESSAGES, (N_("Who can see my plan"), "people.my_rights"))
TRUST = ((N_("Home"), "home.trust"),)
STAFF = ((N_("Home"), "home.staff"), (N_("Children"), "profiles.pupils"))
MEETINGS = (N_("Meetings"), "day.days")
REVIEWS = (N_("Reviews"), "rounds.rounds")
FIGURES = (N_("Figures"), "figures.show")
GATE = (N_("Book for a family"), "gate.start")
LESSONS = (N_("Lesson sign-in"), "pupil_sign_in.lesson")
OFFICE = ((N_("Adults and access"), "people.contacts"), (N_("Import"), "intake.start"))
FOOTER = (
    (N_("Privacy"), "guidance.privacy"),
    (N_("Accessibility"), "guidance.accessibility"),
)


def doors_for(actor: Actor | None) -> list[Door]:
    """The links of the header for this actor."""
    if actor is None:
        return []
    match actor.audience:
        case Audience.FAMILY:
            found = list(FAMILY)
        case Audience.PUPIL:
            found = list(YOUNG_PERSON if actor.holds_own_rights else PUPIL)
        case Audience.TRUST:
            found = list(TRUST)
        case _:
            found = list(STAFF)
            if actor.has(Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER, Role.OFFICE):
                found.append(MEETINGS)
            if actor.has(Role.SENDCO, Role.HEADTEACHER):
                found.append(REVIEWS)
            if actor.has(Role.HEADTEACHER):
                found.append(FIGURES)
            if actor.has(Role.OFFICE):
                found.append(GATE)
            if actor.has(Role.OFFICE, Role.SENDCO):
                found += OFFICE
            if actor.has(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO):
                found.append(LESSONS)
    from flask import current_app

    return [_door(label, endpoint) for label, endpoint in found if endpoint in current_app.view_functions]


def footer() -> list[Door]:
    """The same links, in the same order, on every page; help has its own button beside them."""
    return [_door(label, endpoint) for label, endpoint in FOOTER]


def _door(label: str, endpoint: str) -> Door:
    return Door(say(label), url_for(endpoint), request.endpoint == endpoint)
