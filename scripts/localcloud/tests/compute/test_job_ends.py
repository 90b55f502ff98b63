"""How jobs end: attempts, timeouts, termination."""

from pathlib import Path

from cloud import Cloud, error_code, wait_for

from compute.conftest import make_batch
from compute.resources import NEVER, Batch, Events, sh, size

EXITED = "Essential container in task exited"
# Exits with 3 on the first attempt and with 0 on the second.
FAILS_ONCE = sh("echo attempt $AWS_BATCH_JOB_ATTEMPT; test $AWS_BATCH_JOB_ATTEMPT = 2 || exit 3")


class TestAttempts:
    def test_a_failed_attempt_is_retried(self, batch: Batch, batch_events: Events) -> None:
        job = batch.run(FAILS_ONCE, retryStrategy={"attempts": 3})
        details = batch_events.take("jobId", job, last="SUCCEEDED", count=8)
        assert sum(item["status"] == "RUNNABLE" for item in details) == 2
        described = batch.describe(job)
        first, second = described["attempts"]
        assert (first["container"]["exitCode"], first["statusReason"]) == (3, EXITED)
        assert (second["container"]["exitCode"], second["statusReason"]) == (0, EXITED)
        assert first["container"]["logStreamName"] != second["container"]["logStreamName"]
        assert batch.output(first["container"]) == ["attempt 1"]
        assert batch.output(second["container"]) == ["attempt 2"]
        assert described["container"]["exitCode"] == 0
        assert first["startedAt"] <= first["stoppedAt"] <= second["startedAt"]

    def test_without_a_strategy_there_is_one_attempt(self, batch: Batch) -> None:
        job = batch.ended(batch.run(sh("kill -KILL $$")))
        assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 137)
        assert len(job["attempts"]) == 1
        assert job["retryStrategy"] == {"attempts": 1, "evaluateOnExit": []}

    def test_the_jobs_strategy_overrides_the_definitions(self, batch: Batch) -> None:
        never_on_3 = {"attempts": 3, "evaluateOnExit": [{"onExitCode": "3", "action": "EXIT"}]}
        definition = batch.definition(FAILS_ONCE, retryStrategy=never_on_3)
        job = batch.ended(batch.submit(definition))
        assert (job["status"], len(job["attempts"])) == ("FAILED", 1)
        job = batch.ended(batch.submit(definition, retryStrategy={"attempts": 2}))
        assert (job["status"], len(job["attempts"])) == ("SUCCEEDED", 2)

    def test_a_missing_image_has_a_reason_and_no_exit_code(self, batch: Batch) -> None:
        job = batch.ended(batch.submit(batch.definition(["true"], image="nowhere")))
        assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
        assert job["container"]["reason"].startswith("CannotPullContainerError: ")
        assert "exitCode" not in job["container"]
        assert job["attempts"][0]["container"]["reason"] == job["container"]["reason"]

    def test_a_timed_out_job_is_stopped_and_not_retried(self, batch: Batch) -> None:
        job = batch.ended(
            batch.run(NEVER, timeout={"attemptDurationSeconds": 1}, retryStrategy={"attempts": 3})
        )
        assert (job["status"], len(job["attempts"])) == ("FAILED", 1)
        assert job["statusReason"] == "Job attempt duration exceeded timeout"
        assert job["container"]["exitCode"] == 143
        assert job["stoppedAt"] - job["startedAt"] >= 1000


class TestTermination:
    def test_a_running_job_gets_sigterm(self, batch: Batch, tmp_path: Path) -> None:
        job = batch.run(
            sh(f"trap 'echo bye; exit 6' TERM; touch {tmp_path}/up; sleep 1000 & wait"),
            retryStrategy={"attempts": 3},
        )
        wait_for((tmp_path / "up").exists)
        batch.client.terminate_job(jobId=job, reason="enough")
        described = batch.ended(job)
        assert (described["status"], described["statusReason"]) == ("FAILED", "enough")
        assert (described["isTerminated"], described["isCancelled"]) == (True, False)
        assert described["container"]["exitCode"] == 6
        assert len(described["attempts"]) == 1
        assert batch.output(described["container"]) == ["bye"]

    def test_exit_0_after_sigterm_is_success_for_batch(self, batch: Batch, tmp_path: Path) -> None:
        job = batch.run(sh(f"trap 'exit 0' TERM; touch {tmp_path}/up; sleep 1000 & wait"))
        wait_for((tmp_path / "up").exists)
        batch.client.terminate_job(jobId=job, reason="enough")
        described = batch.ended(job)
        assert (described["status"], described["statusReason"]) == ("SUCCEEDED", "enough")

    def test_only_waiting_jobs_can_be_cancelled(self, cloud: Cloud, tmp_path: Path) -> None:
        narrow = make_batch(cloud, kind="FARGATE", max_vcpus=1)
        vcpu = {"resourceRequirements": size("1", "2048")}
        script = sh(f"until [ -e {tmp_path}/go ]; do sleep 0.02; done")
        definition = narrow.definition(script)
        running = narrow.submit(definition, containerOverrides=vcpu)
        narrow.reach(running, "RUNNING")
        cancelled, terminated, waiting = (
            narrow.submit(definition, containerOverrides=vcpu) for _ in range(3)
        )
        for job in (cancelled, terminated, waiting):
            narrow.reach(job, "RUNNABLE")
        for job in (running, cancelled):
            narrow.client.cancel_job(jobId=job, reason="not wanted")
        narrow.client.terminate_job(jobId=terminated, reason="enough")
        described = narrow.ended(cancelled)
        assert (described["status"], described["statusReason"]) == ("FAILED", "not wanted")
        assert (described["isCancelled"], described["attempts"]) == (True, [])
        described = narrow.ended(terminated)
        assert (described["isTerminated"], described["statusReason"]) == (True, "enough")
        assert narrow.describe(running)["status"] == "RUNNING"
        assert narrow.describe(waiting)["status"] == "RUNNABLE"
        (tmp_path / "go").touch()
        assert narrow.ended(running)["status"] == narrow.ended(waiting)["status"] == "SUCCEEDED"

    def test_an_unknown_job_is_not_an_error(self, batch: Batch) -> None:
        assert error_code(batch.client.terminate_job, jobId="gone", reason="x") is None
        assert error_code(batch.client.cancel_job, jobId="gone", reason="x") is None
