"""Every kind of message to a family has its mail and, in the portal, its title in every language."""

import pytest

from portal.app import MESSAGES
from portal.delivery.demo_file import DemoSender
from portal.delivery.mail import preview
from portal.jobs import kinds_for
from portal.paths import TEMPLATES, TRANSLATIONS
from portal.web.i18n import LANGUAGES
from portal.web.i18n.messages import is_translated, read_catalogue
from tests.conftest import make_settings

# read by whoever signs in, or by staff on a page of their own
NO_TITLE = {
    *("sign_in_code", "confirm_address", "address_added", "digest"),
    *("told_now", "told_unopened", "papers_staff", "consent_taken_back"),
}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    return set(kinds_for(make_settings("sqlite://", folder), DemoSender(folder)))


def test_every_kind_that_is_sent_has_its_mail(kinds):
    assert {kind for kind in kinds if not (TEMPLATES / "mail" / f"{kind}.txt").exists()} == set()


def test_every_kind_for_a_family_stands_in_the_list_and_no_other(kinds):
    assert kinds - NO_TITLE == set(MESSAGES)


# the keys of domain.md section 8, and the kind that each leaves as; provision without an EHC plan begins with joining the register (Children and Families Act 2014 s.68)
CATALOGUE = {
    **dict.fromkeys(("register.added", "register.removed", "provision.started"), "register_word"),
    "plan.to_comment": "plan_to_comment",
    "plan.to_comment.reminder": "plan_to_comment_reminder",
    "plan.active_copy": "plan_published",
    "review.booking_open": "booking_open",
    "review.booking_open.reminder": "booking_reminder",
    "review.booking_open.last_call": "booking_last_call",
    "review.invited": "meeting_invited",
    "review.moved": "meeting_moved",
    "review.cancelled": "meeting_cancelled_by_school",
    "review.views_please": "views_please",
    "review.views_please.reminder": "views_reminder",
    "review.papers": "papers",
    "review.record": "review.record",
    "consent.ask": "consent_ask",
    "consent.expiring": "consent_reminder",
    "yp.rights_change.soon": "rights_soon",
    "yp.rights_change.now": "rights_now",
    "forum.invite": "notice",
    "forum.tomorrow": "gathering_tomorrow",
    "access.changed": "access_changed",
}


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_key_of_the_catalogue_is_a_message(kinds, key):
    assert CATALOGUE[key] in kinds
    assert CATALOGUE[key] in MESSAGES


@pytest.mark.parametrize("tag", LANGUAGES)
def test_outside_the_portal_no_message_says_what_it_is_about(tag):
    values = {"school": "Hazel Lane", "name": "Samina", "link": "https://example.org/sign-in/family", "own": ""}
    for kind in MESSAGES:
        made = preview(kind, values, tag)
        said = (made.subject + made.text + made.html + made.sms).replace("Hazel Lane", "")
        for tell_tale in ("SEN", "EHC", "review", "meeting", "register", "target", "notice"):
            assert tell_tale not in said, (kind, tell_tale)
        assert "%(" not in said, kind
        assert made.text.strip(), kind


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_every_title_is_said_in_every_language(tag):
    catalogue = read_catalogue(TRANSLATIONS / tag / "LC_MESSAGES" / "messages.po")
    titles = {room.titles[kind] for kind, room in MESSAGES.items()}
    missing = [title for title in titles if (found := catalogue.get(title)) is None or not is_translated(found)]
    assert missing == []
