"""A mail that says something new is there, and nothing else; and none at all to whoever lost the right meanwhile."""

import pytest
from sqlalchemy import select

from portal.kernel import clock, outbox
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.people.models import Person, PupilContact
from portal.people.rules import PortalAccess
from portal.profiles.queries_mail import PLAN_PUBLISHED, REGISTER_WORD
from tests.delivery.conftest import by_day


def tell(sessions, ids, kind, slug="parent"):
    with sessions() as session:
        outbox.post(
            session, kind, event_key="e1", person_id=ids.person(slug), pupil_id=ids.pupil("Zara"), now=clock.now()
        )
        session.commit()


def state_of(sessions):
    with sessions() as session:
        return session.scalars(select(OutboxItem.state)).one()


@pytest.mark.parametrize("kind", [PLAN_PUBLISHED, REGISTER_WORD])
@pytest.mark.parametrize("language", ["en", "ur"])
def test_it_says_no_more_than_that(app, ids, sessions, letterbox, deliver, kind, language):
    with sessions() as session:
        session.get_one(Person, ids.person("parent")).language = language
        session.commit()
    tell(sessions, ids, kind)
    deliver(by_day())
    ((recipients, mail),) = letterbox.mails
    assert len(recipients) == 1
    text = mail["subject"] + "".join(part.get_content() for part in mail.iter_parts())
    for tell_tale in ("Zara", "SEN", "register", "plan", "target", "Imran"):
        assert tell_tale not in text
    assert "/sign-in/family" in text
    assert state_of(sessions) == OutboxState.SENT


def test_who_lost_the_right_meanwhile_hears_nothing(app, ids, sessions, letterbox, deliver):
    tell(sessions, ids, PLAN_PUBLISHED)
    with sessions() as session:
        link = session.scalars(
            select(PupilContact).where(
                PupilContact.adult_id == ids.person("parent"), PupilContact.pupil_id == ids.pupil("Zara")
            )
        ).one()
        link.access = PortalAccess.NONE
        session.commit()
    deliver(by_day())
    assert letterbox.mails == []
    assert state_of(sessions) == OutboxState.WITHHELD


def test_the_barred_adult_hears_nothing(app, ids, sessions, letterbox, deliver):
    tell(sessions, ids, REGISTER_WORD, "parent-barred")
    deliver(by_day())
    assert letterbox.mails == []


def test_the_same_news_twice_is_one_mail(app, ids, sessions, letterbox, deliver):
    for _twice in range(2):
        tell(sessions, ids, PLAN_PUBLISHED)
    deliver(by_day())
    deliver(by_day())
    assert len(letterbox.mails) == 1
