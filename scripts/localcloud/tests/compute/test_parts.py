"""Parts that need no cloud: settings, image mapping, output, capacity, retries, the store."""

import datetime
import json
from pathlib import Path

import pytest

from localcloud.compute import images
from localcloud.compute.batch.retry import AttemptEnd, retries
from localcloud.compute.capacity import Capacity
from localcloud.compute.cloud import Place, plain
from localcloud.compute.configuration import Configuration, ConfigurationError
from localcloud.compute.ecs.tasks import Task, TaskStore
from localcloud.compute.output import batches_of_lines

PLACE = Place("000000000000", "us-east-1")


class TestConfiguration:
    def test_defaults_apply_to_an_empty_environment(self) -> None:
        read = Configuration.from_environment({})
        assert (read.runner, read.stop_timeout_seconds) == ("auto", 30)
        assert read.max_containers >= 16
        assert read.endpoint == "http://127.0.0.1:4566"

    def test_the_default_endpoint_is_the_gateway(self) -> None:
        read = Configuration.from_environment({"GATEWAY_LISTEN": "127.0.0.1:4599,0.0.0.0:443"})
        assert read.endpoint == "http://127.0.0.1:4599"

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("LOCALCLOUD_RUNNER", "podman", "must be auto, docker or process, not 'podman'"),
            ("LOCALCLOUD_MAX_CONTAINERS", "0", "must be a number above 0, not '0'"),
            ("LOCALCLOUD_STOP_TIMEOUT_SECONDS", "soon", "must be a number above 0, not 'soon'"),
        ],
    )
    def test_an_invalid_value_is_named(self, name: str, value: str, problem: str) -> None:
        with pytest.raises(ConfigurationError) as raised:
            Configuration.from_environment({name: value})
        assert str(raised.value) == f"{name} {problem}"


class TestImages:
    def test_json_and_a_json_file_are_equivalent(self, tmp_path: Path) -> None:
        text = json.dumps(
            {"worker": {"argv": ["run"], "command": ["x"], "cwd": "/", "env": {"A": 1}}}
        )
        file = tmp_path / "images.json"
        file.write_text(text, encoding="utf-8")
        expected = images.LocalImage(
            entrypoint=("run",), command=("x",), working_directory="/", environment={"A": "1"}
        )
        assert images.load(text) == images.load(str(file)) == {"worker": expected}

    def test_the_longest_matching_name_wins(self) -> None:
        mapping = images.load('{"worker": {"argv": ["a"]}, "worker-gpu": {"argv": ["b"]}}')
        found = images.find(mapping, "000000000000.dkr.ecr.us-east-1.example/x/worker-gpu:1")
        assert found is not None
        assert found.entrypoint == ("b",)
        assert images.find(mapping, "busybox") is None
        assert images.load(" ") == {}

    @pytest.mark.parametrize(
        ("value", "problem"),
        [
            ("{", "cannot be read"),
            ("/no/such/file", "cannot be read"),
            ('{"a": []}', "'a' must be an object"),
            ('{"a": {"entrypoint": []}}', "without entrypoint"),
            ('{"a": {"argv": "run"}}', "argv must be a list of strings"),
        ],
    )
    def test_an_invalid_mapping_is_refused(self, value: str, problem: str) -> None:
        with pytest.raises(ConfigurationError, match=problem):
            images.load(value)

    @pytest.mark.parametrize(
        ("name", "reference"),
        [
            ("busybox", "docker.io/library/busybox:latest"),
            ("team/tool:2", "docker.io/team/tool:2"),
            ("localhost:5000/tool", "localhost:5000/tool:latest"),
            ("host.example/tool@sha256:ab", "host.example/tool@sha256:ab"),
        ],
    )
    def test_a_reference_is_completed(self, name: str, reference: str) -> None:
        assert images.reference(name) == reference


def test_output_is_split_into_lines_across_chunks() -> None:
    chunks = [b"one\ntw", b"o\r\n\n", b"\xff\nlast"]
    assert list(batches_of_lines(chunks)) == [["one"], ["two"], ["\ufffd"], ["last"]]


class TestCapacity:
    def test_shares_are_granted_in_the_order_of_requests(self) -> None:
        capacity, given = Capacity(lambda: 2), list[str]()
        first, _, third, _ = (
            capacity.request(amount, lambda name=name: given.append(name))  # type: ignore[misc]
            for name, amount in (("a", 1), ("b", 1), ("c", 2), ("d", 1))
        )
        assert given == ["a", "b"]
        first.release()
        first.release()
        assert given == ["a", "b"], "a double release frees nothing more"
        third.release()
        assert given == ["a", "b", "d"], "a later request does not overtake a waiting one"

    def test_the_limit_may_change(self) -> None:
        limit, given = [0.0], list[str]()
        capacity = Capacity(lambda: limit[0])
        capacity.request(0.5, lambda: given.append("a"))
        assert not given
        limit[0] = 1
        capacity.request(0.5, lambda: given.append("b"))
        assert given == ["a", "b"]


EXIT_3 = AttemptEnd(exit_code=3, reason=None, status_reason="Essential container in task exited")
SPOT = AttemptEnd(exit_code=137, reason=None, status_reason="Host EC2 (instance i-1) terminated.")
NO_IMAGE = AttemptEnd(
    exit_code=None, reason="CannotPullContainerError: x", status_reason="Task failed to start"
)
ON_SPOT_ONLY = [
    {"onStatusReason": "Host EC2*", "action": "retry"},
    {"onReason": "*", "action": "EXIT"},
]


@pytest.mark.parametrize(
    ("strategy", "attempt", "end", "again"),
    [
        ({}, 1, EXIT_3, False),
        ({"attempts": 2}, 1, EXIT_3, True),
        ({"attempts": 2}, 2, EXIT_3, False),
        ({"attempts": 3, "evaluateOnExit": ON_SPOT_ONLY}, 1, SPOT, True),
        ({"attempts": 3, "evaluateOnExit": ON_SPOT_ONLY}, 3, SPOT, False),
        ({"attempts": 3, "evaluateOnExit": ON_SPOT_ONLY}, 1, EXIT_3, False),
        ({"attempts": 3, "evaluateOnExit": ON_SPOT_ONLY[:1]}, 1, EXIT_3, True),
        (
            {"attempts": 2, "evaluateOnExit": [{"onExitCode": "3", "action": "EXIT"}]},
            1,
            EXIT_3,
            False,
        ),
        (
            {"attempts": 2, "evaluateOnExit": [{"onExitCode": "30", "action": "EXIT"}]},
            1,
            EXIT_3,
            True,
        ),
        (
            {"attempts": 2, "evaluateOnExit": [{"onReason": "Cannot*", "action": "EXIT"}]},
            1,
            NO_IMAGE,
            False,
        ),
        (
            {
                "attempts": 2,
                "evaluateOnExit": [{"onReason": "Cannot*", "onExitCode": "1", "action": "EXIT"}],
            },
            1,
            NO_IMAGE,
            True,
        ),
    ],
)
def test_an_attempt_is_retried_according_to_the_strategy(
    strategy: dict[str, object], attempt: int, end: AttemptEnd, again: bool
) -> None:
    assert retries(strategy, attempt, end) is again


def test_a_stopped_task_is_forgotten_after_an_hour() -> None:
    stopped = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    clock = [stopped]
    store = TaskStore(lambda: clock[0])
    cluster = PLACE.arn("ecs", "cluster/c")
    arn = PLACE.arn("ecs", "task/c/1")
    document = {"taskArn": arn, "stoppedAt": stopped, "containers": []}
    store.add(PLACE, None, {}, [Task(PLACE, document, {})])
    clock[0] = stopped + datetime.timedelta(minutes=60)
    assert store.find(cluster, "1") is store.find(cluster, arn) is not None
    clock[0] = stopped + datetime.timedelta(minutes=61)
    assert store.find(cluster, arn) is None


def test_the_first_request_with_a_token_is_kept() -> None:
    store, request = TaskStore(), {"count": 1}
    first, second = (
        Task(PLACE, {"taskArn": PLACE.arn("ecs", f"task/c/{number}"), "containers": []}, {})
        for number in (1, 2)
    )
    assert store.add(PLACE, "token", request, [first]) is None
    assert store.add(PLACE, "token", {"count": 2}, [second]) == (request, [first])
    assert store.started_with(PLACE, "token") == (request, [first])
    assert list(store.all()) == [first]


def test_times_in_events_are_text() -> None:
    moment = datetime.datetime(2025, 1, 2, 3, 4, 5, 678_000, tzinfo=datetime.UTC)
    assert plain({"a": [moment], "b": 1}) == {"a": ["2025-01-02T03:04:05.678Z"], "b": 1}
