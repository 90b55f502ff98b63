"""Each patch is still needed: LocalStack without it has the bug.

A test that fails here is good news: its patch can go.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from cloud import Cloud, error_code, stays, unique, wait_for
from localstack.config import HostAndPort
from localstack.runtime.server import twisted
from localstack.services.s3 import provider as s3_provider
from recursion.relays import Relay
from rolo.gateway import Gateway
from states import activity_state, in_parallel
from test_lambda import GATED, PID
from test_lambda_events import MEET, count, mapping
from test_log_pages import Written
from test_log_subscriptions import Subscribed
from test_malformed_requests import changing

SHOWS = {
    "loopback-only": "test_the_gateway_is_given_no_interface",
    "parser-cache": "test_each_client_gets_its_own_parser",
    "content-types": "test_a_content_type_is_parsed_for_each_request",
    "queue-metrics": "test_each_call_to_a_queue_publishes_metrics",
    "sorted-items": "test_each_query_compares_wrapped_values",
    "iam": "test_a_function_may_do_everything",
    "recursion": "test_a_loop_does_not_end",
    "path-cache": "test_a_path_is_parsed_on_each_use",
    "malformed-requests": "test_a_malformed_request_is_accepted",
    "s3-objects": "test_all_clouds_share_one_object_folder",
    "saved-queries": "test_a_query_cannot_be_saved",
    "log-subscriptions": "test_a_subscription_gets_every_line",
    "log-pages": "test_a_line_is_readable_at_once",
    "function-logs": "test_a_log_is_written_when_its_invocation_ends",
    "capacity": "test_a_burst_starts_a_process_for_each_invocation",
    "async-invocations": "test_few_asynchronous_invocations_run_concurrently",
    "updates": "test_an_update_kills_running_invocations",
    "queue-mapping": "test_batches_run_one_after_another",
    "jsonata": "test_a_broken_expression_is_accepted",
    "activity-clocks": "test_a_missed_heartbeat_is_a_timeout",
    "activity-input": "test_a_string_input_loses_its_quotes",
    "early-reports": "test_a_heartbeat_without_heartbeat_seconds_is_refused",
    "activity-polling": "test_a_disconnected_client_takes_a_task",
    "stop-waiting-states": "test_a_stopped_execution_keeps_running",
    "closed-tasks": "test_a_closed_task_is_settled_again",
    "branch-errors": "test_a_timeout_in_a_branch_loses_its_name",
    "state-names": "test_a_state_name_is_used_again",
    "escapes": "test_a_name_keeps_its_escapes",
    "redrive": "test_an_execution_cannot_be_redriven",
    "names": "test_an_execution_with_a_name_of_its_own_is_not_found",
    "texts": "test_a_lone_surrogate_is_an_internal_error",
    "choices": "test_no_match_is_an_internal_error",
    "activity-tags": "test_tags_of_activities_are_refused",
    "tracing-configuration": "test_tracing_is_not_described",
    "size-limits": "test_sizes_are_not_limited",
}


def test_the_gateway_is_given_no_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []

    def endpoint(_reactor: object, _port: int, **more: str) -> SimpleNamespace:
        given.append(more)
        return SimpleNamespace(listen=lambda _factory: None)

    monkeypatch.setattr(twisted.endpoints, "TCP4ServerEndpoint", endpoint)
    twisted.TwistedRuntimeServer().register(Gateway(), [HostAndPort("127.0.0.1", 1)])
    assert given == [{}]


def test_a_function_may_do_everything(stock: Cloud) -> None:
    code = """
import boto3
def handle(event, context):
    return boto3.client("iam").list_account_aliases()["AccountAliases"]
"""
    assert stock.invoke(stock.function(code, role=stock.role()))["Payload"] == []


def test_a_malformed_request_is_accepted(stock: Cloud) -> None:
    url, _ = stock.queue()
    client = changing(stock.client("sqs", user_agent="changing"), Invented="b")
    assert client.send_message(QueueUrl=url, MessageBody="a")["MessageId"]


def test_all_clouds_share_one_object_folder(stock: Cloud) -> None:
    stock.client("s3").create_bucket(Bucket="shared-folder")
    stock.client("s3").put_object(Bucket="shared-folder", Key="object", Body=b"body")
    # None of them is in the cloud's state folder.
    assert not list(stock.cli.state_dir.rglob("*shared-folder*"))
    assert list(Path(s3_provider.DEFAULT_S3_TMP_DIR).rglob("*shared-folder*"))


def test_a_query_cannot_be_saved(stock: Cloud) -> None:
    with pytest.raises(ClientError, match="PutQueryDefinition"):
        stock.client("logs").put_query_definition(name="a", queryString="fields @message")


def test_a_subscription_gets_every_line(stock: Cloud) -> None:
    logs = Subscribed(stock, '{ $.type = "Wanted" }')
    logs.write('{"type": "Other"}')
    wait_for(lambda: "Other" in logs.heard())


def test_a_line_is_readable_at_once(stock: Cloud) -> None:
    log = Written.stream(stock)
    log.write("one", "two", "three")
    assert [len(page) for page in log.pages(limit=2, from_head=True)] == [2, 1, 0]


def test_a_log_is_written_when_its_invocation_ends(stock: Cloud, tmp_path: Path) -> None:
    name, files = (
        stock.function(GATED, timeout=20),
        {key: tmp_path / key for key in ("begun", "go")},
    )
    event = {key: str(file) for key, file in files.items()}
    stock.invoke(name, event, InvocationType="Event")
    wait_for(files["begun"].exists)
    assert stays(lambda: stock.log(f"/aws/lambda/{name}"), "", 2)
    files["go"].touch()
    wait_for(lambda: "begun" in stock.log(f"/aws/lambda/{name}"))


def test_the_log_group_is_ignored(stock: Cloud) -> None:
    group = f"/mine/{unique('group')}"
    config = {"LogFormat": "JSON", "LogGroup": group}
    name = stock.function("def handle(event, context): pass", LoggingConfig=config)
    stock.invoke(name)
    wait_for(lambda: stock.log(f"/aws/lambda/{name}"))
    assert not stock.log(group)


def test_a_burst_starts_a_process_for_each_invocation(stock: Cloud) -> None:
    name = stock.function(PID)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: stock.invoke(name, {"seconds": 2}), range(10)))
    assert len({answer["Payload"] for answer in answers}) == 10


def test_few_asynchronous_invocations_run_concurrently(stock: Cloud, meeting: Path) -> None:
    together = min(32, (os.process_cpu_count() or 1) + 4) + 1
    name = stock.function(MEET, timeout=20)
    event = {"folder": str(meeting), "together": together, "patience": 2}
    for _ in range(together):
        stock.invoke(name, event, InvocationType="Event")
    wait_for(lambda: count(meeting, "alone"), seconds=20)


def test_an_update_kills_running_invocations(stock: Cloud, tmp_path: Path) -> None:
    name, files = stock.function(GATED), {key: str(tmp_path / key) for key in ("begun", "go")}
    with ThreadPoolExecutor() as pool:
        running = pool.submit(error_code, stock.invoke, name=name, event=files)
        wait_for((tmp_path / "begun").exists)
        stock.update(name, "def handle(event, context): return 'new'")
        assert running.result() is not None


def test_batches_run_one_after_another(stock: Cloud, meeting: Path) -> None:
    url, _ = mapping(stock, MEET, 30, BatchSize=1, ScalingConfig={"MaximumConcurrency": 3})
    body = json.dumps({"folder": str(meeting), "together": 2, "patience": 1})
    for _ in range(2):
        stock.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    wait_for(lambda: count(meeting, "alone"), seconds=20)


def test_a_loop_does_not_end(stock: Cloud, tmp_path: Path) -> None:
    relay = Relay(cloud=stock, file=tmp_path / "turns")
    function = relay.function()
    relay.start(function, relay.message([("lambda", function)], turns=20))
    assert relay.ends_after(function, 20)


def test_a_missed_heartbeat_is_a_timeout(stock: Cloud) -> None:
    activity = stock.activity()
    execution = stock.start(activity_state(activity, HeartbeatSeconds=1))
    stock.take(activity)
    assert stock.ended(execution)["error"] == "States.Timeout"


def test_a_string_input_loses_its_quotes(stock: Cloud) -> None:
    activity = stock.activity()
    stock.start(activity_state(activity), "x")
    task = stock.client("stepfunctions").get_activity_task(activityArn=activity)
    assert task["input"] == "x"


def test_a_heartbeat_without_heartbeat_seconds_is_refused(stock: Cloud) -> None:
    activity, client = stock.activity(), stock.client("stepfunctions")
    stock.start(activity_state(activity))
    token = stock.take(activity)
    assert error_code(client.send_task_heartbeat, taskToken=token) == "InvalidToken"


def test_a_disconnected_client_takes_a_task(stock: Cloud) -> None:
    activity = stock.activity()
    with pytest.raises(ReadTimeoutError):
        stock.client("stepfunctions", read_timeout=0.2).get_activity_task(activityArn=activity)
    execution = stock.start(activity_state(activity))
    wait_for(lambda: "ActivityStarted" in stock.history(execution))


def test_a_closed_task_is_settled_again(stock: Cloud) -> None:
    activity, client = stock.activity(), stock.client("stepfunctions")
    execution = stock.start(activity_state(activity))
    token = stock.take(activity)
    client.send_task_success(taskToken=token, output="1")
    stock.ended(execution)
    assert error_code(client.send_task_failure, taskToken=token) is None
    assert error_code(client.send_task_heartbeat, taskToken=token) == "InvalidToken"


def test_a_timeout_in_a_branch_loses_its_name(stock: Cloud) -> None:
    activity = stock.activity()
    execution = stock.start(in_parallel(activity_state(activity, HeartbeatSeconds=1)))
    stock.take(activity)
    assert stock.ended(execution)["error"] == "States.Runtime"


def test_tags_of_activities_are_refused(stock: Cloud) -> None:
    client = stock.client("stepfunctions")
    code = error_code(client.list_tags_for_resource, resourceArn=stock.activity())
    assert code == "ResourceNotFound"


def test_tracing_is_not_described(stock: Cloud) -> None:
    machine = stock.machine({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}})
    described = stock.client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    assert "tracingConfiguration" not in described


def test_sizes_are_not_limited(stock: Cloud) -> None:
    activity, client = stock.activity(), stock.client("stepfunctions")
    stock.start(activity_state(activity))
    token = stock.take(activity)
    code = error_code(client.send_task_failure, taskToken=token, error="e" * 257)
    assert code is None
