"""Routes of staff_sign_in."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("staff_sign_in", __name__)
