"""Joining and leaving the SEN register: the status, the event, and a word to everybody who must be told."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel.outbox import OutboxItem
from portal.people.models import PupilContact
from portal.people.rules import ContactState
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from tests.pages import parse, words
from tests.profiles.filling import ask, day, fields, main_form, send


def periods(app, pupil_id):
    found = select(SenStatusPeriod).where(SenStatusPeriod.pupil_id == pupil_id).order_by(SenStatusPeriod.starts_on)
    return [(p.provision.value, p.starts_on, p.ends_on) for p in ask(app, found)]


def events(app, pupil_id):
    found = select(RegisterEvent).where(RegisterEvent.pupil_id == pupil_id).order_by(RegisterEvent.decided_at)
    return ask(app, found)


def open_needs(app, pupil_id):
    found = select(SenNeed.need_type).where(SenNeed.pupil_id == pupil_id, SenNeed.ends_on.is_(None))
    return ask(app, found.order_by(SenNeed.rank))


def decide(client, pupil_id, kind, **typed):
    """Fills the form in, reads the second page, confirms; returns both answers and what was sent last."""
    url = f"/staff/children/{pupil_id}/register"
    check = client.post(url, data=fields(main_form(client.get(f"{url}?kind={kind}")), **typed))
    if check.status_code != 200:
        return check, None, None
    sent = {**fields(main_form(check)), "step": "confirm"}
    return check, client.post(url, data=sent), sent


def test_taking_a_child_off_tells_every_open_adult(app, as_persona, ids, today):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    before, known = periods(app, zara), {event.id for event in events(app, zara)}
    check, answer, sent = decide(sendco, zara, "removed", reason="Zara needs no extra help now.\nThank you.")
    page = words(check)
    assert "Samina Hussain" in page
    assert "Imran Hussain" in page
    assert "Kamran Shah" not in page
    assert "English" in page
    assert answer.status_code == 303
    assert sendco.post(f"/staff/children/{zara}/register", data=sent).status_code == 303

    after = periods(app, zara)
    assert after == [(*before[-1][:2], today - timedelta(days=1)), ("N", today, None)]
    assert open_needs(app, zara) == []
    (event,) = [event for event in events(app, zara) if event.id not in known]
    assert event.kind.value == "removed"
    assert event.reason_for_family == "Zara needs no extra help now.\nThank you."
    assert event.decided_by == ids.person("sendco")
    adults = sorted([ids.person("parent"), ids.person("second-parent")])
    words_told = ask(app, select(RegisterWord).where(RegisterWord.event_id == event.id))
    assert sorted(word.adult_id for word in words_told) == adults
    assert all(word.told_at and word.read_at is None for word in words_told)
    assert sorted(ask(app, select(OutboxItem.person_id).where(OutboxItem.kind == "register_word"))) == adults


def test_the_family_reads_it_and_the_sendco_sees_that_they_did(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    decide(sendco, zara, "moved_to_monitoring", reason="We stop the extra help, and watch.")
    parent = as_persona("parent")
    page = parent.get(f"/children/{zara}")
    assert "We stop the extra help, and watch." in words(page)
    form = next(f for f in parse(page).xpath("//form") if "/register/" in f.get("action", ""))
    assert "Not read yet" in words(sendco.get(f"/staff/children/{zara}"))
    parent.post(form.get("action"))
    told = words(sendco.get(f"/staff/children/{zara}")).split("Moved to watching how it goes")[1]
    assert "Samina Hussain: told on" in told
    assert "Read" in told
    assert "Imran Hussain: told on" in told
    assert "Not read yet" in told


def test_a_child_comes_back_with_a_need(app, as_persona, ids, today):
    tomasz, sendco = ids.pupil("Tomasz"), as_persona("sendco")
    assert periods(app, tomasz)[-1][0] == "N"
    _check, answer, _sent = decide(sendco, tomasz, "returned", provision="K", main_need="SPLD")
    assert answer.status_code == 303
    assert periods(app, tomasz)[-1] == ("K", today, None)
    assert open_needs(app, tomasz) == ["SPLD"]
    assert [period[2] is None for period in periods(app, tomasz)].count(True) == 1
    reason = events(app, tomasz)[-1].reason_for_family
    assert "We have put Tomasz back on our SEN register." in reason
    assert "%" not in reason


def test_the_first_step_of_a_child_new_to_it_is_adding(app, as_persona, ids, system_session):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    for kind in (SenStatusPeriod, SenNeed):
        for row in system_session.scalars(select(kind).where(kind.pupil_id == zara)):
            system_session.delete(row)
    system_session.commit()
    page = sendco.get(f"/staff/children/{zara}/register")
    assert "Add to the SEN register" in words(page)
    _check, answer, _sent = decide(sendco, zara, "added")
    assert answer.status_code == 303
    assert [period[0] for period in periods(app, zara)] == ["K"]
    assert open_needs(app, zara) == ["NSA"]


def test_a_young_person_is_told_by_their_own_page(app, as_persona, ids):
    grace, sendco = ids.pupil("Grace"), as_persona("sendco-other-school")
    check, answer, _sent = decide(sendco, grace, "moved_to_monitoring", reason="Well done, Grace.")
    assert "reads it on their own page" in words(check)
    assert answer.status_code == 303
    event = events(app, grace)[-1]
    assert ask(app, select(RegisterWord.adult_id).where(RegisterWord.event_id == event.id)) == [
        ids.person("young-person")
    ]
    posted = select(OutboxItem.person_id).where(OutboxItem.kind == "register_word")
    assert ask(app, posted) == [ids.person("young-person")], "it stands in the list of messages too"
    assert "Well done, Grace." in words(as_persona("young-person").get(f"/children/{grace}"))


def test_without_anybody_to_tell_the_sendco_is_told_to_write(app, as_persona, ids, system_session):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    for link in system_session.scalars(select(PupilContact).where(PupilContact.pupil_id == zara)):
        link.state = ContactState.SUSPENDED
    system_session.commit()
    check, answer, _sent = decide(sendco, zara, "removed")
    assert "Tell them by letter or in person." in words(check)
    assert answer.status_code == 303
    assert ask(app, select(OutboxItem).where(OutboxItem.kind == "register_word")) == []


def test_something_can_be_changed_after_reading_it_again(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = f"/staff/children/{zara}/register"
    check = sendco.post(url, data=fields(main_form(sendco.get(url + "?kind=removed")), reason="Line one\nline two"))
    back = sendco.post(url, data={**fields(main_form(check)), "step": "change"})
    assert back.status_code == 200
    assert parse(back).xpath("//textarea[@name='reason']")[0].text.strip() == "Line one\nline two"
    assert periods(app, zara)[-1][2] is None
    assert len(events(app, zara)) == 1


def test_what_does_not_fit_is_refused_with_the_words_kept(app, as_persona, ids, today):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    since = periods(app, zara)[-1][1]
    for typed, sentence in (
        (day("day", today + timedelta(days=1)), "Choose today or a day that is over."),
        (day("day", since), "The day must be after the last change on the register."),
        ({"day-day": "31", "day-month": "2"}, "This is not a real date."),
        ({"day-day": "", "day-month": "", "day-year": ""}, "Say from which day."),
    ):
        check, _answer, _sent = decide(sendco, zara, "removed", reason="Kept words.", **typed)
        assert check.status_code == 422
        assert sentence in words(check)
        assert "Kept words." in words(check)
    check, _answer, _sent = decide(sendco, zara, "removed", reason="")
    assert check.status_code == 422
    assert len(events(app, zara)) == 1


def test_a_step_that_does_not_fit_is_not_taken(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = f"/staff/children/{zara}/register"
    sent = {
        **fields(main_form(sendco.get(url + "?kind=removed"))),
        "kind": "added",
        "provision": "K",
        "main_need": "SPLD",
    }
    for step in ("", "confirm"):
        assert sendco.post(url, data={**sent, "step": step}).status_code == 422
    assert sendco.post(url, data={**sent, "kind": "nonsense"}).status_code == 200
    assert len(events(app, zara)) == 1


def test_an_ehc_plan_needs_a_known_need(app, as_persona, ids):
    tomasz, sendco = ids.pupil("Tomasz"), as_persona("sendco")
    check, _answer, _sent = decide(sendco, tomasz, "returned", provision="E", main_need="NSA")
    assert check.status_code == 422
    assert "has a need that is known" in words(check)


@pytest.mark.parametrize(
    ("persona", "status"),
    [("class-teacher", 403), ("headteacher", 403), ("office", 403), ("sendco-other-school", 404), ("parent", 403)],
)
def test_only_the_sendco_decides(app, as_persona, ids, persona, status):
    zara = ids.pupil("Zara")
    client = as_persona(persona)
    sent = {"kind": "removed", "step": "confirm", "reason": "x", "once": uuid.uuid4().hex}
    for path in ("register", "needs"):
        assert client.get(f"/staff/children/{zara}/{path}").status_code == status
        assert client.post(f"/staff/children/{zara}/{path}", data=sent).status_code == status
    assert len(events(app, zara)) == 1


def test_needs_keep_their_ranks(app, as_persona, ids, today):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = f"/staff/children/{zara}/needs"
    first = open_needs(app, zara)
    assert send(sendco, url, need_1="ASD", need_2="", need_3="SLCN", need_4="").status_code == 303
    assert open_needs(app, zara) == ["ASD", "SLCN"]
    ranks = ask(
        app, select(SenNeed.rank).where(SenNeed.pupil_id == zara, SenNeed.ends_on.is_(None)).order_by(SenNeed.rank)
    )
    assert ranks == [1, 2]
    closed = ask(app, select(SenNeed.need_type).where(SenNeed.pupil_id == zara, SenNeed.ends_on == today))
    assert closed
    assert set(closed) <= set(first)
    assert send(sendco, url).status_code == 303
    assert len(ask(app, select(SenNeed).where(SenNeed.pupil_id == zara))) == len(first) + 2
    for typed, sentence in (
        ({"need_1": "ASD", "need_2": "ASD"}, "This need is in the list already."),
        ({"need_1": "", "need_2": ""}, "Choose the main need."),
    ):
        answer = send(sendco, url, **typed)
        assert answer.status_code == 422
        assert sentence in words(answer)
    answer = send(sendco, f"/staff/children/{ids.pupil('Freya')}/needs", need_1="NSA")
    assert answer.status_code == 422
