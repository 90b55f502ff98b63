"""The training: it learns, it resumes as if never interrupted, and it reports when it diverges."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 6
HYPERPARAMETERS = {"epochs": EPOCHS, "seed": 7, "batch_size": 16}
ARTEFACTS = {"model.pt", "metrics.json", "confusion-matrix.svg"}
INTERRUPTED = 143


type Make = Callable[..., Training]


@dataclass(frozen=True, kw_only=True)
class Training:
    """A SageMaker training container; it may be started several times."""

    python: Path
    base: Path

    def start(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "images/training/src"),
            "SAGEMAKER_BASE_DIR": str(self.base),
        }
        return subprocess.Popen(
            [str(self.python), "-m", "training", "train"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self) -> list[str]:
        """Run it until it succeeds; return its output."""
        process = self.start()
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output.splitlines()

    def interrupted(self, number: signal.Signals, after: int) -> list[str]:
        """Run it, send a signal once it has computed `after` epochs, and return its output."""
        lines = []
        with self.start() as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.rstrip())
                if line.startswith(f"epoch={after}/"):
                    process.send_signal(number)
        assert process.returncode == (INTERRUPTED if number is signal.SIGTERM else -number), lines
        return lines

    def metrics(self) -> Any:
        return json.loads((self.base / "model/metrics.json").read_text())


def prepare(python: Path, base: Path, **more: Any) -> Training:
    (base / "input/config").mkdir(parents=True)
    texts = {key: str(value) for key, value in {**HYPERPARAMETERS, **more}.items()}
    (base / "input/config/hyperparameters.json").write_text(json.dumps(texts))
    return Training(python=python, base=base)


@pytest.fixture
def make(python: Path, tmp_path: Path) -> Make:
    """Prepares a container; arguments change HYPERPARAMETERS."""
    return lambda name, **more: prepare(python, tmp_path / name, **more)


@pytest.fixture(scope="module")
def undisturbed(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The metrics of a training that nothing interrupted."""
    training = prepare(python, tmp_path_factory.mktemp("undisturbed"))
    assert computed(training.run()) == list(range(1, EPOCHS + 1))
    assert {path.name for path in (training.base / "model").iterdir()} == ARTEFACTS
    return training.metrics()


def computed(lines: list[str]) -> list[int]:
    """The computed epochs, from the log."""
    return [int(line[len("epoch=") :].partition("/")[0]) for line in lines if line.startswith("epoch=")]


def test_a_training_learns(undisturbed: Any) -> None:
    assert undisturbed["metrics"]["validation_accuracy"] >= 0.97
    counts = undisturbed["confusion"]
    right = sum(counts[digit][digit] for digit in range(10)) / sum(map(sum, counts))
    assert right == pytest.approx(undisturbed["metrics"]["validation_accuracy"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_training_gives_the_same_result(
    make: Make, undisturbed: Any, number: signal.Signals
) -> None:
    training = make("interrupted")
    lines = training.interrupted(number, 2)
    lines += training.interrupted(number, 4)
    lines += training.run()
    # An epoch is printed once it is computed, and saved right afterwards.
    assert len(computed(lines)) <= EPOCHS + 2
    found = training.metrics()
    assert found["metrics"] == undisturbed["metrics"]
    assert found["confusion"] == undisturbed["confusion"]
    assert found["history"]["epochs"] == undisturbed["history"]["epochs"]
    assert len(found["history"]["resumed_after"]) == 2
    assert (training.base / "checkpoints/history.json").exists()


def test_another_seed_gives_another_training(make: Make, undisturbed: Any) -> None:
    training = make("other", seed=8)
    training.run()
    assert training.metrics()["metrics"] != undisturbed["metrics"]


def test_an_unreadable_checkpoint_costs_one_epoch(make: Make, undisturbed: Any) -> None:
    training = make("torn")
    training.interrupted(signal.SIGTERM, 3)
    newest = max((training.base / "checkpoints").glob("epoch-*.pt"))
    newest.write_bytes(newest.read_bytes()[:1000])
    lines = training.run()
    assert computed(lines)[0] == int(newest.stem.partition("-")[2])
    assert training.metrics()["metrics"] == undisturbed["metrics"]


def test_a_checkpoint_of_another_training_is_left_alone(make: Make) -> None:
    training = make("changed", epochs=2)
    training.run()
    file = training.base / "input/config/hyperparameters.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "epochs": "3"}))
    assert computed(training.run()) == [1, 2, 3]


def test_a_completed_training_computes_nothing_when_restarted(make: Make, undisturbed: Any) -> None:
    training = make("again")
    training.run()
    (training.base / "model/metrics.json").unlink()
    assert computed(training.run()) == []
    assert training.metrics()["metrics"] == undisturbed["metrics"]


def test_a_training_that_diverges_names_the_epoch(make: Make) -> None:
    training = make("diverges", learning_rate=10)
    process = training.start()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1, output
    failure = (training.base / "output/failure").read_text()
    assert failure.startswith("the training diverged: the loss is nan in epoch 1 of 6"), failure
