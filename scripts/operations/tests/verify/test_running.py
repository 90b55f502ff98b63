"""A check that fails makes the run fail, says why, and does not stop the others."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from scripts.operations.tests.verify.worlds import world

from operations.errors import OperationError
from operations.verify.known import Known
from operations.verify.results import (
    Check,
    CheckFailed,
    Finding,
    NotApplicable,
    Result,
    Status,
    succeeded,
    table,
)
from operations.verify.running import at_once, run_all


def check(name: str, error: BaseException | None = None, **more: Any) -> Check:
    def run(_world: object) -> Finding:
        if error is not None:
            raise error
        return Finding(detail="fine", value={"n": 1})

    return Check(name=name, run=run, **more)


def statuses(*checks: Check, known: dict[str, Known] | None = None) -> dict[str, Status]:
    return {one.name: one.status for one in run_all(checks, world(), known or {}, lambda _: None)}


def test_each_way_to_end_has_its_status() -> None:
    found = statuses(
        check("right"),
        check("wrong", CheckFailed("2 is not 3")),
        check("refused", OperationError("no")),
        check("broken", KeyError("winner")),
        check("absent", NotApplicable("the environment has no batch")),
        check("asked", question=True),
        check("late", alone=True),
    )
    assert found == {
        "right": Status.PASSED,
        "wrong": Status.FAILED,
        "refused": Status.FAILED,
        "broken": Status.FAILED,
        "absent": Status.NOT_APPLICABLE,
        "asked": Status.ANSWERED,
        "late": Status.PASSED,
    }


def test_the_table_has_every_check_and_why_it_failed() -> None:
    results = run_all([check("a"), check("b", CheckFailed("2 is not 3"))], world(), {}, lambda _: None)
    assert not succeeded(results)
    assert succeeded(results[:1])
    assert not succeeded([])
    heading, first, second = table(results)
    assert heading.split() == ["CHECK", "RESULT", "SECONDS", "DETAIL"]
    assert first.split() == ["a", "passed", "0.0", "fine"]
    assert second.endswith("2 is not 3")


def test_a_failure_that_is_known_is_no_failure() -> None:
    known = {name: Known(reason="no clocks here") for name in ("wrong", "absent", "right")}
    checks = [check("wrong", CheckFailed("x")), check("absent", NotApplicable("y")), check("right")]
    results = run_all(checks, world(), known, lambda _: None)
    assert [one.status for one in results] == [Status.KNOWN, Status.NOT_APPLICABLE, Status.PASSED]
    assert results[0].detail == "no clocks here (x)"
    assert "listed as known, remove it" in results[2].detail
    assert succeeded(results)


def test_a_known_check_need_not_run() -> None:
    ran = threading.Event()
    checks = [Check(name="slow", run=lambda _: ran.set() or Finding(detail=""))]  # type: ignore[func-returns-value]
    (result,) = run_all(checks, world(), {"slow": Known(reason="minutes", run=False)}, lambda _: None)
    assert (result.status, result.detail, ran.is_set()) == (Status.KNOWN, "not run: minutes", False)


def test_checks_that_measure_times_run_alone_and_last() -> None:
    running, overlaps = [0], []

    def run(_world: object) -> Finding:
        running[0] += 1
        overlaps.append(running[0])
        running[0] -= 1
        return Finding(detail="")

    order: list[str] = []
    checks = [Check(name="timed", run=run, alone=True), Check(name="other", run=run)]
    results = run_all(checks, world(), {}, lambda result: order.append(result.name))
    assert order == ["other", "timed"]
    assert [one.name for one in results] == ["timed", "other"]
    assert overlaps == [1, 1]


def test_an_interrupt_stops_those_that_wait() -> None:
    there = world()

    def wait(_world: object) -> Finding:
        assert there.stopping.wait(30)
        return Finding(detail="")

    def interrupt(_result: Result) -> None:
        raise KeyboardInterrupt

    checks = [check("quick"), Check(name="waits", run=wait)]
    with pytest.raises(KeyboardInterrupt):
        run_all(checks, there, {}, interrupt)
    assert there.stopping.is_set()


@pytest.mark.parametrize("given", ["0", "51", "many", "-1", "1.5"])
def test_an_invalid_number_at_once_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AT_ONCE", given)
    with pytest.raises(OperationError, match=f"AT_ONCE must be a number from 1 to 50, not '{given}'"):
        at_once()


def test_the_number_at_once_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AT_ONCE", "1")
    running: list[int] = []
    most: list[int] = []

    def run(_world: object) -> Finding:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return Finding(detail="")

    run_all([Check(name=str(n), run=run) for n in range(5)], world(), {}, lambda _: None)
    assert max(most) == 1
