"""The example's training and what Terraform says of it are told twice: both sides agree."""

import re
from pathlib import Path

import pytest

from training.history import Epoch
from training.hyperparameters import RANGES

HYPERPARAMETER = re.compile(
    r'^      (\w+) += \{ type = "(\w+)", min = ([\d.]+), max = ([\d.]+) \}$', re.MULTILINE
)
METRIC = re.compile(r'^      (\w+) += "(.*)"$', re.MULTILINE)


@pytest.fixture(scope="module")
def variable(root: Path) -> str:
    text = (root / "terraform/modules/stack/variables-training.tf").read_text()
    return text[text.index('variable "training"') :]


def test_a_sweep_may_name_what_the_training_takes(variable: str) -> None:
    told = {
        name: (kind, float(low), float(high)) for name, kind, low, high in HYPERPARAMETER.findall(variable)
    }
    assert set(told) == set(RANGES)
    for name, (kind, low, high) in told.items():
        allowed = RANGES[name]
        assert (kind == "integer") == allowed.whole
        value = int if allowed.whole else float
        assert allowed.problem(value(low)) is None
        assert allowed.problem(value(high)) is None
        assert high == allowed.high


def test_the_metrics_are_found_in_the_log(variable: str) -> None:
    epoch = Epoch(epoch=12, train_loss=0.25, validation_loss=1234.5, validation_accuracy=0.0000004)
    metrics = dict(
        METRIC.findall(variable[variable.index("metrics = optional") : variable.rindex("    objective ")])
    )
    found = {
        name: float(match[1])
        for name, regex in metrics.items()
        if (match := re.search(regex, epoch.line(20)))
    }
    wanted = {"epoch": 12, "train_loss": 0.25, "validation_loss": 1234.5, "validation_accuracy": 0.0}
    assert found == wanted
