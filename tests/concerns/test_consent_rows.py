"""The last guards around an agreement, without any action: each row breaks one thing, and the database refuses it."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from portal.concerns.models import Consent
from portal.concerns.rules_consent import LASTS, WORDING_VERSION, Basis, ConsentState, Way
from portal.kernel import clock


@pytest.fixture
def good(asking):
    """An answer of the second parent that would be kept."""
    referral, now = asking.referred(), clock.now()
    return {
        **asking.about, "referral_id": referral, "adult_id": asking.ids.person("second-parent"), "number": 2,
        "current": False, "basis": Basis.RESPONSIBILITY, "state": ConsentState.GIVEN, "asked_at": now,
        "wording_version": WORDING_VERSION, "language": "en", "way": Way.PORTAL, "typed_by": None, "answered_at": now,
        "given_at": now, "ends_at": now + LASTS,
    }  # fmt: skip


def test_the_row_is_kept_when_nothing_is_wrong(asking, good):
    asking.session.add(Consent(**good, id=uuid.uuid4()))
    asking.session.commit()


@pytest.mark.parametrize(
    ("wrong", "guard"),
    [
        ({"current": True}, "one_current_answer|consent.referral_id"),
        ({"number": 1}, "answers_of_an_adult_are_numbered|consent.referral_id"),
        ({"adult_id": None}, "an_answer_is_somebodys"),
        ({"given_at": None}, "from_when_until_when"),
        ({"ends_at": None}, "from_when_until_when"),
        ({"state": ConsentState.WITHDRAWN, "ends_at": None}, "from_when_until_when"),
        ({"state": ConsentState.DECLINED}, "from_when_until_when"),
        ({"answered_at": None}, "an_answer_says_when"),
        ({"wording_version": ""}, "says_to_which_words"),
        ({"language": ""}, "says_to_which_words"),
        ({"way": None}, "typed_in_says_who_did"),
        ({"way": Way.PAPER}, "typed_in_says_who_did"),
        ({"way": Way.PORTAL, "typed_by": "office"}, "typed_in_says_who_did"),
    ],
)
def test_each_thing_that_is_wrong_is_refused(asking, good, ids, wrong, guard):
    facts = {**good, **wrong}
    facts["typed_by"] = ids.person(facts["typed_by"]) if facts["typed_by"] else None
    asking.session.add(Consent(**facts, id=uuid.uuid4()))
    with pytest.raises(IntegrityError, match=guard):
        asking.session.flush()
    asking.session.rollback()


def test_an_agreement_to_one_referral_is_none_to_another(asking):
    agreed, other = asking.referred(), asking.referred(why="Another")
    asking.say(agreed)
    assert asking.share(other).status_code == 409
    assert asking.sharings(other) == []


def test_only_the_answer_that_counts_lets_anything_out(asking):
    referral = asking.referred()
    asking.say(referral)
    (given,) = asking.consents(referral)
    asking.session.get_one(Consent, given.id).current = False  # as if a newer answer had taken its place
    asking.session.commit()
    assert asking.share(referral).status_code == 409


def test_an_agreement_ends_at_its_last_moment(asking):
    referral = asking.referred()
    asking.say(referral)
    (given,) = asking.consents(referral)
    row = asking.session.get_one(Consent, given.id)
    row.given_at, row.ends_at = row.given_at - timedelta(days=365), clock.now()
    asking.session.commit()
    assert asking.share(referral).status_code == 409


def test_nobody_types_in_a_yes_of_somebody_who_may_no_longer_agree(asking):
    """Whoever was asked stands on the page for good; an order since then leaves them nothing but to take back."""
    referral = asking.referred()
    asking.bar("parent")
    for answer in ("given", "declined"):
        assert asking.type_in(referral, adult="parent", answer=answer).status_code == 404
    assert [row.state for row in asking.consents(referral)] == [ConsentState.ASKED]
