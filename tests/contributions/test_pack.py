"""The pack before a meeting: everybody finds in it what they may read and not a word more, on the page and on paper."""

import io
import subprocess
import uuid
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from portal.contributions.models import AdviceRequest, Contribution, Statement, StatementTranslation
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, Readers, Role, Side
from portal.people.scopes import scope_of
from portal.profiles.rules import Party
from portal.records.models import Action, Record
from portal.records.papers_copy import for_the_table
from portal.records.queries_papers import papers_for_staff
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from portal.web.i18n import LANGUAGES
from tests.conftest import ALL_PERSONAS
from tests.contributions.said import FOR_FAMILY, FOR_SCHOOL, READS, SPOKEN, a_review, found_in, say
from tests.pages import parse, words

STAFF = ("class-teacher", "sendco", "headteacher")
PARENTS = ("parent", "second-parent")
NOT_FOR_ALL = SPOKEN.keys() - FOR_FAMILY


@pytest.fixture
def spoken(ids, system_session):
    """Everybody has said something about Zara's review."""
    review = a_review(system_session, ids)
    made = say(system_session, ids, review)
    system_session.commit()
    return review.id, {name: row.id for name, row in made.items()}


def address(ids, review_id, slug, ending=""):
    side = "/staff" if slug in STAFF or slug not in (*PARENTS, "young-person") else ""
    return f"{side}/children/{ids.pupil('Zara')}/reviews/{review_id}/pack{ending}"


def staff_actor(ids, slug, role=Role.SENDCO):
    about = {"name": "", "audience": Audience.STAFF, "language": "en", "trust_id": uuid.uuid4()}
    school = ids.school_of("Zara")
    return Actor(
        **about, person_id=ids.person(slug), sitting_id=uuid.uuid4(), school_id=school, roles=frozenset({role})
    )


def on_paper(pdf, tmp_path):
    (tmp_path / "pack.pdf").write_bytes(pdf)
    read = subprocess.run(["pdftotext", str(tmp_path / "pack.pdf"), "-"], check=True, capture_output=True)
    return read.stdout.decode()


@pytest.mark.parametrize("slug", READS)
def test_each_reader_finds_their_words_on_the_page_and_on_paper(app, ids, as_persona, spoken, tmp_path, slug):
    client = as_persona(slug)
    page = client.get(address(ids, spoken[0], slug))
    assert page.status_code == 200
    assert found_in(page.get_data(as_text=True)) == READS[slug]
    copy = client.get(address(ids, spoken[0], slug, ".pdf"))
    assert copy.mimetype == "application/pdf"
    # the copy of staff lies on the table in the meeting
    assert found_in(on_paper(copy.data, tmp_path)) == READS[slug] - (NOT_FOR_ALL if slug in STAFF else set())


def test_staff_see_which_answers_not_everybody_may_read(sqlite_app, ids, as_persona, spoken):
    for slug, alone in (("class-teacher", "CHILDTEACHER"), ("sendco", None)):
        page = parse(as_persona(slug).get(address(ids, spoken[0], slug)))
        marked = {}
        for name in READS[slug]:
            (answer,) = page.xpath(f"//div[starts-with(@id, 'said-')][contains(., '{name}')]")
            marked[name] = [
                " ".join(badge.text_content().split()) for badge in answer.xpath("./h4//*[contains(@class, 'badge')]")
            ]
        assert {name for name, badges in marked.items() if badges == ["For staff only"]} == FOR_SCHOOL - FOR_FAMILY
        assert {name for name, badges in marked.items() if badges and badges[0].startswith("Only ")} == {alone} - {None}
        assert not any(marked[name] for name in FOR_FAMILY)
    family = as_persona("parent").get(address(ids, spoken[0], "parent"))
    assert "For staff only" not in words(family)


def test_the_copy_for_the_table_keeps_no_date_of_what_it_leaves_out(
    sqlite_app, ids, as_persona, spoken, system_session
):
    alone = system_session.get_one(Statement, spoken[1]["TEACHERSCHOOL"])
    alone.sent_at -= timedelta(days=40)
    system_session.commit()
    actor, now = staff_actor(ids, "sendco"), clock.now()
    scope = scope_of(actor, clock.today())
    with PortalSession(sqlite_app.extensions["engine"], scope=scope, read_only=True) as session:
        about = {"pupil_id": ids.pupil("Zara"), "review_id": spoken[0], "language": "en"}
        page = papers_for_staff(session, viewer=actor, now=now, **about)
    before = {voice.sent_at.date() for voice in page.voices}
    after = {voice.sent_at.date() for voice in for_the_table(page).voices}
    assert before - after == {alone.sent_at.date()}
    assert not [one for one in for_the_table(page).comers if one.starts_at]


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_nobody_else_opens_a_pack(sqlite_app, ids, as_persona, spoken, ending):
    for slug in set(ALL_PERSONAS) - READS.keys():
        for side in ("", "/staff"):
            answer = as_persona(slug).get(f"{side}/children/{ids.pupil('Zara')}/reviews/{spoken[0]}/pack{ending}")
            assert answer.status_code in (403, 404), (slug, side)
            assert not found_in(answer.get_data(as_text=True)), slug


def test_a_young_person_reads_their_own_pack_and_what_is_for_the_family(sqlite_app, ids, as_persona, system_session):
    """Their own words to one adult too; what a parent told school alone stays with school."""
    from portal.people.models import Pupil

    person = ids.person("young-person")
    pupil = system_session.scalars(select(Pupil).where(Pupil.person_id == person)).one()
    review = a_review(system_session, ids, pupil.known_as or pupil.forename)
    mine = {name: row for name, row in SPOKEN.items() if row[0] in ("child", "parent", "class-teacher")}
    say(system_session, ids, review, mine, pupil.known_as or pupil.forename)
    system_session.commit()
    page = as_persona("young-person").get(f"/children/{pupil.id}/reviews/{review.id}/pack")
    assert page.status_code == 200
    seen = {name for name in mine if name in FOR_FAMILY} | {"CHILDTEACHER", "CHILDASSISTANT", "CHILDSCHOOL"}
    assert found_in(page.get_data(as_text=True)) == seen


def test_a_family_reads_no_pack_before_it_is_invited_and_none_that_was_cancelled(
    app, ids, as_persona, spoken, system_session
):
    review = system_session.get_one(Review, spoken[0])
    for stage in (Stage.PLANNED, Stage.CANCELLED):
        review.stage = stage
        system_session.commit()
        for slug in ("parent", "class-teacher"):
            assert as_persona(slug).get(address(ids, spoken[0], slug)).status_code == 404, (stage, slug)


def test_an_adult_who_lost_access_reads_nothing_from_that_moment(app, ids, as_persona, spoken, system_session):
    client = as_persona("second-parent")
    assert client.get(address(ids, spoken[0], "second-parent")).status_code == 200
    link = select(PupilContact).where(
        PupilContact.pupil_id == ids.pupil("Zara"), PupilContact.adult_id == ids.person("second-parent")
    )
    system_session.scalars(link).one().access = "none"
    system_session.commit()
    answer = client.get(address(ids, spoken[0], "second-parent"))
    assert answer.status_code == 404
    assert not found_in(answer.get_data(as_text=True))


def test_the_pack_says_how_words_came_in_and_what_was_late(sqlite_app, ids, as_persona, spoken, system_session):
    late = system_session.get_one(Statement, spoken[1]["OTHERFAMILY"])
    late.late = True
    child = system_session.scalars(
        select(Contribution).where(Contribution.review_id == spoken[0], Contribution.side == Side.PUPIL)
    ).one()
    child.helped_by = "Someone at home"
    system_session.commit()
    page = as_persona("class-teacher").get(address(ids, spoken[0], "class-teacher"))
    text = words(page)
    assert "Typed in from paper by school" in text
    assert "Helped by: Someone at home" in text
    cards = [" ".join(card.text_content().split()) for card in parse(page).xpath("//section[@class='card']")]
    assert [("Late" in card) for card in cards] == [("OTHERFAMILY" in card) for card in cards]
    order = [next(name for name in SPOKEN if name in card)[:5] for card in cards]
    assert order == sorted(order, key=["PAREN", "OTHER", "PAPER", "CHILD", "TEACH"].index) or order[3:] == [
        "CHILD",
        "TEACH",
    ], "parents, then the child, then staff"


def test_taps_are_words_and_an_answer_not_told_is_shown_as_such(sqlite_app, ids, as_persona, system_session):
    review = a_review(system_session, ids)
    thread = a_target(system_session, ids)
    said = {
        "CARDS": ("child", Side.PUPIL, Readers.FAMILY, None, "cards", True),
        "TARGET": ("class-teacher", Side.STAFF, Readers.FAMILY, None, f"target:{thread.thread}", True),
    }
    made = say(system_session, ids, review, said)
    made["CARDS"].picks, made["CARDS"].text = {"playtime": "good", "maths": "not_say"}, ""
    made["TARGET"].picks, made["TARGET"].text = {"rating": "some_steps"}, ""
    system_session.commit()
    text = words(as_persona("parent").get(address(ids, review.id, "parent")))
    assert "Playtime: Good" in text
    assert "Maths: I don't want to say" in text
    assert "Small steps" in text
    assert text.count(thread.title) == 2, "among the targets and as what was judged"


def a_target(session, ids):
    from portal.profiles.models import PlanVersion, Target

    published = select(PlanVersion.id).where(
        PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published"
    )
    return session.scalars(
        select(Target).where(Target.version_id.in_(published)).order_by(Target.position).limit(1)
    ).one()


def test_what_was_agreed_last_time_stands_in_the_pack_for_those_who_may_read_it(
    sqlite_app, ids, as_persona, spoken, system_session
):
    earlier = a_review(system_session, ids, stage=Stage.RECORD_SHARED)
    about = {"pupil_id": ids.pupil("Zara"), "school_id": ids.school_of("Zara")}
    teacher, now = ids.person("class-teacher"), clock.now() - timedelta(days=40)
    system_session.add(
        Record(**about, review_id=earlier.id, started_by=teacher, started_at=now, shared_by=teacher, shared_at=now)
    )
    for position, (text, readers) in enumerate((("AGREEDFAMILY", "family"), ("AGREEDSCHOOL", "teachers"))):
        system_session.add(
            Action(
                **about, review_id=earlier.id, position=position, party=Party.SCHOOL, owner_id=teacher, text=text,
                due_on=clock.today() - timedelta(days=3), author_id=teacher, written_by=teacher, side="staff",
                readers=readers, sent_at=now,
            )
        )  # fmt: skip
    system_session.commit()
    family = words(as_persona("parent").get(address(ids, spoken[0], "parent")))
    assert "AGREEDFAMILY" in family
    assert "AGREEDSCHOOL" not in family
    assert "Late" in family
    school = words(as_persona("sendco").get(address(ids, spoken[0], "sendco")))
    assert "AGREEDSCHOOL" in school


def test_who_comes_never_names_another_household(sqlite_app, ids, as_persona, spoken, system_session):
    from portal.meetings.models import Invitation
    from portal.people.models import Person

    about = {"pupil_id": ids.pupil("Zara"), "school_id": ids.school_of("Zara"), "review_id": spoken[0]}
    for slug in PARENTS:
        system_session.add(Invitation(**about, adult_id=ids.person(slug), uid=str(uuid.uuid4()), sent_at=clock.now()))
    for row in system_session.scalars(select(Statement).where(Statement.review_id == spoken[0])).all():
        system_session.delete(row)
    name = system_session.get_one(Person, ids.person("second-parent")).full_name
    system_session.commit()
    assert name in words(as_persona("sendco").get(address(ids, spoken[0], "sendco")))
    assert name not in as_persona("parent").get(address(ids, spoken[0], "parent")).get_data(as_text=True)


def many(session, ids, review, number):
    """Far more statements than any family writes, each with a translation."""
    said = {f"MANY{n:03}": ("parent", Side.PARENT, Readers.FAMILY, None, f"more{n}", True) for n in range(number)}
    for row in say(session, ids, review, said).values():
        whose = {name: getattr(row, name) for name in ("author_id", "side", "readers", "school_id", "pupil_id")}
        session.add(
            StatementTranslation(
                **whose, statement_id=row.id, language="ur", text="ترجمہ", translated_by="Somebody", at=clock.now(),
                written_by=ids.person("sendco"), sent_at=clock.now(),
            )
        )  # fmt: skip
    session.commit()


@pytest.mark.parametrize(("slug", "most"), [("parent", 8), ("sendco", 12)])
@pytest.mark.parametrize("kind", [ReviewKind.CONCERN, ReviewKind.ANNUAL])
def test_a_pack_of_many_words_asks_few_questions(app, ids, as_persona, counting, system_session, slug, most, kind):
    review = a_review(system_session, ids, kind=kind, due_on=clock.today(), meets_at=clock.now() + timedelta(days=20))
    review.stage = Stage.NOTICE_SENT if kind == ReviewKind.ANNUAL else Stage.INVITED
    many(system_session, ids, review, 60)
    client = as_persona(slug)
    path = address(ids, review.id, slug) + "?lang=ur"
    client.get(path)
    counting.statements.clear()
    page = client.get(path)
    assert page.get_data(as_text=True).count("MANY") >= 60
    assert len(counting) <= most, "\n".join(counting.statements)


def test_the_copy_says_nothing_about_a_child_by_its_name_and_is_noted(
    sqlite_app, ids, as_persona, spoken, system_session
):
    copy = as_persona("parent").get(address(ids, spoken[0], "parent", ".pdf") + "?lang=ur")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="school-copy.pdf"'
    assert copy.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(copy.data)) as pdf:
        assert str(pdf.Root.Lang) == "ur"
        assert "Zara" not in str(pdf.docinfo.get("/Title", ""))
    taken = system_session.scalars(select(AuditEvent).where(AuditEvent.action == "copy of the pack taken")).one()
    assert (taken.actor_id, taken.subject_id, taken.facts) == (ids.person("parent"), spoken[0], {})


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_long_pack_is_set_in_every_language(sqlite_app, ids, as_persona, system_session, tag):
    review = a_review(system_session, ids)
    many(system_session, ids, review, 60)
    assert as_persona("parent").get(address(ids, review.id, "parent", ".pdf") + f"?lang={tag}").data.startswith(b"%PDF")


def test_words_of_any_kind_stand_as_they_were_typed(sqlite_app, ids, as_persona, system_session, tmp_path):
    review = a_review(system_session, ids)
    row = say(system_session, ids, review, {"ODD": ("parent", Side.PARENT, Readers.FAMILY, None, "admire", True)})[
        "ODD"
    ]
    row.text = "<b>kind</b> 🙂 اردو‏ " + "a" * 20_000
    system_session.commit()
    page = as_persona("class-teacher").get(address(ids, review.id, "class-teacher"))
    assert "<b>kind</b> 🙂" in words(page)
    assert not parse(page).xpath("//main//b")
    copy = as_persona("class-teacher").get(address(ids, review.id, "class-teacher", ".pdf"))
    assert "<b>kind</b>" in on_paper(copy.data, tmp_path)


# translations by a person


def translations(session, spoken):
    """Those of this review; the session lets go at once."""
    found = session.scalars(
        select(StatementTranslation).where(StatementTranslation.statement_id.in_(spoken[1].values()))
    ).all()
    session.expunge_all()
    session.rollback()
    return found


def translate_at(ids, spoken, name, language="ur"):
    return address(ids, spoken[0], "sendco", f"/statements/{spoken[1][name]}/{language}")


@pytest.mark.parametrize("slug", STAFF)
def test_school_adds_a_translation_beside_the_original(app, ids, as_persona, spoken, system_session, slug):
    client = as_persona(slug)
    path = translate_at(ids, spoken, "TEACHERFAMILY")
    assert "It is TEACHERFAMILY." in words(client.get(path))
    typed = {"text": "یہ ترجمہ ہے", "translated_by": "Nasreen Akhtar", "seen": ""}
    assert client.post(path, data=typed).status_code == 303
    [row] = translations(system_session, spoken)
    said = system_session.get_one(Statement, spoken[1]["TEACHERFAMILY"])
    same = ("author_id", "side", "readers", "one_adult_id", "sent_at")
    assert [getattr(row, name) for name in same] == [getattr(said, name) for name in same]
    assert row.written_by == ids.person(slug)
    noted = system_session.scalars(select(AuditEvent).where(AuditEvent.action == "translated a statement")).one()
    assert noted.facts == {"language": "ur"}
    system_session.rollback()
    text = words(as_persona("parent").get(address(ids, spoken[0], "parent") + "?lang=ur"))
    assert "یہ ترجمہ ہے" in text
    assert "Nasreen Akhtar" in text
    assert "It is TEACHERFAMILY." in text, "the original is never replaced"
    assert "یہ ترجمہ ہے" not in words(as_persona("parent").get(address(ids, spoken[0], "parent") + "?lang=pl"))


def test_who_does_not_read_a_statement_neither_reads_nor_writes_its_translation(
    app, ids, as_persona, spoken, system_session
):
    typed = {"text": "TRANSLATED", "translated_by": "Somebody", "seen": ""}
    assert as_persona("sendco").get(translate_at(ids, spoken, "CHILDTEACHER")).status_code == 404
    assert as_persona("sendco").post(translate_at(ids, spoken, "CHILDTEACHER"), data=typed).status_code == 404
    assert as_persona("class-teacher").post(translate_at(ids, spoken, "PARENTDRAFT"), data=typed).status_code == 404
    assert not translations(system_session, spoken)
    assert as_persona("class-teacher").post(translate_at(ids, spoken, "CHILDTEACHER"), data=typed).status_code == 303
    for slug, side in (
        ("sendco", "sendco"),
        ("headteacher", "sendco"),
        ("parent", "parent"),
        ("second-parent", "parent"),
    ):
        page = as_persona(slug).get(address(ids, spoken[0], side) + "?lang=ur")
        assert "TRANSLATED" not in page.get_data(as_text=True), slug
    page = as_persona("class-teacher").get(address(ids, spoken[0], "sendco") + "?lang=ur")
    assert "TRANSLATED" in page.get_data(as_text=True)
    [row] = translations(system_session, spoken)
    assert (row.readers, row.one_adult_id) == ("one_adult", ids.person("class-teacher")), "fenced by itself, too"


@pytest.mark.parametrize(
    ("typed", "language", "status"),
    [
        ({"text": "", "translated_by": "Somebody"}, "ur", 422),
        ({"text": "x", "translated_by": ""}, "ur", 422),
        ({"text": "x" * 20_001, "translated_by": "Somebody"}, "ur", 422),
        ({"text": "x", "translated_by": "Somebody"}, "en", 404),
        ({"text": "x", "translated_by": "Somebody"}, "tlh", 404),
    ],
)
def test_a_translation_needs_words_a_name_and_another_language(
    sqlite_app, ids, as_persona, spoken, system_session, typed, language, status
):
    answer = as_persona("sendco").post(translate_at(ids, spoken, "PARENTFAMILY", language), data={**typed, "seen": ""})
    assert answer.status_code == status
    assert not translations(system_session, spoken)


def test_two_translators_at_once_lose_nothing(sqlite_app, ids, as_persona, spoken, system_session):
    path = translate_at(ids, spoken, "PARENTFAMILY")
    first = {"text": "FIRST", "translated_by": "Somebody", "seen": ""}
    assert as_persona("sendco").post(path, data=first).status_code == 303
    answer = as_persona("headteacher").post(path, data={"text": "SECOND", "translated_by": "Else", "seen": ""})
    assert answer.status_code == 409
    assert "FIRST" in words(answer)
    assert "SECOND" in answer.get_data(as_text=True)
    seen = parse(answer).xpath("//input[@name='seen']/@value")[0]
    again = {"text": "SECOND", "translated_by": "Else", "seen": seen}
    assert as_persona("headteacher").post(path, data=again).status_code == 303
    assert [row.text for row in translations(system_session, spoken)] == ["SECOND"]


def test_advice_that_is_still_to_come_or_late_is_for_school_alone(sqlite_app, ids, as_persona, system_session):
    review = a_review(
        system_session, ids, kind=ReviewKind.ANNUAL, stage=Stage.NOTICE_SENT, due_on=clock.today(),
        meets_at=clock.now() + timedelta(days=20),
    )  # fmt: skip
    about = {"pupil_id": review.pupil_id, "school_id": review.school_id, "review_id": review.id}
    for slug, days in (("class-teacher", -2), ("teaching-assistant", 3)):
        system_session.add(
            AdviceRequest(
                **about, person_id=ids.person(slug), asked_by=ids.person("sendco"), asked_at=clock.now(),
                due_on=clock.today() + timedelta(days=days),
            )
        )  # fmt: skip
    say(system_session, ids, review, {"ADVICE": ("class-teacher", Side.STAFF, Readers.FAMILY, None, "advice", True)})
    system_session.commit()
    page = as_persona("sendco").get(address(ids, review.id, "sendco"))
    rows = [" ".join(row.text_content().split()) for row in parse(page).xpath("//main//tbody/tr")]
    assert sorted("Late" in row for row in rows) == [False, True]
    assert sorted("Asked for" in row for row in rows) == [False, True]
    family = words(as_persona("parent").get(address(ids, review.id, "parent")))
    assert "It is ADVICE." in family
    assert "Late" in family, "late advice is marked for everybody"
    assert "Advice from staff" not in family
