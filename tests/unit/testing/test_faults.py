"""Planned faults: what the caller sees, and which calls were made."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import (
    ClientError,
    ReadTimeoutError,
)

from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.domain.tasks import Task
from activity_dispatch.testing import (
    AFTER,
    BEFORE,
    Crash,
    FakeBackend,
    FakeStepFunctions,
    Fault,
    Faults,
)

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


TIMEOUT = ReadTimeoutError(endpoint_url="https://aws.invalid")


@pytest.fixture
def stepfunctions() -> FakeStepFunctions:
    fake = FakeStepFunctions()
    for _ in range(3):
        fake.schedule(ARN)
    return fake


def poll(client: FakeStepFunctions) -> str | None:
    return client.get_activity_task(activityArn=ARN, workerName="w").get("taskToken")


def test_a_call_without_a_fault_reaches_the_client(stepfunctions) -> None:
    faults = Faults.at("send_task_success", fail="InternalServerError")
    assert poll(faults.wrap(stepfunctions)) == "token-0"
    assert faults.injected == []
    assert faults.calls == {"get_activity_task": 1}


def test_attributes_are_the_clients_own(stepfunctions) -> None:
    assert Faults.at("*", fail="X").wrap(stepfunctions).tasks is stepfunctions.tasks


@pytest.mark.parametrize(("moment", "taken"), [(BEFORE, None), (AFTER, "w")])
def test_a_crash_comes_before_or_after_the_call(stepfunctions, moment, taken) -> None:
    faults = Faults.at("get_activity_task", crash=moment, nth=2)
    client = faults.wrap(stepfunctions)
    assert poll(client) == "token-0"
    with pytest.raises(Crash):
        poll(client)
    assert stepfunctions.tasks["token-1"].worker_name == taken
    assert [str(fault) for fault in faults.injected] == [f"get_activity_task #2: crash {moment} it"]


def test_a_crashed_process_makes_no_calls_until_it_is_restarted(stepfunctions) -> None:
    faults = Faults.at("get_activity_task", crash=BEFORE)
    client, backend = faults.wrap(stepfunctions), faults.wrap(FakeBackend())
    with pytest.raises(Crash):
        poll(client)
    with pytest.raises(Crash, match="the process is dead"):
        backend.describe([])
    faults.restart()
    assert poll(client) == "token-0"


def test_a_crash_is_not_an_exception_that_programs_catch() -> None:
    assert not issubclass(Crash, Exception)


def test_a_crash_can_end_the_real_process() -> None:
    program = """
import os
from activity_dispatch.testing import BEFORE, FakeBackend, Faults
faults = Faults.at("describe", crash=BEFORE)
faults.die = lambda: os._exit(7)
faults.wrap(FakeBackend()).describe([])
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 7


def test_an_error_code_becomes_a_client_error(stepfunctions) -> None:
    client = Faults.at("get_activity_task", fail="ActivityWorkerLimitExceeded").wrap(stepfunctions)
    with pytest.raises(ClientError, match="GetActivityTask") as raised:
        poll(client)
    assert classify(raised.value) is ErrorKind.THROTTLED
    assert poll(client) == "token-0"


@pytest.mark.parametrize(("moment", "next_token"), [(BEFORE, "token-0"), (AFTER, "token-1")])
def test_an_error_comes_before_the_call_or_replaces_its_answer(stepfunctions, moment, next_token) -> None:
    client = Faults.at("get_activity_task", fail=TIMEOUT, when=moment).wrap(stepfunctions)
    with pytest.raises(ReadTimeoutError):
        poll(client)
    assert poll(client) == next_token


def test_an_answer_that_is_lost_may_be_an_error(stepfunctions) -> None:
    client = Faults.at("send_task_heartbeat", fail=TIMEOUT, when=AFTER).wrap(stepfunctions)
    with pytest.raises(ReadTimeoutError):
        client.send_task_heartbeat(taskToken="unknown")
    faults = Faults.at("send_task_heartbeat", crash=AFTER)
    with pytest.raises(Crash):
        faults.wrap(stepfunctions).send_task_heartbeat(taskToken="unknown")


def test_a_duplicated_call_returns_the_second_answer(stepfunctions) -> None:
    client = Faults.at("send_task_*", duplicate=True).wrap(stepfunctions)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        client.send_task_success(taskToken="token-0", output="1")
    assert stepfunctions.tasks["token-0"].answer == {"output": "1"}


def test_a_delayed_call_sleeps_first(stepfunctions) -> None:
    slept: list[float] = []
    faults = Faults.at("get_activity_task", delay_seconds=2.5)
    faults.sleep = slept.append
    poll(faults.wrap(stepfunctions))
    assert slept == [2.5]
    assert str(faults.injected[0]) == "get_activity_task #1: 2.5 s late"


def test_a_pattern_counts_all_its_calls_together(stepfunctions) -> None:
    client = Faults.at("send_task_*", fail="X", nth=2, times=2).wrap(stepfunctions)
    client.send_task_heartbeat(taskToken="token-0")
    for _ in range(2):
        with pytest.raises(ClientError):
            client.send_task_heartbeat(taskToken="token-0")
    client.send_task_success(taskToken="token-0", output="1")
    assert stepfunctions.tasks["token-0"].heartbeats == 1


def test_plans_can_be_combined_and_stopped(stepfunctions) -> None:
    faults = Faults.at("get_activity_task", fail="X") | Faults.at(
        "get_activity_task", fail="Y", nth=2, times=9
    )
    client = faults.wrap(stepfunctions)
    for code in "XYY":
        with pytest.raises(ClientError, match=code):
            poll(client)
    faults.stop()
    assert poll(client) == "token-0"
    assert [str(one) for one in faults.injected] == [
        "get_activity_task #1: X before it",
        "get_activity_task #2: Y before it",
        "get_activity_task #3: Y before it",
    ]


def test_a_backend_can_be_wrapped_too() -> None:
    task = Task(activity_arn=ARN, token="t", input="{}", heartbeat_seconds=60)
    backend = FakeBackend()
    with pytest.raises(Crash):
        Faults.at("start", crash=AFTER).wrap(backend).start(task)
    assert list(backend.started.values()) == [task]


def test_threads_share_a_plan() -> None:
    faults, calls, lock = Faults.at("call", fail="X", times=50), [0], threading.Lock()

    def add() -> None:
        with lock:
            calls[0] += 1

    def try_one(_number: int) -> bool:
        try:
            faults.call("call", add)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(try_one, range(200)))
    assert (results.count(False), calls[0], faults.calls["call"]) == (50, 150, 200)
    assert sorted(one.number for one in faults.injected) == list(range(1, 51))


def test_an_empty_fault_has_no_description() -> None:
    assert str(Fault()) == ""
