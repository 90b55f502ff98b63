"""What the jobs of an execution do while it runs: where their logs are, and how far they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch.domain.tasks import TaskRecord
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.store.task_table import InvalidItem
from activity_dispatch_cli.history import Event, details
from activity_dispatch_cli.job_logs import JobLog
from activity_dispatch_cli.show import log_of_task
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.texts import ID_CHARACTERS, last_part

# A Map may have thousands: so many of them are followed at a time, the others when these have ended.
MAX_FOLLOWED = 20


@dataclass(kw_only=True)
class _Followed:
    record: TaskRecord
    told_job: str | None = None
    told_log: JobLog | None = None
    told_progress: str | None = None


@dataclass(kw_only=True)
class JobWatch:
    """Follows the open tasks of one execution. Those without an envelope are found by their polls."""

    stack: Stack
    execution_arn: str
    _polls: list[str] = field(default_factory=list)
    _followed: dict[str, _Followed] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    def note(self, event: Event) -> None:
        """Take a poll's name from the execution's history."""
        poll_id = poll_id_of(details(event).get("workerName") or "")
        if poll_id is not None:
            self._polls.append(poll_id)

    def lines(self) -> Iterator[str]:
        """Yield what is new. What cannot be read is left for the next time."""
        try:
            self._look_for_tasks()
            for followed in list(self._followed.values()):
                yield from self._new(followed)
        except (ClientError, BotoCoreError, InvalidItem) as error:
            yield f"jobs not read: {error}"

    def _look_for_tasks(self) -> None:
        room = MAX_FOLLOWED - len(self._followed)
        if room <= 0:
            return
        tasks = self.stack.runtime.tasks
        known = {*self._followed, *self._ended}
        for task_id in tasks.of_execution(self.execution_arn):
            if task_id not in known and room > 0:
                room -= self._follow(tasks.get(task_id, with_input=False))
        for poll_id in self._polls[:room]:
            record = tasks.of_poll(poll_id)
            if record is not None:
                self._polls.remove(poll_id)
                if record.task_id not in {*self._followed, *self._ended}:
                    self._follow(tasks.get(record.task_id, with_input=False))

    def _follow(self, record: TaskRecord | None) -> bool:
        if record is not None:
            self._followed[record.task_id] = _Followed(record=record)
        return record is not None

    def _new(self, followed: _Followed) -> Iterator[str]:
        record = self.stack.runtime.tasks.get(followed.record.task_id, with_input=False)
        if record is None:
            return
        followed.record = record
        name = f"{activity_name(record.activity_arn)}, task {record.task_id[:ID_CHARACTERS]}"
        if record.job_id is not None and record.job_id != followed.told_job:
            followed.told_job, followed.told_log = record.job_id, None
            yield f"{name}: job {last_part(record.job_id, '/')} on {record.backend}"
        if record.job_id is not None and followed.told_log is None:
            followed.told_log, _ = log_of_task(self.stack, record)
            if followed.told_log is not None:
                yield f"{name}: log {followed.told_log.link(self.stack.account.console_region)}"
        if record.progress not in (None, followed.told_progress):
            followed.told_progress = record.progress
            yield f"{name}: {record.progress}"
        if record.settled_at is not None:
            self._ended.add(record.task_id)
            del self._followed[record.task_id]
