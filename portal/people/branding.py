"""Whose letterhead a page carries: the school's, or the portal's own before anybody has signed in."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.rules import Audience, skin_for
from portal.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Brand:
    """Name and colours of a page's head, and where its help is."""

    name: str
    theme: str
    help_url: str


def brand_for(actor: Actor | None) -> Brand:
    """The letterhead for this reader."""
    return brand_of((actor.school_name if actor else "") or _("School portal"), actor.theme if actor else "")


def brand_of(name: str, theme: str) -> Brand:
    """The letterhead of the school a page is about: a parent may have children at two."""
    return Brand(name=name, theme=theme or "plum", help_url=url_for("guidance.get_help"))


def skin_class(session: PortalSession, actor: Actor | None) -> str:
    """The class of the skin that a pupil's pages wear, also those that others read too; empty for everybody else."""
    if actor is None or actor.audience != Audience.PUPIL:
        return ""
    year = session.scalars(select(Pupil.nc_year).where(Pupil.id == actor.pupil_id)).first()
    return f"skin-{skin_for(year or '').name}"
