"""One job from PENDING to SUCCEEDED or FAILED, attempt by attempt."""

import logging
import queue
import threading
import time
import uuid

from localcloud.compute import logs, runner, secrets, volumes
from localcloud.compute.batch.compute import vcpus_of
from localcloud.compute.batch.jobs import Job
from localcloud.compute.batch.retry import AttemptEnd, retries
from localcloud.compute.batch.specification import (
    DEFAULT_LOG_GROUP,
    container_spec,
    execution_role,
    log_stream,
    vcpus,
)
from localcloud.compute.capacity import Ticket
from localcloud.compute.cloud import RoleError, milliseconds, now
from localcloud.compute.configuration import configuration
from localcloud.compute.containers import Container, ContainerStartError, stop
from localcloud.compute.run_events import OUT_OF_MEMORY, Ended, Granted, RunEvents, StopRequested

LOG = logging.getLogger(__name__)

_EXITED = "Essential container in task exited"
_NOT_STARTED = "Task failed to start"
# The message of each is the reason why the container did not start.
_START_PROBLEMS = (
    ContainerStartError,
    RoleError,
    logs.LogStreamError,
    secrets.SecretError,
    volumes.VolumeError,
)
_TIMED_OUT = "Job attempt duration exceeded timeout"


def start(job: Job) -> None:
    """Run the job in its own thread."""
    threading.Thread(target=_JobRun(job).run, name=f"batch-{job.id}", daemon=True).start()


class _JobRun:
    """Runs a job. Everything that happens to it arrives through one queue, one event at a time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._events: RunEvents = queue.SimpleQueue()
        self._timed_out = False

    def run(self) -> None:
        """Run the job to its end, whatever happens."""
        succeeded = False
        try:
            self._job.on_stop(lambda: self._events.put(StopRequested()))
            self._job.move_to("PENDING")
            self._job.move_to("RUNNABLE")
            succeeded = self._attempts()
        except Exception:
            LOG.exception("job %s failed in the local cloud", self._job.arn)
            self._job.update(statusReason="the local cloud failed, see its log")
        finally:
            self._job.move_to("SUCCEEDED" if succeeded else "FAILED")

    def _attempts(self) -> bool:
        strategy = self._job.describe()["retryStrategy"]
        number = 1
        while True:
            end = self._attempt(number)
            if end is None:
                return False
            if end.exit_code == 0:
                return True
            request = self._job.stop_request
            final = self._timed_out or (request is not None and request.final)
            if final or not retries(strategy, number, end):
                return False
            self._job.end_attempt()
            self._job.move_to("RUNNABLE")
            number += 1

    def _attempt(self, number: int) -> AttemptEnd | None:
        """Run one attempt; None if the job was stopped before it began."""
        tickets = self._await_capacity()
        try:
            if tickets is None or not self._job.begin_attempt():
                request = self._job.stop_request
                moment = milliseconds(now())
                self._job.update(statusReason=request.reason if request else None, stoppedAt=moment)
                return None
            return self._run_attempt(number)
        finally:
            for ticket in tickets or []:
                ticket.release()

    def _await_capacity(self) -> list[Ticket] | None:
        """Get shares of the compute environment and of this machine; None if it must stop."""
        tickets: list[Ticket] = []
        for capacity, amount in (
            (vcpus_of(self._job.place, self._job.queue), vcpus(self._job)),
            (runner.machine(), 1.0),
        ):
            tickets.append(capacity.request(amount, lambda: self._events.put(Granted())))
            if not self._await_grant():
                for ticket in tickets:
                    ticket.release()
                return None
        return tickets

    def _await_grant(self) -> bool:
        while not isinstance(self._events.get(), Granted):
            # Without a request, this is a late notice of one that stopped the previous attempt.
            if self._job.stop_request is not None:
                return False
        return True

    def _run_attempt(self, number: int) -> AttemptEnd:
        task_id = uuid.uuid4().hex
        stream = log_stream(self._job, task_id)
        if stream.group == DEFAULT_LOG_GROUP:
            logs.make_group(self._job.place.client("logs"), stream.group)
        container_fields = {
            "taskArn": self._job.place.arn("ecs", f"task/AWSBatch/{task_id}"),
            "logStreamName": stream.name,
            "exitCode": None,
            "reason": None,
        }
        self._job.update(container_fields, statusReason=None, stoppedAt=None)
        started_at = now()
        try:
            container = runner.runner().start(
                container_spec(self._job, number),
                on_lines=logs.open_stream(self._job.place, stream, execution_role(self._job)),
                on_end=lambda: self._events.put(Ended("job")),
            )
        except _START_PROBLEMS as error:
            end = AttemptEnd(exit_code=None, reason=str(error), status_reason=_NOT_STARTED)
        else:
            end = self._await_end(container)
        self._record(end, milliseconds(started_at))
        return end

    def _await_end(self, container: Container) -> AttemptEnd:
        self._job.update(startedAt=milliseconds(now()))
        self._job.move_to("RUNNING")
        try:
            status_reason = self._await_exit_or_stop(container)
            return AttemptEnd(
                exit_code=container.wait(),
                reason=OUT_OF_MEMORY if container.out_of_memory else None,
                status_reason=status_reason,
            )
        finally:
            runner.runner().remove(container)

    def _await_exit_or_stop(self, container: Container) -> str:
        """Stop the container if requested or overdue; return Batch's reason for its end."""
        limit = self._job.describe().get("timeout", {}).get("attemptDurationSeconds")
        deadline = time.monotonic() + limit if limit else None
        while True:
            try:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                event = self._events.get(timeout=left)
            except queue.Empty:
                self._timed_out = True
                return self._stop(container, _TIMED_OUT)
            if isinstance(event, Ended):
                return _EXITED
            request = self._job.stop_request
            if request is not None:
                return self._stop(container, request.reason, abrupt=request.abrupt)

    def _stop(self, container: Container, reason: str, *, abrupt: bool = False) -> str:
        if abrupt:
            container.kill()
        stop(container, configuration().stop_timeout_seconds)
        # Consume the end event, or the next attempt would take it for its own.
        while not isinstance(self._events.get(), Ended):
            pass
        return reason

    def _record(self, end: AttemptEnd, started_at: int) -> None:
        document = self._job.describe()
        stopped_at = milliseconds(now())
        outcome = {"exitCode": end.exit_code, "reason": end.reason}
        container = {name: document["container"][name] for name in ("taskArn", "logStreamName")}
        container |= {name: value for name, value in outcome.items() if value is not None}
        attempt = {
            "container": {**container, "networkInterfaces": []},
            "startedAt": document.get("startedAt", started_at),
            "stoppedAt": stopped_at,
            "statusReason": end.status_reason,
        }
        self._job.update(
            outcome,
            attempts=[*document["attempts"], attempt],
            statusReason=end.status_reason,
            stoppedAt=stopped_at,
        )
