"""Words in another language get a translation by a person, beside them and for the same readers; they stay themselves."""

from sqlalchemy import select

from portal.concerns.models import ConcernReply
from portal.concerns.rules import Standing, Turn
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.people.scopes import one_pupil
from tests.concerns.asking import HOSTILE, rows
from tests.pages import parse, words

URDU = "زارا اکیلی بیٹھتی ہے"


def put(asking, key, said, who="class-teacher", replies=None):
    if replies is None:
        replies = asking.one(key).replies
    path = f"{asking.staff_path(key)}/translate"
    return asking.as_persona(who).post(path, data={"words": said, "replies": str(replies)})


def cards(page):
    """The words of each entry with the language it is marked as, in the order of the page."""
    found = parse(page).xpath("//main//section//bdi[contains(@class, 'said')]")
    return [(one.text_content(), one.get("lang")) for one in found]


def test_the_translation_stands_beside_the_words_for_everybody_who_reads_them(asking, as_persona, read_pdf):
    client = as_persona("parent")
    client.get("/home?lang=ur")
    key = asking.asked(client=client, part_0=URDU)
    asking.answer(key, words="We watch")
    before = asking.one(key)
    assert put(asking, key, "Zara sits alone").status_code == 303
    row = asking.one(key)
    assert (row.standing, row.step, row.answer_by) == (Standing.ANSWERED, before.step, before.answer_by)
    assert row.parts == {"about": URDU}
    for page in (as_persona("sendco").get(asking.staff_path(key)), client.get(asking.family_path(key))):
        assert cards(page) == [(URDU, "ur"), ("Zara sits alone", "en"), ("We watch", None)]
    assert "Miss Okafor" in words(as_persona("sendco").get(asking.staff_path(key)))
    letter = read_pdf(client.get(f"{asking.family_path(key)}/letter.pdf?lang=en").data)
    assert "Zara sits alone" in letter
    assert "Translation" in letter


def test_what_is_said_later_is_translated_beside_itself(asking, as_persona):
    key = asking.asked(part_0="Pierwsze")
    asking.answer(key, words="We watch")
    asking.step_up(key, words="Za mało")
    asking.answer(key, who="sendco", words="I come to it")
    assert put(asking, key, "Not enough", who="sendco").status_code == 303
    said = [text for text, _lang in cards(as_persona("parent").get(asking.family_path(key)))]
    assert said == ["Pierwsze", "We watch", "Za mało", "Not enough", "I come to it"]


def test_it_is_no_answer_and_tells_nobody(asking):
    key = asking.asked(part_0=URDU)
    for _twice in range(2):
        assert put(asking, key, "Zara sits alone", replies=0).status_code == 303
    assert [reply.kind for reply in asking.replies(key)] == [Turn.TRANSLATED]
    assert asking.one(key).standing == Standing.OPEN
    assert rows(asking.session, OutboxItem, OutboxItem.kind.like("concern%")) == []


def test_what_cannot_be_kept_is_told_and_stays_in_the_box(asking):
    key = asking.asked(part_0=URDU)
    assert put(asking, key, "  ").status_code == 422
    asking.answer(key, words="We watch")
    late = put(asking, key, "MARKER-TYPED", replies=0)
    assert late.status_code == 409
    assert "MARKER-TYPED" in late.get_data(as_text=True)
    assert "We watch" in words(late)


def test_its_readers_are_those_of_the_words(asking, as_persona, app, ids):
    key = asking.asked(part_0=URDU, readers=str(ids.person("sendco")))
    for slug, status in (("class-teacher", 404), ("headteacher", 404), ("teaching-assistant", 403), ("office", 403)):
        assert put(asking, key, "MARKER", who=slug, replies=0).status_code == status
    assert put(asking, key, "MARKER", who="sendco").status_code == 303
    assert as_persona("headteacher").get(asking.staff_path(key)).status_code == 404
    assert as_persona("second-parent").get(asking.family_path(key)).status_code == 404
    for slug, number in (("parent", 1), ("second-parent", 0)):
        scope = one_pupil(asking.child, ids.person(slug))
        with PortalSession(app.extensions["engine"], scope=scope, read_only=True) as session:
            found = session.scalars(select(ConcernReply.words).where(ConcernReply.concern_id == key)).all()
            assert found == ["MARKER"] * number


def test_hostile_words_stay_words(asking, as_persona):
    key = asking.asked()
    put(asking, key, HOSTILE)
    page = as_persona("parent").get(asking.family_path(key))
    assert "<script>alert" not in page.get_data(as_text=True)
    assert len(parse(page).xpath("//main//bdi[contains(., 'alert(1)')]")) == 1


def test_a_step_that_school_overtakes_keeps_what_was_typed(asking, as_persona):
    key = asking.asked()
    asking.let_it_be_late(key)
    asking.answer(key, words="MARKER-OVERTOOK")
    late = asking.step_up(key, words="MARKER-TYPED", replies=0)
    assert late.status_code == 409
    assert "MARKER-TYPED" in late.get_data(as_text=True)
    assert parse(late).xpath("//input[@name='replies']/@value") == ["1"], "whoever presses again has seen it"
    assert [reply.kind for reply in asking.replies(key)] == [Turn.ANSWER]
    assert asking.step_up(key, words="MARKER-TYPED", replies=1).status_code == 303
