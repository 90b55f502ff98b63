"""The last lines that were logged or printed."""

import logging
import subprocess
import sys

import pytest

from activity_dispatch.worker.log_tail import keep_log_tail

LOG = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def _level():
    root = logging.getLogger()
    before = root.level
    root.setLevel("INFO")
    yield
    root.setLevel(before)


def test_logged_and_printed_lines_are_kept_in_order_each_once() -> None:
    with keep_log_tail() as tail:
        LOG.info("one")
        print("two")
        LOG.warning("three")
    assert tail.lines == ("INFO one", "two", "WARNING three")


def test_a_handler_that_writes_to_standard_output_adds_no_second_line(capsys) -> None:
    class ToStdout(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sys.stdout.write(f"[{record.getMessage()}]\n")

    handler = ToStdout()
    logging.getLogger().addHandler(handler)
    try:
        with keep_log_tail() as tail:
            LOG.info("one")
    finally:
        logging.getLogger().removeHandler(handler)
    assert tail.lines == ("INFO one",)
    assert capsys.readouterr().out == "[one]\n"


def test_the_handlers_are_restored_and_a_new_one_stays() -> None:
    root, new = logging.getLogger(), logging.NullHandler()
    before = root.handlers[:]
    with keep_log_tail():
        root.addHandler(new)
    assert root.handlers == [*before, new]
    root.removeHandler(new)


def test_the_last_twenty_lines_are_kept_each_cut_off() -> None:
    with keep_log_tail() as tail:
        for number in range(30):
            print(f"{number} " + "x" * 2000)
        print("no line feed", end="")
    assert len(tail.lines) == 20
    assert tail.lines[0].startswith("11 ")
    assert len(tail.lines[0]) <= 1000
    assert tail.lines[-1] == "no line feed"


def test_what_is_printed_to_stderr_is_kept_too() -> None:
    with keep_log_tail() as tail:
        print("problem", file=sys.stderr)
    assert tail.lines == ("problem",)


def test_standard_output_still_works_as_a_file(capfd) -> None:
    with keep_log_tail():
        assert sys.stdout.encoding
        sys.stdout.flush()
        subprocess.run(["echo", "from a child"], stdout=sys.stdout, check=True)
        sys.stdout.buffer.write(b"bytes\n")
        sys.stdout.flush()
    assert capfd.readouterr().out == "from a child\nbytes\n"


def test_of_a_progress_bar_the_last_state_is_kept() -> None:
    with keep_log_tail() as tail:
        LOG.info("begin")
        for percent in range(0, 101, 2):
            print(f"\r{percent} %", end="", file=sys.stderr)
        print(file=sys.stderr)
    assert tail.lines == ("INFO begin", "100 %")


def test_a_long_message_keeps_the_reason_at_its_end() -> None:
    with keep_log_tail() as tail:
        print("x" * 5_000 + " KeyError")
        LOG.error("y" * 5_000 + " ValueError")
    assert [line[-10:].split()[-1] for line in tail.lines] == ["KeyError", "ValueError"]


def test_a_message_that_cannot_be_formatted_does_not_end_the_function(monkeypatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    with keep_log_tail() as tail:
        LOG.info("%d files", "no number")
        LOG.info("end")
    assert tail.lines == ("INFO end",)
