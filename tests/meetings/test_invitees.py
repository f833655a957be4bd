"""Who is invited, and who never is."""

import uuid
from datetime import date

import pytest

from portal.meetings.rules_invitees import AdultLink, ChildRights, has_account, invitees, is_invited, reads_the_portal
from portal.people.rules import OPEN_STATES, ContactState, PortalAccess, Restriction, YesNo

TODAY = date(2026, 10, 12)
CHILD = ChildRights(own_person_id=None, rights_pass_on=date(2034, 6, 30))
OWN = uuid.uuid4()
GROWN = ChildRights(own_person_id=OWN, rights_pass_on=date(2026, 6, 26))


def link(**more):
    values = {
        "adult_id": uuid.uuid4(),
        "state": ContactState.ACTIVE,
        "access": PortalAccess.CONTRIBUTE,
        "parental_responsibility": YesNo.YES,
    }
    return AdultLink(**{**values, **more})


def test_an_adult_who_takes_part_is_invited():
    adult = link()
    assert invitees(CHILD, [adult], TODAY) == (adult.adult_id,)
    assert has_account(adult, TODAY)


@pytest.mark.parametrize("state", list(ContactState))
def test_only_decided_links_count(state):
    assert is_invited(link(state=state), TODAY) == (state in OPEN_STATES)
    assert has_account(link(state=state), TODAY) == (state == ContactState.ACTIVE)


def test_parental_responsibility_is_enough_without_the_portal():
    adult = link(access=PortalAccess.NONE, state=ContactState.CONFIRMED)
    assert is_invited(adult, TODAY)
    assert not reads_the_portal(adult, TODAY)


@pytest.mark.parametrize("responsible", [YesNo.NO, YesNo.UNKNOWN])
def test_neither_portal_nor_responsibility_is_no_invitation(responsible):
    assert not is_invited(link(access=PortalAccess.NONE, parental_responsibility=responsible), TODAY)


@pytest.mark.parametrize("restriction", [kind for kind in Restriction if kind != Restriction.NONE])
@pytest.mark.parametrize("start", [None, TODAY, date(2020, 1, 1)])
def test_an_order_beats_everything(restriction, start):
    adult = link(restriction=restriction, restricted_from=start)
    assert not is_invited(adult, TODAY)
    assert not reads_the_portal(adult, TODAY)
    assert not has_account(adult, TODAY)


def test_an_order_that_begins_tomorrow_does_not_hold_today():
    assert is_invited(link(restriction=Restriction.NO_CONTACT, restricted_from=date(2026, 10, 13)), TODAY)


def test_a_young_person_comes_alone_unless_they_share():
    parent = link()
    assert invitees(GROWN, [parent], TODAY) == (OWN,)
    sharing = ChildRights(own_person_id=OWN, rights_pass_on=GROWN.rights_pass_on, shares_with_parents=True)
    assert invitees(sharing, [parent], TODAY) == (OWN, parent.adult_id)


def test_rights_that_stayed_with_the_parents_change_nothing():
    parent = link()
    staying = ChildRights(own_person_id=OWN, rights_pass_on=GROWN.rights_pass_on, rights_stay_with_parents=True)
    assert invitees(staying, [parent], TODAY) == (parent.adult_id,)


def test_the_day_itself_is_the_young_persons():
    on_the_day = ChildRights(own_person_id=OWN, rights_pass_on=TODAY)
    assert invitees(on_the_day, [link()], TODAY) == (OWN,)


def test_nobody_is_invited_for_a_child_who_left():
    left = ChildRights(own_person_id=None, rights_pass_on=CHILD.rights_pass_on, left_on=date(2026, 10, 1))
    assert invitees(left, [link()], TODAY) == ()
