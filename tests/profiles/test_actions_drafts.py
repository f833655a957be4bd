"""A draft is a full copy; its pieces are saved one by one, never over another's words, and nothing typed is lost."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.profiles.models import Outcome, Plan, PlanVersion, Responsibility, Target
from portal.profiles.rules import VersionState
from portal.profiles.rules_content import DATES, PROFILE
from tests.pages import parse, words
from tests.profiles.filling import ask, begin_draft, day, fields, main_form, send


def versions(app, pupil_id):
    found = ask(app, select(PlanVersion).where(PlanVersion.pupil_id == pupil_id).order_by(PlanVersion.number))
    return {version.state: version for version in found}


def rows(app, kind, version):
    return ask(app, select(kind).where(kind.version_id == version.id).order_by(kind.position))


def draft_of(app, pupil_id):
    return versions(app, pupil_id)[VersionState.DRAFT]


def count(app, kind):
    return ask(app, select(func.count()).select_from(kind))[0]


def test_a_draft_is_a_full_copy_with_the_same_threads(app, as_persona, ids):
    zara = ids.pupil("Zara")
    begin_draft(as_persona("sendco"), zara)
    both = versions(app, zara)
    out, draft = both[VersionState.PUBLISHED], both[VersionState.DRAFT]
    assert draft.number == max(v.number for v in both.values() if v is not draft) + 1
    for name in (*PROFILE, *DATES, "language", "plan_id"):
        assert getattr(draft, name) == getattr(out, name)
    for kind, names in (
        (Outcome, ("thread", "position", "text", "area")),
        (Target, ("thread", "title", "goal", "strategies", "steps_done", "review_on", "state", "picture")),
        (Responsibility, ("party", "position", "text")),
    ):
        told = [[tuple(getattr(row, name) for name in names) for row in rows(app, kind, v)] for v in (out, draft)]
        assert told[0] == told[1] != []


def test_starting_twice_is_one_draft(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    kind = ask(app, select(Plan.kind_id).where(Plan.pupil_id == zara))[0]
    answers = [sendco.post(f"/staff/children/{zara}/drafts", data={"kind": str(kind)}) for _n in range(2)]
    assert answers[0].location == answers[1].location
    assert len(ask(app, select(PlanVersion).where(PlanVersion.pupil_id == zara, PlanVersion.state == "draft"))) == 1


def test_a_child_without_a_plan_gets_an_empty_draft(app, as_persona, ids, system_session):
    zara = ids.pupil("Zara")
    plan = system_session.scalars(select(Plan).where(Plan.pupil_id == zara)).one()
    plan.closed_on = plan.opened_on
    system_session.commit()
    url = begin_draft(as_persona("sendco"), zara)
    draft = draft_of(app, zara)
    assert (draft.number, draft.people_like) == (1, "")
    assert rows(app, Target, draft) == []
    page = words(as_persona("sendco").get(url))
    assert "The plan needs at least one outcome." in page
    assert "There is no outcome yet." in page


def test_the_kind_of_another_school_is_not_found(app, as_persona, ids):
    zara, sagal = ids.pupil("Zara"), ids.pupil("Sagal")
    kind = ask(app, select(Plan.kind_id).where(Plan.pupil_id == sagal))[0]
    assert as_persona("sendco").post(f"/staff/children/{zara}/drafts", data={"kind": str(kind)}).status_code == 404
    assert as_persona("sendco").post(f"/staff/children/{zara}/drafts", data={"kind": "x"}).status_code == 422


def test_every_save_keeps_and_bumps_the_lock(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    outcome, target = rows(app, Outcome, draft_of(app, zara))[0], rows(app, Target, draft_of(app, zara))[0]
    starts, due, ends = target.review_on, target.review_on + timedelta(days=30), target.review_on + timedelta(days=60)
    for path, changed in (
        ("/profile", {"people_like": "Ż and 'quotes' <b>\nsecond line"}),
        ("/dates", {**day("starts_on", starts), **day("review_due", due), **day("ends_on", ends)}),
        ("/who-does-what", {"school_lines": "One thing\n\n  Another thing  ", "pupil_lines": ""}),
        (f"/outcomes/{outcome.thread}", {"text": "New words", "area": "SP"}),
        (
            f"/targets/{target.thread}",
            {"title": "Renamed", "strategies": "a\nb", "state": "partly", "picture": "book"},
        ),
    ):
        before = draft_of(app, zara).lock
        assert send(sendco, url + path, **changed).status_code == 303, path
        assert draft_of(app, zara).lock == before + 1, path
    draft = draft_of(app, zara)
    assert draft.people_like == "Ż and 'quotes' <b>\nsecond line"
    assert (draft.starts_on, draft.review_due, draft.ends_on) == (starts, due, ends)
    lines = [(line.party.value, line.text) for line in rows(app, Responsibility, draft)]
    assert [text for party, text in lines if party == "school"] == ["One thing", "Another thing"]
    assert [text for party, text in lines if party == "pupil"] == []
    assert [text for party, text in lines if party == "parent"]
    assert rows(app, Outcome, draft)[0].text == "New words"
    saved = rows(app, Target, draft)[0]
    assert (saved.title, saved.strategies, saved.state.value, saved.picture) == (
        "Renamed",
        ["a", "b"],
        "partly",
        "book",
    )
    assert saved.review_on == target.review_on
    assert draft.written_by == ids.person("sendco")


def test_the_family_sees_nothing_of_a_draft(as_persona, app, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    send(sendco, begin_draft(sendco, zara) + "/profile", people_like="Words of a draft.")
    assert "Words of a draft." not in words(as_persona("parent").get(f"/children/{zara}"))


def test_a_double_click_adds_one_outcome_and_one_target(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    page = parse(sendco.get(url))
    for kind, link, typed in (
        (Outcome, "//a[text()='Add an outcome']", {"text": "A new outcome"}),
        (Target, "//a[contains(., 'Add a target')]", {"title": "A new target"}),
    ):
        before = len(rows(app, kind, draft_of(app, zara)))
        address = page.xpath(link)[-1].get("href")
        form = fields(main_form(sendco.get(address)), **typed)
        address = address.split("?")[0]
        assert [sendco.post(address, data=form).status_code for _n in range(2)] == [303, 303]
        assert len(rows(app, kind, draft_of(app, zara))) == before + 1
    assert rows(app, Target, draft_of(app, zara))[-1].steps_total == 4


def test_two_people_and_one_piece_both_texts_stand_and_the_second_chooses(app, as_persona, ids):
    zara, first, second = ids.pupil("Zara"), as_persona("sendco"), as_persona("sendco")
    url = begin_draft(first, zara) + "/profile"
    opened = fields(main_form(second.get(url)), people_like="The second's words.")
    send(first, url, people_like="The first's words.", how_to_support="Also new.")
    answer = second.post(url, data=opened)
    assert answer.status_code == 409
    page = words(answer)
    assert "The second's words." in page
    assert "The first's words." in page
    assert "Also new." in page
    assert draft_of(app, zara).people_like == "The first's words."
    assert second.post(url, data=fields(main_form(answer))).status_code == 303
    assert draft_of(app, zara).people_like == "The second's words."


def test_two_people_and_two_pieces_do_not_disturb_each_other(app, as_persona, ids):
    zara, first, second = ids.pupil("Zara"), as_persona("sendco"), as_persona("sendco")
    url = begin_draft(first, zara)
    opened = fields(main_form(second.get(url + "/who-does-what")), school_lines="Mine")
    send(first, url + "/profile", people_like="Theirs")
    assert second.post(url + "/who-does-what", data=opened).status_code == 303
    assert draft_of(app, zara).people_like == "Theirs"


@pytest.mark.parametrize("spoiled", ["", "x", "-1", "99999999999999999999"])
def test_a_spoiled_lock_never_overwrites(app, as_persona, ids, spoiled):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara) + "/profile"
    form = fields(main_form(sendco.get(url)), people_like="New words")
    assert sendco.post(url, data={**form, "lock": spoiled, "seen": "nonsense"}).status_code == 409


def test_a_target_that_somebody_removed_can_be_put_back(app, as_persona, ids):
    zara, first, second = ids.pupil("Zara"), as_persona("sendco"), as_persona("sendco")
    url = begin_draft(first, zara)
    target = rows(app, Target, draft_of(app, zara))[0]
    piece = f"{url}/targets/{target.thread}"
    opened = fields(main_form(second.get(piece)), title="Typed meanwhile")
    assert send(first, piece + "/remove").status_code == 303
    answer = second.post(piece, data=opened)
    assert answer.status_code == 409
    assert second.post(piece, data=fields(main_form(answer))).status_code == 303
    assert "Typed meanwhile" in [row.title for row in rows(app, Target, draft_of(app, zara))]


def test_moving_and_removing(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    draft = draft_of(app, zara)
    outcomes = rows(app, Outcome, draft)
    assert len(outcomes) > 1
    move = f"{url}/outcomes/{outcomes[0].thread}/move"
    assert sendco.post(move, data={"lock": str(draft.lock), "direction": "down"}).status_code == 303
    assert [row.thread for row in rows(app, Outcome, draft)][:2] == [outcomes[1].thread, outcomes[0].thread]
    # a click on a page that is out of date moves nothing
    assert sendco.post(move, data={"lock": str(draft.lock), "direction": "up"}).status_code == 303
    assert [row.thread for row in rows(app, Outcome, draft)][:2] == [outcomes[1].thread, outcomes[0].thread]
    # the first cannot go further up
    lock = str(draft_of(app, zara).lock)
    sendco.post(f"{url}/outcomes/{outcomes[1].thread}/move", data={"lock": lock, "direction": "up"})
    assert draft_of(app, zara).lock == int(lock)

    out = versions(app, zara)[VersionState.PUBLISHED]
    asked = sendco.get(f"{url}/outcomes/{outcomes[0].thread}/remove")
    assert outcomes[0].text in words(asked)
    targets = [row for row in rows(app, Target, draft) if row.outcome_id == outcomes[0].id]
    assert targets
    assert send(sendco, f"{url}/outcomes/{outcomes[0].thread}/remove").status_code == 303
    left = rows(app, Target, draft)
    assert not {row.thread for row in left} & {row.thread for row in targets}
    assert {row.thread for row in targets} <= {row.thread for row in rows(app, Target, out)}


def test_removing_asks_again_when_the_draft_changed(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    piece = f"{url}/outcomes/{rows(app, Outcome, draft_of(app, zara))[0].thread}/remove"
    asked = fields(main_form(sendco.get(piece)))
    send(sendco, url + "/profile", people_like="Changed")
    before = count(app, Outcome)
    assert sendco.post(piece, data=asked).status_code == 409
    assert count(app, Outcome) == before


def test_wrong_dates_and_empty_names_are_said_at_their_field(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    draft = draft_of(app, zara)
    answer = send(sendco, url + "/dates", **day("ends_on", draft.starts_on))
    assert answer.status_code == 422
    assert parse(answer).xpath("//a[@href='#ends_on-day']")
    answer = send(sendco, url + "/dates", **{"starts_on-month": "13"})
    assert answer.status_code == 422
    assert "This is not a real date." in words(answer)
    assert parse(answer).xpath("//input[@name='starts_on-month']/@value") == ["13"]
    target = rows(app, Target, draft)[0]
    answer = send(sendco, f"{url}/targets/{target.thread}", title="", goal="Kept words")
    assert answer.status_code == 422
    assert "Kept words" in words(answer)
    answer = send(sendco, f"{url}/targets/{uuid.uuid4()}", title="x" * 400)
    assert answer.status_code == 422


def test_fewer_steps_than_are_done_are_refused(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    target = next(row for row in rows(app, Target, draft_of(app, zara)) if row.steps_done > 1)
    assert send(sendco, f"{url}/targets/{target.thread}", steps_total="1").status_code == 422


def test_a_target_can_go_to_another_outcome(app, as_persona, ids):
    zara, sendco = ids.pupil("Zara"), as_persona("sendco")
    url = begin_draft(sendco, zara)
    draft = draft_of(app, zara)
    target, other = rows(app, Target, draft)[0], rows(app, Outcome, draft)[-1]
    assert target.outcome_id != other.id
    assert send(sendco, f"{url}/targets/{target.thread}", outcome=str(other.thread)).status_code == 303
    assert next(r for r in rows(app, Target, draft) if r.thread == target.thread).outcome_id == other.id


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("teaching-assistant", 403),
        ("class-teacher", 403),
        ("headteacher", 403),
        ("office", 403),
        ("parent", 403),
        ("trust-lead", 403),
        ("sendco-other-school", 404),
    ],
)
def test_nobody_else_edits(app, as_persona, ids, persona, status):
    zara = ids.pupil("Zara")
    url = begin_draft(as_persona("sendco"), zara)
    target = rows(app, Target, draft_of(app, zara))[0]
    before = draft_of(app, zara)
    client = as_persona(persona)
    for path in ("", "/profile", "/dates", "/who-does-what", f"/targets/{target.thread}", "/publish"):
        assert client.get(url + path).status_code == status, path
    sent = {"people_like": "Not allowed", "lock": str(before.lock)}
    assert client.post(url + "/profile", data=sent).status_code == status
    assert client.post(url + "/publish", data=sent).status_code == status
    assert client.post(f"{url}/targets/{target.thread}/remove", data=sent).status_code == status
    after = draft_of(app, zara)
    assert (after.lock, after.people_like, after.state) == (before.lock, before.people_like, VersionState.DRAFT)


def test_the_draft_of_another_child_is_not_reached_through_mine(app, as_persona, ids):
    sagal = ids.pupil("Sagal")
    foreign = draft_of(app, sagal)
    url = f"/staff/children/{ids.pupil('Zara')}/drafts/{foreign.id}"
    sendco = as_persona("sendco")
    assert sendco.get(url).status_code == 404
    assert sendco.post(url + "/profile", data={"lock": "1", "seen": "x"}).status_code == 404
