"""The program's output becomes the task's output."""

import os

import pytest

from activity_dispatch.domain.tasks import OutcomeName


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("cat", {"text": "a"}),
        ("cat $TASK_INPUT", {"text": "a"}),
        ("echo chatter; echo '[1]' > $TASK_OUTPUT", [1]),
        ('echo \'{"from": "stdout"}\'', {"from": "stdout"}),
        ("printf '\\n 7 \\n'; echo chatter >&2", 7),
        (": > $TASK_OUTPUT; echo 8", 8),
        ("true", None),
        ("echo ' '", None),
    ],
)
def test_the_output_is_what_the_program_wrote(bench, script, output) -> None:
    assert bench.sh(script) == 0
    assert bench.output == output
    assert bench.record.outcome is OutcomeName.SUCCEEDED


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo starting", "stdout is not JSON"),
        ("echo 1; echo 2", "TASK_OUTPUT"),
        ("echo NaN > $TASK_OUTPUT", "TASK_OUTPUT is not JSON: NaN"),
        ("echo '{' > $TASK_OUTPUT; echo 1", "TASK_OUTPUT is not JSON"),
        ("printf '\"\\377\"' > $TASK_OUTPUT", "TASK_OUTPUT is not JSON"),
    ],
)
def test_output_that_is_not_json_fails_the_task(bench, script, problem) -> None:
    assert bench.sh(script) == 1
    assert bench.error == "Job.InvalidOutput"
    assert problem in bench.cause["message"]
    assert bench.cause["exit_code"] == 0


def test_stdout_may_be_a_log(bench) -> None:
    bench.configure(stdout_is_output=False)
    assert bench.sh("echo starting; echo 5") == 0
    assert bench.output is None


def test_an_output_of_5_mb_goes_to_s3(bench) -> None:
    assert bench.sh("head -c 5000000 /dev/zero | tr '\\0' 7") == 0
    assert bench.output["bytes"] == 5_000_000
    assert bench.s3.objects[bench.output["output_s3_uri"]] == b"7" * 5_000_000


@pytest.mark.parametrize("target", ["/dev/stdout", "$TASK_OUTPUT"])
def test_an_endless_output_fails_the_task_and_is_not_kept(bench, monkeypatch, target) -> None:
    for module in ("files", "capture", "ending", "command"):
        monkeypatch.setattr(f"activity_dispatch.worker.container.{module}.MAX_OUTPUT_BYTES", 100_000)
    assert bench.sh(f"head -c 300000 /dev/zero | tr '\\0' 7 > {target}") == 1
    assert bench.error == "Job.InvalidOutput"
    assert "over 100000 bytes" in bench.cause["message"]


def test_printed_lines_are_passed_on(bench, capfd) -> None:
    bench.sh("echo 1; echo 2 >&2")
    assert capfd.readouterr() == ("1\n", "2\n")


def test_the_worker_does_not_block_when_nobody_reads_stdout(bench) -> None:
    kept = os.dup(1)
    read_end, write_end = os.pipe()
    os.close(read_end)
    os.dup2(write_end, 1)
    try:
        assert bench.sh("head -c 300000 /dev/zero | tr '\\0' 7") == 0
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(write_end)
    assert bench.output["bytes"] == 300_000
