"""What a request costs the database besides its statements."""

import pytest
from sqlalchemy import text

PREPARED_AFTER = 5  # times, psycopg's default


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_plans_the_statements_of_a_page_once(app, as_persona, ids):
    """A ROLLBACK would make psycopg forget them all: planning cost a page more than its answers did."""
    client = as_persona("parent")
    for _n in range(PREPARED_AFTER + 3):
        assert client.get(f"/children/{ids.pupil('Zara')}").status_code == 200
        assert client.get("/no-such-page").status_code == 404
    with app.extensions["engine"].connect() as connection:
        known = connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert any("FROM outcome" in statement for statement in known)
