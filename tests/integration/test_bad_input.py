"""Bad input gets a clear answer, and nothing is lost."""

import json

import pytest
from botocore.exceptions import ClientError
from tests.integration.helpers import cause_of, wait_until


@pytest.fixture
def run(client, stack, follow):
    def start(document):
        arn = client("stepfunctions").start_execution(
            stateMachineArn=stack.state_machines["lambda"], input=json.dumps(document)
        )["executionArn"]
        return follow(arn)

    return start


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([1, 2], "input: [1, 2]; it must be an object"),
        ({}, "source: missing"),
        ({"source": 3}, "source: 3; it must be an S3 URI"),
        ({"source": "/tmp/a"}, "source: '/tmp/a'; it must be an S3 URI"),  # noqa: S108
        ({"source": "s3://no-such-bucket-here/a"}, "there is no bucket no-such-bucket-here"),
    ],
)
def test_prepare_says_what_is_wrong(run, document, problem: str) -> None:
    ended = run(document)
    assert (ended.status, ended.error) == ("FAILED", "InvalidInput")
    assert problem in cause_of(ended)["errorMessage"]


def test_a_missing_key_is_named(run, stack) -> None:
    ended = run({"source": f"s3://{stack.data_bucket}/no-such-key"})
    assert ended.error == "InvalidInput"
    assert "there is no object no-such-key" in cause_of(ended)["errorMessage"]


@pytest.mark.parametrize(
    ("body", "problem"), [(b"", "is empty"), (b"\x7fELF\0\0", "is binary"), (b"\xff\xfe", "is not UTF-8")]
)
def test_an_object_that_is_not_text_is_refused(run, put_text, body: bytes, problem: str) -> None:
    ended = run({"source": put_text(body)})
    assert ended.error == "InvalidInput"
    assert problem in cause_of(ended)["errorMessage"]


def test_binary_data_after_text_fails_the_job_with_its_position(run, put_text) -> None:
    ended = run({"source": put_text(b"text " * 10_000 + b"\xff")})
    assert ended.error == "Job.Failed"
    cause = cause_of(ended)
    assert cause["message"] == "NotText: not UTF-8 text: byte 0xff at 50000"
    assert cause["backend"] == "lambda"
    assert any("NotText" in line for line in cause["log_tail"])


def test_an_input_over_256_kib_is_refused_at_the_start(client, stack) -> None:
    with pytest.raises(ClientError, match=r"ValidationException|InvalidExecutionInput"):
        client("stepfunctions").start_execution(
            stateMachineArn=stack.state_machines["lambda"], input=json.dumps({"source": "x" * 300_000})
        )


def test_a_users_function_runs_behind_an_activity(faulty) -> None:
    ended = faulty.run({"return": {"answer": [42]}})
    assert (ended.status, json.loads(ended.output)) == ("SUCCEEDED", {"answer": [42]})


@pytest.mark.parametrize(("size", "kept_in_s3"), [(262_142, False), (262_143, True), (5_000_000, True)])
def test_an_output_over_256_kib_is_kept_in_s3(faulty, client, size: int, kept_in_s3: bool) -> None:
    ended = faulty.run({"return_bytes": size})
    assert ended.status == "SUCCEEDED", ended
    output = json.loads(ended.output)
    if not kept_in_s3:
        assert len(ended.output) == size
        return
    bucket, key = output["output_s3_uri"].removeprefix("s3://").split("/", 1)
    stored = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert len(stored) == output["bytes"] == size


def test_a_handler_that_raises_fails_its_task(faulty) -> None:
    ended = faulty.run({"raise": "no disk left"})
    assert ended.error == "Job.Failed"
    cause = cause_of(ended)
    assert cause["message"] == "ValueError: no disk left"
    assert any("asked for {'raise': 'no disk left'}" in line for line in cause["log_tail"])
    assert cause["log_url"].startswith("https://eu-west-1.console.aws.amazon.com/cloudwatch/")


def test_a_handler_can_name_its_error(faulty) -> None:
    ended = faulty.run({"raise_error": "Quota.Exceeded", "message": "tomorrow"})
    assert ended.error == "Quota.Exceeded"


def test_a_result_that_is_not_json_fails_the_task(faulty) -> None:
    assert faulty.run({"return": "a set"}).error == "Job.InvalidOutput"


def test_a_handler_that_runs_longer_than_heartbeat_seconds_is_kept_alive(faulty) -> None:
    ended = faulty.run({"sleep": 8}, activity="hasty")
    assert (ended.status, ended.output) == ("SUCCEEDED", '"slept"')


def test_a_handler_that_stops_heartbeating_times_out(faulty) -> None:
    ended = faulty.run({"signal": "SIGSTOP"}, activity="hasty")
    assert (ended.status, ended.error) == ("FAILED", "States.HeartbeatTimeout")


def test_a_handler_is_interrupted_once_nobody_waits_for_it(faulty, client, log_lines) -> None:
    ended = faulty.run({"sleep": 15}, activity="brief")
    assert ended.error == "States.Timeout"

    def cancelled() -> bool:
        items = client("dynamodb").scan(TableName=faulty.task_table)["Items"]
        return any(item.get("outcome", {}).get("S") == "cancelled" for item in items)

    wait_until(cancelled)
    lines = wait_until(
        lambda: [line for line in log_lines("/aws/lambda/faulty") if "stopping the function early" in line]
    )
    assert "nobody waits for the task any more" in lines[-1]
    assert not any("slept for 15 s" in line for line in log_lines("/aws/lambda/faulty"))


def test_a_function_that_reaches_its_time_limit_fails_its_task(faulty) -> None:
    ended = faulty.run({"sleep": 60})
    assert ended.error == "Job.TimedOut"
    assert "reached its own time limit" in cause_of(ended)["message"]


@pytest.fixture
def dispatch(client, stack):
    def send(body: str) -> None:
        client("sqs").send_message(QueueUrl=stack.dispatch_queue_url, MessageBody=body)

    return send


@pytest.mark.parametrize("body", ["not json", "[1]", '{"activity_arn": 7}'])
def test_a_malformed_dispatch_request_is_logged_and_dropped(
    dispatch, run, put_text, log_lines, stack, client, body: str
) -> None:
    dispatch(body)
    assert run({"source": put_text(b"the batch goes on")}).status == "SUCCEEDED"
    group = stack.functions["dispatcher"]["log_group_name"]
    wait_until(lambda: [line for line in log_lines(group) if "dispatch request dropped" in line])


def test_a_dispatch_request_for_an_unknown_activity_is_logged_and_kept(
    dispatch, run, put_text, log_lines, stack, client
) -> None:
    arn = stack.activities["lambda"] + "-unknown"
    dispatch(json.dumps({"activity_arn": arn}))
    assert run({"source": put_text(b"the batch goes on")}).status == "SUCCEEDED"
    group = stack.functions["dispatcher"]["log_group_name"]
    wait_until(lambda: [line for line in log_lines(group) if f"{arn}: no activity of this stack" in line])
    attributes = client("sqs").get_queue_attributes(
        QueueUrl=stack.dispatch_queue_url, AttributeNames=["All"]
    )["Attributes"]
    kept = sum(
        int(attributes[name])
        for name in ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    )
    assert kept >= 1
