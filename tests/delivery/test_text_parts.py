"""What a text costs, against the alphabets and limits of 3GPP TS 23.038 and TS 23.040."""

import pytest

from portal.delivery.rules_text import BASIC, EXTENSION, sms_parts


def cost(text):
    found = sms_parts(text)
    return found.encoding.value, found.letters, found.parts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ("gsm7", 0, 0)),
        ("a" * 160, ("gsm7", 160, 1)),
        ("a" * 161, ("gsm7", 161, 2)),
        ("a" * 306, ("gsm7", 306, 2)),
        ("a" * 307, ("gsm7", 307, 3)),
        ("a" * 459, ("gsm7", 459, 3)),
        ("€" * 80, ("gsm7", 160, 1)),
        ("€" * 81, ("gsm7", 162, 2)),
        ("a" * 159 + "€", ("gsm7", 161, 2)),
        ("à" * 160, ("gsm7", 160, 1)),
        ("ą" * 70, ("ucs2", 70, 1)),
        ("ą" * 71, ("ucs2", 71, 2)),
        ("ą" * 134, ("ucs2", 134, 2)),
        ("ą" * 135, ("ucs2", 135, 3)),
        ("a" * 69 + "ą", ("ucs2", 70, 1)),
        ("a" * 70 + "ą", ("ucs2", 71, 2)),
        ("’" + "a" * 70, ("ucs2", 71, 2)),
        ("😀" * 35, ("ucs2", 70, 1)),
        ("😀" * 36, ("ucs2", 72, 2)),
        ("ب" * 70, ("ucs2", 70, 1)),
        ("ș" * 70, ("ucs2", 70, 1)),
    ],
)
def test_known_texts_cost_what_the_networks_say(text, told):
    assert cost(text) == told


def test_a_sign_of_two_places_is_never_cut_in_half():
    assert cost("a" * 152 + "€" + "a" * 152) == ("gsm7", 306, 3), "152, then a sign of two and 151, then one more"
    assert cost("a" * 151 + "€" + "a" * 153) == ("gsm7", 306, 2)
    assert cost("😀" * 67) == ("ucs2", 134, 3), "33 pairs in a part of 67"


def test_the_alphabet_has_its_size():
    assert len(BASIC) == 127, "128 places, of which one is the escape"
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("sign", "áâãçêíîóôõúûąćęłńśźżșțăıığ`–—…“”’\t")
def test_near_misses_of_the_alphabet_cost_the_larger_one(sign):
    assert cost(sign)[0] == "ucs2"
