"""`activity_dispatch.testing.run` ends a task as the stack would record it."""

import logging
import threading
import time
from typing import assert_type

import pytest

from activity_dispatch import JobError, processing_handler, task
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.testing import Run, run


@processing_handler
def handle(job_input: dict[str, int]) -> dict[str, int]:
    """Count pages."""
    if job_input["pages"] > 500:
        print("too long")
        raise JobError("Report.TooLong", "at most 500 pages")
    task.progress(f"{job_input['pages']} of {job_input['pages']}")
    return {"pages_done": job_input["pages"]}


def test_the_plain_function_is_as_the_user_wrote_it() -> None:
    assert_type(handle.plain({"pages": 3}), dict[str, int])
    assert handle.plain({"pages": 3}) == {"pages_done": 3}
    assert (handle.__name__, handle.__doc__) == ("handle", "Count pages.")


def test_a_success() -> None:
    done = run(handle, {"pages": 3})
    assert done == Run(
        outcome=OutcomeName.SUCCEEDED, output={"pages_done": 3}, heartbeats=1, progress="3 of 3"
    )


def test_an_error_of_its_own() -> None:
    done = run(handle, {"pages": 501})
    assert (done.outcome, done.error, done.output) == ("failed", "Report.TooLong", None)
    assert done.cause is not None
    assert done.cause["message"] == "JobError: at most 500 pages"
    assert "too long" in done.cause["log_tail"]


def test_an_input_arrives_as_json() -> None:
    assert run(lambda given: given, {1: (2, 3)}).output == {"1": [2, 3]}
    with pytest.raises(TypeError, match="not JSON serializable"):
        run(handle, {1, 2})
    with pytest.raises(ValueError, match="Out of range float values"):
        run(handle, float("nan"))


def test_a_result_that_is_not_json() -> None:
    assert run(lambda _: {1, 2}).error == "Job.InvalidOutput"


def test_a_large_result_is_a_reference() -> None:
    output = run(lambda _: "x" * 300_000).output
    assert output["output_s3_uri"].startswith("s3://payloads/")


def test_heartbeats_are_counted() -> None:
    def work(_: object) -> None:
        time.sleep(0.8)

    assert run(work, heartbeat_seconds=1).heartbeats >= 2


def test_a_function_that_takes_too_long_is_interrupted() -> None:
    cleaned = []

    def work(_: object) -> None:
        try:
            threading.Event().wait(60)
        finally:
            cleaned.append(task.seconds_left())

    done = run(work, timeout_seconds=0.3)
    assert (done.outcome, done.error, cleaned) == ("failed", "Job.TimedOut", [0.0])


def test_an_abort_interrupts_the_function() -> None:
    done = run(lambda _: threading.Event().wait(60), heartbeat_seconds=1, abort_after_seconds=0.1)
    assert (done.outcome, done.error, done.output) == ("cancelled", None, None)


def test_logging_is_left_alone() -> None:
    before = (logging.getLogger().level, list(logging.getLogger().handlers))
    run(handle, {"pages": 3})
    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before
