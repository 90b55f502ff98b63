"""What a program inherits, and what it leaves behind."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_that_a_program_leaves_behind_are_ended(bench) -> None:
    started = time.monotonic()
    assert bench.sh('sleep 60 & echo $! > $TMP_OF_TEST/pid; echo "\\"mine\\""') == 0
    assert time.monotonic() - started < 30
    assert bench.output == "mine"
    pid = int(Path(bench.folder, "pid").read_text())
    assert not is_running(pid) or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_children_that_existed_before_are_left_alone(bench) -> None:
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


def test_the_programs_signal_handling_is_what_a_shell_would_give_it(bench) -> None:
    script = """
import json, signal
ignored = [s.name for s in signal.valid_signals() if signal.getsignal(s) is signal.SIG_IGN]
blocked = [s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])]
print(json.dumps({"blocked": blocked, "ignored": ignored}))
"""
    # A shell makes its background processes ignore some signals, and may have started this test so.
    handlers = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGQUIT)}
    handlers[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        bench.python(script)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for each, handler in handlers.items():
            signal.signal(each, handler)
    # Python itself ignores SIGPIPE and SIGXFSZ.
    assert bench.output == {"blocked": [], "ignored": ["SIGPIPE", "SIGXFSZ"]}
    assert bench.scheduled.answer is not None


def test_a_broken_pipe_ends_a_program_as_usual(bench) -> None:
    assert bench.sh("(yes; echo $? > $TMP_OF_TEST/code) | head -c 1 >/dev/null") == 0
    assert Path(bench.folder, "code").read_text().strip() == str(128 + signal.SIGPIPE)


def test_the_tasks_files_are_private_and_deleted_afterwards(bench) -> None:
    script = (
        'folder=$(dirname $TASK_INPUT); stat -c %a $folder >&2; echo "\\"$folder\\""; mkdir -p $folder/a/b'
    )
    assert bench.sh(script) == 0
    assert not Path(bench.output).exists()
