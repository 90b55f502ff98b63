"""The example's training program and its Terraform agree on hyperparameters and metrics."""

import re
from pathlib import Path

import pytest
from tests.repo import terraform

from training.history import Epoch
from training.hyperparameters import RANGES


@pytest.fixture
def defaults(root: Path) -> terraform.Expressions:
    """The defaults of the variables of the example `training`."""
    variables = terraform.variables(root / "terraform/examples/training")
    return {name: attributes["default"] for name, attributes in variables.items() if "default" in attributes}


def test_a_sweep_may_name_the_hyperparameters_that_the_training_takes(
    defaults: terraform.Expressions,
) -> None:
    written = terraform.value(defaults["hyperparameters"])
    assert set(written) == set(RANGES)
    for name, given in written.items():
        allowed = RANGES[name]
        assert (given["type"] == "integer") == allowed.whole
        value = int if allowed.whole else float
        assert allowed.problem(value(given["min"])) is None
        assert allowed.problem(value(given["max"])) is None
        assert given["max"] == allowed.high


def test_the_metrics_are_found_in_the_log(defaults: terraform.Expressions) -> None:
    epoch = Epoch(epoch=12, train_loss=0.25, validation_loss=1234.5, validation_accuracy=0.0000004)
    found = {
        name: float(match[1])
        for name, regex in terraform.value(defaults["metrics"]).items()
        if (match := re.search(regex, epoch.line(20)))
    }
    wanted = {"epoch": 12, "train_loss": 0.25, "validation_loss": 1234.5, "validation_accuracy": 0.0}
    assert found == wanted
