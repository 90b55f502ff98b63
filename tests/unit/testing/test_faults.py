"""Faults on purpose: what the caller sees, what was called, and the same again for the same seed."""

import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    WaiterError,
)
from botocore.stub import Stubber

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
    Rates,
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


def test_without_a_fault_a_call_is_the_clients(stepfunctions) -> None:
    faults = Faults.at("send_task_success", fail="InternalServerError")
    assert poll(faults.wrap(stepfunctions)) == "token-0"
    assert faults.injected == []
    assert faults.calls == {"get_activity_task": 1}


def test_what_is_no_method_is_the_clients(stepfunctions) -> None:
    assert Faults.at("*", fail="X").wrap(stepfunctions).tasks is stepfunctions.tasks


@pytest.mark.parametrize(("moment", "taken"), [(BEFORE, None), (AFTER, "w")])
def test_a_crash_before_or_after_the_call(stepfunctions, moment, taken) -> None:
    faults = Faults.at("get_activity_task", crash=moment, nth=2)
    client = faults.wrap(stepfunctions)
    assert poll(client) == "token-0"
    with pytest.raises(Crash):
        poll(client)
    assert stepfunctions.tasks["token-1"].worker_name == taken
    assert [str(fault) for fault in faults.injected] == [f"get_activity_task #2: crash {moment} it"]


def test_the_dead_call_nobody_until_they_are_restarted(stepfunctions) -> None:
    faults = Faults.at("get_activity_task", crash=BEFORE)
    client, backend = faults.wrap(stepfunctions), faults.wrap(FakeBackend())
    with pytest.raises(Crash):
        poll(client)
    with pytest.raises(Crash, match="the process is dead"):
        backend.describe([])
    faults.restart()
    assert poll(client) == "token-0"


def test_no_handler_of_a_programs_failures_catches_a_crash() -> None:
    assert not issubclass(Crash, Exception)


def test_a_crash_may_end_the_real_process() -> None:
    program = """
import os
from activity_dispatch.testing import BEFORE, FakeBackend, Faults
faults = Faults.at("describe", crash=BEFORE)
faults.die = lambda: os._exit(7)
faults.wrap(FakeBackend()).describe([])
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 7


def test_an_error_code_is_a_client_error(stepfunctions) -> None:
    client = Faults.at("get_activity_task", fail="ActivityWorkerLimitExceeded").wrap(stepfunctions)
    with pytest.raises(ClientError, match="GetActivityTask") as raised:
        poll(client)
    assert classify(raised.value) is ErrorKind.THROTTLED
    assert poll(client) == "token-0"


@pytest.mark.parametrize(("moment", "next_token"), [(BEFORE, "token-0"), (AFTER, "token-1")])
def test_any_error_before_the_call_or_with_its_answer_lost(stepfunctions, moment, next_token) -> None:
    client = Faults.at("get_activity_task", fail=TIMEOUT, when=moment).wrap(stepfunctions)
    with pytest.raises(ReadTimeoutError):
        poll(client)
    assert poll(client) == next_token


def test_a_lost_answer_may_have_been_an_error(stepfunctions) -> None:
    client = Faults.at("send_task_heartbeat", fail=TIMEOUT, when=AFTER).wrap(stepfunctions)
    with pytest.raises(ReadTimeoutError):
        client.send_task_heartbeat(taskToken="unknown")
    faults = Faults.at("send_task_heartbeat", crash=AFTER)
    with pytest.raises(Crash):
        faults.wrap(stepfunctions).send_task_heartbeat(taskToken="unknown")


def test_a_call_twice_gives_the_second_answer(stepfunctions) -> None:
    client = Faults.at("send_task_*", duplicate=True).wrap(stepfunctions)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        client.send_task_success(taskToken="token-0", output="1")
    assert stepfunctions.tasks["token-0"].answer == {"output": "1"}


def test_a_late_call(stepfunctions) -> None:
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


def test_plans_are_joined_and_stopped(stepfunctions) -> None:
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


def test_a_backend_is_wrapped_alike() -> None:
    task = Task(activity_arn=ARN, token="t", input="{}", heartbeat_seconds=60)
    backend = FakeBackend()
    with pytest.raises(Crash):
        Faults.at("start", crash=AFTER).wrap(backend).start(task)
    assert list(backend.started.values()) == [task]


def stubbed(service: Any) -> tuple:
    client = boto3.client(
        service, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    return client, Stubber(client)


def test_a_real_client() -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_response("get_activity_task", {"taskToken": "token"}, {"activityArn": ARN})
    faults = Faults.at("get_activity_task", fail="ThrottlingException")
    wrapped = faults.wrap(client)
    with stub:
        with pytest.raises(client.exceptions.ClientError):
            wrapped.get_activity_task(activityArn=ARN)
        assert wrapped.get_activity_task(activityArn=ARN)["taskToken"] == "token"
    # Methods that call nobody are none of the calls.
    assert wrapped.can_paginate("list_executions")
    assert wrapped.meta.region_name == "eu-west-1"
    assert faults.calls == {"get_activity_task": 2}


def test_each_page_of_a_paginator_is_a_call() -> None:
    client, stub = stubbed("batch")
    page = {"jobSummaryList": [{"jobId": "1", "jobName": "n"}], "nextToken": "more"}
    stub.add_response("list_jobs", page, {"jobQueue": "q"})
    faults = Faults.at("list_jobs", fail=ConnectionClosedError(endpoint_url="https://aws.invalid"), nth=2)
    pages = iter(faults.wrap(client).get_paginator("list_jobs").paginate(jobQueue="q"))
    with stub:
        assert next(pages)["jobSummaryList"][0]["jobId"] == "1"
        with pytest.raises(ConnectionClosedError):
            next(pages)
    assert faults.calls == {"list_jobs": 2}


def test_each_look_of_a_waiter_is_a_call() -> None:
    client, _ = stubbed("dynamodb")
    faults = Faults.at("describe_table", fail="AccessDeniedException")
    with pytest.raises(WaiterError):
        faults.wrap(client).get_waiter("table_exists").wait(TableName="t")
    assert faults.calls == {"describe_table": 1}


RATES = Rates(fail=0.1, lose=0.1, throttle=0.1, delay=0.1, duplicate=0.1, crash_before=0.1, crash_after=0.1)


def made(seed: object, names: list[str], rates: object = RATES) -> dict[tuple[str, int], str]:
    faults = Faults.random(seed, rates)  # type: ignore[arg-type]
    faults.sleep = lambda _: None
    for name in names:
        try:
            faults.call(name, lambda: None)
        except (ClientError, BotoCoreError, Crash):
            faults.restart()
    return {(one.call, one.number): str(one.fault) for one in faults.injected}


def test_the_same_seed_makes_the_same_faults_in_any_order_of_the_names() -> None:
    names = ["a", "b"] * 50
    assert made(1, names) == made(1, sorted(names))
    assert made(1, names) != made(2, names)


def test_the_rates_are_kept() -> None:
    count = Counter(fault.split(" s ")[-1] for fault in made("seed", ["call"] * 4_000).values())
    kinds = {
        "late": count["late"],
        "twice": count["twice"],
        "throttled": count["ThrottlingException before it"],
        "failed": count["InternalServerError before it"] + count["EndpointConnectionError before it"],
        "lost": count["ReadTimeoutError after it"] + count["ConnectionClosedError after it"],
        "before": count["crash before it"],
        "after": count["crash after it"],
    }
    assert sum(kinds.values()) == sum(count.values())
    assert {name: round(number / 4_000, 1) for name, number in kinds.items()} == dict.fromkeys(kinds, 0.1)


def test_rates_for_some_calls() -> None:
    faults = made(1, ["send_task_success", "other"] * 20, {"send_*": Rates(fail=1), "o*": Rates()})
    assert {name for name, _ in faults} == {"send_task_success"}
    assert len(faults) == 20


@pytest.mark.parametrize("rates", [{"fail": 0.6, "delay": 0.6}, {"fail": -0.1}])
def test_rates_that_are_none(rates: dict) -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Rates(**rates)


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


def test_a_fault_of_nothing_says_nothing() -> None:
    assert str(Fault()) == ""


def test_the_dispatcher_does_not_import_what_is_for_tests() -> None:
    program = (
        "import dispatcher.handler, reporter.handler, sys; print('activity_dispatch.testing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
