"""How training jobs stop: on request, at a limit, and when their Spot instance is taken away."""

from pathlib import Path
from typing import Any

import pytest
from cloud import error_code, wait_for

from compute.resources import Events, post
from compute.training import Training, interrupt


class TestStopping:
    def test_sigterm_then_the_model_is_saved(self, training: Training, tmp_path: Path) -> None:
        save = "echo saved > $SAGEMAKER_BASE_DIR/model/weights"
        name = training.run_script(
            f"trap '{save}; exit 0' TERM; touch {tmp_path}/up; sleep 1000 & wait"
        )
        wait_for((tmp_path / "up").exists)
        training.client.stop_training_job(TrainingJobName=name)
        job = training.ended(name)
        assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
        model = job["ModelArtifacts"]["S3ModelArtifacts"]
        assert training.members(model) == {"weights": b"saved\n"}
        assert (
            error_code(training.client.stop_training_job, TrainingJobName=name)
            == "ValidationException"
        )

    def test_sigkill_follows(self, training: Training, tmp_path: Path) -> None:
        name = training.run_script(
            f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 0.1; done"
        )
        wait_for((tmp_path / "up").exists)
        training.client.stop_training_job(TrainingJobName=name)
        training.client.stop_training_job(TrainingJobName=name)
        assert training.ended(name)["TrainingJobStatus"] == "Stopped"

    def test_the_maximum_runtime_stops_it(self, training: Training) -> None:
        name = training.run_script(("sleep 1000"), StoppingCondition={"MaxRuntimeInSeconds": 1})
        job = training.ended(name)
        assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == (
            "Stopped",
            "MaxRuntimeExceeded",
        )


class TestSpot:
    RESUMES = (
        'cd "$SAGEMAKER_BASE_DIR/checkpoints"; if [ -e epoch-1 ]; then cat epoch-1; exit 0; fi; '
        "echo half > epoch-1; touch {up}; sleep 1000"
    )

    def spot(self, training: Training, script: str, *, wait: int = 600, **more: Any) -> str:
        condition = {"MaxRuntimeInSeconds": min(600, wait), "MaxWaitTimeInSeconds": wait}
        return training.run_script(
            script, EnableManagedSpotTraining=True, StoppingCondition=condition, **more
        )

    @pytest.mark.parametrize("abrupt", [False, True])
    def test_an_interrupted_job_resumes_from_its_checkpoint(
        self, training: Training, training_events: Events, tmp_path: Path, abrupt: bool
    ) -> None:
        uri = training.uri(f"checkpoints/{tmp_path.name}")
        name = self.spot(
            training, self.RESUMES.format(up=tmp_path / "up"), CheckpointConfig={"S3Uri": uri}
        )
        wait_for((tmp_path / "up").exists)
        wait_for(lambda: training.objects(uri))
        interrupt(training, name, abrupt=abrupt)
        details = training_events.take("TrainingJobName", name, last="Completed")
        job = training.describe(name)
        assert [item["Status"] for item in job["SecondaryStatusTransitions"]] == [
            "Starting", "Downloading", "Training", "Interrupted",
            "Starting", "Downloading", "Training", "Uploading", "Completed",
        ]  # fmt: skip
        assert "Interrupted" in {item["SecondaryStatus"] for item in details}
        assert training.output(name) == ["half"]

    def test_the_maximum_wait_time_stops_it(self, training: Training, tmp_path: Path) -> None:
        name = self.spot(training, f"touch {tmp_path}/up; sleep 1000", wait=3)
        wait_for((tmp_path / "up").exists)
        interrupt(training, name, no_capacity_seconds=60)
        job = training.ended(name)
        assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == (
            "Stopped",
            "MaxWaitTimeExceeded",
        )

    def test_only_a_training_spot_job_is_interrupted(
        self, training: Training, tmp_path: Path
    ) -> None:
        name = training.run_script(f"touch {tmp_path}/up; sleep 1000")
        wait_for((tmp_path / "up").exists)
        for wrong in (name, "gone"):
            assert post(training.cloud, "spot-interruption", training_job=wrong) == 404
        training.client.stop_training_job(TrainingJobName=name)
        training.ended(name)
