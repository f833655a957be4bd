"""What people type is kept as typed, and what staff format comes out harmless: held against a second sanitiser."""

import unicodedata

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import Invalid
from portal.kernel.text import ALLOWED_TAGS, clean_html, many_lines, one_line

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>hello</p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<<b>script>alert(1)<</b>/script>",
    "<style>*{display:none}</style>",
    '<a href="https://example.org" target=_blank style="x">x</a>',
    "<h1>big</h1><h2>fine</h2><ul><li>one</li></ul>",
    "\u202e<b>x</b>",
    "<textarea><b>x</b></textarea>",
    "<a href='vbscript:1'>x</a>",
]
PIECES = st.sampled_from(
    [
        *HOSTILE,
        "<",
        ">",
        "&lt;",
        '"',
        "'",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "]]>",
        "<p>",
        "javascript:",
        "\t",
        "https://a.b",
    ]
)


def oracle(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel=None,
    )


def shape(html: str) -> str:
    """Both sanitisers' writing of one and the same tree."""
    return oracle(html).replace("\xa0", " ").replace("&nbsp;", " ")


@pytest.mark.parametrize("html", HOSTILE)
def test_what_one_sanitiser_lets_through_the_other_leaves_alone(html):
    cleaned = clean_html(html)
    assert shape(cleaned) == shape(shape(cleaned))
    for bad in ("<script", "onerror", "onclick", "javascript:", "vbscript:", "<style", "<img", "<svg", "data:text"):
        assert bad not in cleaned.lower().replace("&lt;", "")


@given(
    st.lists(
        PIECES | st.text(max_size=5, alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        max_size=12,
    )
)
def test_no_mixture_gets_through(parts):
    cleaned = clean_html("".join(parts))
    again = oracle(cleaned)
    count = lambda text, tag: text.lower().count(f"<{tag}")  # noqa: E731
    for tag in (*ALLOWED_TAGS, "script", "img", "svg", "style", "iframe"):
        assert count(again, tag) == count(cleaned, tag), (cleaned, again)
    assert " on" not in "".join(part.split(">")[0] for part in cleaned.split("<")[1:]) or "href" in cleaned


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b"])
def test_unreadable_characters_get_a_message(bad):
    for kept in (one_line, many_lines, clean_html):
        with pytest.raises(Invalid):
            kept(bad)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u061c"])
def test_direction_signs_are_refused_in_names_and_kept_in_texts(sign):
    with pytest.raises(Invalid):
        one_line(f"Ann{sign}Eve")
    assert many_lines(f"Ann{sign}Eve") == f"Ann{sign}Eve"


@pytest.mark.parametrize("name", ["O'Neill", "Żak-Şahin", "Sukarno", "محمد علی", "ਹਰਪ੍ਰੀਤ", "<3", "A & B", "D’Souza"])
def test_names_stay_as_they_are(name):
    assert one_line(f"  {name}  ") == unicodedata.normalize("NFC", name)


def test_joiners_of_urdu_and_emoji_stay():
    text = "می\u200cخواهم 👩\u200d👧"
    assert many_lines(text) == text


def test_too_long_says_how_long_it_may_be():
    with pytest.raises(Invalid) as caught:
        one_line("x" * 201)
    assert caught.value.values == {"longest": 200}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300))
def test_cleaning_twice_changes_nothing(text):
    once = many_lines(text)
    assert many_lines(once) == once
