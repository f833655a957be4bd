"""Whose letterhead a page carries: the school's, or the portal's own before anybody has signed in."""

from dataclasses import dataclass

from flask import url_for

from portal.people.actor import Actor
from portal.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Brand:
    """Name and colours of a page's head, and where its help is."""

    name: str
    theme: str
    help_url: str


def brand_for(actor: Actor | None) -> Brand:
    """The letterhead for this reader."""
    name = actor.school_name if actor and actor.school_name else _("School portal")
    return Brand(name=name, theme=(actor.theme if actor else "") or "plum", help_url=url_for("guidance.get_help"))
