"""The office of the demo's primary school, on both databases."""

import pytest
from flask import Flask

from tests.intake.importing import HAZEL, Office, open_office


@pytest.fixture
def office(app: Flask) -> Office:
    """The office of Hazel Lane Primary School."""
    return open_office(app, "office", HAZEL)
