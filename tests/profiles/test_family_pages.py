"""The child's page and what hangs on it, read by the families of the demo school on both databases."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.people.models import ContactPoint, Look, Person
from portal.profiles.models import PlanVersion, ProgressNote, Responsibility, Target
from portal.profiles.models_register import RegisterEvent, RegisterWord
from portal.profiles.rules import Rating, RegisterKind, VersionState
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.pages import parse, words

TARGET_LINK = "//main//article//a/@href"


def published(session, pupil_id):
    return session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == pupil_id, PlanVersion.state == VersionState.PUBLISHED)
    ).one()


def register_news(session, ids, kind, *slugs):
    zara = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    event = RegisterEvent(
        id=uuid.uuid4(),
        **zara,
        kind=kind,
        decided_at=clock.now() - timedelta(days=2),
        decided_by=ids.person("sendco"),
        reason_for_family="We saw that long sentences are hard.",
    )
    session.add(event)
    session.flush()
    for slug in slugs:
        session.add(RegisterWord(**zara, adult_id=ids.person(slug), event_id=event.id, told_at=clock.now()))
    session.commit()
    return event.id


def looked_before(session, ids, slug, *, version, days=5):
    session.add(
        Look(
            school_id=ids.school_of("Zara"),
            pupil_id=ids.pupil("Zara"),
            sitting_id=uuid.uuid4(),
            person_id=ids.person(slug),
            audience="family",
            at=clock.now() - timedelta(days=days),
            version_number=version,
        )
    )
    session.commit()


def note(session, ids, thread, *, for_family=True, text="Zara told a whole story."):
    session.add(
        ProgressNote(
            school_id=ids.school_of("Zara"),
            pupil_id=ids.pupil("Zara"),
            target_thread=thread,
            written_by=ids.person("class-teacher"),
            writer_role="class_teacher",
            at=clock.now() - timedelta(hours=1),
            rating=Rating.GOING_WELL,
            text=text,
            for_family=for_family,
            once_key=uuid.uuid4().hex,
        )
    )
    session.commit()


def test_the_childs_page_has_the_whole_plan(app, as_persona, ids, system_session):
    version = published(system_session, ids.pupil("Zara"))
    duties = system_session.scalars(select(Responsibility.text).where(Responsibility.version_id == version.id)).all()
    targets = system_session.execute(
        select(Target.title, Target.now, Target.goal).where(Target.version_id == version.id)
    ).all()
    system_session.rollback()
    response = as_persona("parent").get(f"/children/{ids.pupil('Zara')}?lang=en")
    text = words(response)
    told = [version.people_like, version.important_to_me, version.how_to_support, version.needs_in_plain_words, *duties]
    for part in (*told, *(line for target in targets for line in target)):
        assert " ".join(part.split()) in text
    assert len(parse(response).xpath(TARGET_LINK)) == len(targets) == 4
    for who in ("Miss Okafor", "Mrs Begum", "Mrs Marsden", "0121 496 0210"):
        assert who in text


def test_a_page_costs_few_statements_and_a_look_is_written_once_a_sitting(
    app, as_persona, ids, counting, system_session
):
    client, zara = as_persona("parent"), ids.pupil("Zara")
    looked_before(system_session, ids, "parent", version=1)
    counting.statements.clear()
    assert client.get(f"/children/{zara}?lang=ur").status_code == 200
    assert len(counting) <= 8, counting.statements
    assert sum(statement.startswith("INSERT INTO look") for statement in counting.statements) == 1
    target = parse(client.get(f"/children/{zara}")).xpath(TARGET_LINK)[0]
    for path in (f"/children/{zara}", target, f"/children/{zara}/earlier"):
        counting.statements.clear()
        assert client.get(path).status_code == 200
        assert len(counting) <= 7, counting.statements
        assert not any(statement.startswith("INSERT") for statement in counting.statements)
    looks = select(func.count()).select_from(Look).where(Look.person_id == ids.person("parent"))
    assert system_session.scalar(looks) == 2  # the one arranged above, and this sitting's


def test_a_second_sitting_is_a_second_look(app, as_persona, ids, system_session):
    for _sitting in range(2):
        as_persona("parent").get(f"/children/{ids.pupil('Zara')}")
    looks = system_session.scalars(select(Look).where(Look.person_id == ids.person("parent"))).all()
    assert [(look.audience, look.version_number) for look in looks] == [("family", 3), ("family", 3)]


def test_the_plan_counts_as_seen_wherever_a_sitting_began(app, as_persona, ids, counting, system_session):
    zara = ids.pupil("Zara")
    client = as_persona("parent")
    client.get(f"/children/{zara}/local-help?lang=en")
    counting.statements.clear()
    assert client.get(f"/children/{zara}").status_code == 200
    assert len(counting) <= 8, counting.statements
    assert sum(statement.startswith("UPDATE look") for statement in counting.statements) == 1
    counting.statements.clear()
    client.get(f"/children/{zara}")
    assert not any("UPDATE look" in statement for statement in counting.statements), "once is enough"
    for page in ("local-help", f"targets/{uuid.uuid4()}"):
        as_persona("parent").get(f"/children/{zara}/{page}")  # a sitting without the plan
    looks = select(Look.version_number).where(Look.person_id == ids.person("parent")).order_by(Look.at)
    assert system_session.scalars(looks).all() == [3, 0]
    system_session.rollback()
    client = as_persona("parent")
    assert "There is a new version of the plan." not in words(client.get("/home?lang=en"))
    text = words(client.get(f"/children/{zara}"))
    assert "Nothing has changed since then." in text
    assert "The first plan" not in text


def test_a_plan_that_was_never_opened_is_not_called_new(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    looked_before(system_session, ids, "parent", version=0, days=0)
    home = words(as_persona("parent").get("/home?lang=en"))
    assert "There is a new version of the plan." not in home
    assert "There is a new plan" not in home
    assert "What is new" not in words(as_persona("parent").get(f"/children/{zara}?lang=en"))
    looked_before(system_session, ids, "second-parent", version=0, days=4000)
    text = words(as_persona("second-parent").get(f"/children/{zara}?lang=en"))
    assert "There is a new version of the plan." in text
    assert "The first plan" not in text


def test_a_target_that_ended_is_no_look_at_the_plan(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    version = published(system_session, zara)
    now = set(system_session.scalars(select(Target.thread).where(Target.version_id == version.id)))
    ended = set(system_session.scalars(select(Target.thread).where(Target.pupil_id == zara))) - now
    if not ended:
        target = system_session.scalars(select(Target).where(Target.version_id == version.id)).first()
        system_session.delete(target)
        ended = {target.thread}
        system_session.commit()
    system_session.rollback()
    assert as_persona("parent").get(f"/children/{zara}/targets/{ended.pop()}").status_code == 200
    look = select(Look.version_number).where(Look.person_id == ids.person("parent"))
    assert system_session.scalars(look).all() == [0]


def test_what_changed_is_told_in_words_with_badges(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    version = published(system_session, zara)
    number = version.number
    thread = system_session.scalars(select(Target.thread).where(Target.version_id == version.id)).first()
    system_session.rollback()
    assert "What is new" not in words(as_persona("second-parent").get(f"/children/{zara}?lang=en"))
    looked_before(system_session, ids, "parent", version=number - 1)
    note(system_session, ids, thread)
    text = words(as_persona("parent").get(f"/children/{zara}?lang=en"))
    assert "There is a new version of the plan." in text
    assert "1 new note" in text
    assert re.search(r"\d targets? (is new|are new|has changed|have changed)", text)
    assert "New words" in text
    looked_before(system_session, ids, "parent", version=number, days=0)
    assert "Nothing has changed since then." in words(as_persona("parent").get(f"/children/{zara}?lang=en"))


def test_notes_that_are_not_for_the_family_stay_with_staff(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    thread = system_session.scalars(
        select(Target.thread).where(Target.version_id == published(system_session, zara).id).order_by(Target.position)
    ).first()
    note(system_session, ids, thread, text="Zara told us a whole story.")
    note(system_session, ids, thread, for_family=False, text="Ask the speech therapist about this.")
    text = words(as_persona("parent").get(f"/children/{zara}/targets/{thread}?lang=en"))
    assert "Zara told us a whole story." in text
    assert "Miss Okafor, Class teacher" in text
    assert "speech therapist about this" not in text


def test_a_target_page_tells_its_story_and_earlier_wordings(app, as_persona, ids):
    client, zara = as_persona("parent"), ids.pupil("Zara")
    page = client.get(parse(client.get(f"/children/{zara}?lang=en")).xpath(TARGET_LINK)[0])
    text = words(page)
    for heading in ("How we will know", "What we do at school", "How you can help at home", "How often"):
        assert heading in text
    assert parse(page).xpath("//details//h3")
    assert client.get(f"/children/{zara}/targets/{uuid.uuid4()}").status_code == 404


def test_earlier_versions_are_kept_to_read(app, as_persona, ids):
    client, zara = as_persona("parent"), ids.pupil("Zara")
    links = parse(client.get(f"/children/{zara}/earlier?lang=en")).xpath("//main//ul//a/@href")
    assert len(links) == 2
    page = client.get(links[0])
    assert "It is kept to look back at." in words(page)
    assert not parse(page).xpath(TARGET_LINK)


def test_drafts_are_nobodys_to_read_yet(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    version = published(system_session, zara)
    draft = PlanVersion(
        id=uuid.uuid4(),
        school_id=version.school_id,
        pupil_id=zara,
        plan_id=version.plan_id,
        number=9,
        people_like="A draft that nobody may see yet.",
        written_at=clock.now(),
    )
    system_session.add(draft)
    system_session.commit()
    client = as_persona("parent")
    for path in (f"/children/{zara}", f"/children/{zara}/earlier"):
        assert "draft" not in words(client.get(f"{path}?lang=en"))
    assert client.get(f"/children/{zara}/earlier/{draft.id}").status_code == 404
    assert client.get(f"/children/{zara}/earlier/{version.id}").status_code == 404


@pytest.mark.parametrize("kind", list(RegisterKind))
def test_register_news_is_explained_and_read_once(sqlite_app, as_persona, ids, system_session, kind):
    zara = ids.pupil("Zara")
    event = register_news(system_session, ids, kind, "parent", "second-parent")
    client = as_persona("parent")
    assert "Please read this" in words(client.get("/home?lang=en"))
    text = words(client.get(f"/children/{zara}?lang=en"))
    assert "I have read this" in text
    assert "We saw that long sentences are hard." in text
    path = f"/children/{zara}/register/{event}"
    for _again in range(2):
        assert client.post(path).status_code == 303
    assert "I have read this" not in words(client.get(f"/children/{zara}?lang=en"))
    assert "I have read this" in words(as_persona("second-parent").get(f"/children/{zara}?lang=en"))
    acts = system_session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == event)).all()
    assert acts == ["register news read"]


def test_news_told_to_somebody_else_cannot_be_ticked_off(app, as_persona, ids, system_session):
    event = register_news(system_session, ids, RegisterKind.ADDED, "second-parent")
    assert as_persona("parent").post(f"/children/{ids.pupil('Zara')}/register/{event}").status_code == 404
    assert system_session.scalar(select(RegisterWord.read_at).where(RegisterWord.event_id == event)) is None


def test_looks_name_staff_and_oneself_but_no_other_adult(app, as_persona, ids):
    zara = ids.pupil("Zara")
    as_persona("parent").get(f"/children/{zara}")
    as_persona("class-teacher").get(f"/staff/children/{zara}")
    client = as_persona("second-parent")
    client.get(f"/children/{zara}")
    page = parse(client.get(f"/children/{zara}?lang=en"))
    looks = " ".join(item.text_content() for item in page.xpath("//ul[contains(@class, 'looks')]/li"))
    assert "Miss Okafor" in looks
    assert "You" in looks
    assert "Samina" not in looks


def test_one_parent_meets_nothing_of_the_other(app, as_persona, ids, system_session):
    """Same child, two homes: neither's name, address, number nor looks is in anything the other can open."""
    zara = ids.pupil("Zara")
    slugs = ("parent", "second-parent", "parent-barred")
    marks = {}
    for slug in slugs:
        person = system_session.get_one(Person, ids.person(slug))
        points = system_session.scalars(select(ContactPoint.value).where(ContactPoint.adult_id == person.id)).all()
        marks[slug] = {person.full_name, str(person.id), person.id.hex, *points}
    system_session.rollback()
    for slug in slugs[:2]:
        as_persona(slug).get(f"/children/{zara}")
    for slug in slugs[:2]:
        client = as_persona(slug)
        child = client.get(f"/children/{zara}?lang=en")
        pages = [child, client.get("/home"), client.get("/help"), client.get(f"/children/{zara}/earlier")]
        pages += [client.get(link) for link in parse(child).xpath(TARGET_LINK)]
        body = "".join(page.get_data(as_text=True) for page in pages)
        for other in set(slugs) - {slug}:
            assert not [mark for mark in marks[other] if mark in body], (slug, other)


def test_a_barred_adult_cannot_tell_the_child_from_one_that_never_was(app, as_persona, ids, system_session):
    zara, nobody = ids.pupil("Zara"), uuid.uuid4()
    thread = system_session.scalars(select(Target.thread).where(Target.pupil_id == zara)).first()
    system_session.rollback()
    client = as_persona("parent-barred")

    def answer(path, pupil_id):
        response = client.get(path.format(pupil_id))
        assert response.status_code == 404
        body = response.get_data(as_text=True).replace(str(pupil_id), "ID")
        return re.sub(r'name="csrf_token" value="[^"]+"', "", body)

    for path in ("/children/{}", f"/children/{{}}/targets/{thread}", "/children/{}/copy.pdf", "/children/{}/earlier"):
        assert answer(path, zara) == answer(path, nobody)
    assert (
        system_session.scalar(
            select(func.count()).select_from(Look).where(Look.person_id == ids.person("parent-barred"))
        )
        == 0
    )


def test_a_childs_page_in_urdu_names_the_translator_and_marks_what_is_missing(sqlite_app, as_persona, ids):
    page = parse(as_persona("parent").get(f"/children/{ids.pupil('Zara')}?lang=ur"))
    texts = page.xpath("//article//bdi[@class='said']")
    assert {text.get("lang") for text in texts} >= {"ur"}
    assert all(text.get("dir") == ("rtl" if text.get("lang") == "ur" else "ltr") for text in texts)
    assert len(page.xpath("//div[@class='translators']/p")) == 1


def test_a_child_without_a_plan_has_a_page_that_says_so(app, as_persona, ids, system_session):
    version = published(system_session, ids.pupil("Zara"))
    version.state = VersionState.EARLIER
    system_session.commit()
    text = words(as_persona("parent").get(f"/children/{ids.pupil('Zara')}?lang=en"))
    assert "There is no plan to read yet" in text
    assert "Miss Okafor" in text
    review = system_session.get_one(Review, ids.review("Zara"))
    review.stage = Stage.CANCELLED  # else the meeting is the next step
    system_session.commit()
    assert "The plan is not ready yet" in words(as_persona("parent").get("/home?lang=en"))


def test_a_young_person_reads_their_own_plan_and_nobody_elses(app, as_persona, ids):
    client = as_persona("young-person")
    assert client.get(f"/children/{ids.pupil('Grace')}").status_code == 200
    assert client.get(f"/children/{ids.pupil('Zara')}").status_code == 404
    assert as_persona("pupil-older").get(f"/children/{ids.pupil('Idris')}").status_code == 403
