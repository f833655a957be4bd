"""The office decides who may see a child; the decision holds at once, and the rehearsal tells the truth beforehand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.people.models import Person, Pupil, PupilContact
from portal.people.rules import ContactState, LinkFacts, PortalAccess, Restriction, link_is_open
from portal.people.scopes import open_pupils
from tests.pages import words


def contact_of(session, adult_id, pupil_id):
    return session.scalars(
        select(PupilContact).where(PupilContact.adult_id == adult_id, PupilContact.pupil_id == pupil_id)
    ).one()


def form_of(contact, **changed):
    values = {
        "version": contact.version,
        "relationship": contact.relationship,
        "parental_responsibility": contact.parental_responsibility.value,
        "lives_with_pupil": contact.lives_with_pupil.value,
        "access": contact.access.value,
        "restriction": contact.restriction.value,
        "order_reference": contact.order_reference,
    }
    return {**values, **changed}


def address(pupil_id, contact):
    return f"/staff/children/{pupil_id}/adults/{contact.id}"


def test_the_rehearsal_saves_nothing_and_the_confirmed_decision_holds_at_once(app, ids, as_persona, system_session):
    zara, adult = ids.pupil("Zara"), ids.person("second-parent")
    father = as_persona("second-parent")
    assert father.get(f"/children/{zara}").status_code == 200
    contact = contact_of(system_session, adult, zara)
    closing, page = form_of(contact, access="none"), address(zara, contact)
    system_session.rollback()
    office = as_persona("office")

    rehearsal = office.post(page, data=closing)
    assert "would see nothing about" in words(rehearsal)
    assert father.get(f"/children/{zara}").status_code == 200

    assert office.post(page, data={**closing, "confirmed": "yes"}).status_code == 303
    answer = father.get(f"/children/{zara}")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]
    assert as_persona("second-parent").get(f"/children/{zara}").status_code == 404


def test_a_court_order_needs_its_day_and_its_paper(sqlite_app, ids, as_persona, system_session):
    zara = ids.pupil("Zara")
    contact = contact_of(system_session, ids.person("second-parent"), zara)
    given, page = form_of(contact, restriction="no_contact"), address(zara, contact)
    system_session.rollback()
    answer = as_persona("office").post(page, data=given)
    assert answer.status_code == 422
    assert "Say from which day the order holds." in words(answer)


def test_an_order_closes_from_its_day_and_an_old_one_opens_nothing_by_itself(
    app, ids, as_persona, system_session, today
):
    zara, adult = ids.pupil("Zara"), ids.person("second-parent")
    contact = contact_of(system_session, adult, zara)
    for first, last, opens in (
        (today + timedelta(days=1), None, True),
        (today, None, False),
        (today - timedelta(days=90), today - timedelta(days=1), False),
    ):
        contact.restriction, contact.restricted_from, contact.restricted_until = Restriction.NO_CONTACT, first, last
        contact.order_seen_by = ids.person("sendco")
        system_session.commit()
        assert (as_persona("second-parent").get(f"/children/{zara}").status_code == 200) is opens, (first, last)


def test_a_decision_made_meanwhile_is_shown_and_not_overwritten(app, ids, as_persona, system_session):
    zara = ids.pupil("Zara")
    contact = contact_of(system_session, ids.person("second-parent"), zara)
    stale = form_of(contact, confirmed="yes", access="contribute")
    contact.access = PortalAccess.NONE
    contact.decided_by = ids.person("sendco")
    system_session.commit()
    answer = as_persona("office").post(address(zara, contact), data=stale)
    assert answer.status_code == 409
    assert "Somebody else decided about this adult" in words(answer)
    system_session.expire_all()
    assert contact.access == PortalAccess.NONE


def test_a_new_adult_waits_for_a_decision_and_sees_nothing(app, ids, as_persona, system_session):
    zara = ids.pupil("Zara")
    given = {"full_name": "Grandma O'Neill-Żak", "relationship": "REL", "language": "pl"}
    assert as_persona("office").post(f"/staff/children/{zara}/adults", data=given).status_code == 303
    person = system_session.scalars(select(Person).where(Person.full_name == "Grandma O'Neill-Żak")).one()
    contact = contact_of(system_session, person.id, zara)
    assert (contact.state, contact.access) == (ContactState.PROPOSED, PortalAccess.NONE)


@pytest.mark.parametrize("name", ["", "x" * 201, "Ann\u202eEve", "Ann\x00"])
def test_a_name_that_cannot_be_kept_gets_a_message(sqlite_app, ids, as_persona, name):
    given = {"full_name": name, "relationship": "REL", "language": "pl"}
    assert as_persona("office").post(f"/staff/children/{ids.pupil('Zara')}/adults", data=given).status_code == 422


def test_the_plain_rule_and_the_fence_agree_on_every_link(app, system_session, today):
    rows = system_session.execute(select(PupilContact, Pupil).join(Pupil, Pupil.id == PupilContact.pupil_id)).all()
    assert {contact.restriction for contact, _pupil in rows} >= {Restriction.NONE, Restriction.NO_INFORMATION}
    for contact, pupil in rows:
        facts = LinkFacts(
            access=contact.access,
            state=contact.state,
            restriction=contact.restriction,
            restricted_from=contact.restricted_from,
            rights_pass_on=pupil.rights_pass_on,
            rights_stay_with_parents=pupil.rights_stay_with_parents,
            shares_with_parents=pupil.shares_with_parents,
            left_on=pupil.left_on,
        )
        by_sql = pupil.id in set(system_session.execute(open_pupils(contact.adult_id, today)).scalars())
        assert by_sql is link_is_open(facts, today), pupil.forename


def test_a_young_person_closes_and_opens_their_plan_for_parents(app, ids, as_persona, system_session, today):
    young = system_session.scalars(select(Pupil).where(Pupil.person_id == ids.person("young-person"))).one()
    link = system_session.scalars(
        select(PupilContact).where(PupilContact.pupil_id == young.id, PupilContact.state == ContactState.ACTIVE)
    ).first()
    young_id, adult_id = young.id, link.adult_id
    system_session.rollback()
    client = as_persona("young-person")
    for choice, opens in (("yes", True), ("no", False)):
        assert client.post("/me/rights", data={"shares": choice}).status_code == 303
        assert (young_id in set(system_session.execute(open_pupils(adult_id, today)).scalars())) is opens
        system_session.rollback()


def test_a_child_has_no_such_choice(sqlite_app, as_persona):
    assert as_persona("pupil-older").get("/me/rights").status_code == 403


def test_a_letter_on_its_way_dies_with_the_link_even_when_it_is_opened_again(app, ids, as_persona, system_session):
    from portal.demo.known import KNOWN_LETTER_CODE

    contact = system_session.scalars(
        select(PupilContact)
        .join(Pupil, Pupil.id == PupilContact.pupil_id)
        .where(Pupil.id == ids.pupil("Hafsa"), PupilContact.state == ContactState.INVITED)
    ).one()
    page, closed, opened = (
        address(contact.pupil_id, contact),
        form_of(contact, access="none", confirmed="yes"),
        form_of(contact, access="view", confirmed="yes", version=contact.version + 1),
    )
    system_session.rollback()
    assert app.test_client().post("/letter", data={"code": KNOWN_LETTER_CODE}).status_code == 303
    office = as_persona("office")
    for decision in (closed, opened):
        assert office.post(page, data=decision).status_code == 303
    assert app.test_client().post("/letter", data={"code": KNOWN_LETTER_CODE}).status_code == 422
