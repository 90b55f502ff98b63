"""The worker's small parts."""

import http.server
import threading

import pytest
from botocore.exceptions import EndpointConnectionError

from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.container.files import last_line, read_limited
from activity_dispatch.worker.container.identity import claimant_of
from activity_dispatch.worker.container.log_address import log_url_of
from activity_dispatch.worker.container.memory import oom_kills
from activity_dispatch.worker.container.progress import ProgressWatch
from activity_dispatch.worker.container.settings import WorkerSettings
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.stop_reason import StopReason

ENVIRONMENT = {"TASK_ID": "0a" * 16, "TASK_TABLE": "tasks", "PAYLOAD_BUCKET": "payloads"}
ASSIGNMENT = Assignment(
    task_id="0a" * 16, token="secret", heartbeat_seconds=1, backend="batch", job_id="job-1"
)
FAILED = Failed(error="E", cause=Cause(message="m"))


def test_settings() -> None:
    told = {"TASK_GRACE_SECONDS": "0", "TASK_TIMEOUT_SECONDS": "60", "TASK_STDOUT": "log"}
    assert WorkerSettings.from_environment(ENVIRONMENT | told) == WorkerSettings(
        task_id="0a" * 16, grace_seconds=0, timeout_seconds=60, stdout_is_output=False
    )
    assert WorkerSettings.from_environment(ENVIRONMENT).grace_seconds < 30


def test_all_wrong_settings_are_told_at_once() -> None:
    wrong = {
        "TASK_ID": "../x",
        "TASK_GRACE_SECONDS": "-1",
        "TASK_TIMEOUT_SECONDS": "0",
        "TASK_STDOUT": "no",
        "LOG_LEVEL": "x",
    }
    with pytest.raises(InvalidSettings) as raised:
        WorkerSettings.from_environment(wrong)
    for name in (*wrong, "TASK_TABLE", "PAYLOAD_BUCKET"):
        assert name in str(raised.value)


def test_the_token_is_in_no_repr() -> None:
    assert "secret" not in repr(ASSIGNMENT)


@pytest.mark.parametrize(
    ("environment", "claimant"),
    [
        ({"AWS_BATCH_JOB_ID": "j:1", "AWS_BATCH_JOB_ATTEMPT": "2"}, "batch:j:1"),
        ({"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/abc-1"}, "ecs:abc-1"),
    ],
)
def test_a_job_keeps_its_name(environment, claimant) -> None:
    assert claimant_of(environment) == claimant_of({**environment, "AWS_BATCH_JOB_ATTEMPT": "3"}) == claimant


def test_elsewhere_a_process_is_the_claimant() -> None:
    assert ":" in claimant_of({})


def test_stopping_keeps_the_first_reason_and_sends_what_comes_later() -> None:
    sent: list[int] = []
    stopper = Stopper(60)
    stopper.attach(sent.append)
    stopper.stop(StopReason.TIMED_OUT)
    stopper.stop(StopReason.INTERRUPTED, 2)
    stopper.forward(10)
    assert stopper.detach() is StopReason.TIMED_OUT
    stopper.forward(10)
    stopper.stop(StopReason.INTERRUPTED)
    assert sent == [15, 2, 10]


def test_what_is_to_be_stopped_may_begin_later() -> None:
    sent: list[int] = []
    stopper = Stopper(60)
    stopper.stop(StopReason.INTERRUPTED)
    stopper.attach(sent.append)
    assert stopper.detach() is StopReason.INTERRUPTED
    assert sent == [15]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (None, None),
        (b"", None),
        (b"\n \n", None),
        (b"1\n2\n", "2"),
        (b"1\n2\n\n", "2"),
        (b"1\n2 of", "2 of"),
        (b"x" * 10_000, "x" * 1024),
        ("é".encode() * 1000, "é" * 512),
        (b"a" + "é".encode() * 1000, "a" + "é" * 511),
        (b"\xff", "�"),
    ],
)
def test_the_last_line(tmp_path, data, line) -> None:
    if data is not None:
        (tmp_path / "f").write_bytes(data)
    assert last_line(tmp_path / "f") == line


def test_a_file_is_read_to_a_limit(tmp_path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert read_limited(tmp_path / "f", 3) == b"1234"
    assert read_limited(tmp_path, 3) is None
    assert read_limited(tmp_path / "none", 3) is None


def test_progress_is_recorded_once_and_again_when_it_failed(tmp_path, until) -> None:
    recorded: list[str] = []
    problems = [client_error("ThrottlingException", "UpdateItem")]

    def record(line: str) -> None:
        if problems:
            raise problems.pop()
        recorded.append(line)

    path = tmp_path / "progress"
    with ProgressWatch(path, record, interval_seconds=0.01):
        path.write_text("1")
        until(lambda: recorded == ["1"])
        path.write_text("2")
        until(lambda: recorded == ["1", "2"])
    assert recorded == ["1", "2"]


class Settler:
    """Raises what it is told to, then settles."""

    def __init__(self, *problems: Exception) -> None:
        self.problems = list(problems)
        self.settled: list[object] = []

    def settle(self, task_id: str, token: str, outcome: object, *, release: object) -> str:
        assert (task_id, token, release) == (ASSIGNMENT.task_id, ASSIGNMENT.token, None)
        if self.problems:
            raise self.problems.pop(0)
        self.settled.append(outcome)
        return "succeeded"


def report(settler: Settler, outcome: Succeeded | Failed) -> tuple[object, float]:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += max(seconds, 0.5)

    delivery = Delivery(settler=settler, sleep=sleep, clock=lambda: now[0])  # type: ignore[arg-type]
    return delivery.deliver(ASSIGNMENT, outcome), now[0]


def test_reporting_goes_on_after_problems() -> None:
    settler = Settler(
        client_error("ThrottlingException", "SendTaskSuccess"),
        client_error("Whatever", "SendTaskSuccess", status=503),
        EndpointConnectionError(endpoint_url="https://states"),
    )
    reported, _ = report(settler, Succeeded(output="1"))
    assert settler.settled == [reported] == [Succeeded(output="1")]


def test_reporting_ends() -> None:
    problem = client_error("ThrottlingException", "SendTaskSuccess")
    settler = Settler(*[problem] * 1000)
    reported, seconds = report(settler, FAILED)
    assert reported is None
    assert 40 < seconds < 70


@pytest.mark.parametrize(
    ("code", "name"), [("InvalidOutput", "Job.InvalidOutput"), ("AccessDeniedException", "Job.Failed")]
)
def test_an_output_that_step_functions_refuses(code, name) -> None:
    settler = Settler(client_error(code, "SendTaskSuccess"))
    reported, _ = report(settler, Succeeded(output="1"))
    assert isinstance(reported, Failed)
    assert reported.error == name
    assert settler.settled == [reported]


def test_a_failure_that_step_functions_refuses() -> None:
    settler = Settler(client_error("AccessDeniedException", "SendTaskFailure"))
    assert report(settler, FAILED) == (None, 0.0)


@pytest.mark.parametrize(
    ("membership", "path", "text", "kills"),
    [
        ("0::/a\n", "a/memory.events", "low 0\noom 3\noom_kill 2\n", 2),
        ("0::/elsewhere\n", "memory.events", "oom_kill 2\n", 2),
        ("9:cpu:/b\n8:memory:/b\n", "memory/b/memory.oom_control", "under_oom 0\noom_kill 1\n", 1),
        ("8:memory:/docker/b\n", "memory/memory.oom_control", "oom_kill 4\n", 4),
        ("8:memory:/b\n", "memory/b/memory.oom_control", "under_oom 0\n", 0),
        ("0::/a\n", "a/other", "", 0),
        (None, "memory.events", "oom_kill 2\n", 0),
    ],
)
def test_oom_kills(tmp_path, membership, path, text, kills) -> None:
    if membership is not None:
        (tmp_path / "membership").write_text(membership)
    file = tmp_path / "cgroup" / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert oom_kills(tmp_path / "cgroup", tmp_path / "membership") == kills


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            '{"LogOptions": {"awslogs-group": "/g", "awslogs-stream": "s/1"}}',
            "log-group/$252Fg/log-events/s$252F1",
        ),
        ('{"LogOptions": {}}', None),
        ("{}", None),
        ("no json", None),
    ],
)
def test_the_address_of_the_logs(answer, told) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request).start()
        url = log_url_of({"ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:{server.server_port}/v4/a"})
    if told is None:
        assert url is None
    else:
        assert told in (url or "")


def test_no_address_without_ecs() -> None:
    assert log_url_of({}) is None
    assert log_url_of({"ECS_CONTAINER_METADATA_URI_V4": "http://127.0.0.1:1/"}) is None
