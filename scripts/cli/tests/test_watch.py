"""`status --watch` goes on when AWS does not answer for a while."""

import io

import pyte
import pytest
from botocore.exceptions import EndpointConnectionError
from rich.console import Console
from scripts.cli.tests.conftest import add

from activity_dispatch_cli import status
from activity_dispatch_cli.stack import Stack


def test_what_was_seen_stays_when_aws_does_not_answer(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    add(stack, "one")
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, height=20, legacy_windows=False)
    screen, looks = pyte.Screen(100, 20), []
    shown: list[list[str]] = []
    look = status.look

    def wait(_: float) -> None:
        pyte.Stream(screen).feed(out.getvalue().replace("\n", "\r\n"))
        out.seek(0)
        out.truncate()
        shown.append([line.rstrip() for line in screen.display if line.strip()])
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt
        if len(looks) == 1:
            monkeypatch.setattr(status, "look", fail)

    def fail(_: Stack) -> None:
        monkeypatch.setattr(status, "look", look)
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    assert status.status(stack, console, watch=True, sleep=wait) == 0
    assert [any("not up to date" in line for line in lines) for lines in shown] == [False, True, False]
    assert all(any(line.startswith("1 open task") for line in lines) for lines in shown)
