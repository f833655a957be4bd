"""A translation belongs to one wording, says who made and checked it, and nobody writes over another's unseen."""

import pytest
from sqlalchemy import select

from portal.profiles.models import PlanVersion, TextTranslation
from portal.profiles.rules import wording_key
from tests.pages import words
from tests.profiles.filling import ask, begin_draft, fields, main_form, send


def kept(app, pupil_id, text, language="pl"):
    found = select(TextTranslation).where(
        TextTranslation.pupil_id == pupil_id,
        TextTranslation.language == language,
        TextTranslation.wording == wording_key(text),
    )
    return ask(app, found)


@pytest.fixture
def original(app, ids):
    """A text of Zara's plan."""
    found = select(PlanVersion.how_to_support).where(
        PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published"
    )
    return ask(app, found)[0]


def address(ids, text, language="pl"):
    return f"/staff/children/{ids.pupil('Zara')}/translations/{language}/{wording_key(text)}"


def test_a_translation_reaches_the_family_in_its_language(app, as_persona, ids, original):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    answer = send(sendco, address(ids, original), text="Pomóż mi powoli.", translated_by="Ola Nowak")
    assert answer.status_code == 303
    (row,) = kept(app, zara, original)
    assert (row.text, row.translated_by, row.checked_by) == ("Pomóż mi powoli.", "Ola Nowak", "")
    assert "Pomóż mi powoli." in words(as_persona("parent").get(f"/children/{zara}?lang=pl"))
    assert send(sendco, address(ids, original), checked_by="Jan Lis").status_code == 303
    (row,) = kept(app, zara, original)
    assert row.checked_by == "Jan Lis"


def test_missing_ones_come_first_and_are_counted(app, as_persona, ids, original):
    sendco = as_persona("sendco")
    url = f"/staff/children/{ids.pupil('Zara')}/translations/pl"
    page = words(sendco.get(url))
    before = page.split(" texts")[0].rsplit(" ", 3)
    done, total = int(before[-3]), int(before[-1])
    assert 0 <= done < total
    send(sendco, address(ids, original), text="Pomóż mi powoli.", translated_by="Ola Nowak")
    page = words(sendco.get(url))
    assert f"{done + 1} of {total} texts" in page
    assert page.index("Add a translation") < page.index("Pomóż mi powoli.")


def test_a_changed_wording_has_no_translation_any_more(app, as_persona, ids, original):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    send(sendco, address(ids, original), text="Pomóż mi powoli.", translated_by="Ola Nowak")
    send(sendco, begin_draft(sendco, zara) + "/profile", how_to_support="Quite another wording.")
    page = words(sendco.get(f"/staff/children/{zara}/translations/pl"))
    assert "Quite another wording." in page
    assert sendco.get(address(ids, "Quite another wording.")).status_code == 200
    # the family still reads the former words, so they stay there to be translated as well
    assert sendco.get(address(ids, original)).status_code == 200
    assert "Pomóż mi powoli." in words(as_persona("parent").get(f"/children/{zara}?lang=pl"))


def test_two_translators_and_one_text(app, as_persona, ids, original):
    zara, first, second = ids.pupil("Zara"), as_persona("sendco"), as_persona("sendco")
    url = address(ids, original)
    opened = fields(main_form(second.get(url)), text="Drugi tekst", translated_by="B")
    send(first, url, text="Pierwszy tekst", translated_by="A")
    answer = second.post(url, data=opened)
    assert answer.status_code == 409
    assert "Drugi tekst" in words(answer)
    assert "Pierwszy tekst" in words(answer)
    assert kept(app, zara, original)[0].text == "Pierwszy tekst"
    assert second.post(url, data=fields(main_form(answer))).status_code == 303
    assert [row.text for row in kept(app, zara, original)] == ["Drugi tekst"]


def test_sending_it_twice_is_one_translation(app, as_persona, ids, original):
    sendco = as_persona("sendco")
    form = fields(main_form(sendco.get(address(ids, original))), text="Raz", translated_by="A")
    assert [sendco.post(address(ids, original), data=form).status_code for _n in range(2)] == [303, 303]
    assert len(kept(app, ids.pupil("Zara"), original)) == 1


def test_what_is_missing_is_said_and_the_rest_kept(app, as_persona, ids, original):
    answer = send(as_persona("sendco"), address(ids, original), text="Bez nazwiska")
    assert answer.status_code == 422
    assert "Bez nazwiska" in words(answer)
    assert "Say who translated this." in words(answer)
    assert kept(app, ids.pupil("Zara"), original) == []


def test_only_texts_of_this_child_and_other_languages(app, as_persona, ids, original):
    sendco = as_persona("sendco")
    assert sendco.get(address(ids, "words that nobody wrote")).status_code == 404
    assert sendco.get(address(ids, original, "en")).status_code == 404
    assert sendco.get(address(ids, original, "xx")).status_code == 404
    for persona, status in (("class-teacher", 403), ("office", 403), ("sendco-other-school", 404), ("parent", 403)):
        assert as_persona(persona).get(address(ids, original)).status_code == status
        assert as_persona(persona).post(address(ids, original), data={"text": "x"}).status_code == status
    assert kept(app, ids.pupil("Zara"), original) == []
