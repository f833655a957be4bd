"""Whom an audience is made of: only adults whom staff opened the portal to, whatever else is true."""

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession, system
from portal.notices import actions_send
from portal.notices.actions_send import Nobody
from portal.notices.queries_audience import families, recipients
from portal.notices.queries_notices import writer_of
from portal.notices.rules import Audience, Circle
from portal.people.models import ContactPoint, Person, Pupil, PupilContact
from portal.people.rules import LinkFacts, PortalAccess, Restriction, link_is_open
from tests.notices.staff import a_draft, acting, actor_of, change_link, many_families, send, to_class


def told(app, actor, audience):
    """Who gets it, as (adult, child), by the portal's own scope: the worker's."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return set(
            recipients(session, audience, writer_of(actor), clock.today(), but_not_of=actor.person_id, most=1000)
        )


def counted(app, actor, audience):
    with acting(app, actor) as session:
        return families(session, audience, writer_of(actor), clock.today())


def test_the_audience_is_the_fence_in_plain_python(app, ids, system_session):
    sendco, today = actor_of(app, "sendco"), clock.today()
    rows = system_session.execute(
        select(PupilContact, Pupil)
        .join(Pupil, Pupil.id == PupilContact.pupil_id)
        .where(Pupil.school_id == sendco.school_id)
    ).all()
    wanted = {(link.adult_id, pupil.id) for link, pupil in rows if link_is_open(facts(link, pupil), today)}
    own = {
        (pupil.person_id, pupil.id)
        for _link, pupil in rows
        if pupil.person_id
        and pupil.rights_pass_on <= today
        and not pupil.left_on
        and not pupil.rights_stay_with_parents
    }
    system_session.rollback()
    assert wanted
    assert told(app, sendco, Audience()) == wanted | own
    assert counted(app, sendco, Audience()).adults == len({adult for adult, _pupil in wanted | own})


def facts(link, pupil):
    names = ("rights_pass_on", "rights_stay_with_parents", "shares_with_parents", "left_on")
    rest = ("access", "state", "restriction", "restricted_from")
    return LinkFacts(**{name: getattr(pupil, name) for name in names}, **{name: getattr(link, name) for name in rest})


@pytest.mark.parametrize(
    "closed",
    [
        {"access": PortalAccess.NONE},
        {"restriction": Restriction.NO_INFORMATION, "restricted_from": clock.today()},
        {"state": "suspended"},
    ],
)
def test_who_may_not_read_gets_nothing(app, ids, system_session, closed):
    sendco, zara = actor_of(app, "sendco"), Audience(Circle.CHILD, (str(ids.pupil("Zara")),))
    before = {adult for adult, _pupil in told(app, sendco, zara)}
    assert {ids.person("parent"), ids.person("second-parent")} <= before
    assert ids.person("parent-barred") not in before
    if "restriction" in closed:
        closed = {**closed, "order_seen_by": ids.person("sendco")}
    change_link(system_session, ids, "parent", **closed)
    assert {adult for adult, _pupil in told(app, sendco, zara)} == before - {ids.person("parent")}


def test_a_young_person_gets_it_and_the_parents_do_not(app, ids, system_session):
    other = actor_of(app, "sendco-other-school")
    grace = system_session.scalars(select(Pupil).where(Pupil.person_id == ids.person("young-person"))).one()
    parents = set(system_session.scalars(select(PupilContact.adult_id).where(PupilContact.pupil_id == grace.id)))
    audience = Audience(Circle.CHILD, (str(grace.id),))
    grace.shares_with_parents = False
    system_session.commit()
    assert {adult for adult, _pupil in told(app, other, audience)} == {ids.person("young-person")}
    grace.shares_with_parents = True
    system_session.commit()
    both = {adult for adult, _pupil in told(app, other, audience)}
    assert ids.person("young-person") in both
    assert both & parents


def test_only_readers_of_a_language(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    pairs = told(app, sendco, Audience(languages=("ur", "pl")))
    adults = {adult for adult, _pupil in pairs}
    read = set(system_session.scalars(select(Person.language).where(Person.id.in_(adults))))
    system_session.rollback()
    assert read == {"ur", "pl"}


def test_a_class_teacher_writes_to_the_own_classes_and_never_further(app, ids):
    teacher = actor_of(app, "class-teacher")
    mine, other = to_class(app), to_class(app, "3 Swift")
    assert counted(app, teacher, mine).adults > 0
    assert told(app, teacher, mine)
    assert not told(app, teacher, other)
    assert not counted(app, teacher, other).adults
    assert told(app, teacher, Audience(Circle.SCHOOL)) == told(app, teacher, mine), "even a circle that is not theirs"
    for audience in (Audience(Circle.SCHOOL), Audience(Circle.ON_SUPPORT), other):
        with pytest.raises(Invalid):
            a_draft(app, teacher, audience=audience)


def test_a_child_of_another_school_is_nobodys_audience(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    stranger = system_session.scalars(select(Pupil.id).where(Pupil.school_id != sendco.school_id)).first()
    system_session.rollback()
    draft = a_draft(app, sendco, audience=Audience(Circle.CHILD, (str(stranger),)))
    with pytest.raises(Nobody):
        send(app, sendco, draft)


def test_an_audience_of_nobody_says_how_many_children_nobody_reads_about(app, ids, system_session):
    sendco, audience = actor_of(app, "sendco"), many_families(app, 3)
    for link in system_session.scalars(
        select(PupilContact).join(Pupil, Pupil.id == PupilContact.pupil_id).where(Pupil.forename == "Child")
    ):
        link.access = PortalAccess.NONE
    system_session.commit()
    found = counted(app, sendco, audience)
    assert (found.adults, found.children, found.without_anybody) == (0, 3, 3)
    draft = a_draft(app, sendco, audience=audience)
    with pytest.raises(Nobody), acting(app, sendco) as session:
        actions_send.send(session, actor=sendco, notice_id=draft[0], version=draft[1], now=clock.now())


def test_the_ways_to_an_adult(app, ids, system_session):
    sendco, zara = actor_of(app, "sendco"), Audience(Circle.CHILD, (str(ids.pupil("Zara")),))
    parent = ids.person("parent")
    for point in system_session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent)):
        system_session.delete(point)
    system_session.commit()
    found = counted(app, sendco, zara)
    assert found.ways["letter"] == 1
    assert sum(found.ways.values()) == found.adults == sum(found.languages.values())
    teacher = actor_of(app, "class-teacher")
    assert counted(app, teacher, zara).ways == found.ways, "a class teacher sees the numbers, and no address"


def test_numbers_cost_the_same_for_10_and_400_families(app, ids, counting):
    sendco = actor_of(app, "sendco")
    few, many = many_families(app, 10), many_families(app, 400)
    spent = []
    for audience in (few, many):
        counting.statements.clear()
        assert counted(app, sendco, audience).adults in {10, 400}
        spent.append(len(counting))
    assert spent[0] == spent[1] <= 3


def test_a_circle_of_which_nothing_was_chosen_is_refused(app, ids):
    with pytest.raises(Invalid):
        a_draft(app, actor_of(app, "office"), audience=Audience(Circle.YEARS))
