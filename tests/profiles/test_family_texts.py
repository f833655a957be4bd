"""School's words in the reader's language: the exact wording's translation, else the words themselves, said so."""

from portal.profiles.queries_texts import Credit, Wordings
from portal.profiles.rules import wording_key

KNOWN = {wording_key("Read ten words."): ("دس لفظ پڑھیں۔", "Mrs Begum", "Mr Rahman")}


def test_a_translation_belongs_to_one_exact_wording():
    words = Wordings("ur", KNOWN)
    assert words.text("Read ten words.", "en").text == "دس لفظ پڑھیں۔"
    changed = words.text("Read eleven words.", "en")
    assert (changed.text, changed.is_original, changed.lang) == ("Read eleven words.", True, "en-GB")
    assert words.has_original


def test_translated_words_carry_language_direction_and_who_made_them():
    words = Wordings("ur", KNOWN)
    text = words.text("Read ten words.", "en")
    assert (text.lang, text.direction, text.is_original) == ("ur", "rtl", False)
    assert words.credits == (Credit("Mrs Begum", "Mr Rahman"),)
    assert not words.has_original


def test_words_in_the_readers_own_language_need_no_translation():
    words = Wordings("en", {})
    text = words.text("Read ten words.", "en")
    assert (text.is_original, text.translated_by) == (False, "")
    assert words.credits == ()
    assert words.text("", "en") is None


def test_what_a_person_typed_cannot_become_markup():
    words = Wordings("en", {})
    assert words.text("<b>5 < 6</b>", "en").__html__() == (
        '<bdi class="said" lang="en-GB" dir="ltr">&lt;b&gt;5 &lt; 6&lt;/b&gt;</bdi>'
    )
    assert 'lang="" dir="auto"' in words.text("x", 'zz" onclick="').__html__()
