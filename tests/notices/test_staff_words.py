"""What staff type becomes headings, bold, lists and links; nothing else survives, on a page or on paper."""

import nh3
import pytest

from portal.kernel.text import ALLOWED_TAGS
from portal.notices.rules_words import Run, blocks, html_of, wording
from tests.notices.staff import HOSTILE


def test_the_few_signs_become_headings_lists_bold_and_links():
    html = html_of("# Bring\n- a **cup**\n- [our page](https://example.org/a?b=1&c=2)\n1. first\n\nOne\ntwo\n\nthree")
    assert html == (
        '<h2>Bring</h2><ul><li>a <strong>cup</strong></li><li><a href="https://example.org/a?b=1&amp;c=2">our page</a>'
        "</li></ul><ol><li>first</li></ol><p>One<br>two</p><p>three</p>"
    )


def test_an_address_that_stands_alone_is_a_link_without_the_full_stop():
    assert (
        html_of("See https://example.org/x.") == '<p>See <a href="https://example.org/x">https://example.org/x</a>.</p>'
    )


@pytest.mark.parametrize(
    "typed",
    [
        HOSTILE,
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>1</script>)",
        "[x](java\tscript:1)",
        '[x](https://a"onclick="alert(1))',
        "[x](//evil.example)",
        "<a href=javascript:1>x</a>",
        "**<b onmouseover=1>**",
        "# <svg/onload=1>",
        "- <iframe src=https://evil.example>",
        "</p></div><script>1</script>",
        "<style>*{display:none}</style>",
        "[<img src=x>](https://example.org/<img>)",
        "&lt;script&gt;1&lt;/script&gt;",
    ],
)
def test_nothing_hostile_survives(typed):
    html = html_of(typed)
    lowered = html.lower()
    for tag in ("<script", "<img", "<svg", "<iframe", "<style", "<b "):
        assert tag not in lowered
    hrefs = [part.split('"')[0] for part in lowered.split('href="')[1:]]
    assert all(href.startswith(("http://", "https://", "mailto:", "tel:")) for href in hrefs), hrefs
    assert lowered.count("<") == sum(
        lowered.count(f"<{mark}{tag}{end}") for mark in ("", "/") for tag in ALLOWED_TAGS for end in (">", " ")
    )
    attributes = {"a": {"href"}}
    assert nh3.clean(html, tags=set(ALLOWED_TAGS), attributes=attributes, link_rel=None) == html, "nh3 changes nothing"


def test_what_was_typed_as_html_is_read_as_it_was_typed():
    assert html_of("5 < 6 & <b>bold</b>") == "<p>5 &lt; 6 &amp; &lt;b&gt;bold&lt;/b&gt;</p>"


def test_the_same_words_on_paper():
    (heading, items) = blocks("## Bring\n- a **cup** [x](tel:+44121)")
    assert (heading.kind, heading.lines) == ("h3", ((Run("Bring"),),))
    assert items.lines == ((Run("a "), Run("cup", bold=True), Run(" "), Run("x", href="tel:+44121")),)


def test_a_translation_belongs_to_one_wording():
    assert wording("a", "b") == wording("a", "b")
    assert len({wording("a", "b"), wording("a", "c"), wording("c", "b")}) == 3
