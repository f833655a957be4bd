"""The dates that follow a council's letter, in the order in which they come."""

from datetime import date

from portal.reviews.rules_deadlines import Deadline
from portal.reviews.rules_deadlines_council import appeal_by, mediation_contact_by


def dates_of(letter: date, certificate: date | None) -> tuple[Deadline, ...]:
    """Until when the family speaks to a mediation adviser, which falls away once it has the certificate, and until
    when it can appeal."""
    appeal = appeal_by(letter, certificate)
    return (appeal,) if certificate else (mediation_contact_by(letter), appeal)
