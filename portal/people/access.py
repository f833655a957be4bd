"""The named rules of who may use a route. Somebody else's child, or none, is the same answer: there is no such page."""

import uuid
from collections.abc import Mapping
from typing import Any

from portal.kernel.errors import NotAllowed, NotFound
from portal.people.actor import Actor
from portal.people.rules import Audience, Role
from portal.people.scopes import one_pupil
from portal.web.access import PUBLIC, Access
from portal.web.unit_of_work import reader

__all__ = [
    "ANSWERS",
    "ANSWERS_PUPIL",
    "ANY_STAFF",
    "CLASS_PUPIL",
    "CLASS_TEACHER",
    "DIRECTORY_FEEDS",
    "ENDINGS",
    "FAMILY",
    "FIGURES",
    "HEAD_PUPIL",
    "LESSON_PUPIL",
    "LESSON_STAFF",
    "MEETING_READ",
    "MEETING_WRITE",
    "NOTICES",
    "OFFICE",
    "OFFICE_PUPIL",
    "OWN_CALENDAR",
    "OWN_MESSAGES",
    "OWN_PAGES",
    "OWN_PUPIL",
    "OWN_RIGHTS",
    "OWN_TIMES",
    "PUBLIC",
    "PUPIL",
    "REFERRALS_PUPIL",
    "SCHOOL_PUPIL",
    "SCHOOL_SETTINGS",
    "SEASON_BOARD",
    "SENDCO",
    "SENDCO_PUPIL",
    "SIGNED_IN",
    "TIMES",
    "TRUST",
]


def _within_scope(pupil_id: Any) -> None:
    if not isinstance(pupil_id, uuid.UUID) or not reader().reaches(pupil_id):
        raise NotFound


def _pupil_of_the_url(_actor: Actor, arguments: Mapping[str, Any]) -> None:
    _within_scope(arguments.get("pupil_id"))


def _own_rights(actor: Actor, arguments: Mapping[str, Any]) -> None:
    # a pupil reads the family's pages of their own plan only once the rights are theirs
    if actor.audience == Audience.PUPIL and not actor.holds_own_rights:
        raise NotAllowed
    _within_scope(arguments.get("pupil_id"))
    reader().narrow(one_pupil(arguments["pupil_id"], actor.person_id))


def _no_child(actor: Actor, _arguments: Mapping[str, Any]) -> None:
    if actor.audience == Audience.PUPIL and not actor.holds_own_rights:
        raise NotAllowed


def _holds_own_rights(actor: Actor, _arguments: Mapping[str, Any]) -> None:
    if not actor.holds_own_rights:
        raise NotAllowed


def _own_times(actor: Actor, arguments: Mapping[str, Any]) -> None:
    # teachers say when they can meet families; the SENDCO says it for anybody of the school
    if not actor.has(Role.SENDCO) and (
        not actor.has(Role.CLASS_TEACHER) or arguments.get("person_id") != actor.person_id
    ):
        raise NotAllowed


def _feeds(actor: Actor, _arguments: Mapping[str, Any]) -> None:
    # the directory is the trust's: its lead and the SENDCOs choose what is read into it
    if actor.audience != Audience.TRUST and not actor.has(Role.SENDCO):
        raise NotAllowed


def _role(*roles: Role, pupil: bool = False) -> Any:
    def rule(actor: Actor, arguments: Mapping[str, Any]) -> None:
        if not actor.has(*roles):
            raise NotAllowed
        if pupil:
            _within_scope(arguments.get("pupil_id"))

    return rule


_FAMILY = frozenset({Audience.FAMILY})
_STAFF = frozenset({Audience.STAFF})

SIGNED_IN = Access("signed in", frozenset(Audience))
FAMILY = Access("family", _FAMILY)
OWN_PUPIL = Access("own child", _FAMILY | {Audience.PUPIL}, _own_rights)
OWN_CALENDAR = Access("own calendar", _FAMILY | _STAFF | {Audience.PUPIL}, _no_child)
OWN_MESSAGES = Access("own messages", _FAMILY | {Audience.PUPIL}, _no_child)
OWN_PAGES = Access("own account", frozenset({Audience.FAMILY, Audience.PUPIL}))
PUPIL = Access("pupil", frozenset({Audience.PUPIL}))
ANY_STAFF = Access("staff", _STAFF)
SCHOOL_PUPIL = Access("pupil of own school or class", _STAFF, _pupil_of_the_url)
CLASS_PUPIL = Access(
    "taught pupil",
    _STAFF,
    _role(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO, pupil=True),
)
LESSON_STAFF = Access("lesson staff", _STAFF, _role(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO))
LESSON_PUPIL = Access(
    "pupil of a lesson", _STAFF, _role(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO, pupil=True)
)
CLASS_TEACHER = Access("class teacher", _STAFF, _role(Role.CLASS_TEACHER))
SEASON_BOARD = Access("season board", _STAFF, _role(Role.SENDCO, Role.HEADTEACHER))
MEETING_READ = Access(
    "who came to a meeting", _STAFF, _role(Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER, pupil=True)
)
MEETING_WRITE = Access("those who met the family", _STAFF, _role(Role.CLASS_TEACHER, Role.SENDCO, pupil=True))
ENDINGS = Access(
    "those to whom a child may have spoken",
    _STAFF,
    _role(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO, Role.HEADTEACHER, pupil=True),
)
ANSWERS = Access("those whom families ask", _STAFF, _role(Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER))
ANSWERS_PUPIL = Access(
    "those whom the family asks", _STAFF, _role(Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER, pupil=True)
)
HEAD_PUPIL = Access("headteacher of the pupil", _STAFF, _role(Role.HEADTEACHER, pupil=True))
REFERRALS_PUPIL = Access(
    "those who ask for agreement", _STAFF, _role(Role.SENDCO, Role.HEADTEACHER, Role.OFFICE, pupil=True)
)
NOTICES = Access(
    "those who write to families",
    _STAFF,
    _role(Role.SENDCO, Role.HEADTEACHER, Role.OFFICE, Role.CLASS_TEACHER),
)
FIGURES = Access("school figures", _STAFF, _role(Role.SENDCO, Role.HEADTEACHER))
SENDCO = Access("SENDCO", _STAFF, _role(Role.SENDCO))
SENDCO_PUPIL = Access("SENDCO of the pupil", _STAFF, _role(Role.SENDCO, pupil=True))
OFFICE = Access("office", _STAFF, _role(Role.OFFICE, Role.SENDCO))
OFFICE_PUPIL = Access("office of the pupil", _STAFF, _role(Role.OFFICE, Role.SENDCO, pupil=True))
OWN_RIGHTS = Access("young person", frozenset({Audience.PUPIL}), _holds_own_rights)
SCHOOL_SETTINGS = Access("school settings", _STAFF, _role(Role.SENDCO, Role.HEADTEACHER, Role.OFFICE))
TIMES = Access("staff whom families meet", _STAFF, _role(Role.CLASS_TEACHER, Role.SENDCO))
OWN_TIMES = Access("own times", _STAFF, _own_times)
DIRECTORY_FEEDS = Access("those who choose the feeds of the directory", _STAFF | {Audience.TRUST}, _feeds)
TRUST = Access("trust", frozenset({Audience.TRUST}))
