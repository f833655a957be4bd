"""Every adult of a child is told that something about a record is there to read, and not a word of it."""

from datetime import datetime

from sqlalchemy import bindparam, select

from portal.kernel.clock import LONDON
from portal.kernel.outbox import post_all
from portal.kernel.scope import PortalSession
from portal.meetings.actions_messages import message_of
from portal.meetings.rules_messages import Message
from portal.people.models import Person, Pupil
from portal.people.scopes import CONTACT, open_pupils
from portal.reviews.models import Review

# ids only, by the same rule as the fence itself: a class teacher's session does not see who else is linked to a child
ADULTS = (
    select(Person.id)
    .where(
        Person.id.in_(
            open_pupils(CONTACT.adult_id, bindparam("today"))
            .where(CONTACT.pupil_id == bindparam("pupil_id"))
            .with_only_columns(CONTACT.adult_id)
        )
    )
    .order_by(Person.id)
)


def tell_the_family(session: PortalSession, review: Review, message: Message, *, event: str, now: datetime) -> int:
    """A message to every adult who may read about the child, and to a young person whose rights are their own; how
    many are new. `event` makes it one of its kind."""
    today = now.astimezone(LONDON).date()
    child = session.scalars(select(Pupil).where(Pupil.id == review.pupil_id)).one()
    told = set(session.scalars(ADULTS, {"today": today, "pupil_id": child.id}))
    if child.person_id and child.rights_pass_on <= today and not child.rights_stay_with_parents:
        told.add(child.person_id)
    messages = [
        message_of(message, adult_id=adult_id, pupil_id=child.id, review_id=review.id, event=event)
        for adult_id in sorted(told)
    ]
    return post_all(session, messages, now=now)
