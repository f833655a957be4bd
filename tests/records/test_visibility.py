"""Nobody reads what was not said to them: tokens at every visibility, looked for as every persona on every page and in
every file of the portal, in mails, in the outbox, in what is written down about acts, and in the logs.

The tables are written by hand; a letter stands for a persona.
"""

from collections import defaultdict

import pytest
from sqlalchemy import select

from portal.app import create_app
from portal.migrations.metadata import METADATA
from tests.access.matrix import GET, PERSONAS
from tests.access.test_matrix import something_real
from tests.conftest import make_settings
from tests.records.markers import GRANDMOTHER, Markers, all_of_zara, others
from tests.records.walking import NEXT_DOOR, TELLS_NOTHING, Walker, addresses, client_of, pages

WHO = {
    "N": "nobody",
    "P": "parent",
    "S": "second-parent",
    "G": GRANDMOTHER,  # may read, and nothing else
    "B": "parent-barred",
    "O": "parent-other-school",
    "y": "pupil-young",
    "o": "pupil-older",
    "Y": "young-person",
    "T": "class-teacher",
    "A": "teaching-assistant",
    "U": "supply-teacher",
    "C": "sendco",
    "H": "headteacher",
    "F": "office",
    "X": "sendco-other-school",
    "t": "trust-lead",
}
EVERYBODY = {**WHO, "K": NEXT_DOOR}
MAY_READ = {
    # what Zara's parents, Zara and staff said, and what was typed in for her father
    "zara:parent-school": "P TCH",
    "zara:parent-family": "PSG TCH",
    "zara:parent-draft": "P",
    "zara:second-school": "S TCH",
    "zara:second-family": "PSG TCH",
    "zara:pupil-teacher": "y T",
    "zara:pupil-assistant": "y A",
    "zara:pupil-school": "y TCH",
    "zara:pupil-family": "PSG y TCH",
    "zara:pupil-draft": "y",
    "zara:teacher-school": "TCH",
    "zara:teacher-family": "PSG TCH",
    "zara:teacher-draft": "T",
    "zara:assistant-school": "A TCH",
    "zara:assistant-draft": "A",
    "zara:paper-school": "S F TCH",
    "zara:paper-draft": "S F",
    "zara:translated parent-school": "P TCH",
    "zara:translated parent-family": "PSG TCH",
    "zara:translated parent-draft": "P",
    "zara:translated second-school": "S TCH",
    "zara:translated pupil-teacher": "y T",
    "zara:translated pupil-school": "y TCH",
    "zara:translated pupil-family": "PSG y TCH",
    # a record that nobody has shared: even whoever said it does not read a draft
    "zara:draft line": "TCH",
    "zara:draft of parent-family": "TCH",
    "zara:draft of pupil-teacher": "T",
    "zara:draft action": "TCH",
    # a record that was shared
    "zara:line for family": "PSG TCH",
    "zara:line for school": "TCH",
    "zara:disagreement": "PSG TCH",
    "zara:addendum": "PSG TCH",
    "zara:line of parent-school": "P TCH",
    "zara:line of parent-family": "PSG TCH",
    "zara:line of second-school": "S TCH",
    "zara:line of pupil-teacher": "y T",
    "zara:line of pupil-school": "y TCH",
    "zara:line of pupil-family": "PSG y TCH",
    "zara:action for family": "PSG TCH",
    "zara:action for school": "TCH",
    "zara:action owed by the assistant": "PSG A TCH",
    "zara:owed, for school": "TCH",
    "zara:action of parent-school": "P TCH",
    "zara:action of parent-family": "PSG TCH",
    "zara:kept action of parent-school": "TCH",
    "zara:kept action of parent-family": "TCH",
    "zara:action of second-school": "S TCH",
    "zara:action of pupil-teacher": "y T",
    "zara:action of pupil-school": "y TCH",
    "zara:action of pupil-family": "PSG y TCH",
    # what became of it
    "zara:why for family": "PSG TCH",
    "zara:why for school": "TCH",
    "zara:why parent-school": "P TCH",
    "zara:why parent-family": "PSG TCH",
    "zara:why kept of parent-school": "TCH",
    "zara:why kept of parent-family": "TCH",
    "zara:why second-school": "S TCH",
    "zara:why pupil-teacher": "y T",
    "zara:why pupil-school": "y TCH",
    "zara:why pupil-family": "PSG y TCH",
    "zara:ended parent-school": "P TCH",
    "zara:ended parent-family": "PSG TCH",
    "zara:ended second-school": "S TCH",
    "zara:ended pupil-teacher": "y T",
    "zara:ended pupil-school": "y TCH",
    "zara:ended pupil-family": "PSG y TCH",
    "zara:card pupil-teacher": "y T",
    "zara:card pupil-school": "y TCH",
    "zara:card pupil-family": "PSG y TCH",
    # one adult's own answers: the other adults of the child never meet them
    "zara:reply of parent": "P TCH",
    "zara:reply of second-parent": "S TCH",
    "zara:not happening, parent": "P TCH",
    "zara:not happening, second-parent": "S TCH",
    "zara:call wanted by parent": "P CHF",
    "zara:call wanted by second-parent": "S CHF",
    # not even the child reads it again: somebody may look over a shoulder
    "zara:told headteacher": "H",
    "zara:told class-teacher": "T",
    # what one adult asks of school
    "zara:parent asks for worry": "P TCH",
    "zara:parent asks for worry, answered": "P TCH",
    "zara:parent asks for complaint": "P C",
    "zara:parent asks for complaint, answered": "P C",
    "zara:second-parent asks for worry": "S TCH",
    "zara:second-parent asks for worry, answered": "S TCH",
    "zara:second-parent asks for complaint": "S",
    # drafts of plans, and what is said to the one that the family is asked about: drafts are the SENDCO's to write
    "zara:draft plan": "C",
    "zara:translated draft plan": "C",
    "zara:shared draft": "PSG C",
    "zara:translated shared draft": "PSG C",
    "zara:comment of parent": "P C",
    "zara:comment of second-parent": "S C",
    # other children
    "leo:pupil-teacher": "T",
    "leo:pupil-school": "TCH",
    "leo:pupil-family": "TCH",
    "leo:pupil-draft": "",
    "leo:teacher-family": "TCH",
    "leo:line for family": "TCH",
    "leo:ended pupil-family": "TCH",
    "leo:told class-teacher": "T",
    "sagal:parent-school": "OX",
    "sagal:parent-family": "OX",
    "sagal:parent-draft": "O",
    "sagal:pupil-school": "X",
    "sagal:pupil-family": "OX",
    "sagal:line for family": "OX",
    # a young person with her own rights reads what other children's families read
    "grace:pupil-school": "YX",
    "grace:pupil-family": "YX",
    "grace:pupil-draft": "Y",
    "grace:teacher-school": "X",
    "grace:teacher-family": "YX",
    "grace:line for family": "YX",
    "grace:line for school": "X",
}
# who must meet it somewhere, so that this test cannot pass because nothing is shown
MUST_READ = {
    "zara:parent-school": "P TCH",
    "zara:parent-family": "PSG TCH",
    "zara:parent-draft": "P",
    "zara:second-school": "S TCH",
    "zara:second-family": "PSG TCH",
    "zara:pupil-teacher": "T",
    "zara:pupil-school": "TCH",
    "zara:pupil-family": "PSG TCH",
    "zara:teacher-school": "TCH",
    "zara:teacher-family": "PSG TCH",
    "zara:teacher-draft": "T",
    "zara:assistant-school": "A TCH",
    "zara:assistant-draft": "A",
    "zara:paper-school": "TCH",
    "zara:translated parent-school": "P TCH",
    "zara:translated parent-family": "PSG TCH",
    "zara:translated pupil-teacher": "T",
    "zara:draft line": "TC",
    "zara:draft of parent-family": "TC",
    "zara:draft of pupil-teacher": "T",
    "zara:draft action": "TC",
    "zara:line for family": "PSG TC",
    "zara:line for school": "TC",
    "zara:disagreement": "PSG TC",
    "zara:addendum": "PSG TC",
    "zara:line of parent-school": "P TC",
    "zara:line of pupil-teacher": "T",
    "zara:line of pupil-family": "PSG TC",
    "zara:action for family": "PSG TC",
    "zara:action for school": "TC",
    "zara:ended parent-school": "P TC",
    "zara:ended parent-family": "P TC",
    "zara:ended second-school": "S TC",
    "zara:card pupil-family": "y",
    "zara:card pupil-school": "y",
    "zara:card pupil-teacher": "y",
    "zara:reply of parent": "P TC",
    "zara:not happening, parent": "C",
    "zara:call wanted by parent": "F",
    "zara:told headteacher": "H",
    "zara:told class-teacher": "T",
    "zara:draft plan": "C",
    "zara:shared draft": "PSG C",
    "zara:translated shared draft": "PSG",
    "zara:comment of parent": "P C",
    "zara:comment of second-parent": "S C",
    "zara:parent asks for worry": "P TCH",
    "zara:parent asks for worry, answered": "P TCH",
    "zara:parent asks for complaint": "P C",
    "zara:second-parent asks for worry": "S",
    "zara:second-parent asks for complaint": "S",
    "leo:told class-teacher": "T",
    "sagal:parent-school": "OX",
    "sagal:parent-family": "OX",
    "sagal:line for family": "OX",
    "grace:line for family": "YX",
    "grace:line for school": "X",
}
# tables in which words may stand; in no other column of the database may a token ever be found
WORDS_STAND_IN = {
    *("statement", "statement_translation", "record_entry", "action", "action_step", "ending", "card_line"),
    *("family_reply", "not_happening", "wanted_call", "disclosure"),
    *("concern", "concern_reply"),
    *("plan_version", "outcome", "target", "responsibility", "text_translation", "plan_comment"),
}
# walked, but nobody gets a page there, and why
STEPS_OF_SIGNING_IN = {
    *("accounts.confirm_address", "family_sign_in.letter_language", "family_sign_in.letter_pin", "family_sign_in.pin"),
    *("staff_sign_in.second_step", "staff_sign_in.set_up", "staff_sign_in.place"),
    *("pupil_sign_in.cards", "pupil_sign_in.card"),
}
LEADS_ON = {
    "actions.new": "to the form of an action, which has its own id",
    "year.now": "to the page of this school year",
    "directory.new": "to the form of an entry, which has its own id",
    "pack.guest_copy": "for a guest of the school, whom these reviews do not have",
    "times.mine": "to the page of one's own times",
    "family_answers.wishes": "a form of whoever finds no time, which is not how these reviews stand",
    "family_answers.cancel": "a form of whoever gives back a time, which is not how these reviews stand",
}


@pytest.fixture
def world(sqlite_app, ids, system_session, monkeypatch):
    """The demo with tokens in it; the clients do not read the markup here."""
    monkeypatch.setattr(sqlite_app, "test_client_class", Walker)
    values = something_real(ids, system_session)
    marks = Markers(system_session, ids)
    all_of_zara(marks)
    others(marks)
    system_session.commit()
    assert set(marks.name.values()) == MAY_READ.keys()
    return sqlite_app, marks, list(addresses(sqlite_app, marks, values))


@pytest.mark.parametrize("letter", EVERYBODY)
def test_everybody_reads_what_was_said_to_them_and_nothing_else(world, letter, capfd):
    app, marks, found_at = world
    found = defaultdict(set)
    for path, text in pages(app, EVERYBODY[letter], found_at):
        for name in marks.found_in(text):
            found[name].add(path)
    leaks = {name: sorted(paths)[:3] for name, paths in found.items() if letter not in MAY_READ[name]}
    assert not leaks, leaks
    missing = {name for name, letters in MUST_READ.items() if letter in letters} - found.keys()
    assert not missing, f"allowed, and shown nowhere: {sorted(missing)}"
    logged = capfd.readouterr()
    assert not marks.found_in(logged.out + logged.err)


def test_words_stand_where_words_belong_and_nowhere_else(world):
    """After everybody has looked at everything: no table of acts, looks or messages holds a word."""
    app, marks, found_at = world
    for letter in "PTCy":
        for _path, _text in pages(app, EVERYBODY[letter], found_at):
            pass
    for table in METADATA.sorted_tables:
        rows = " ".join(map(repr, marks.session.execute(select(table)).all()))
        assert bool(marks.found_in(rows)) == (table.name in WORDS_STAND_IN), table.name


def test_every_page_that_there_is_was_walked_and_answers_somebody(world, tmp_path):
    """A new page is met here at once: without a real address that opens for somebody the walk would prove nothing."""
    app, _marks, found_at = world
    demo = create_app(make_settings(f"sqlite:///{tmp_path / 'demo.sqlite3'}", tmp_path, demo=True))
    there = {rule.endpoint for rule in demo.url_map.iter_rules() if "GET" in rule.methods}
    walked = defaultdict(list)
    for endpoint, path in found_at:
        walked[endpoint].append(path)
    assert there == walked.keys() | TELLS_NOTHING.keys()
    clients = {slug: client_of(app, slug) for slug in PERSONAS}
    closed = set()
    for endpoint in walked.keys() - STEPS_OF_SIGNING_IN - LEADS_ON.keys():
        paths = walked[endpoint]
        allowed = [slug for slug, cell in zip(PERSONAS, GET[endpoint], strict=True) if cell == "A"]
        if not any(clients[slug].get(path).status_code == 200 for path in paths for slug in allowed):
            closed.add(endpoint)
    assert closed == set()
