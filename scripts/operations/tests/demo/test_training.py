"""`make demo-training`: how it checks its results and shows progress."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from operations.demo import sweeps, training
from operations.demo.training import Result, differences, find_problems


def comparison(*scores: float | None) -> dict[str, Any]:
    trainings = [
        {"number": number, "score": score, **({"error": "Job.Failed: x"} if score is None else {})}
        for number, score in enumerate(scores, 1)
    ]
    return {"trainings": trainings, "best": 1}


def test_a_good_sweep_has_no_problems() -> None:
    assert find_problems(comparison(0.9, 0.98, 0.97, 0.1)) == ()


def test_each_problem_is_reported() -> None:
    found = find_problems(comparison(0.9, None, 0.96))
    assert found == (
        "training 2 failed: Job.Failed: x",
        "there are 3 trainings instead of 4",
        "the best validation accuracy is 0.9600, less than 0.97",
    )


def result(backend: str, *scores: float) -> Result:
    return Result(backend=backend, comparison=comparison(*scores), output={}, problems=())


def test_scores_that_differ_between_backends_are_reported() -> None:
    same = [result("batch", 0.9, 0.98), result("sagemaker", 0.9 + 1e-6, 0.98)]
    assert differences(same) == []
    (shown,) = differences([result("batch", 0.9, 0.98), result("sagemaker", 0.9, 0.97)])
    assert shown == "training 2 has the score 0.98 on batch and 0.97 on sagemaker"
    failed = Result(backend="batch", comparison={}, output={}, problems=("it failed",))
    assert differences([failed, result("sagemaker", 0.9)]) == []


def test_the_table_shows_every_training(capsys: Any) -> None:
    made = comparison(0.98, None)
    for one in made["trainings"]:
        one["hyperparameters"] = {"learning_rate": 0.05, "batch_size": 16, "epochs": 8}
    output = {"winner": {"model_s3_uri": "s3://data/model.pt"}}
    training._show_table([Result(backend="batch", comparison=made, output=output, problems=())])
    shown = capsys.readouterr().out
    assert "0.9800" in shown
    assert "Job.Failed: x" in shown
    assert "s3://data/model.pt" in shown


class FakeS3:
    """A training's history that grows."""

    def __init__(self) -> None:
        self.epochs = 0

    def list_objects_v2(self, **_: str) -> dict[str, Any]:
        keys = ["training/run/002/checkpoints/history.json", "training/run/002/model.pt"]
        return {"Contents": [{"Key": key} for key in keys]}

    def get_object(self, **_: str) -> dict[str, Any]:
        epochs = [
            {"epoch": epoch, "train_loss": 0.5, "validation_accuracy": 0.9}
            for epoch in range(1, self.epochs + 1)
        ]
        document = {"of": 3, "epochs": epochs, "resumed_after": [1]}
        return {"Body": io.BytesIO(json.dumps(document).encode())}


def test_a_training_s_progress_is_shown() -> None:
    s3, status = FakeS3(), {"status": "RUNNING", "startDate": datetime.now(UTC)}
    clients: Any = SimpleNamespace(
        s3=s3,
        stepfunctions=SimpleNamespace(describe_execution=lambda executionArn: status),  # noqa: N803
    )
    sweep = sweeps.Sweep(clients=clients, bucket="data", backend="batch", arn="arn:execution:machine:run")
    s3.epochs = 1
    (line,) = sweep.news()
    assert " ".join(line.split()) == (
        "batch training 2 epoch 1/3 loss 0.5000 validation accuracy 0.9000 (resumed after epoch 1)"
    )
    s3.epochs = 2
    assert sweep.news() == []  # too soon after the last line
    s3.epochs = 3
    assert len(sweep.news()) == 1  # but the last epoch is always shown
    status["status"] = "SUCCEEDED"
    assert sweep.news() == ["batch      SUCCEEDED"]
    assert sweep.ended


def test_published_files_are_downloaded(tmp_path: Path) -> None:
    body = {"Body": io.BytesIO(b"text")}
    clients: Any = SimpleNamespace(s3=SimpleNamespace(get_object=lambda **_: {"Body": io.BytesIO(b"text")}))
    output = {name: f"s3://data/{name}.json" for name in sweeps.DOCUMENTS}
    sweeps.fetch(clients, output, tmp_path / "demo")
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == sorted(
        f"{n}.json" for n in sweeps.DOCUMENTS
    )
    assert body["Body"].read() == (tmp_path / "demo/comparison_s3_uri.json").read_bytes()
