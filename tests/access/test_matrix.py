"""The seventh fence: the hand-written table run as real requests, each persona at each page, with a real child in the address."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from flask import url_for
from sqlalchemy import select

from portal.accounts.models import LessonWindow, LetterCode, PictureCard
from portal.accounts.rules import fast_hash
from portal.concerns.models import Concern, Consent, Referral
from portal.contributions.models import Contribution, Disclosure, Statement, WantedCall
from portal.delivery.rules_stop import stop_token
from portal.intake.models import ImportJob
from portal.kernel import clock
from portal.local_offer.models import CouncilLink, Feed, Service
from portal.meetings.models import Booking, CalendarFeed, Guest, Invitation, Meeting, Room, StaffTime
from portal.migrations.metadata import METADATA
from portal.notices.models import Notice, NoticeCopy
from portal.people.models import Pupil, PupilContact, School, SchoolClass
from portal.people.rules import school_year_starts
from portal.profiles.models import Plan, PlanKind, PlanVersion, Target
from portal.profiles.models_register import RegisterEvent
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.rules import VersionState
from portal.records.models import Action, NotHappening, Record, RecordEntry
from portal.reviews.models import EhcPlan, Review, SchoolDayException
from portal.reviews.rules import Stage
from portal.web.access import SignedOut
from tests.access.matrix import GET, PERSONAS, POST
from tests.conftest import SECRET, sign_in

MEANING = {"S": "asked to sign in", "X": "403", "N": "404", "A": "allowed"}
MAY_CHANGE = {"sitting", "look", "audit_event"}  # by arranging and by allowed reading, never by a refusal


def test_every_page_and_every_button_has_a_row(sqlite_app):
    routes = {"GET": set(), "POST": set()}
    for rule in sqlite_app.url_map.iter_rules():
        for method in routes:
            if method in rule.methods:
                routes[method].add(rule.endpoint)
    assert routes["GET"] == GET.keys(), routes["GET"] ^ GET.keys()
    assert routes["POST"] == POST.keys(), routes["POST"] ^ POST.keys()
    for endpoint, cells in [*GET.items(), *POST.items()]:
        assert len(cells) == len(PERSONAS), endpoint
        assert set(cells) <= MEANING.keys(), endpoint


def something_real(ids, system_session):
    """Something real for every part of an address, all of it Zara's or her school's."""
    zara, school, session = ids.pupil("Zara"), ids.school_of("Zara"), system_session
    published = session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == zara, PlanVersion.state == "published")
    ).one()
    earlier = session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == zara, PlanVersion.state == "earlier")
    ).first()
    thread = session.scalars(
        select(Target.thread).where(Target.version_id == published.id).order_by(Target.position)
    ).first()
    draft = a_draft(session, published, thread)
    contact = session.scalars(
        select(PupilContact).where(PupilContact.pupil_id == zara, PupilContact.adult_id == ids.person("second-parent"))
    ).one()
    room = session.scalars(select(SchoolClass).where(SchoolClass.name == "2 Kingfisher")).one()
    window = LessonWindow(
        school_id=school,
        class_id=room.id,
        room_code_hash=fast_hash("MATRIX"),
        opened_by=ids.person("class-teacher"),
        opened_at=clock.now(),
        closes_at=clock.now() + clock.minutes(30),
    )
    job = ImportJob(
        school_id=school, kind="ctf", file_name="x.xml", sha256="0" * 64, uploaded_at=clock.now(), report={}
    )
    letter = LetterCode(
        school_id=school,
        pupil_id=zara,
        adult_id=contact.adult_id,
        contact_id=contact.id,
        batch="MATRIX",
        finder="AAA",
        secret_hash=b"0" * 32,
        made_at=clock.now(),
        expires_at=clock.now() + clock.minutes(10),
    )
    session.add_all([window, job, letter])
    event = session.scalars(select(RegisterEvent).where(RegisterEvent.pupil_id == zara)).first()
    card = session.scalars(select(PictureCard).where(PictureCard.pupil_id == zara)).one()
    session.flush()
    values = {
        "pupil_id": zara,
        "thread": thread,
        "contact_id": contact.id,
        "event_id": event.id,
        "card_id": card.id,
        "class_id": room.id,
        "window_id": window.id,
        "job_id": job.id,
        "school_id": session.scalars(select(School.id).where(School.id == school)).one(),
        "code": "ABCDEFGH",
        "kind": "contacts",
        "piece": "targets",
        "language": "ur",
        "wording": a_wording(published),
        "filename": "nothing.css",
        "round_id": ids.round("primary"),
        "review_id": open_review(session, zara),
        "question": "part",
        "person_id": ids.person("class-teacher"),
        "adult_id": ids.person("parent"),
        "room_id": session.scalars(select(Room.id).where(Room.school_id == school).order_by(Room.name)).first(),
        "time_id": a_staff_time(session, ids),
        "day": clock.today().isoformat(),
        "start": school_year_starts(clock.today()).year,
        "special_id": special_days(session, school),
        "asked": "cards",
        "topic": "admire",
        "how": "paper",
        "call_id": a_wanted_call(session, ids),
        **{(f"stop_messages.{name}", "token"): stop_token(ids.person("parent"), SECRET) for name in ("ask", "stop")},
        **notices(session, ids),
        **written_notices(session, ids),
        "told_id": a_disclosure(session, ids),
        **(made := records(session, ids)),
        **promises(session, ids, made["family_records.copy", "review_id"]),
        **asked(session, ids),
        **an_annual_review(session, ids),
        **the_directory(session, school),
        "sharing_id": a_shared_draft(session, ids),
    }
    versions = {"family_plans.earlier_version": earlier.id, "profiles.preview": draft, "default": draft}
    session.commit()
    return values, versions


def the_directory(session, school):
    """An entry that families see, a feed that is stopped, and a council's page of Zara's school."""
    feed = Feed(
        id=uuid.uuid4(), name="Matrix", source="feed", url="https://feed.example/services", added_at=clock.now()
    )
    feed.stopped, feed.report, feed.pages = True, {}, {}
    session.add(feed)
    session.flush()
    service = select(Service.id).where(Service.name == "Calm Kids")
    council = select(CouncilLink.id).where(CouncilLink.school_id == school).order_by(CouncilLink.id)
    return {
        "service_id": session.scalars(service).one(),
        "link_id": session.scalars(council).first(),
        "feed_id": feed.id,
        "what": "hide",
        ("directory.change_feed", "what"): "again",
    }


def open_review(session, pupil_id):
    told = (Stage.INVITED, Stage.BOOKED)
    return session.scalars(select(Review.id).where(Review.pupil_id == pupil_id, Review.stage.in_(told))).one()


def a_staff_time(session, ids):
    mine = StaffTime.round_id == ids.round("primary"), StaffTime.person_id == ids.person("class-teacher")
    return session.scalars(select(StaffTime.id).where(*mine).order_by(StaffTime.id)).first()


def an_annual_review(session, ids):
    """Zara's, under way, with a guest whose link is also the secret of a calendar; and a time that her parents had."""
    zara, school, now = ids.pupil("Zara"), ids.school_of("Zara"), clock.now()
    about = {"school_id": school, "pupil_id": zara}
    plan = select(EhcPlan.id).where(EhcPlan.pupil_id == zara, EhcPlan.ceased_on.is_(None))
    if session.scalars(plan).first() is None:
        session.add(EhcPlan(**about, issued_on=clock.today()))
    meets_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
    review = Review(
        **about, id=uuid.uuid4(), kind="annual", lead_id=ids.person("sendco"), due_on=clock.today(), meets_at=meets_at,
        made_at=now,
    )  # fmt: skip
    session.add(review)
    session.flush()
    guest = Guest(
        **about, id=uuid.uuid4(), review_id=review.id, basis="head", name="Somebody", link_hash=fast_hash("MATRIX"),
        link_ends_on=clock.today(), invited_by=ids.person("sendco"), invited_at=now,
    )  # fmt: skip
    meeting = Meeting(
        id=uuid.uuid4(), school_id=school, staff_id=ids.person("sendco"), starts_at=meets_at,
        ends_at=meets_at + timedelta(minutes=30), mode="in_person", released_at=now,
    )  # fmt: skip
    feed = CalendarFeed(person_id=ids.person("parent"), audience="family", token_hash=fast_hash("MATRIX"), made_at=now)
    session.add_all([guest, meeting, feed])
    session.flush()
    for invitation in session.scalars(select(Invitation).where(Invitation.review_id == open_review(session, zara))):
        mine = {"review_id": invitation.review_id, "invitation_id": invitation.id, "adult_id": invitation.adult_id}
        made = {"made_by": invitation.adult_id, "made_at": now, "cancelled_at": now, "once_key": uuid.uuid4().hex}
        session.add(Booking(**about, **mine, **made, meeting_id=meeting.id))
    session.flush()
    invited = Guest(
        **about, id=uuid.uuid4(), review_id=open_review(session, zara), basis="health", name="Somebody else",
        invited_by=ids.person("sendco"), invited_at=now,
    )  # fmt: skip
    session.add(invited)
    session.flush()
    copied = {("pack.guest_copy", "guest_id"): invited.id}
    return {"guest_id": guest.id, "token": "MATRIX", "stage": "advice_requested", **copied}


def a_wanted_call(session, ids):
    """Zara's other parent would rather talk."""
    zara = ids.pupil("Zara")
    call = WantedCall(
        id=uuid.uuid4(), school_id=ids.school_of("Zara"), pupil_id=zara, review_id=open_review(session, zara),
        adult_id=ids.person("second-parent"), wanted_at=clock.now(),
    )  # fmt: skip
    session.add(call)
    session.flush()
    return call.id


def notices(session, ids):
    """An invitation to a gathering that went to both of Zara's households."""
    now, school = clock.now(), ids.school_of("Zara")
    notice = Notice(
        id=uuid.uuid4(), school_id=school, author_id=ids.person("sendco"), changed_by=ids.person("sendco"),
        title="MATRIX", words="MATRIX", html="<p>MATRIX</p>", asks="come", happens_at=now + timedelta(days=7),
        audience={"circle": "child", "of": [str(ids.pupil("Zara"))]}, state="sent", written_at=now, send_at=now,
        sent_at=now, done_at=now,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    for slug in ("parent", "second-parent"):
        to = {"adult_id": ids.person(slug), "pupil_id": ids.pupil("Zara"), "school_id": school}
        session.add(NoticeCopy(**to, notice_id=notice.id, made_at=now))
    session.flush()
    return {"notice_id": notice.id}


def written_notices(session, ids):
    """What the class teacher writes to the families of Zara's class: a draft, and the same once it was sent."""
    now, teacher, school = clock.now(), ids.person("class-teacher"), ids.school_of("Zara")
    zara = session.get_one(Pupil, ids.pupil("Zara"))
    facts = {"school_id": school, "author_id": teacher, "title": "MATRIX", "words": "MATRIX", "html": "<p>MATRIX</p>"}
    facts |= {"audience": {"circle": "classes", "of": [str(zara.class_id)]}, "written_at": now, "asks": "seen"}
    draft = Notice(**facts, id=uuid.uuid4())
    sent = Notice(**facts, id=uuid.uuid4(), state="sent", sent_by=teacher, sent_at=now, done_at=now)
    session.add_all([draft, sent])
    session.flush()
    to = {"adult_id": ids.person("parent"), "pupil_id": zara.id, "school_id": school}
    session.add(NoticeCopy(**to, notice_id=sent.id, made_at=now))
    session.flush()
    drafts = ("show", "words", "asks", "audience", "languages", "translation", "check", "cancel", "remove")
    followed = ("listed", "letters", "letters_copy", "take_back", "remind")
    return {
        **{(f"staff_notices.{name}", "notice_id"): draft.id for name in drafts},
        **{(f"notice_followup.{name}", "notice_id"): sent.id for name in followed},
    }


def a_disclosure(session, ids):
    """What Zara told her class teacher, who has opened it."""
    now, said = clock.now(), ids.person("pupil-young")
    row = Disclosure(
        id=uuid.uuid4(), school_id=ids.school_of("Zara"), pupil_id=ids.pupil("Zara"), author_id=said, written_by=said,
        side="pupil", readers="one_adult", one_adult_id=ids.person("class-teacher"), sent_at=now, said_at=now,
        seen_at=now, feeling="sad", once_key="MATRIX",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def records(session, ids):
    """The draft record of Zara's open review with one line, and a shared one of a review that was held."""
    zara, now, lead = ids.pupil("Zara"), clock.now(), ids.person("class-teacher")
    about = {"school_id": ids.school_of("Zara"), "pupil_id": zara}
    held = Review(
        **about, id=uuid.uuid4(), kind="concern", stage="record_shared", lead_id=lead, held_at=now, made_at=now
    )
    session.add(held)
    session.flush()
    made = {"started_by": lead, "started_at": now}
    draft = Record(**about, **made, id=uuid.uuid4(), review_id=open_review(session, zara), lines=1)
    session.add_all([draft, Record(**about, **made, review_id=held.id, shared_by=lead, shared_at=now)])
    session.flush()
    line = RecordEntry(
        **about, id=uuid.uuid4(), record_id=draft.id, heading="progress", position=1, text="MATRIX", author_id=lead,
        written_by=lead, side="staff", readers="teachers", written_at=now, sent_at=now,
    )  # fmt: skip
    session.add(line)
    session.flush()
    shared = ("family_records.copy", "family_records.card", "staff_records.card")
    return {"entry_id": line.id, **{(endpoint, "review_id"): held.id for endpoint in shared}}


def promises(session, ids, held):
    """An action of the draft and one of the shared record, of which a parent says that it is not happening; and what
    that parent said for the review under way."""
    zara, now, lead, parent = ids.pupil("Zara"), clock.now(), ids.person("class-teacher"), ids.person("parent")
    about = {"school_id": ids.school_of("Zara"), "pupil_id": zara}
    said = {"author_id": parent, "written_by": parent, "side": "parent", "readers": "teachers", "sent_at": now}
    contribution = Contribution(
        **about, **said, id=uuid.uuid4(), review_id=open_review(session, zara), how="self", started_at=now
    )
    session.add(contribution)
    session.flush()
    statement = Statement(
        **about, **said, id=uuid.uuid4(), contribution_id=contribution.id, review_id=contribution.review_id,
        question="working", text="MATRIX", written_at=now,
    )  # fmt: skip
    todo = {"author_id": lead, "written_by": lead, "side": "staff", "sent_at": now, "position": 1, "party": "school"}
    todo |= {"owner_id": lead, "text": "MATRIX", "due_on": clock.today()}
    draft = Action(**about, **todo, id=uuid.uuid4(), review_id=contribution.review_id, readers="teachers")
    agreed = Action(**about, **todo, id=uuid.uuid4(), review_id=held, readers="family")
    session.add_all([statement, draft, agreed])
    session.flush()
    row = NotHappening(
        **about, id=uuid.uuid4(), action_id=agreed.id, adult_id=parent, said_at=now, once_key=uuid.uuid4().hex
    )
    session.add(row)
    session.flush()
    shared = ("actions.promise", "became.not_happening")
    return {
        "statement_id": statement.id,
        "action_id": draft.id,
        "said_id": row.id,
        **{(endpoint, "action_id"): agreed.id for endpoint in shared},
    }


def asked(session, ids):
    """What Zara's mother asks, and the specialist for whom school wants her agreement."""
    now, mother = clock.now(), ids.person("parent")
    about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    said = {"author_id": mother, "written_by": mother, "side": "parent", "readers": "teachers", "sent_at": now}
    concern = Concern(
        **about, **said, id=uuid.uuid4(), kind="worry", step="teacher", parts={"about": "MATRIX"}, written_at=now,
        answer_by=clock.today() + timedelta(days=7), once_key="MATRIX",
    )  # fmt: skip
    referral = Referral(
        **about, id=uuid.uuid4(), specialist="speech", why="MATRIX", shares="MATRIX", asked_by=ids.person("sendco"),
        asked_at=now, once_key="MATRIX",
    )  # fmt: skip
    session.add_all([concern, referral])
    session.flush()
    session.add(Consent(**about, referral_id=referral.id, adult_id=mother, basis="responsibility", asked_at=now))
    session.flush()
    return {"concern_id": concern.id, "referral_id": referral.id, "wish": "worry"}


def special_days(session, school):
    row = SchoolDayException(school_id=school, kind="closure", first_day=clock.today(), last_day=clock.today())
    session.add(row)
    session.flush()
    return row.id


def a_draft(session, published, thread):
    waiting = session.scalars(
        select(PlanVersion.id).where(PlanVersion.plan_id == published.plan_id, PlanVersion.state == VersionState.DRAFT)
    ).first()
    if waiting:
        return waiting
    from portal.profiles.models import Outcome

    now = clock.now()
    draft = PlanVersion(
        school_id=published.school_id,
        pupil_id=published.pupil_id,
        plan_id=published.plan_id,
        number=published.number + 1,
        written_at=now,
    )
    session.add(draft)
    session.flush()
    outcome = Outcome(school_id=draft.school_id, pupil_id=draft.pupil_id, version_id=draft.id, position=1, text="x")
    session.add(outcome)
    session.flush()
    session.add(
        Target(
            school_id=draft.school_id,
            pupil_id=draft.pupil_id,
            version_id=draft.id,
            outcome_id=outcome.id,
            thread=thread,
            position=1,
            title="x",
        )
    )
    session.flush()
    assert session.get(Plan, draft.plan_id)
    return draft.id


def a_shared_draft(session, ids):
    """Another draft of Zara's, which both of her households are asked about."""
    now, about = clock.now(), {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    kind = PlanKind(id=uuid.uuid4(), school_id=about["school_id"], code="matrix", label="MATRIX")
    plan = Plan(**about, id=uuid.uuid4(), kind_id=kind.id, opened_on=clock.today())
    version = PlanVersion(**about, id=uuid.uuid4(), plan_id=plan.id, number=1, written_at=now)
    sharing = PlanSharing(
        **about, id=uuid.uuid4(), version_id=version.id, shared_by=ids.person("sendco"), shared_at=now
    )
    for row in (kind, plan, version, sharing):
        session.add(row)
        session.flush()
    return sharing.id


def a_wording(version):
    from portal.profiles.rules import wording_key

    return wording_key(version.people_like)


def address(app, endpoint, arguments):
    values, versions = arguments
    with app.test_request_context(base_url="http://127.0.0.1:8000"):
        rule = next(app.url_map.iter_rules(endpoint))
        given = {name: values.get((endpoint, name), values[name]) for name in rule.arguments if name != "version_id"}
        if "version_id" in rule.arguments:
            given["version_id"] = versions.get(endpoint, versions["default"])
        return url_for(endpoint, **given)


def verdict(answer, method):
    """Which of the four letters an answer stands for."""
    if (
        answer.status_code in {302, 303}
        and "/sign-in" in answer.headers["Location"]
        and ("next=" in answer.headers["Location"] or (method == "POST" and answer.headers["Location"] == "/sign-in"))
    ):
        return "S"
    if answer.status_code == SignedOut.status:
        return "S"  # with what was typed, which is kept nowhere
    return {403: "X", 404: "N"}.get(answer.status_code, "A" if answer.status_code < 500 else str(answer.status_code))


def fingerprint(session):
    """A hash of every row of every table that a refusal must leave alone."""
    session.rollback()
    found = {}
    for table in METADATA.sorted_tables:
        if table.name not in MAY_CHANGE:
            rows = session.execute(select(table)).all()
            found[table.name] = hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()
    session.rollback()
    return found


SEEN_BY_EVERYBODY = {
    "static",
    "family_sign_in.link",
    "pupil_sign_in.card",
    "pupil_sign_in.cards",
    "pupil_sign_in.password",
}


def test_the_table_holds(app, ids, system_session):
    arguments = something_real(ids, system_session)
    clients = {slug: app.test_client() if slug == "nobody" else sign_in(app, slug) for slug in PERSONAS}
    markers = marker_texts(ids, system_session)
    before = fingerprint(system_session)
    wrong = []
    for method, table in (("GET", GET), ("POST", POST)):
        for endpoint, cells in table.items():
            path = address(app, endpoint, arguments)
            for slug, cell in zip(PERSONAS, cells, strict=True):
                if cell == "A":
                    continue
                client = clients[slug]
                answer = client.get(path) if method == "GET" else client.post(path, data={"text": "x"})
                if verdict(answer, method) != cell:
                    wrong.append(f"{method} {endpoint} as {slug}: {answer.status_code} instead of {MEANING[cell]}")
                body = answer.get_data().decode(errors="replace")  # a document, should one get out
                wrong += [f"{method} {endpoint} as {slug} tells {text!r}" for text in markers if text in body]
    assert not wrong, "\n".join(wrong)
    changed = {name for name, value in fingerprint(system_session).items() if value != before[name]} - {"kept_text"}
    assert not changed, f"a refused request changed {changed}"


def marker_texts(ids, session):
    """Words that only those who may see Zara's plan may ever read."""
    version = session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published")
    ).one()
    texts = [version.people_like[:40], version.how_to_support[:40], "Zara"]
    session.rollback()
    return texts


@pytest.mark.parametrize("slug", PERSONAS)
def test_everybody_gets_what_is_theirs(sqlite_app, ids, system_session, slug):
    """Allowed pages answer or lead on, and the reading client finds nothing wrong with them."""
    app, arguments = sqlite_app, something_real(ids, system_session)
    wrong = []
    for endpoint, cells in GET.items():
        if cells[PERSONAS.index(slug)] != "A" or endpoint in SEEN_BY_EVERYBODY:
            continue
        client = app.test_client() if slug == "nobody" else sign_in(app, slug)
        answer = client.get(address(app, endpoint, arguments))
        if verdict(answer, "GET") != "A":
            wrong.append(f"{endpoint}: {answer.status_code}")
    assert not wrong, wrong


def test_an_address_of_nothing_is_the_same_404(app, ids, as_persona):
    for path in ("/children/{}", "/staff/children/{}", "/staff/children/{}/adults"):
        for slug in ("parent", "sendco", "office"):
            answer = as_persona(slug).get(path.format(uuid.uuid4()))
            assert answer.status_code in {403, 404}
