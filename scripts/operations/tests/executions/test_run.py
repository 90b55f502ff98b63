"""`make run`: a wrong call gets one clear line, and the exit code is the outcome."""

import json
import sys
from pathlib import Path

import pytest

from activity_dispatch_cli import execution, stack
from activity_dispatch_cli.account import connect
from activity_dispatch_cli.stack import Stack
from operations import __main__ as command
from operations import exits
from operations.executions import sample
from operations.local import cloud


@pytest.fixture
def deployed(checkout: Path) -> Path:
    file = checkout / "build/local/outputs.json"
    file.parent.mkdir(parents=True)
    document = {
        "endpoint": "http://127.0.0.1:1",
        "region": "eu-west-1",
        "stack_name": "first-light",
        "data_bucket": "data",
        "activities": {"lambda": "arn:a"},
        "state_machines": {"lambda": "arn:s"},
        "functions": {},
    }
    file.write_text(json.dumps(document))
    return file


def _main(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["operations", *args])
    return command.main()


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(("env", "advice"), [("local", "make local-up"), ("dev", "make deploy ENV=dev")])
def test_a_run_needs_a_deploy(
    env: str, advice: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "run", "--env", env) == exits.USAGE
    assert capsys.readouterr().err == f"Error: nothing is deployed in {env}: run `{advice}` first\n"


def test_outputs_of_another_version_are_refused(deployed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.write_text('{"region": "eu-west-1"}')
    assert _main(monkeypatch, "run") == exits.USAGE


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--backend", "fargate"), "BACKEND must be one of lambda, not 'fargate'"),
        (("--input", "{nonsense"), 'INPUT must be JSON, such as {"source": "s3://bucket/key"}, or @file: '),
        (("--input", "@no/such/file"), "INPUT names a file that cannot be read: "),
        (("--input", '{"a": [NaN]}'), "INPUT must be JSON, which has no NaN and no infinity"),
        (("--input=-Infinity",), "INPUT must be JSON, which has no NaN and no infinity"),
        (("--input", "1e999"), "INPUT must be JSON, which has no NaN and no infinity"),
        (("--input", "{}"), "no local cloud answers at http://127.0.0.1:1: run `make local-up` first"),
        ((), "no local cloud answers at http://127.0.0.1:1: run `make local-up` first"),
    ],
)
def test_a_wrong_call_gets_one_line(
    args: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(monkeypatch, "run", *args) == exits.USAGE
    error = capsys.readouterr().err
    assert error.startswith(f"Error: {message}")
    assert len(error.splitlines()) == 1


@pytest.mark.usefixtures("deployed")
def test_a_cloud_that_stops_answering_gets_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cloud, "answers", lambda _at: True)
    assert _main(monkeypatch, "run", "--input", "{}") == exits.USAGE
    error = capsys.readouterr().err
    assert error.startswith("Error: AWS or the local cloud refused: ")
    assert len(error.splitlines()) == 1


@pytest.fixture
def answering(deployed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local cloud answers, and knows the stack."""

    def find(*_: object) -> Stack:
        environment = {"TASK_TABLE": "t", "PAYLOAD_BUCKET": "b"}
        account = connect(region="eu-west-1", endpoint="http://127.0.0.1:1")
        return Stack(account=account, handle={"name": "first-light", "worker_environment": environment})

    monkeypatch.setattr(cloud, "answers", lambda _at: True)
    monkeypatch.setattr(stack, "find", find)


@pytest.mark.usefixtures("answering")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("null", None),
        ("0", 0),
        ("", {"source": "s3://data/ours"}),
        ('{"job": {"command": ["true"]}}', {"source": "s3://data/ours", "job": {"command": ["true"]}}),
        ('{"source": "s3://a/b"}', {"source": "s3://a/b"}),
        ('{"source": null}', {"source": None}),
    ],
)
def test_an_input_without_a_source_gets_the_sample(
    given: str, sent: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    def start(_client: object, _state_machine: str, document: object) -> str:
        started.append(document)
        raise KeyboardInterrupt

    monkeypatch.setattr(sample, "upload", lambda *_: "s3://data/ours")
    monkeypatch.setattr(execution, "start", start)
    assert _main(monkeypatch, "run", "--input", given) == exits.INTERRUPTED
    assert started == [sent]


def test_an_unknown_option_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as exit_of:
        _main(monkeypatch, "run", "--nonsense")
    assert exit_of.value.code == exits.USAGE


@pytest.mark.usefixtures("answering")
def test_ctrl_c_ends_only_the_following(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "start", lambda *_: "arn:execution")
    monkeypatch.setattr(execution, "follow", interrupted)
    assert _main(monkeypatch, "run", "--input", "0") == exits.INTERRUPTED
    assert "the execution continues: arn:execution" in capsys.readouterr().out
