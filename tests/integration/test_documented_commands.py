"""The docs' commands that nothing else runs, exactly as documented, on the deployed stack.

`tests/documented_commands.toml` says which test runs each command.
"""

import json

from tests.integration.helpers import documented

from operations import paths


def test_an_execution_is_started_and_followed(stack) -> None:
    said = documented("make run BACKEND=lambda")
    assert "SUCCEEDED after" in said
    assert "INPUT names no source" in said


def test_a_run_takes_a_given_input(stack) -> None:
    said = documented("""make run BACKEND=fargate INPUT='{"job": {"cpu": 512, "memory_mb": 1024}}'""")
    assert "SUCCEEDED after" in said
    assert "fargate, task " in said
    output = json.loads(said[said.index("\n{") :].split("\nmake")[0])
    assert output["summary"]["words"] > 100_000


def test_a_given_job_that_fails_is_reported(stack) -> None:
    command = """make run BACKEND=batch INPUT='{"job": {"command": ["sh", "-c", "exit 3"]}}'"""
    said = documented(command, code=2)
    assert "FAILED after" in said
    assert "Job.Failed" in said


def test_the_demo(stack) -> None:
    said = documented("make demo")
    assert "The 3 results are equal." in said
    assert "(already running, so it stays)" in said
    assert (paths.ROOT / "build/demo/timeline.html").stat().st_size > 1_000_000


def test_the_open_tasks_are_shown(stack) -> None:
    assert documented("make status")


def test_a_release_for_other_repositories() -> None:
    said = documented("make release BUCKET=acme-releases PREFIX=activity-dispatch/")
    assert "aws s3 cp --recursive build/release/zips s3://acme-releases/activity-dispatch/" in said
    packages = json.loads((paths.ROOT / "build/release/packages.json").read_text())
    assert "dispatcher" in packages["zips"]
