"""`make local-up` and `make local-down` stop only a cloud of ours."""

from pathlib import Path

import pytest

from operations import outputs
from operations.deploy import local_stack, terraform
from operations.errors import OperationError
from operations.local import cloud


def _state(checkout: Path) -> bool:
    return (checkout / "build/local/terraform.tfstate").exists()


def test_an_invalid_port_stops_nothing(cloud_calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:99999")
    with pytest.raises(OperationError, match="from 1 to 65535"):
        local_stack.down()
    assert cloud_calls == []


def test_local_up_that_is_interrupted_leaves_nothing(
    cloud_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(terraform, "deploy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        local_stack.up()
    assert cloud_calls == ["start", "stop"]


def test_local_down_removes_only_the_stack_from_a_cloud_that_stays(
    cloud_calls: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = outputs.parse(
        {"endpoint": cloud.endpoint(), "region": "r", "data_bucket": "b"}
        | {"activities": {}, "state_machines": {}, "functions": {}}
    )
    (checkout / "build/local/outputs.json").write_text("{}")
    monkeypatch.setattr(outputs, "load", lambda _env: stack)
    monkeypatch.setattr(cloud, "answers", lambda: True)
    local_stack.down()
    assert cloud_calls == ["stop", "destroy"]
    assert not _state(checkout)
