"""Taken back at the very moment when it is sent, with real connections on both databases: whichever comes first, nothing
goes out on an agreement that has ended; and without the lock the key alone still refuses."""

import contextlib
import functools
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.concerns import actions_consent, actions_referral
from portal.concerns.models import Consent, Sharing
from portal.concerns.rules_consent import ConsentState, NoConsent, Way
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession, system
from portal.people.actor import Actor
from portal.people.models import School
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from tests.at_once import at_once
from tests.concerns.asking import rows


@pytest.fixture
def people(asking, ids):
    trust_id = asking.session.get_one(School, asking.about["school_id"]).trust_id
    asking.session.rollback()
    common = {"sitting_id": uuid.uuid4(), "name": "", "language": "en", "trust_id": trust_id}
    sendco = Actor(
        person_id=ids.person("sendco"), audience=Audience.STAFF, school_id=asking.about["school_id"],
        roles=frozenset({Role.SENDCO}), **common,
    )  # fmt: skip
    return sendco, Actor(person_id=ids.person("parent"), audience=Audience.FAMILY, **common)


def acting(app, actor):
    return PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today()))


def share(app, sendco, asking, referral):
    with acting(app, sendco) as session:
        facts = {"pupil_id": asking.child, "referral_id": referral, "what": "x", "once_key": uuid.uuid4().hex}
        actions_referral.share(session, actor=sendco, now=clock.now(), **facts)
        session.commit()


def take_back(app, mother, asking, referral):
    with acting(app, mother) as session:
        facts = {"pupil_id": asking.child, "referral_id": referral, "reason": "", "language": "en"}
        actions_consent.say(session, actor=mother, answer=ConsentState.WITHDRAWN, now=clock.now(), **facts)
        session.commit()


def test_taken_back_while_it_is_sent(app, asking, people):
    sendco, mother = people
    seen = set()
    for _round in range(8):
        referral = asking.referred(why=f"Why {uuid.uuid4()}")
        asking.say(referral)
        sent, back = at_once(
            functools.partial(share, app, sendco, asking, referral),
            functools.partial(take_back, app, mother, asking, referral),
        )
        assert back is None, "taking back never fails"
        assert sent is None or isinstance(sent, NoConsent), repr(sent)
        (consent,) = asking.consents(referral)
        gone = asking.sharings(referral)
        assert consent.state == ConsentState.WITHDRAWN
        assert len(gone) == (1 if sent is None else 0)
        assert all(row.went_at < consent.ends_at for row in gone)
        with pytest.raises(NoConsent):
            share(app, sendco, asking, referral)
        seen.add(len(gone))
    assert seen <= {0, 1}


def test_sent_before_and_taken_back_after_both_stand(app, asking, people):
    sendco, mother = people
    referral = asking.referred()
    asking.say(referral)
    share(app, sendco, asking, referral)
    take_back(app, mother, asking, referral)
    assert asking.sharings(referral)[0].went_at < asking.consents(referral)[0].ends_at


def test_nobody_at_school_answers_as_if_an_adult_had_done_so_in_the_portal(app, asking, people):
    """The form offers paper and phone; whoever goes round the form is refused by the action."""
    sendco, mother = people
    referral = asking.referred()
    facts = {"pupil_id": asking.child, "referral_id": referral, "adult_id": mother.person_id, "reason": ""}
    answer = {"answer": ConsentState.GIVEN, "way": Way.PORTAL, "language": "en"}
    with acting(app, sendco) as session, pytest.raises(Invalid):
        actions_consent.type_in(session, actor=sendco, now=clock.now(), **facts, **answer)
    assert [row.state for row in asking.consents(referral)] == [ConsentState.ASKED]


def test_a_reader_of_the_past_is_refused_by_the_key_alone(app, asking, people, monkeypatch):
    """Without the lock: the SENDCO's page had read the agreement before it was taken back."""
    sendco, mother = people
    referral = asking.referred()
    asking.say(referral)
    (before,) = asking.consents(referral)
    take_back(app, mother, asking, referral)
    monkeypatch.setattr(actions_referral, "_in_force", lambda _session, _referral, _now: before)
    with pytest.raises((NoConsent, IntegrityError)):
        share(app, sendco, asking, referral)
    assert asking.sharings(referral) == []


def test_without_lock_and_key_the_same_would_go_out(app, asking, people, monkeypatch):
    """The control: a sharing that names no agreement's end is what the guards are there to refuse."""
    sendco, mother = people
    referral = asking.referred()
    asking.say(referral)
    (before,) = asking.consents(referral)
    take_back(app, mother, asking, referral)
    engine = app.extensions["writing_engine"]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "ALTER TABLE sharing DROP CONSTRAINT a_sharing_rests_on_a_consent_of_its_referral"
            )
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(PortalSession(engine, scope=system("control")))
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        session.add(
            Sharing(
                **asking.about, id=uuid.uuid4(), referral_id=referral, consent_id=before.id,
                consent_given_at=before.given_at, consent_ends_at=before.ends_at, went_at=clock.now(),
                sent_by=sendco.person_id, once_key="control",
            )
        )  # fmt: skip
        session.flush()
        assert session.scalars(select(Sharing.id).where(Sharing.once_key == "control")).one()
        session.rollback()
    assert rows(asking.session, Consent, Consent.id == before.id)[0].state == ConsentState.WITHDRAWN
