"""Large files are the worker's: people see how far it is, a dead worker is replaced, and two clicks are one import."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.intake import actions_worker, actions_write
from portal.intake.actions_worker import LEASE, TRIES, work_on_imports
from portal.intake.models import ImportJob, ImportState
from portal.intake.rules_changes import Changes, Kind
from portal.kernel import clock
from portal.kernel.scope import PortalSession, ScopeError, system
from portal.people.models import Pupil, PupilContact
from portal.profiles.models_register import SenNeed, SenStatusPeriod
from tests.intake.importing import BRIDGE, HAZEL, Office, contacts_csv, ctf_for, open_office, press_confirm, send
from tests.intake.make_ctf import contact, small_pupil, upn
from tests.pages import ReadingClient, parse, words

Come = Callable[[str], ReadingClient]
CONTACTS = f"<Contacts>{contact(1, 'PAM', 'Ali', 'Ada')}</Contacts>"


def large(children: int = 250) -> bytes:
    """A file that is too large to be read while somebody waits for the answer."""
    padding = f"<SuppInfo>{'x' * 4_000}</SuppInfo>"
    file = ctf_for(HAZEL, *(small_pupil(CONTACTS + padding, upn=upn(n)) for n in range(1, children + 1)))
    assert len(file) > 1_000_000
    return file


def sessions(office: Office) -> Callable[[], PortalSession]:
    engine = office.app.extensions["writing_engine"]
    return lambda: PortalSession(engine, scope=system("the worker"))


def state(office: Office) -> tuple[ImportState, int, int]:
    (job,) = office.rows(select(ImportJob))
    return job.state, job.read_so_far, job.tries


def test_a_large_file_is_read_and_brought_in_by_the_worker(as_persona: Come, office: Office) -> None:
    client, before = as_persona("office"), office.count(Pupil, PupilContact)
    url = send(client, "ctf", large())
    page = client.get(url)
    assert "We are reading the file" in words(page)
    assert "0 of 250" in words(page)
    assert parse(page).xpath("//meta[@http-equiv='refresh']/@content") == ["3"]

    assert work_on_imports(sessions(office), now=clock.now()) == 1
    assert state(office)[:2] == (ImportState.READ, 200)
    assert office.count(Pupil, PupilContact) == before
    assert "The file is being brought in" in press_confirm(client, url)
    assert office.count(Pupil, PupilContact) == before

    assert work_on_imports(sessions(office), now=clock.now()) == 1
    done = client.get(url)
    assert "This file has been brought in" in words(done)
    assert not parse(done).xpath("//meta[@http-equiv='refresh']")
    assert office.count(Pupil, PupilContact) == (before[0] + 250, before[1] + 250)
    assert work_on_imports(sessions(office), now=clock.now()) == 0


def test_a_job_whose_worker_died_is_taken_up_again_and_not_for_ever(office: Office) -> None:
    office.upload(Kind.CTF, large())
    now = clock.now()
    for tries in range(1, TRIES + 1):
        assert actions_worker._lease(sessions(office), now) is not None
        assert actions_worker._lease(sessions(office), now) is None, "another worker has it"
        assert state(office) == (ImportState.WAITING, 0, tries)
        now += LEASE + timedelta(seconds=1)
    assert work_on_imports(sessions(office), now=now) == 0
    assert state(office)[0] is ImportState.FAILED
    assert office.rows(select(ImportJob.content)) == [None]


def test_a_dead_worker_before_the_last_try_costs_nothing(office: Office) -> None:
    before = office.count(Pupil)[0]
    job_id = office.upload(Kind.CTF, large())
    actions_worker._lease(sessions(office), clock.now())
    later = clock.now() + LEASE + timedelta(seconds=1)
    assert work_on_imports(sessions(office), now=later) == 1
    assert office.confirm(job_id) is ImportState.CONFIRMED
    assert work_on_imports(sessions(office), now=later) == 1
    assert office.count(Pupil)[0] == before + 250


def test_the_worker_shows_what_changed_meanwhile(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    url = send(client, "ctf", large())
    work_on_imports(sessions(office), now=clock.now())
    press_confirm(client, url)
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil(surname="Khan")))
    before = office.count(Pupil, PupilContact)
    work_on_imports(sessions(office), now=clock.now())
    assert "What this file would change" in words(client.get(url))
    assert "Changed: 1" in words(client.get(url))
    assert office.count(Pupil, PupilContact) == before


def test_a_dropped_file_is_not_brought_back_by_a_slow_worker(
    as_persona: Come, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_persona("office")
    url = send(client, "ctf", large())
    read = actions_worker._read

    def slow(*arguments: object) -> object:
        file = read(*arguments)  # type: ignore[arg-type]
        assert client.post(f"{url}/drop").status_code == 303
        return file

    monkeypatch.setattr(actions_worker, "_read", slow)
    work_on_imports(sessions(office), now=clock.now())
    assert state(office)[0] is ImportState.DROPPED
    assert "This file was dropped" in words(client.get(url))


def test_the_worker_works_within_the_school(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a comparison ever name a child of another school, the fence stops the worker as it stops a person."""
    theirs = office.rows(select(Pupil).where(Pupil.school_id != office.actor.school_id).order_by(Pupil.id))[0]
    office.upload(Kind.CTF, large())
    work_on_imports(sessions(office), now=clock.now())
    (job,) = office.rows(select(ImportJob))
    office.change(ImportJob, job.id, state=ImportState.CONFIRMED)

    def wrong(_session: object, **_facts: object) -> Changes:
        changes = Changes()
        changes.make(
            SenNeed, school_id=theirs.school_id, pupil_id=theirs.id, need_type="ASD", rank=50, starts_on=clock.today()
        )
        return changes

    monkeypatch.setattr("portal.intake.actions.compare", wrong)
    shown = office.page(job.id).digest
    monkeypatch.setattr(Changes, "digest", lambda _self: shown)
    with pytest.raises(ScopeError):
        work_on_imports(sessions(office), now=clock.now())


def test_two_people_confirm_at_the_same_moment(office: Office) -> None:
    before = office.count(Pupil)[0]
    job_id = office.upload(Kind.CTF, ctf_for(HAZEL, *(small_pupil(CONTACTS, upn=upn(n)) for n in range(1, 41))))
    digest, found = office.page(job_id).digest, list[object]()
    start = threading.Barrier(2)

    def click() -> None:
        start.wait()
        try:
            found.append(office.confirm(job_id, digest))
        except Exception as error:
            found.append(error)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert found == [ImportState.DONE, ImportState.DONE]
    assert office.count(Pupil)[0] == before + 40


def test_two_files_with_the_same_children_do_not_make_them_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another import commits between our comparison and our writing: ours writes nothing and is shown anew."""
    child = small_pupil(CONTACTS)
    other, ours = (office.upload(Kind.CTF, ctf_for(HAZEL, child) + end) for end in (b"", b"\n"))
    carry_out = actions_write.carry_out
    overtaken = threading.Event()

    def late(session: PortalSession, changes: Changes, **facts: object) -> None:
        if office.app.extensions["engine"].dialect.name == "postgresql" and not overtaken.is_set():
            overtaken.set()
            assert office.confirm(other) is ImportState.DONE
        carry_out(session, changes, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr("portal.intake.actions.carry_out", late)
    if office.app.extensions["engine"].dialect.name == "sqlite":  # one writer at a time: the other cannot get between
        office.confirm(other)
    assert office.confirm(ours) is ImportState.READ
    assert office.page(ours).changes_nothing
    assert len(office.rows(select(Pupil).where(Pupil.upn == upn(1)))) == 1


def test_an_error_of_the_database_brings_in_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = office.count(Pupil, PupilContact, SenStatusPeriod)
    job_id = office.upload(Kind.CTF, ctf_for(HAZEL, *(small_pupil(CONTACTS, upn=upn(n)) for n in range(1, 6))))
    record = actions_write.audit.record

    def broken(session: PortalSession, *arguments: object, **facts: object) -> None:
        names = {"upn": upn(1), "forename": "Another", "surname": "Child", "nc_year": "1"}
        day = clock.today()
        session.add(Pupil(school_id=office.actor.school_id, born_on=day, rights_pass_on=day, **names))
        record(session, *arguments, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr("portal.intake.actions_write.audit.record", broken)
    try:
        assert office.confirm(job_id) is ImportState.READ
    except IntegrityError:
        pytest.fail("the person would have seen an error page")
    assert office.count(Pupil, PupilContact, SenStatusPeriod) == before


def test_a_school_is_read_in_the_same_number_of_statements_at_any_size(office: Office, counting: "object") -> None:
    counts = []
    for number in (1, 60):
        children = (small_pupil(CONTACTS, upn=upn(n), forename=f"Zoe{number}") for n in range(1, number + 1))
        job_id = office.upload(Kind.CTF, ctf_for(HAZEL, *children))
        counting.statements.clear()  # type: ignore[attr-defined]
        office.confirm(job_id)
        reads = [s for s in counting.statements if s.lstrip().startswith("SELECT")]  # type: ignore[attr-defined]
        counts.append(len(reads))
    assert counts[1] <= counts[0] + 2
    assert counts[1] <= 16


def test_the_other_school_keeps_its_children(office: Office) -> None:
    bridge = open_office(office.app, "sendco-other-school", BRIDGE)
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil(CONTACTS)))
    bridge.bring(Kind.CTF, ctf_for(BRIDGE, small_pupil(CONTACTS, surname="Khan")))
    assert [p.surname for p in office.rows(select(Pupil).where(Pupil.upn == upn(1)).order_by(Pupil.surname))] == [
        "Ali",
        "Khan",
    ]


def test_contacts_of_a_large_table_are_the_workers_too(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil()))
    row = {
        "upn": upn(1),
        "pupil_surname": "Ali",
        "pupil_forename": "Zoe",
        "adult_surname": "Ali",
        "relationship": "PAM",
    }
    rows = [{**row, "adult_forename": f"Ada{n}", "email": f"ada{n}@{'x' * 200}.example.org"} for n in range(4_500)]
    job_id = office.upload(Kind.CONTACTS, contacts_csv(*rows))
    assert office.page(job_id).is_busy
    began = time.process_time()
    work_on_imports(sessions(office), now=clock.now())
    assert office.confirm(job_id) is ImportState.CONFIRMED
    work_on_imports(sessions(office), now=clock.now())
    assert office.page(job_id).job.state is ImportState.DONE
    assert time.process_time() - began < 30
