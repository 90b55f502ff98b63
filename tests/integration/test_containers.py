"""Jobs in containers: every way a program ends, on ECS and on Batch."""

import json
from typing import Any

import pytest
from tests.integration.helpers import cause_of, wait_until

# By state machine and activity.
BACKENDS = {"fargate": "ecs", "batch": "batch"}
# Ignores SIGTERM the first time; a retry ends at once.
IGNORES_TERM = """
import pathlib, signal, sys, time
if pathlib.Path(sys.argv[1]).exists():
    print('"the retry"')
    sys.exit()
pathlib.Path(sys.argv[1]).touch()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(120)
"""


@pytest.fixture(params=BACKENDS)
def machine(request) -> Any:
    return request.param


@pytest.fixture
def backend(machine: str) -> str:
    return BACKENDS[machine]


@pytest.fixture(scope="session")
def source(client, stack) -> str:
    client("s3").put_object(Bucket=stack.data_bucket, Key="containers.txt", Body=b"one two\ntwo\n")
    return f"s3://{stack.data_bucket}/containers.txt"


@pytest.fixture
def start(client, stack, machine, source):
    """Start an execution with these changes to its job; return its ARN."""

    def begin(**job: Any) -> Any:
        document = {"source": source, "job": job} if job else {"source": source}
        return client("stepfunctions").start_execution(
            stateMachineArn=stack.state_machines[machine], input=json.dumps(document)
        )["executionArn"]

    return begin


@pytest.fixture
def run(start, follow):
    return lambda **job: follow(start(**job))


def summary(ended) -> Any:
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    return json.loads(ended.output)["summary"]


def of_type(ended, kind: str) -> list[Any]:
    return [event for event in ended.events if event["type"] == kind]


def test_the_same_job_as_the_lambda_example(run, source) -> None:
    found = summary(run())
    assert (found["lines"], found["words"], found["distinct_words"]) == (2, 3, 2)
    assert found["source"] == source


def test_a_program_that_exits_with_3_fails_its_task(run, backend) -> None:
    ended = run(command=["sh", "-c", "echo working; echo to stderr >&2; exit 3"])
    assert ended.error == "Job.Failed"
    cause = cause_of(ended)
    assert cause["exit_code"] == 3
    assert cause["backend"] == backend
    assert {"working", "to stderr"} <= set(cause["log_tail"])


def test_a_program_killed_by_a_signal_fails_its_task(run) -> None:
    ended = run(command=["sh", "-c", "kill -KILL $$"])
    assert ended.error == "Job.Failed"
    assert cause_of(ended)["exit_code"] == 137
    assert "SIGKILL" in cause_of(ended)["message"]


def test_a_command_that_does_not_exist_fails_the_task(run) -> None:
    ended = run(command=["/no/such/program"])
    assert ended.error == "Job.Failed"
    assert cause_of(ended)["exit_code"] == 127


def test_a_program_past_its_time_limit_is_stopped(run) -> None:
    ended = run(command=["sleep", "100"], timeout_seconds=2)
    assert ended.error == "Job.TimedOut"
    assert (ended.stopped - ended.started).total_seconds() < 20


def test_output_that_is_not_json_fails_the_task(run) -> None:
    ended = run(command=["echo", "hello"])
    assert ended.error == "Job.InvalidOutput"


def test_no_output_is_null(run) -> None:
    ended = run(command=["true"])
    outputs = [
        event["activitySucceededEventDetails"]["output"] for event in of_type(ended, "ActivitySucceeded")
    ]
    assert outputs == ["null"]


def test_a_5_mb_output_is_kept_in_s3(run, client) -> None:
    reference = summary(run(command=["python3", "-c", "print('\"' + 'x' * 5_000_000 + '\"')"]))
    bucket, key = reference["output_s3_uri"].removeprefix("s3://").split("/", 1)
    stored = json.loads(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert stored == "x" * 5_000_000


def test_a_program_that_forks_returns_its_own_result(run) -> None:
    found = summary(run(command=["sh", "-c", "sleep 300 >/dev/null 2>&1 & echo '{\"forked\": true}'"]))
    assert found == {"forked": True}


def test_a_program_can_name_its_error(run) -> None:
    script = 'echo \'{"error": "Orders.Unknown", "message": "no order 7"}\' > "$TASK_ERROR"; exit 1'
    ended = run(command=["sh", "-c", script])
    assert ended.error == "Orders.Unknown"
    assert "no order 7" in cause_of(ended)["message"]


def test_an_override_that_is_not_allowed_is_refused(run) -> None:
    ended = run(image="another")
    assert ended.error == "Dispatch.InvalidInput"
    assert "job.image: not allowed" in cause_of(ended)["message"]


def test_the_program_does_not_see_the_token(run, client, stack) -> None:
    shown = json.dumps(
        summary(run(command=["python3", "-c", "import json, os; print(json.dumps(dict(os.environ)))"]))
    )
    assert "TASK_ID" in shown
    assert "TASK_TABLE" not in shown
    assert "token" not in shown.lower().replace("aws_session_token", "")


@pytest.fixture
def started_job(client, stack, backend):
    """Wait for the one running job; return its id on the backend."""

    def find() -> str | None:
        items = client("dynamodb").scan(TableName=stack.task_table)["Items"]
        jobs = [
            item["job_id"]["S"]
            for item in items
            if item.get("backend", {}).get("S") == backend and item["state"]["S"] == "started"
        ]
        return jobs[0] if jobs else None

    return lambda: wait_until(find)


def stop(client, backend: str, job: str) -> None:
    """Stop a job from outside once it runs."""
    if backend == "ecs":
        ecs, cluster = client("ecs"), job.split("/")[1]

        def status() -> Any:
            return ecs.describe_tasks(cluster=cluster, tasks=[job])["tasks"][0]["lastStatus"]

        wait_until(lambda: status() == "RUNNING")
        ecs.stop_task(cluster=cluster, task=job, reason="by a test")
    else:
        batch = client("batch")
        wait_until(lambda: batch.describe_jobs(jobs=[job])["jobs"][0]["status"] == "RUNNING")
        batch.terminate_job(jobId=job, reason="by a test")


def test_a_stopped_job_whose_program_ignores_sigterm_is_interrupted_and_retried(
    start, follow, client, backend, started_job, tmp_path
) -> None:
    began = tmp_path / "began"
    arn = start(command=["python3", "-c", IGNORES_TERM, str(began)])
    job = started_job()
    wait_until(began.exists)
    stop(client, backend, job)
    ended = follow(arn)
    (failed,) = (event["activityFailedEventDetails"] for event in of_type(ended, "ActivityFailed"))
    assert failed["error"] == "Job.Interrupted"
    assert "SIGKILL" in json.loads(failed["cause"])["message"]
    # By the Retry that module activity adds by default.
    assert summary(ended) == "the retry"


def test_a_missing_image_fails_the_task(run, images) -> None:
    images({})
    ended = run()
    assert ended.error == "Job.NeverStarted"
    assert cause_of(ended)["message"].startswith("CannotPullContainerError")


@pytest.fixture
def stock(images) -> None:
    """An image without the worker: it runs the command directly."""
    images({"worker": {}})


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(("printed", "output"), [('{"answer": 42}', {"answer": 42}), ("done", None)])
def test_an_unmodified_container_can_succeed(run, printed: str, output: Any) -> None:
    found = summary(run(command=["sh", "-c", f"echo working; echo '{printed}'"]))
    if output is None:
        assert found["exit_code"] == 0
        assert found["log_tail"] == ["working", "done"]
    else:
        assert found == output


@pytest.mark.usefixtures("stock")
def test_an_unmodified_container_can_fail(run, backend) -> None:
    ended = run(command=["sh", "-c", "echo working; exit 3"])
    assert ended.error == "Job.Failed"
    cause = cause_of(ended)
    assert (cause["exit_code"], cause["backend"]) == (3, backend)
    # A line that becomes readable more than 3 s after the end is missing (docs/contract.md).
    assert cause.get("log_tail", ["working"]) == ["working"]


@pytest.mark.usefixtures("stock")
def test_the_outcome_arrives_within_5_seconds_of_the_containers_end(run, client, backend) -> None:
    ended = run(command=["sh", "-c", "exit 3"])
    job = cause_of(ended)["job_id"]
    if backend == "ecs":
        task = client("ecs").describe_tasks(cluster=job.split("/")[1], tasks=[job])["tasks"][0]
        end = task["executionStoppedAt"].timestamp()
    else:
        end = client("batch").describe_jobs(jobs=[job])["jobs"][0]["stoppedAt"] / 1000
    assert ended.stopped.timestamp() - end < 5


@pytest.mark.usefixtures("stock")
def test_an_unmodified_container_killed_by_a_signal_fails_its_task(run) -> None:
    ended = run(command=["sh", "-c", "kill -KILL $$"])
    assert ended.error == "Job.Failed"
    assert cause_of(ended)["exit_code"] == 137
