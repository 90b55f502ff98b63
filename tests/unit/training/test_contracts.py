"""One program with two contracts: as a task's program and as SageMaker's training container."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
from moto import mock_aws

from training.checkpoints import FolderStore, S3Store
from training.contracts import SageMakerContract, TaskContract, contract
from training.hyperparameters import Hyperparameters, InvalidHyperparameters
from training.picture import confusion_matrix

ROOT = Path(__file__).resolve().parents[3]
METRICS = {"validation_accuracy": 0.98}


def task(folder: Path, document: Any, client: Any = None) -> TaskContract:
    environment = {
        name: str(folder / name) for name in ("TASK_INPUT", "TASK_OUTPUT", "TASK_ERROR", "TASK_PROGRESS")
    }
    (folder / "TASK_INPUT").write_text(json.dumps(document), encoding="utf-8")
    return TaskContract(environment=environment, make_s3=lambda: client)


class TestTask:
    def test_the_input_is_read_and_progress_written(self, tmp_path: Path) -> None:
        made = task(
            tmp_path, {"hyperparameters": {"epochs": 2}, "checkpoint_s3_uri": "s3://bucket/one/", "more": 1}
        )
        assert made.hyperparameters() == Hyperparameters(epochs=2)
        assert made.checkpoints() == S3Store(client=None, uri="s3://bucket/one/")
        made.progress({"epoch": 1})
        made.progress({"epoch": 2})
        assert (tmp_path / "TASK_PROGRESS").read_text().splitlines()[-1] == '{"epoch": 2}'

    def test_results_are_put_into_s3(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        with mock_aws():
            client = boto3.client("s3", region_name="us-east-1")
            client.create_bucket(Bucket="bucket")
            made = task(tmp_path, {"output_s3_uri": "s3://bucket/out/"}, client)
            made.finish({"model.pt": b"weights", "metrics.json": b"{}"}, METRICS)
            body = client.get_object(Bucket="bucket", Key="out/model.pt")["Body"].read()
        assert body == b"weights"
        assert json.loads((tmp_path / "TASK_OUTPUT").read_text()) == {
            "model_s3_uri": "s3://bucket/out/model.pt",
            "metrics": METRICS,
            "artefacts_s3_uris": ["s3://bucket/out/model.pt", "s3://bucket/out/metrics.json"],
        }

    @pytest.mark.parametrize(
        "document", [[], {}, {"checkpoint_s3_uri": "/a/folder"}, {"checkpoint_s3_uri": 1}]
    )
    def test_an_input_without_a_uri_for_checkpoints_is_refused(self, tmp_path: Path, document: Any) -> None:
        with pytest.raises(InvalidHyperparameters, match=r"checkpoint_s3_uri|input: list"):
            task(tmp_path, document).checkpoints()


class TestSageMaker:
    def made(self, base: Path, hyperparameters: Mapping[str, str]) -> SageMakerContract:
        (base / "input/config").mkdir(parents=True)
        (base / "input/config/hyperparameters.json").write_text(json.dumps(hyperparameters))
        return SageMakerContract(base=base)

    def test_everything_is_below_one_folder(self, tmp_path: Path) -> None:
        made = self.made(tmp_path, {"epochs": "2"})
        assert made.hyperparameters() == Hyperparameters(epochs=2)
        assert made.checkpoints() == FolderStore(folder=tmp_path / "checkpoints")
        made.finish({"model.pt": b"weights"}, METRICS)
        assert (tmp_path / "model/model.pt").read_bytes() == b"weights"
        made.fail("x" * 2000)
        assert len((tmp_path / "output/failure").read_text()) == 1024

    def test_the_argument_train_selects_it(self, tmp_path: Path) -> None:
        assert contract(["train"], {}) == SageMakerContract(base=Path("/opt/ml"))
        environment = {"SAGEMAKER_BASE_DIR": str(tmp_path)}
        assert contract(["train"], environment) == SageMakerContract(base=tmp_path)
        assert isinstance(contract([], environment), TaskContract)


# The project's own environment has no PyTorch: these programs end before they need it.
class TestBadHyperparameters:
    def test_a_task_gets_them_in_its_error_file(self, tmp_path: Path) -> None:
        made = task(tmp_path, {"hyperparameters": {"epochs": "many"}})
        done = run([], made.environment)
        assert done.returncode == 1
        error = json.loads((tmp_path / "TASK_ERROR").read_text())
        assert error["error"] == "Job.Failed"
        assert error["message"].startswith("epochs: 'many'; it must be a whole number")

    def test_sagemaker_gets_them_in_its_failure_file(self, tmp_path: Path) -> None:
        TestSageMaker().made(tmp_path, {"epoch": "1"})
        done = run(["train"], {"SAGEMAKER_BASE_DIR": str(tmp_path)})
        assert done.returncode == 1
        assert (tmp_path / "output/failure").read_text().startswith("epoch: unknown")


def run(arguments: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "run"),
    [
        (["train"], "python -m training train"),
        ([], "python -I -m activity_dispatch.worker -- python -m training"),
        (["sh", "-c", "true"], "python -I -m activity_dispatch.worker -- sh -c true"),
        (["train", "more"], "python -I -m activity_dispatch.worker -- train more"),
    ],
)
def test_the_entrypoint_recognises_sagemaker(tmp_path: Path, arguments: list[str], run: str) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\necho python "$@"\n')
    (tmp_path / "python").chmod(stat.S_IRWXU)
    entrypoint = ROOT / "images/training/entrypoint"
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [str(entrypoint), *arguments], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == run


def test_the_picture_is_valid_svg_and_shows_every_count() -> None:
    counts = [[0] * 10 for _ in range(10)]
    counts[3][8], counts[3][3] = 7, 41
    picture = ElementTree.fromstring(confusion_matrix(counts, "Accuracy 0.9"))  # noqa: S314 (our own)
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("41") == texts.count("Accuracy 0.9") == 1
    assert len(texts) == 2 + 20 + 100
    assert confusion_matrix([[0]], "nothing")
