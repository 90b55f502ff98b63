"""Real programs that fail."""

import json
import signal

import pytest


def test_a_failure_reports_the_exit_code_and_the_last_lines_of_both_streams(bench) -> None:
    assert bench.sh("seq 1 5 >&2; echo out; exit 3") == 3
    assert bench.error == "Job.Failed"
    assert bench.cause["message"] == "the program exited with code 3"
    assert bench.cause["exit_code"] == 3
    assert (bench.cause["backend"], bench.cause["job_id"]) == ("ecs", "job-1")
    assert sorted(bench.cause["log_tail"]) == ["1", "2", "3", "4", "5", "out"]
    assert bench.record.error == "Job.Failed"


def test_a_cause_has_only_the_last_lines_and_of_a_long_one_both_ends(bench) -> None:
    assert bench.sh("seq 1 500; head -c 1000000 /dev/zero | tr '\\0' x; printf ' why\\nend'; exit 1") == 1
    tail = bench.cause["log_tail"]
    assert [*tail[:18], tail[19]] == [*map(str, range(483, 501)), "end"]
    assert len(tail[18]) <= 1000
    assert tail[18].startswith("xxx")
    assert tail[18].endswith("xxx why")
    assert " characters cut ...] " in tail[18]


def test_of_a_redrawn_line_a_cause_has_the_last_state(bench) -> None:
    progress = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); printf '\\r%d of 400' $i; done; printf '\\r\\n'"
    assert bench.sh(f"echo no disk >&2; {progress}; exit 1") == 1
    assert sorted(bench.cause["log_tail"]) == ["400 of 400", "no disk"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_that_ends_the_program_is_named(bench, number) -> None:
    assert bench.sh(f"kill -{int(number)} $$") == 128 + number
    assert bench.error == "Job.Failed"
    assert number.name in bench.cause["message"]
    assert bench.cause["exit_code"] == 128 + number


@pytest.mark.parametrize("script", ["kill -9 $$", "exit 137"])
def test_a_program_killed_for_memory_is_out_of_memory(bench, script) -> None:
    counts = iter([2, 3])
    assert bench.sh(script, oom_kills=lambda: next(counts)) == 137
    assert bench.error == "Job.OutOfMemory"


def test_a_failure_mentions_a_child_killed_for_memory(bench) -> None:
    counts = iter([0, 1])
    assert bench.sh("exit 1", oom_kills=lambda: next(counts)) == 1
    assert bench.error == "Job.Failed"
    assert "for lack of memory" in bench.cause["message"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("no-such-program", 127), ("/no/such/program", 127), ("/", 126), ("/etc/hosts", 126)],
)
def test_a_command_that_cannot_be_run_fails_the_task(bench, command, code) -> None:
    assert bench.run(command) == code
    assert bench.error == "Job.Failed"
    assert command in bench.cause["message"]
    assert bench.cause["exit_code"] == code


@pytest.mark.parametrize("code", [0, 1])
def test_a_program_can_name_its_own_error(bench, code) -> None:
    error = json.dumps({"error": "Orders.Unknown", "message": "no order 7"})
    assert bench.sh(f"echo '{error}' > $TASK_ERROR; exit {code}") == 1
    assert bench.error == "Orders.Unknown"
    assert bench.cause["message"] == "no order 7"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"error": ""}', '{"error": 1}', '{"error": null}', json.dumps({"error": "e" * 257})],
)
def test_an_invalid_error_file_is_reported(bench, text) -> None:
    assert bench.sh(f"echo '{text}' > $TASK_ERROR; exit 4") == 4
    assert bench.error == "Job.Failed"
    assert "TASK_ERROR is not" in bench.cause["message"]


def test_an_error_with_half_a_character_reaches_step_functions_and_the_table(bench) -> None:
    error = r'{"error": "E\ud800", "message": {"path": "a\udcff"}}'
    assert bench.sh(f"echo '{error}' > $TASK_ERROR; exit 4") == 4
    assert bench.error == bench.record.error == "E\ufffd"
    assert bench.cause["message"] == '{"path": "a\ufffd"}'
