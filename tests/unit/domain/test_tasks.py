"""Tasks, and the overrides in their input."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.inputs import job_overrides
from activity_dispatch.domain.tasks import (
    InvalidInput,
    Task,
    TaskRecord,
    TaskState,
    task_id_of,
)

TOKEN = "AAAA-secret"


def test_the_id_is_the_first_32_hex_digits_of_the_tokens_sha256() -> None:
    assert task_id_of(TOKEN) == hashlib.sha256(TOKEN.encode()).hexdigest()[:32]


def test_the_token_is_in_no_repr() -> None:
    task = Task(activity_arn="arn", token=TOKEN, input='"private"', heartbeat_seconds=60)
    record = TaskRecord(
        task_id=task.task_id,
        activity_arn="arn",
        backend="lambda",
        state=TaskState.STARTING,
        heartbeat_seconds=60,
        token=TOKEN,
        input='"private"',
    )
    for shown in (repr(task), str(task), repr(record), f"{record}"):
        assert TOKEN not in shown
        assert "private" not in shown


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"a": {"job": 1}}', '"\\"job\\""', '["job"]'])
def test_no_job_object_means_no_overrides(text: str) -> None:
    assert job_overrides(text, ("command",)) == {}


def test_allowed_overrides_are_accepted() -> None:
    assert job_overrides('{"job": {"command": ["a"]}}', ("command", "cpu")) == {"command": ["a"]}


@pytest.mark.parametrize(
    ("text", "allowed", "message"),
    [
        ('{"job": {"image": "x"}}', ("cpu", "command"), r"job\.image: not allowed.*command, cpu"),
        ('{"job": {"image": "x"}}', (), r"job\.image: not allowed; this activity allows: none"),
        ('{"job": "ls"}', ("command",), "job: str; it must be an object"),
        ('{"job": null}', ("command",), "job: NoneType; it must be an object"),
    ],
)
def test_other_overrides_are_rejected(text: str, allowed: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        job_overrides(text, allowed)


VARIABLES = ("environment.MODE", "environment.APP_*")


@pytest.mark.parametrize("name", ["MODE", "APP_", "APP_X"])
def test_listed_variables_are_accepted(name: str) -> None:
    job = {"environment": {name: "1"}}
    assert job_overrides(json.dumps({"job": job}), VARIABLES) == job


@pytest.mark.parametrize(
    ("environment", "allowed", "message"),
    [
        (
            {"A": "1"},
            ("environment",),
            r"job\.environment: not allowed; .* no variables \(environment\.NAME\)",
        ),
        ({"A": "1"}, ("environment.*",), r"job\.environment: not allowed"),
        ({"A": "1"}, ("command",), r"job\.environment: not allowed"),
        ({}, (), r"job\.environment: not allowed"),
        (
            {"mode": "1"},
            VARIABLES,
            r"job\.environment\.mode: not allowed; .*environment\.APP_\*, environment\.M",
        ),
        ({"MODE2": "1"}, VARIABLES, r"job\.environment\.MODE2: not allowed"),
        ({"MODE": None}, VARIABLES, r"job\.environment\.MODE: None; it must be a string"),
        (["MODE"], VARIABLES, r"job\.environment: \['MODE'\]; it must be an object"),
        ({"PYTHONWARNINGS": "x"}, ("environment.PYTHON*",), r"job\.environment\.PYTHONWARNINGS: reserved"),
        ({"BROWSER": "x"}, ("environment.BROWSER",), r"job\.environment\.BROWSER: reserved"),
        ({"https_proxy": "x"}, ("environment.https_proxy",), r"job\.environment\.https_proxy: reserved"),
        ({"APP_A=B": "x"}, VARIABLES, r"job\.environment\.APP_A=B: not a name"),
        ({"APP_\n": "x"}, VARIABLES, r"job\.environment\.'APP_\\n': not a name"),
    ],
)
def test_other_variables_are_rejected(environment: object, allowed: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        job_overrides(json.dumps({"job": {"environment": environment}}), allowed)


@given(st.dictionaries(st.text(max_size=8), st.integers(), max_size=4), st.sets(st.text(max_size=8)))
def test_only_allowed_overrides_are_accepted(job: dict[str, int], allowed: set[str]) -> None:
    text = json.dumps({"job": job})
    try:
        taken = job_overrides(text, tuple(allowed))
    except InvalidInput:
        assert set(job) - allowed
    else:
        assert taken == job
        assert set(job) <= allowed
