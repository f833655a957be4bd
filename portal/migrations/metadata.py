"""Every table of the portal, gathered by importing every part that has models."""

import portal.accounts.models
import portal.concerns.models
import portal.contributions.models
import portal.intake.models
import portal.kernel.audit
import portal.kernel.outbox
import portal.local_offer.models
import portal.meetings.models
import portal.notices.models
import portal.people.models
import portal.profiles.models
import portal.profiles.models_register
import portal.profiles.models_sharing
import portal.records.models
import portal.reviews.models  # noqa: F401 - imported for their tables
from portal.kernel.db import Base

METADATA = Base.metadata
