"""The end of a job's log, read to its end and when it is complete."""

from collections import deque
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.lifecycle.job_logs import JobLogs, LogPatience, LogUnreadable
from activity_dispatch.report.ended_jobs import PAUSES_SECONDS
from activity_dispatch.runtime.endings import RECONCILER_PATIENCE
from activity_dispatch.testing.logs import FakeLogs
from activity_dispatch.testing.stepfunctions import client_error

PLACE = LogLocation(group="/aws/batch/job", stream="definition/default/abc")
KEY = (PLACE.group, PLACE.stream)
ENDED = 1_000_000.0


class World:
    """CloudWatch Logs, read by a clock that only waiting moves on."""

    def __init__(self, now: float) -> None:
        """Start some time after the job's end."""
        self.now = now
        self.logs = FakeLogs(clock=lambda: self.now)
        client: Any = self.logs
        self.reader = JobLogs(client=client, clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Move the clock on."""
        assert seconds > 0
        self.now += seconds

    def result(self) -> tuple[str, ...]:
        """Read a log whose last line may be a result."""
        return self.reader.result(PLACE, ENDED).messages

    def reason(self) -> tuple[str, ...]:
        """Read a log that explains a failure."""
        return self.reader.reason(PLACE, ENDED).tail


@pytest.fixture
def world() -> World:
    return World(ENDED + 0.5)


def test_the_request_is_what_the_service_accepts(monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = boto3.client("logs", region_name="eu-west-1")
    request = {
        "logGroupName": PLACE.group,
        "logStreamName": PLACE.stream,
        "limit": 20,
        "startFromHead": False,
    }
    with Stubber(client) as stubber:
        stubber.add_response("get_log_events", {"events": [], "nextBackwardToken": "b/1"}, request)
        page = {"events": [{"message": "one"}], "nextBackwardToken": "b/1"}
        stubber.add_response("get_log_events", page, {**request, "nextToken": "b/1"})
        assert JobLogs(client=client).result(PLACE, ENDED).messages == ("one",)


@pytest.mark.parametrize("length", [1_001, 16_384, 256_000])
def test_a_long_line_is_whole_in_a_result_and_cut_in_a_reason(world, length: int) -> None:
    world.logs.default = ["x" * length]
    assert world.result() == ("x" * length,)
    (line,) = world.reason()
    assert len(line) <= 1_000
    assert line.endswith("xxx")


@pytest.mark.parametrize("page_size", [1, 7, 20])
@pytest.mark.parametrize("empty_pages", [0, 1, 9])
def test_pages_are_read_on_however_empty_they_are(world, page_size: int, empty_pages: int) -> None:
    world.logs.default = [f"line {number}" for number in range(9)]
    world.logs.page_size, world.logs.empty_pages = page_size, empty_pages
    assert world.result() == tuple(world.logs.default)


def test_blank_lines_do_not_hide_those_before_them(world) -> None:
    world.logs.default = ["result", *["\r"] * 50]
    assert world.result()[0] == "result"


def test_very_long_lines_do_not_fit_into_one_page(world) -> None:
    world.logs.default = [f"{number} " + "x" * 250_000 for number in range(30)]
    assert [line.split()[0] for line in world.result()[-20:]] == [str(number) for number in range(10, 30)]


def test_a_log_of_empty_pages_only_is_not_an_empty_log(world) -> None:
    world.logs.empty_pages = 1_000_000
    with pytest.raises(LogUnreadable, match="no line in 20 pages"):
        world.result()


@pytest.mark.parametrize("lag", [0.0, 1.0, 3.0, 5.0, 5.9, 7.0, 7.9])
def test_the_last_line_is_awaited(world, lag: float) -> None:
    world.logs.default = None
    world.logs.late[KEY] = [(ENDED + lag / 2, '{"step": 1}'), (ENDED + lag, '{"result": 2}')]
    assert world.result()[-1] == '{"result": 2}'
    assert world.now - ENDED <= 12


def test_two_readings_in_different_pages_are_the_same(world) -> None:
    world.logs.default = [*["before"] * 20, "\r", *[f"line {number}" for number in range(20)]]

    def sleep(seconds: float) -> None:
        world.sleep(seconds)
        world.logs.page_size = 16 if world.logs.page_size == 7 else 7

    world.reader = replace(world.reader, sleep=sleep)
    assert world.result() == tuple(world.logs.default[-20:])
    assert world.now - ENDED <= 12


def test_a_log_that_never_rests_is_not_ready(world) -> None:
    world.logs.late[KEY] = [(ENDED + number, "more") for number in range(100)]
    with pytest.raises(LogUnreadable) as problem:
        world.result()
    assert problem.value.passes
    assert world.now - ENDED <= 21


def test_long_after_the_end_one_reading_is_enough(world) -> None:
    world.now = ENDED + 31
    world.logs.default = ["result"]
    assert (world.result(), world.logs.calls) == (("result",), 2)


def test_a_reason_is_awaited_for_less_long(world) -> None:
    world.logs.late[KEY] = [(ENDED + 2.5, "KeyError")]
    assert world.reason() == ("KeyError",)
    assert (world.now - ENDED, world.logs.calls) == (3.0, 2)


@pytest.mark.parametrize("ended_at", [None, ENDED + 10_000])
def test_an_end_that_is_unknown_or_in_the_future_counts_as_now(world, ended_at: float | None) -> None:
    assert world.reader.result(PLACE, ended_at).messages == ()
    assert world.now - ENDED == pytest.approx(8.5)


PASSING = [
    client_error("ThrottlingException", "GetLogEvents"),
    client_error("ServiceUnavailableException", "GetLogEvents", 503),
    EndpointConnectionError(endpoint_url="https://logs"),
]


@pytest.mark.parametrize("problem", PASSING)
def test_passing_problems_are_waited_out(world, problem: Exception) -> None:
    world.logs.default = ["result"]
    world.logs.problems = deque([problem] * 4)
    assert world.result() == ("result",)
    world.logs.problems = deque([problem] * 2)
    assert world.reason() == ("result",)


@pytest.mark.parametrize("problem", PASSING)
@pytest.mark.parametrize("clock_stands_still", [False, True])
def test_problems_that_do_not_pass_in_time_are_told(
    world, problem: Exception, clock_stands_still: bool
) -> None:
    world.logs.problems = deque([problem] * 1_000)
    if clock_stands_still:
        world.reader = replace(world.reader, sleep=lambda _: None)
    with pytest.raises(LogUnreadable) as told:
        world.result()
    assert told.value.passes
    assert world.now - ENDED <= 21
    assert world.logs.calls < 40


@pytest.mark.parametrize(
    ("code", "missing"), [("AccessDeniedException", False), ("ResourceNotFoundException", True)]
)
def test_what_is_denied_or_missing_is_told_at_once(world, code: str, missing: bool) -> None:
    world.logs.problems = deque([client_error(code, "GetLogEvents")])
    with pytest.raises(LogUnreadable, match=code) as told:
        world.reason()
    assert (told.value.is_missing, told.value.passes) == (missing, False)
    assert world.logs.calls == 1


def test_a_pass_of_the_reconciler_waits_for_no_log(world) -> None:
    world.reader = replace(world.reader, patience=RECONCILER_PATIENCE, sleep=pytest.fail)
    world.logs.default = ["line"]
    assert world.reason() == ("line",)
    for now, problems in ((ENDED + 1, []), (ENDED + 10, []), (ENDED + 60, PASSING[:1])):
        world.now, world.logs.problems = now, deque(problems)
        with pytest.raises(LogUnreadable) as told:
            world.result()
        assert told.value.passes
    assert world.result() == ("line",)


def test_the_whole_patience_fits_into_the_reporters_minute() -> None:
    # Two calls of 5 s each may be under way when the time is over, with their connections.
    assert sum(PAUSES_SECONDS) + LogPatience().total + 2 * (5 + 5) + 5 < 60
