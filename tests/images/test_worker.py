"""The worker image in a real container: as PID 1, as nobody, on a read-only filesystem."""

import json
import os
import statistics

from tests.images.conftest import docker, output_of
from tests.unit.worker.container.aws_stub import TOKEN

# Times what Python takes to start and import botocore, as every worker must: it is 1.8, and requests would
# add 0.5. An import takes about 140 ms when quiet: twice as much is below the 300 ms of docs/contract.md.
START_BUDGET = 2.1
IMPORT = "import time, botocore.session; print(time.process_time() * 1000)"
# What the worker, which is PID 1, has taken of the processor: fields 14 and 15, in ticks.
TICKS = "read -r line < /proc/1/stat; set -- $line; echo $((${14} + ${15}))"
MEMORY_BUDGET_MB = 60.0
RUNS = 8


def test_a_program_runs_as_nobody_on_a_read_only_filesystem(aws, run) -> None:
    script = """
import json, os
writable = [path for path in ("/", "/usr", "/usr/local", "/tmp") if os.access(path, os.W_OK)]
task_input = json.load(open(os.environ["TASK_INPUT"]))
print(json.dumps([os.getuid(), os.getppid(), task_input, writable]))
"""
    container = run("python", "-c", script, options=("--read-only",))
    assert container.wait() == 0, container.logs
    assert output_of(aws) == [65532, 1, {"text": "a"}, ["/tmp"]]  # noqa: S108


def test_the_token_is_not_visible_in_the_container(run) -> None:
    container = run("sh", "-c", "env; cat /proc/1/cmdline /proc/1/environ; exit 1")
    assert container.wait() == 1
    assert "TASK_ID" in container.logs
    assert TOKEN not in container.logs + container.description


def test_docker_stop_is_an_interruption(aws, run, until) -> None:
    container = run("sh", "-c", "trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done")
    until(lambda: "up" in container.logs)
    assert container.stop() == 143
    assert aws.sent("SendTaskFailure")[0]["error"] == "Job.Interrupted"


def test_orphans_are_reaped_and_killed(aws, run) -> None:
    script = "(sleep 0.01 &) ; (setsid sleep 60 &) ; while pgrep_z; do :; done; echo '\"done\"'"
    zombies = "pgrep_z() { grep -qs '^State:.Z' /proc/[0-9]*/status; }"
    container = run("sh", "-c", f"{zombies}\n{script}")
    assert container.wait() == 0, container.logs
    assert output_of(aws) == "done"


def test_a_program_that_takes_too_much_memory_is_out_of_memory(aws, run) -> None:
    container = run("python", "-c", "x = b'x' * 500_000_000", options=("--memory=150m", "--memory-swap=150m"))
    assert container.wait() == 137, container.logs
    assert aws.sent("SendTaskFailure")[0]["error"] == "Job.OutOfMemory"


def test_a_missing_command_fails_the_task(aws, run) -> None:
    assert run("no-such-program").wait() == 127
    assert "no-such-program" in json.loads(aws.sent("SendTaskFailure")[0]["cause"])["message"]


def test_the_samples_failure_keeps_its_message(aws, run) -> None:
    container = run()
    assert container.wait() == 1
    failure = aws.sent("SendTaskFailure")[0]
    assert failure["error"] == "Job.Failed"
    assert json.loads(failure["cause"])["message"] == "KeyError: 'source'"


def test_the_workers_share_of_a_programs_start_is_within_budget(aws, run) -> None:
    starting, importing = [], []
    # The processor's time, which other work on the machine does not change.
    for _ in range(RUNS):
        assert (container := run("sh", "-c", TICKS)).wait() == 0, container.logs
        starting.append(output_of(aws) * 1000 / os.sysconf("SC_CLK_TCK"))
        container = run("-c", IMPORT, options=("--entrypoint=python",))
        assert container.wait() == 0, container.logs
        importing.append(float(container.logs))
    share = statistics.median(starting) / statistics.median(importing)
    print(f"the worker's start takes {statistics.median(starting):.0f} ms, {share:.2f} imports of botocore")
    assert share < START_BUDGET


def test_the_workers_memory_is_within_budget(aws, run, until) -> None:
    container = run("sleep", "60")
    until(lambda: len(aws.sent("SendTaskHeartbeat")) > 1)
    megabytes = int(docker("exec", container.id, "grep", "VmRSS", "/proc/1/status").split()[1]) / 1024
    print(f"resident: {megabytes:.1f} MiB")
    assert megabytes < MEMORY_BUDGET_MB
