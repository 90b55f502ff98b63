"""What an activity's description says about its chain of backends."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.attempts import attempt_id, attempt_of
from activity_dispatch.domain.naming import Stack, check_names
from activity_dispatch.domain.outcomes import ErrorName

ID = "0f" * 16
ARN = "arn:aws:states:eu-west-1:123456789012:activity:studio-words"
FALLBACK = {
    "backend": "batch",
    "config": {"job_queue": "q"},
    "max_queue_seconds": 60,
    "after_interruption": True,
}
DESCRIPTION = {
    "arn": ARN,
    "name": "studio-words",
    "backend": "ecs",
    "config": {"cluster": "c"},
    "heartbeat_seconds": 60,
    "timeout_seconds": 600,
    "max_queue_seconds": 900,
}
CHAINED = {**DESCRIPTION, "fallbacks": [FALLBACK]}


def parse(**changes: object) -> Activity:
    return Activity.from_json(json.dumps({**CHAINED, **changes}))


def test_each_attempt_sees_its_own_backend_and_limit() -> None:
    activity = parse()
    views = [activity.link(number) for number in (1, 2, 3)]
    assert [view.backend for view in views] == ["ecs", "batch", "batch"]
    assert [view.max_queue_seconds for view in views] == [900, 60, 60]
    found = [view.next_link(number) for number, view in enumerate(views, 1)]
    assert found == [activity.fallbacks[0], None, None]


def test_a_kept_description_has_all_backends() -> None:
    assert Activity.from_json(parse().to_json()) == parse()


def test_without_a_chain_the_fingerprint_is_as_it_was() -> None:
    assert "fallbacks" not in Activity.from_json(json.dumps(DESCRIPTION)).to_json()
    assert parse(fallbacks=None) == Activity.from_json(json.dumps(DESCRIPTION))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"fallbacks": "batch"}, "fallbacks: 'batch'; it must be a list of up to 4 backends"),
        ({"fallbacks": [FALLBACK] * 5}, "it must be a list of up to 4 backends"),
        ({"fallbacks": ["batch"]}, "fallbacks: 'batch'; each must be an object"),
        ({"fallbacks": [{"backend": "batch"}]}, "config: missing"),
        ({"fallbacks": [{**FALLBACK, "backend": "lambda"}]}, "no chain may have lambda"),
        ({"backend": "lambda"}, "no chain may have lambda"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(InvalidActivity, match=problem):
        parse(**changes)


@pytest.mark.parametrize(
    ("error", "plain", "after_interruption"),
    [
        (ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, True, True),
        (ErrorName.DISPATCH_THROTTLED, True, True),
        (ErrorName.DISPATCH_QUEUE_TIMEOUT, True, True),
        (ErrorName.JOB_INTERRUPTED, False, True),
        (ErrorName.JOB_FAILED, False, False),
        (ErrorName.JOB_NEVER_STARTED, False, False),
        (ErrorName.DISPATCH_INVALID_REQUEST, False, False),
    ],
)
def test_a_link_is_taken_after_some_errors(error: str, plain: bool, after_interruption: bool) -> None:
    link = parse().fallbacks[0]
    assert link.is_taken_after(error) is after_interruption
    assert replace(link, after_interruption=False).is_taken_after(error) is plain


def test_every_backend_of_a_chain_is_judged_by_what_it_names() -> None:
    own = {"job_definition": "studio-words", "job_queue": "shared"}
    config = {"task_definition": "studio-words", "cluster": "shared"}
    check_names(parse(config=config, fallbacks=[{**FALLBACK, "config": own}]), Stack(name="studio"))
    anothers = {**own, "job_definition": "studio-films"}
    with pytest.raises(InvalidActivity, match=r"config\.job_definition: 'studio-films'"):
        check_names(parse(config=config, fallbacks=[{**FALLBACK, "config": anothers}]), Stack(name="studio"))


@pytest.mark.parametrize("number", [1, 2, 5])
def test_the_id_of_an_attempt_leads_back_to_it(number: int) -> None:
    assert attempt_of(attempt_id("0f" * 16, number)) == ("0f" * 16, number)


@pytest.mark.parametrize("text", ["", ID[2:], f"{ID}-1", f"{ID}-6", f"{ID}-22", None, 2])
def test_any_other_text_is_no_attempt(text: object) -> None:
    assert attempt_of(text) is None
