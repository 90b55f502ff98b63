"""`task-worker` as a container's process: signals, orphans, exit codes, start time and memory."""

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Times what Python takes to start and import botocore, as every worker must: it is 1.9, and requests would
# add 0.5.
BUDGET = 2.3
MEMORY_BUDGET_MB = 60.0
RUNS = 8
# Does what the console script task-worker does.
MAIN = "import sys; from activity_dispatch.worker.container.cli import main; sys.exit(main())"
IMPORT = [sys.executable, "-c", "import botocore.session"]
WORKER = [sys.executable, "-c", MAIN, "--"]


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory):
    """Return an environment in which the first run of a module compiles its bytecode, as an image has it."""
    return {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode")), "PATH": os.environ["PATH"]}


@pytest.fixture
def worker(aws_stub, bytecode):
    """Return what starts a worker with a command."""
    started = []

    def start(*command: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*WORKER, *command],
            env={**bytecode, **aws_stub.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_task_is_run_and_settled(aws_stub, worker) -> None:
    process = worker("cat")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, '{"text": "a"}'), err
    assert [body["output"] for body in aws_stub.sent("SendTaskSuccess")] == ['{"text": "a"}']
    operations = [name for name, _ in aws_stub.requests if name != "SendTaskHeartbeat"]
    assert operations == ["GetItem", "UpdateItem", "SendTaskSuccess", "UpdateItem"]
    assert aws_stub.sent("GetItem")[0]["ConsistentRead"] is True


def test_the_token_is_shown_nowhere(aws_stub, worker, wait_until) -> None:
    process = worker("sh", "-c", "env; cat /proc/$$/cmdline; echo >&2; exit 1", LOG_LEVEL="DEBUG")
    out, err = process.communicate(timeout=60)
    assert "TASK_ID=" in out
    assert "settled" in err
    token = aws_stub.sent("SendTaskFailure")[0]["taskToken"]
    assert token not in out + err + aws_stub.sent("SendTaskFailure")[0]["cause"]


def test_sigterm_is_forwarded_and_the_interruption_reported(aws_stub, worker) -> None:
    process = worker("sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done")
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (143, "bye\n"), err
    assert aws_stub.sent("SendTaskFailure")[0]["error"] == "Job.Interrupted"


def test_sigterm_during_the_workers_start_is_not_lost(aws_stub, worker) -> None:
    # Blocked from the first instruction on, as for a PID 1 that has no handler yet.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        process = worker("touch", "never")
        process.send_signal(signal.SIGTERM)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    process.communicate(timeout=60)
    assert process.returncode == 143
    failure = aws_stub.sent("SendTaskFailure")[0]
    assert failure["error"] == "Job.Interrupted"
    assert "not started" in json.loads(failure["cause"])["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="orphans can be found on Linux only")
def test_orphans_are_reaped_while_the_program_runs_and_killed_when_it_ends(worker, tmp_path) -> None:
    script = """
import os, pathlib, sys, time
def orphan(run):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            run()
            os._exit(0)
        os._exit(0)
    os.wait()
def stay():
    pathlib.Path(sys.argv[1], "pid").write_text(str(os.getpid()))
    time.sleep(60)
def leave():
    pathlib.Path(sys.argv[1], "gone").write_text(str(os.getpid()))
orphan(leave)
orphan(stay)
while not all(pathlib.Path(sys.argv[1], name).exists() for name in ("pid", "gone")):
    time.sleep(0.005)
gone = int(pathlib.Path(sys.argv[1], "gone").read_text())
while pathlib.Path("/proc", str(gone)).exists():  # a zombie is still there
    time.sleep(0.005)
print("null")
"""
    process = worker(sys.executable, "-c", script, str(tmp_path))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()


def test_a_refused_heartbeat_ends_the_program(aws_stub, worker) -> None:
    aws_stub.refuse["SendTaskHeartbeat"] = "TaskTimedOut"
    process = worker("sleep", "60")
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not aws_stub.sent("SendTaskFailure")


@pytest.mark.parametrize(
    ("refuse", "code"),
    [
        ({"GetItem": "AccessDeniedException"}, 75),
        ({"UpdateItem": "AccessDeniedException"}, 75),
        ({"UpdateItem": "ConditionalCheckFailedException"}, 75),
        ({"SendTaskSuccess": "AccessDeniedException", "SendTaskFailure": "AccessDeniedException"}, 75),
        ({"SendTaskSuccess": "InvalidOutput"}, 1),
    ],
)
def test_the_exit_code_is_not_0_without_a_success(aws_stub, worker, refuse, code) -> None:
    aws_stub.refuse.update(refuse)
    process = worker("true")
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err


def test_an_invalid_call_is_explained(worker) -> None:
    process = worker("true", TASK_ID="", TASK_GRACE_SECONDS="x")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "TASK_ID" in err
    assert "TASK_GRACE_SECONDS" in err
    process = worker()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 64
    assert err.startswith("usage: task-worker")


def test_a_python_function_has_the_same_guarantees(aws_stub, bytecode) -> None:
    script = "from activity_dispatch.worker import run_task; run_task(lambda job_input: [job_input])"
    environment = {**bytecode, **aws_stub.environment()}
    done = subprocess.run([sys.executable, "-c", script], env=environment, check=False, timeout=60)
    assert done.returncode == 0
    assert aws_stub.sent("SendTaskSuccess")[0]["output"] == '[{"text": "a"}]'


def test_a_task_costs_the_worker_little_beyond_an_import_of_botocore(worker) -> None:
    worker("true").communicate(timeout=60)  # compiles the bytecode
    # The processor's time, not the clock's: a worker waits for the stub, and on a busy machine each wait is a
    # place in a queue. Both are measured in turn, so that a slow minute slows both.
    tasks, imports = [], []
    for _ in range(RUNS):
        imports.append(_processor_ms(lambda: subprocess.run(IMPORT, check=True, timeout=60)))
        tasks.append(_processor_ms(lambda: worker("true").communicate(timeout=60)))
    ratio = statistics.median(task / one for task, one in zip(tasks, imports, strict=True))
    print(f"a task that does nothing: {min(tasks):.0f} to {max(tasks):.0f} ms of the processor, ", end="")
    print(f"median {statistics.median(tasks):.0f} ms, {ratio:.2f} times an import of botocore")
    assert ratio < BUDGET


def _processor_ms(run: Callable[[], object]) -> float:
    """Return the processor's time of the processes that end in a call, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows the memory on Linux only")
def test_a_worker_stays_within_its_memory(aws_stub, worker, wait_until, tmp_path) -> None:
    script = 'echo 1 > $TASK_PROGRESS; while [ ! -e "$1" ]; do sleep 0.01; done'
    process = worker("sh", "-c", script, "-", str(tmp_path / "end"))
    wait_until(lambda: len(aws_stub.sent("SendTaskHeartbeat")) > 1)
    status = Path(f"/proc/{process.pid}/status").read_text()
    (tmp_path / "end").touch()
    process.communicate(timeout=60)
    megabytes = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    print(f"resident: {megabytes:.1f} MiB")
    assert megabytes < MEMORY_BUDGET_MB
