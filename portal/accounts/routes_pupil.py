"""Routes of pupil_sign_in."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("pupil_sign_in", __name__)
