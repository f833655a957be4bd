"""Routes of family_sign_in."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("family_sign_in", __name__)
