"""Routes of family_plans."""

from portal.web.access import PortalBlueprint

bp = PortalBlueprint("family_plans", __name__)
