"""Progress is recorded while the program runs."""

from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.container.progress import ProgressWatch


def test_progress_is_recorded_once_and_retried_after_a_failure(tmp_path, wait_until) -> None:
    recorded: list[str] = []
    problems = [client_error("ThrottlingException", "UpdateItem")]

    def record(line: str) -> None:
        if problems:
            raise problems.pop()
        recorded.append(line)

    path = tmp_path / "progress"
    with ProgressWatch(path, record, interval_seconds=0.01):
        path.write_text("1")
        wait_until(lambda: recorded == ["1"])
        path.write_text("2")
        wait_until(lambda: recorded == ["1", "2"])
    assert recorded == ["1", "2"]
