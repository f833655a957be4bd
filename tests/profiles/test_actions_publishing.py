"""Publishing is one step: the former version is kept, the right adults are told once, half a plan stays a draft."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.audit import AuditEvent
from portal.kernel.outbox import OutboxItem
from portal.profiles.models import Outcome, PlanVersion, Responsibility, Target
from portal.profiles.rules import VersionState
from tests.pages import parse, words
from tests.profiles.filling import ask, begin_draft, fields, main_form, send


def states(app, pupil_id):
    found = select(PlanVersion.number, PlanVersion.state).where(PlanVersion.pupil_id == pupil_id)
    return {number: state.value for number, state in ask(app, found)}


def told(app, kind="plan_published"):
    return ask(app, select(OutboxItem.person_id).where(OutboxItem.kind == kind))


@pytest.fixture
def ready(app, as_persona, ids, system_session, today):
    """Zara's draft with everything in place; the address of the draft."""
    url = begin_draft(as_persona("sendco"), ids.pupil("Zara"))
    draft = system_session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "draft")
    ).one()
    for target in system_session.scalars(select(Target).where(Target.version_id == draft.id)):
        target.review_on = today + timedelta(days=60)
    draft.people_like = "New words about Zara."
    system_session.commit()
    return url


def test_the_page_says_what_changes_and_who_is_told(as_persona, ready):
    page = words(as_persona("sendco").get(ready + "/publish"))
    assert "The profile has new words." in page
    assert "Samina Hussain" in page
    assert "Imran Hussain" in page
    assert "Kamran Shah" not in page


def test_publishing_moves_the_versions_and_tells_every_open_adult_once(app, as_persona, ids, ready):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    before = states(app, zara)
    number = max(before)
    form = fields(main_form(sendco.get(ready + "/publish")))
    assert [sendco.post(ready + "/publish", data=form).status_code for _n in range(2)] == [303, 303]
    after = states(app, zara)
    assert after[number] == "published"
    assert after == {n: "earlier" if s == "published" else "published" if n == number else s for n, s in before.items()}
    assert sorted(told(app)) == sorted([ids.person("parent"), ids.person("second-parent")])
    published = ask(app, select(PlanVersion).where(PlanVersion.pupil_id == zara, PlanVersion.number == number))[0]
    assert published.published_by == ids.person("sendco")
    assert len(ask(app, select(AuditEvent).where(AuditEvent.action == "plan published"))) == 1
    assert "New words about Zara." in words(as_persona("parent").get(f"/children/{zara}"))


def test_two_clicks_at_the_same_moment_are_one_publication(app, as_persona, ids, ready):
    clients = [as_persona("sendco") for _n in range(3)]
    form = fields(main_form(clients[0].get(ready + "/publish")))
    clients[0]._token()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda client: client.post(ready + "/publish", data=form).status_code, clients))
    assert answers == [303, 303, 303]
    assert list(states(app, ids.pupil("Zara")).values()).count("published") == 1
    assert len(told(app)) == 2


def test_a_draft_that_changed_after_it_was_read_is_not_published(app, as_persona, ids, ready):
    reader, writer = as_persona("sendco"), as_persona("sendco")
    form = fields(main_form(reader.get(ready + "/publish")))
    send(writer, ready + "/profile", how_to_support="Something the reader has not seen.")
    answer = reader.post(ready + "/publish", data=form)
    assert answer.status_code == 409
    assert "The draft has changed since you opened this page." in words(answer)
    assert "draft" in states(app, ids.pupil("Zara")).values()
    assert told(app) == []
    assert reader.post(ready + "/publish", data=fields(main_form(answer))).status_code == 303


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("goal", "Say what the goal is."),
        ("how_we_will_know", "Say how we will know that the goal is reached."),
        ("review_on", "The day to look at it again is over."),
        ("no review_on", "Give a day to look at it again."),
        ("school", "Say at least one thing that the school does."),
        ("targets", "The plan needs at least one target."),
        ("outcomes", "The plan needs at least one outcome."),
    ],
)
def test_half_a_plan_stays_a_draft(app, as_persona, ids, ready, system_session, today, spoil, sentence):
    sendco = as_persona("sendco")
    form = fields(main_form(sendco.get(ready + "/publish")))
    draft = select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "draft")
    targets = system_session.scalars(select(Target).where(Target.version_id.in_(draft))).all()
    match spoil:
        case "review_on":
            targets[0].review_on = today
        case "no review_on":
            targets[0].review_on = None
        case "school":
            lines = select(Responsibility).where(Responsibility.version_id.in_(draft), Responsibility.party == "school")
            for line in system_session.scalars(lines):
                system_session.delete(line)
        case "targets" | "outcomes":
            for target in targets:
                system_session.delete(target)
            system_session.flush()
            if spoil == "outcomes":
                for outcome in system_session.scalars(select(Outcome).where(Outcome.version_id.in_(draft))):
                    system_session.delete(outcome)
        case name:
            setattr(targets[0], name, "")
    system_session.commit()
    assert sentence in words(sendco.get(ready + "/publish"))
    answer = sendco.post(ready + "/publish", data=form)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "draft" in states(app, ids.pupil("Zara")).values()
    assert told(app) == []


def test_a_published_draft_cannot_be_edited(app, as_persona, ids, ready):
    sendco = as_persona("sendco")
    old = fields(main_form(sendco.get(ready + "/profile")), people_like="Too late.")
    send(sendco, ready + "/publish")
    answer = sendco.post(ready + "/profile", data=old)
    assert answer.status_code == 409
    assert "Too late." in words(answer)
    assert sendco.get(ready).status_code == 303
    published = ask(
        app,
        select(PlanVersion.people_like).where(
            PlanVersion.state == "published", PlanVersion.pupil_id == ids.pupil("Zara")
        ),
    )
    assert "Too late." not in published


def test_a_first_plan_says_so(app, as_persona, ids, ready, system_session):
    for version in system_session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published")
    ):
        version.state = VersionState.EARLIER
    system_session.commit()
    assert "This is the first plan that the family gets." in words(as_persona("sendco").get(ready + "/publish"))


def test_without_an_open_adult_the_sendco_is_told_to_write(app, as_persona, ids, ready, system_session):
    from portal.people.models import PupilContact
    from portal.people.rules import ContactState

    for link in system_session.scalars(select(PupilContact).where(PupilContact.pupil_id == ids.pupil("Zara"))):
        link.state = ContactState.SUSPENDED
    system_session.commit()
    sendco = as_persona("sendco")
    assert "Tell them by letter or in person." in words(sendco.get(ready + "/publish"))
    assert send(sendco, ready + "/publish").status_code == 303
    assert told(app) == []


def test_the_preview_is_the_familys_page_before_it_is_out(app, as_persona, ids, ready):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    version = ready.rsplit("/", 1)[1]
    url = f"/staff/children/{zara}/versions/{version}/preview"
    page = words(sendco.get(url))
    assert "New words about Zara." in page
    assert "The family has not got it yet." in page
    urdu = sendco.get(url + "?reader=ur")
    assert 'dir="rtl"' in urdu.get_data(as_text=True)[:400]
    assert "New words about Zara." in words(urdu)
    assert "language=" not in urdu.headers.get("Set-Cookie", "")
    for persona, status in (
        ("headteacher", 403),
        ("class-teacher", 403),
        ("parent", 403),
        ("sendco-other-school", 404),
    ):
        assert as_persona(persona).get(url).status_code == status, persona
    foreign = ask(app, select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Sagal")))[0]
    assert sendco.get(f"/staff/children/{zara}/versions/{foreign}/preview").status_code == 404


def test_nothing_on_a_preview_leads_where_a_sendco_may_not_go(app, as_persona, ids, ready):
    sendco = as_persona("sendco")
    url = f"/staff/children/{ids.pupil('Zara')}/versions/{ready.rsplit('/', 1)[1]}/preview"
    for address in (url, url + "/pupil"):
        page = parse(sendco.get(address))
        for link in {str(href) for href in page.xpath("//main//a/@href") if href.startswith("/")}:
            assert sendco.get(link).status_code == 200, link
        assert not page.xpath("//main//form")


def test_the_childs_own_page_can_be_seen_before_it_is_out(app, as_persona, ids, ready):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = f"/staff/children/{zara}/versions/{ready.rsplit('/', 1)[1]}/preview/pupil"
    assert "New words about Zara." in words(sendco.get(url))
    assert "Hello Zara" in words(sendco.get(url))
    for persona, status in (("headteacher", 403), ("pupil-young", 403), ("sendco-other-school", 404)):
        assert as_persona(persona).get(url).status_code == status, persona
    foreign = ask(app, select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Sagal")))[0]
    assert sendco.get(f"/staff/children/{zara}/versions/{foreign}/preview/pupil").status_code == 404
    assert "New words about Zara." not in words(as_persona("pupil-young").get("/me"))


def test_nothing_of_a_version_is_lost(app, as_persona, ids, ready):
    zara = ids.pupil("Zara")
    before = {
        kind: ask(app, select(func.count()).select_from(kind).where(kind.pupil_id == zara))[0]
        for kind in (Outcome, Target)
    }
    send(as_persona("sendco"), ready + "/publish")
    begin_draft(as_persona("sendco"), zara)
    for kind, number in before.items():
        assert ask(app, select(func.count()).select_from(kind).where(kind.pupil_id == zara))[0] > number
