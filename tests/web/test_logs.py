"""Lines go to standard error as it is now: the stream of the start may have been replaced and closed."""

import io
import json
import sys

import pytest
import structlog

from portal.web import logs


def test_a_line_is_written_though_the_stream_of_the_start_was_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    early = io.StringIO()
    with monkeypatch.context() as swapped:
        swapped.setattr(sys, "stderr", early)
        logs.configure()
    early.close()

    structlog.get_logger("portal").warning("still.here", kind="ValueError")

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["kind"], line["level"]) == ("still.here", "ValueError", "warning")
