"""A demo destroys only what it deployed."""

from pathlib import Path

import pytest

from operations.demo import stage
from operations.deploy import terraform
from operations.errors import OperationError
from operations.local.cloud import Cloud


@pytest.mark.parametrize(
    ("borrowed", "deployed_before", "done"),
    [(False, False, ["deploy"]), (True, False, ["deploy", "destroy"]), (True, True, ["deploy"])],
)
def test_the_demo_destroys_its_own_stack_in_a_cloud_that_stays(
    borrowed: bool, deployed_before: bool, done: list[str], cloud_calls: list[str], checkout: Path
) -> None:
    if deployed_before:
        (checkout / "build/local/outputs.json").write_text("{}")
    with stage.stack_for_demo(Cloud(endpoint="http://127.0.0.1:1", borrowed=borrowed)):
        pass
    assert cloud_calls == done


def test_the_demo_also_destroys_the_rest_of_a_failed_deploy(
    cloud_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OperationError("terraform apply failed")

    monkeypatch.setattr(terraform, "deploy", fail)
    with (
        pytest.raises(OperationError, match="apply failed"),
        stage.stack_for_demo(Cloud(endpoint="http://127.0.0.1:1", borrowed=True)),
    ):
        pytest.fail("nothing is deployed")
    assert cloud_calls == ["destroy"]
