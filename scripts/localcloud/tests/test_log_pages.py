"""Logs are read late and in pages, empty ones too."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from cloud import Cloud, error_code, unique, wait_for

from localcloud import log_pages
from localcloud.log_pages import MAX_SECONDS, readable

LINES = [f"line {number}" for number in range(40)]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A log stream."""

    client: Any
    group: str

    @classmethod
    def stream(cls, cloud: Cloud) -> "Written":
        """Create one in a group of its own."""
        client, group = cloud.client("logs"), unique("/group")
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="one")
        return cls(client=client, group=group)

    def write(self, *lines: str) -> None:
        """Write lines as one batch."""
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        self.client.put_log_events(logGroupName=self.group, logStreamName="one", logEvents=events)

    def pages(self, limit: int, *, from_head: bool) -> Iterator[list[str]]:
        """Read page by page until the end answers the token it was asked for."""
        name = "nextForwardToken" if from_head else "nextBackwardToken"
        token: dict[str, Any] = {}
        while True:
            page = self.client.get_log_events(
                logGroupName=self.group,
                logStreamName="one",
                limit=limit,
                startFromHead=from_head,
                **token,
            )
            yield [event["message"] for event in page["events"]]
            if token.get("nextToken") == page[name]:
                return
            token = {"nextToken": page[name]}

    def read(self, limit: int = 7, *, from_head: bool = True) -> list[str]:
        """Return what is readable, in its order."""
        pages = list(self.pages(limit, from_head=from_head))
        return [line for page in (pages if from_head else reversed(pages)) for line in page]


@pytest.fixture(scope="module")
def log(cloud: Cloud) -> Written:
    """A stream with lines that all can be read; no test may write more."""
    found = Written.stream(cloud)
    found.write(*LINES)
    wait_for(lambda: found.read() == LINES)
    return found


@pytest.mark.parametrize("from_head", [True, False])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_the_pages_have_all_lines_once(log: Written, limit: int, *, from_head: bool) -> None:
    assert log.read(limit, from_head=from_head) == LINES
    assert all(len(page) <= limit for page in log.pages(limit, from_head=from_head))


def test_a_page_can_be_empty_or_partial_with_more_behind_it(log: Written) -> None:
    sizes: set[int] = set()

    def have_all_sizes() -> bool:
        sizes.update(inner_sizes(log.pages(3, from_head=True)))
        return sizes >= {0, 1, 2, 3}

    wait_for(have_all_sizes)


def test_two_readings_are_cut_into_different_pages(log: Written) -> None:
    first = list(log.pages(3, from_head=True))
    wait_for(lambda: list(log.pages(3, from_head=True)) != first)


def test_the_end_answers_its_own_token_and_goes_on_with_new_lines(cloud: Cloud) -> None:
    log = Written.stream(cloud)
    log.write("first")
    wait_for(lambda: log.read() == ["first"])
    request = {"logGroupName": log.group, "logStreamName": "one", "startFromHead": True}
    token = log.client.get_log_events(**request)["nextForwardToken"]
    while (page := log.client.get_log_events(**request, nextToken=token))["events"] or (
        page["nextForwardToken"] != token
    ):
        token = page["nextForwardToken"]
    log.write("late")
    wait_for(lambda: log.client.get_log_events(**request, nextToken=token)["events"] or None)
    assert log.read() == ["first", "late"]


def test_a_page_has_up_to_a_megabyte(cloud: Cloud) -> None:
    log, text = Written.stream(cloud), "x" * 250_000
    for _ in range(6):
        log.write(text)
    wait_for(lambda: len(log.read(100)) == 6)
    assert max(len(page) for page in log.pages(100, from_head=True)) == 4


def test_filtering_has_pages_too(log: Written) -> None:
    paginator, sizes = log.client.get_paginator("filter_log_events"), set[int]()

    def have_all_sizes() -> bool:
        pages = paginator.paginate(logGroupName=log.group, PaginationConfig={"PageSize": 3})
        found = [[event["message"] for event in page["events"]] for page in pages]
        assert [line for page in found for line in page] == LINES
        sizes.update(inner_sizes(found))
        return sizes >= {0, 1, 2, 3}

    wait_for(have_all_sizes)


def test_an_invalid_token_is_refused(log: Written) -> None:
    request = {"logGroupName": log.group, "logStreamName": "one"}
    for token in ("x", "f/x/0", "g/1/0"):
        refused = error_code(log.client.get_log_events, **request, nextToken=token)
        assert refused == "InvalidParameterException"


def inner_sizes(pages: Iterable[list[str]]) -> set[int]:
    """Return the sizes of the pages that have more behind them."""
    *before, _ = [len(page) for page in pages]
    last = max((place for place, size in enumerate(before) if size), default=0)
    return set(before[:last])


def stream(*written: int, name: str = "one") -> Any:
    """Return a stream whose lines were written at these milliseconds."""
    events = [SimpleNamespace(ingestion_time=at, message=str(at)) for at in written]
    return SimpleNamespace(
        log_group=SimpleNamespace(name="/g"), log_stream_name=name, events=events
    )


def count(of: Any, now: float) -> int:
    return len(list(readable(of, now)))


def test_a_batch_becomes_readable_within_5_s_and_not_before_earlier_ones() -> None:
    delays = []
    for number in range(200):
        of = stream(0, 0, 1_000, name=str(number))
        assert count(of, 0.0) == 0
        assert count(of, 1 + MAX_SECONDS) == 3
        delays.append(next(step for step in range(51) if count(of, step / 10) >= 2) / 10)
        assert {count(of, step / 10) for step in range(61)} <= {0, 2, 3}
    assert min(delays) < 0.5
    assert max(delays) > 4.5


def test_the_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def delays(seed: str) -> list[int]:
        monkeypatch.setenv(log_pages.SEED_VARIABLE, seed)
        of = stream(*range(0, 100_000, 10_000))
        return [count(of, second / 4) for second in range(400)]

    assert delays("a") == delays("a") != delays("b")
