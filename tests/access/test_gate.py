"""The first four fences: a route that forgets to say who may use it never gets as far as a request."""

import uuid

import pytest
import time_machine
from flask import Flask

from portal.kernel import clock
from portal.kernel.errors import NotAllowed
from portal.web import access
from portal.web.access import PUBLIC, Access, PortalBlueprint


def test_a_route_without_a_rule_cannot_be_written():
    blueprint = PortalBlueprint("letters", __name__)
    with pytest.raises(TypeError, match="access"):

        @blueprint.get("/open")
        def forgotten() -> str:
            return "open to everybody"


def test_an_app_with_an_undeclared_route_does_not_start():
    app = Flask("late", static_folder=None)
    app.add_url_rule("/late", "late", lambda: "late")
    with pytest.raises(RuntimeError, match="late"):
        access.check_every_endpoint(app)
    access.declare(app, "late", PUBLIC)
    access.check_every_endpoint(app)


def test_one_endpoint_cannot_have_two_rules():
    app = Flask("two", static_folder=None)
    access.declare(app, "page", PUBLIC)
    with pytest.raises(RuntimeError, match="two different"):
        access.declare(app, "page", Access("staff", frozenset({"staff"})))


def test_what_is_registered_after_the_start_is_refused(own_app):
    own_app.add_url_rule("/sneaked", "sneaked", lambda: "in")
    assert own_app.test_client().get("/sneaked").status_code == NotAllowed.status


def test_every_route_of_the_portal_says_who_may_use_it(sqlite_app):
    known = sqlite_app.extensions["access"]
    assert {rule.endpoint for rule in sqlite_app.url_map.iter_rules()} <= known.keys()
    public = {name for name, rule in known.items() if rule.public}
    assert not {name for name in public if name.startswith(("profiles.", "people.", "intake.", "family_plans."))}


def test_somebody_elses_child_and_no_child_are_the_same_page(app, ids, as_persona):
    client = as_persona("parent-other-school")
    with time_machine.travel(clock.now(), tick=False):  # a CSRF token tells its second
        theirs = client.get(f"/children/{ids.pupil('Zara')}")
        nobodys = client.get(f"/children/{uuid.uuid4()}")
    assert theirs.status_code == nobodys.status_code == 404
    strip = lambda page: page.get_data(as_text=True).replace(page.request.path, "")  # noqa: E731
    assert strip(theirs) == strip(nobodys)


def test_a_visitor_is_asked_to_sign_in_and_brought_back(sqlite_app, ids):
    path = f"/children/{ids.pupil('Zara')}"
    answer = sqlite_app.test_client().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/sign-in?next={path}")


def test_rights_that_end_between_two_clicks_end_the_sitting(app, ids, as_persona, system_session):
    from portal.people.models import Person

    client = as_persona("parent")
    path = f"/children/{ids.pupil('Zara')}"
    assert client.get(path).status_code == 200
    system_session.get_one(Person, ids.person("parent")).epoch += 1
    system_session.commit()
    assert client.get(path).status_code == 302


def test_the_suite_would_notice_a_missing_gate(own_app, as_persona):
    """If this fails, the tests above prove nothing."""
    before = own_app.before_request_funcs
    before[None] = [function for function in before[None] if function.__name__ != "_gate"]
    answer = as_persona("parent-other-school").get("/staff/adults")
    assert answer.status_code != 403
