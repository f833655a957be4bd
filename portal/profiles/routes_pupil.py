"""Routes of pupil_pages."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("pupil_pages", __name__)
