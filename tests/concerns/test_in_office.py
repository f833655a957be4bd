"""What is for one adult alone belongs to the office that this adult holds: whoever leaves it reads no more, and whoever
holds it then reads at once."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.concerns.actions_ask import Said, send
from portal.concerns.models import Concern
from portal.concerns.rules import Step, Wish
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from tests.concerns.test_answering import lines
from tests.pages import words

ROLES = {"sendco": Role.SENDCO, "headteacher": Role.HEADTEACHER}


def gives_office(asking, slug, role, *, from_day=0):
    """Somebody else of the school holds the office as well, from so many days on."""
    today = clock.today()
    row = StaffRole(
        school_id=asking.about["school_id"], person_id=asking.ids.person(slug), role=role,
        starts_on=today + timedelta(days=from_day),
    )  # fmt: skip
    asking.session.add(row)
    asking.session.commit()


def leaves(asking, slug):
    """Their office ended yesterday; whatever else they do at school goes on."""
    mine = StaffRole.person_id == asking.ids.person(slug), StaffRole.role == ROLES[slug]
    for row in asking.session.scalars(select(StaffRole).where(*mine)):
        row.starts_on, row.ends_on = row.starts_on - timedelta(days=400), clock.today() - timedelta(days=1)
    asking.session.commit()


def reads(asking, slug, key):
    """Whether somebody meets the question: in the list and by its address alike."""
    client = asking.as_persona(slug)
    listed = client.get("/staff/asked")
    page = client.get(asking.staff_path(key))
    assert (page.status_code == 200) == (str(key) in listed.get_data(as_text=True))
    return page.status_code == 200


@pytest.mark.parametrize(("slug", "other"), [("sendco", "headteacher"), ("headteacher", "sendco")])
def test_whoever_holds_the_office_next_reads_it_at_once(asking, as_persona, ids, slug, other):
    key = asking.asked(readers=str(ids.person(slug)), part_0="MARKER-ALONE")
    asking.answer(key, who=slug, kind="will_call", words="MARKER-CALL")
    gives_office(asking, "teaching-assistant", ROLES[slug])
    assert reads(asking, slug, key)
    assert not reads(asking, "teaching-assistant", key), "the one who was named is still there"
    leaves(asking, slug)
    assert as_persona(slug).get(asking.staff_path(key)).status_code != 200
    assert not reads(asking, other, key)
    assert reads(asking, "teaching-assistant", key)
    page = words(as_persona("teaching-assistant").get(asking.staff_path(key)))
    assert "MARKER-ALONE" in page
    assert "MARKER-CALL" in page
    assert lines(as_persona("teaching-assistant").get("/staff/asked")) == [(str(key), False, True)]
    assert "1 family waits for your answer." in words(as_persona("teaching-assistant").get("/staff"))
    assert asking.answer(key, who="teaching-assistant", words="MARKER-NEXT").status_code == 303
    assert asking.one(key).one_adult_id == ids.person(slug), "by the day and the office, not by a change of the words"


def test_the_pages_name_the_office_once_the_named_person_has_left_it(asking, as_persona, ids):
    key = asking.asked(readers=str(ids.person("sendco")))
    family, staff = asking.family_path(key), asking.staff_path(key)
    assert "Who reads it: Only Mrs Marsden · SENDCO" in words(as_persona("parent").get(family))
    gives_office(asking, "teaching-assistant", Role.SENDCO)
    leaves(asking, "sendco")
    assert "Who reads it: Only SENDCO" in words(as_persona("parent").get(family))
    page = words(as_persona("teaching-assistant").get(staff))
    assert "Only SENDCO" in page
    assert "Pass it on" not in page


def test_what_left_the_portal_stays_with_the_office_of_the_headteacher(asking, as_persona, ids):
    """The last steps are outside the portal; who hands them on is the headteacher of the day."""
    key = asking.asked(readers=str(ids.person("headteacher")))
    asking.answer(key, who="headteacher")
    asking.step_up(key)
    assert asking.one(key).step == Step.DIRECTOR
    assert reads(asking, "headteacher", key)
    gives_office(asking, "teaching-assistant", Role.HEADTEACHER)
    leaves(asking, "headteacher")
    assert reads(asking, "teaching-assistant", key)
    assert "Who reads it: Only Headteacher" in words(as_persona("parent").get(asking.family_path(key)))
    sent = {"words": "By post", "replies": str(asking.one(key).replies)}
    assert as_persona("teaching-assistant").post(f"{asking.staff_path(key)}/hand-on", data=sent).status_code == 303


def test_whoever_starts_later_reads_later(asking, ids):
    key = asking.asked(readers=str(ids.person("sendco")))
    gives_office(asking, "teaching-assistant", Role.SENDCO, from_day=1)
    leaves(asking, "sendco")
    assert not reads(asking, "teaching-assistant", key)


def test_whoever_leads_at_another_school_now_has_left_this_one(asking, ids):
    key = asking.asked(readers=str(ids.person("sendco")))
    gives_office(asking, "teaching-assistant", Role.SENDCO)
    leaves(asking, "sendco")
    elsewhere = select(StaffRole.school_id).where(StaffRole.person_id == ids.person("sendco-other-school"))
    asking.session.add(
        StaffRole(
            school_id=asking.session.scalars(elsewhere).first(), person_id=ids.person("sendco"), role=Role.SENDCO,
            starts_on=clock.today(),
        )
    )  # fmt: skip
    asking.session.commit()
    assert reads(asking, "teaching-assistant", key)


def test_the_sendco_of_another_school_never_takes_over(asking, ids):
    key = asking.asked(readers=str(ids.person("sendco")))
    leaves(asking, "sendco")
    assert not reads(asking, "sendco-other-school", key)


def test_what_a_former_sendco_read_alone_does_not_follow_into_a_class(asking, ids):
    """Whoever gives up the office and teaches the child reads as a teacher reads."""
    key = asking.asked(readers=str(ids.person("sendco")), part_0="About a teacher")
    taught = select(StaffRole).where(StaffRole.person_id == ids.person("class-teacher"))
    class_id = asking.session.scalars(taught).first().class_id
    asking.session.add(
        StaffRole(
            school_id=asking.about["school_id"], person_id=ids.person("sendco"), role=Role.CLASS_TEACHER,
            class_id=class_id, starts_on=clock.today(),
        )
    )  # fmt: skip
    asking.session.commit()
    leaves(asking, "sendco")
    assert not reads(asking, "sendco", key)


@pytest.mark.parametrize("slug", ["class-teacher", "sendco-other-school", "second-parent", "office"])
def test_nobody_else_can_be_named_as_the_only_reader(asking, app, ids, slug):
    """Round the form: the action itself knows whom a family may name."""
    mother = Actor(
        person_id=ids.person("parent"), audience=Audience.FAMILY, sitting_id=uuid.uuid4(), name="", language="en",
        trust_id=uuid.uuid4(),
    )  # fmt: skip
    said = Said(parts={"about": "x"}, one_adult_id=ids.person(slug), once_key="k")
    with PortalSession(app.extensions["writing_engine"], scope=scope_of(mother, clock.today())) as session:
        with pytest.raises(Invalid):
            send(session, actor=mother, pupil_id=asking.child, kind=Wish.WORRY, said=said, now=clock.now())
        session.rollback()


def test_the_fence_itself_keeps_drafts_from_school(asking, app, ids):
    """Without any page: what was not sent yet is read by its author alone."""
    asking.ask(part_0="Half a sen", typing=True)
    about = {"sitting_id": uuid.uuid4(), "name": "", "language": "en", "trust_id": uuid.uuid4()}
    for slug, role in ROLES.items():
        school = {"school_id": asking.about["school_id"], "roles": frozenset({role})}
        actor = Actor(person_id=ids.person(slug), audience=Audience.STAFF, **school, **about)
        with PortalSession(app.extensions["engine"], scope=scope_of(actor, clock.today()), read_only=True) as session:
            assert session.scalars(select(Concern)).all() == []
