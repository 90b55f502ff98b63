"""Each way a program can end, with real programs."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from activity_dispatch.domain.tasks import OutcomeName, TaskState
from activity_dispatch.worker.stop_reason import StopReason


def marks(bench) -> set[str]:
    return {path.name for path in Path(bench.folder).iterdir()}


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


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
    ("script", "told"),
    [
        ("echo starting", "stdout is not JSON"),
        ("echo 1; echo 2", "TASK_OUTPUT"),
        ("echo NaN > $TASK_OUTPUT", "TASK_OUTPUT is not JSON: NaN"),
        ("echo '{' > $TASK_OUTPUT; echo 1", "TASK_OUTPUT is not JSON"),
        ("printf '\"\\377\"' > $TASK_OUTPUT", "TASK_OUTPUT is not JSON"),
    ],
)
def test_output_that_is_not_json(bench, script, told) -> None:
    assert bench.sh(script) == 1
    assert bench.error == "Job.InvalidOutput"
    assert told in bench.cause["message"]
    assert bench.cause["exit_code"] == 0


def test_stdout_may_be_a_log(bench) -> None:
    bench.settle_with(stdout_is_output=False)
    assert bench.sh("echo starting; echo 5") == 0
    assert bench.output is None


def test_an_output_of_5_mb_goes_to_s3(bench) -> None:
    assert bench.sh("head -c 5000000 /dev/zero | tr '\\0' 7") == 0
    assert bench.output["bytes"] == 5_000_000
    assert bench.s3.objects[bench.output["output_s3_uri"]] == b"7" * 5_000_000


@pytest.mark.parametrize("target", ["/dev/stdout", "$TASK_OUTPUT"])
def test_an_output_without_an_end_is_refused_and_not_kept(bench, monkeypatch, target) -> None:
    for module in ("files", "capture", "ending", "command"):
        monkeypatch.setattr(f"activity_dispatch.worker.container.{module}.MAX_OUTPUT_BYTES", 100_000)
    assert bench.sh(f"head -c 300000 /dev/zero | tr '\\0' 7 > {target}") == 1
    assert bench.error == "Job.InvalidOutput"
    assert "over 100000 bytes" in bench.cause["message"]


def test_what_is_printed_is_passed_on(bench, capfd) -> None:
    bench.sh("echo 1; echo 2 >&2")
    assert capfd.readouterr() == ("1\n", "2\n")


def test_stdout_that_nobody_reads_is_no_reason_to_block(bench) -> None:
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


def test_a_failure_has_exit_code_and_the_last_lines_of_both_streams(bench) -> None:
    assert bench.sh("seq 1 5 >&2; echo out; exit 3") == 3
    assert bench.error == "Job.Failed"
    assert bench.cause["message"] == "the program exited with code 3"
    assert bench.cause["exit_code"] == 3
    assert (bench.cause["backend"], bench.cause["job_id"]) == ("fargate", "job-1")
    assert sorted(bench.cause["log_tail"]) == ["1", "2", "3", "4", "5", "out"]
    assert bench.record.error == "Job.Failed"


def test_only_the_last_lines_are_in_a_cause_and_of_each_its_beginning(bench) -> None:
    assert bench.sh("seq 1 500; head -c 1000000 /dev/zero | tr '\\0' x; printf '\\nend'; exit 1") == 1
    tail = bench.cause["log_tail"]
    assert tail == [*map(str, range(483, 501)), "x" * 1000, "end"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGUSR1])
def test_a_program_that_a_signal_ends(bench, number) -> None:
    assert bench.sh(f"kill -{int(number)} $$") == 128 + number
    assert bench.error == "Job.Failed"
    assert number.name in bench.cause["message"]
    assert bench.cause["exit_code"] == 128 + number


@pytest.mark.parametrize("script", ["kill -9 $$", "exit 137"])
def test_a_program_that_the_kernel_killed_for_memory(bench, script) -> None:
    counts = iter([2, 3])
    assert bench.sh(script, oom_kills=lambda: next(counts)) == 137
    assert bench.error == "Job.OutOfMemory"


def test_a_program_that_failed_because_a_child_was_killed_for_memory(bench) -> None:
    counts = iter([0, 1])
    assert bench.sh("exit 1", oom_kills=lambda: next(counts)) == 1
    assert bench.error == "Job.Failed"
    assert "for lack of memory" in bench.cause["message"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("no-such-program", 127), ("/no/such/program", 127), ("/", 126), ("/etc/hosts", 126)],
)
def test_a_command_that_cannot_be_run(bench, command, code) -> None:
    assert bench.run(command) == code
    assert bench.error == "Job.Failed"
    assert command in bench.cause["message"]
    assert bench.cause["exit_code"] == code


@pytest.mark.parametrize("code", [0, 1])
def test_a_program_names_its_own_error(bench, code) -> None:
    error = json.dumps({"error": "Orders.Unknown", "message": "no order 7"})
    assert bench.sh(f"echo '{error}' > $TASK_ERROR; exit {code}") == 1
    assert bench.error == "Orders.Unknown"
    assert bench.cause["message"] == "no order 7"


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"error": ""}', '{"error": 1}', json.dumps({"error": "e" * 257})]
)
def test_a_named_error_that_is_none(bench, text) -> None:
    assert bench.sh(f"echo '{text}' > $TASK_ERROR; exit 4") == 4
    assert bench.error == "Job.Failed"
    assert "TASK_ERROR is not" in bench.cause["message"]


def test_the_time_limit(bench) -> None:
    bench.settle_with(timeout_seconds=0.05)
    assert bench.run("sleep", "60") == 124
    assert bench.error == "Job.TimedOut"
    assert "SIGTERM" in bench.cause["message"]


@pytest.mark.parametrize("on_term", ["", "trap 'exit 0' TERM", "trap 'exit 5' TERM"])
def test_a_container_that_is_being_stopped(bench, until, on_term) -> None:
    running = bench.in_background(
        lambda: bench.sh(f"{on_term}\ntouch $TMP_OF_TEST/up; while :; do sleep 0.01; done")
    )
    until(lambda: marks(bench))
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert running.exit_code() == 143
    assert bench.error == "Job.Interrupted"
    assert bench.scheduled.heartbeats > 0


def test_a_program_that_ignores_sigterm_is_killed_after_its_grace_period(bench, until) -> None:
    bench.settle_with(grace_seconds=0.05)
    running = bench.in_background(
        lambda: bench.sh("trap '' TERM; touch $TMP_OF_TEST/up; while :; do :; done")
    )
    until(lambda: marks(bench))
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert running.exit_code() == 143
    assert bench.error == "Job.Interrupted"
    assert "SIGKILL" in bench.cause["message"]


def test_a_container_that_is_stopped_before_the_program_has_begun(bench) -> None:
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert bench.sh("touch $TMP_OF_TEST/up") == 143
    assert bench.error == "Job.Interrupted"
    assert "not started" in bench.cause["message"]
    assert not marks(bench)


def test_nobody_waits_any_more(bench) -> None:
    bench.scheduled.timed_out = True
    assert bench.run("sleep", "60") == 143
    assert bench.scheduled.answer is None
    assert bench.record.outcome is OutcomeName.CANCELLED


def test_other_signals_are_passed_on_to_the_whole_group(bench, until) -> None:
    child = "trap 'exit 9' USR1; touch $TMP_OF_TEST/up; while :; do sleep 0.01; done"
    running = bench.in_background(lambda: bench.sh(f'trap : USR1; sh -c "{child}" & wait $!; wait $!'))
    # The worker may be slower to learn of its program than that is to begin.
    until(lambda: marks(bench) and vars(bench.stopper)["_send"])
    bench.stopper.forward(signal.SIGUSR1)
    assert running.exit_code() == 9
    assert bench.error == "Job.Failed"


def test_what_a_program_leaves_running_ends_with_it(bench) -> None:
    started = time.monotonic()
    assert bench.sh('sleep 60 & echo $! > $TMP_OF_TEST/pid; echo "\\"mine\\""') == 0
    assert time.monotonic() - started < 30
    assert bench.output == "mine"
    pid = int(Path(bench.folder, "pid").read_text())
    assert not is_running(pid) or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_children_that_were_there_before_are_left_alone(bench) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        assert bench.sh("true") == 0
        assert other.poll() is None
        other.kill()


def test_the_program_sees_its_task_and_nothing_of_the_worker(bench) -> None:
    assert bench.python("import json, os; print(json.dumps(dict(os.environ)))") == 0
    seen = bench.output
    assert {name for name in seen if name.startswith("TASK_")} == {
        "TASK_ID",
        "TASK_INPUT",
        "TASK_OUTPUT",
        "TASK_ERROR",
        "TASK_PROGRESS",
    }
    assert seen["TASK_ID"] == bench.settings.task_id
    assert bench.scheduled.token not in json.dumps(seen)


def test_the_program_gets_its_signals_as_a_shell_would_give_them(bench) -> None:
    script = """
import json, signal
ignored = [s.name for s in signal.valid_signals() if signal.getsignal(s) is signal.SIG_IGN]
blocked = [s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])]
print(json.dumps({"blocked": blocked, "ignored": ignored}))
"""
    # A shell lets what it starts in the background ignore some, this test's runner too.
    handlers = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGQUIT)}
    handlers[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        bench.python(script)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for each, handler in handlers.items():
            signal.signal(each, handler)
    # SIGPIPE and SIGXFSZ are ignored by this Python itself.
    assert bench.output == {"blocked": [], "ignored": ["SIGPIPE", "SIGXFSZ"]}
    assert bench.scheduled.answer is not None


def test_a_broken_pipe_ends_a_program_as_everywhere(bench) -> None:
    assert bench.sh("(yes; echo $? > $TMP_OF_TEST/code) | head -c 1 >/dev/null") == 0
    assert Path(bench.folder, "code").read_text().strip() == str(128 + signal.SIGPIPE)


def test_its_files_are_private_and_gone_afterwards(bench) -> None:
    script = (
        'folder=$(dirname $TASK_INPUT); stat -c %a $folder >&2; echo "\\"$folder\\""; mkdir -p $folder/a/b'
    )
    assert bench.sh(script) == 0
    assert not Path(bench.output).exists()


@pytest.mark.parametrize("settled", [False, True])
def test_a_task_that_is_not_ours_is_left_alone(bench, settled) -> None:
    bench.tasks.claim(bench.settings.task_id, "another")
    if settled:
        bench.tasks.record_settled(bench.settings.task_id, OutcomeName.SUCCEEDED, None)
    assert bench.sh("touch $TMP_OF_TEST/up") == (0 if settled else 75)
    assert not marks(bench)
    assert bench.scheduled.answer is None


def test_a_task_that_does_not_exist(bench) -> None:
    bench.settle_with(task_id="0" * 32)
    assert bench.sh("touch $TMP_OF_TEST/up") == 75
    assert not marks(bench)


def test_the_same_job_may_take_its_task_up_again(bench) -> None:
    bench.tasks.claim(bench.settings.task_id, "worker-1")
    assert bench.sh("true") == 0
    assert bench.record.state is TaskState.SETTLED


def test_progress_is_recorded_to_its_last_word(bench) -> None:
    bench.sh("echo 10% >> $TASK_PROGRESS; echo '{\"done\": 1}' >> $TASK_PROGRESS")
    assert bench.record.progress == '{"done": 1}'


def test_a_fault_of_the_worker_does_not_leave_the_program_running(bench, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("activity_dispatch.worker.container.parts.watching", broken)
    with pytest.raises(ZeroDivisionError):
        bench.sh("sleep 60 & echo $! > $TMP_OF_TEST/pid; wait")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)
