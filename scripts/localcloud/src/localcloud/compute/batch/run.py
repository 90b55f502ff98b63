"""One job from PENDING to SUCCEEDED or FAILED, attempt by attempt."""

import logging
import queue
import threading
import time

from localcloud.compute import runner
from localcloud.compute.batch.attempt import START_PROBLEMS, Attempt
from localcloud.compute.batch.compute import vcpus_of
from localcloud.compute.batch.jobs import Job
from localcloud.compute.batch.retry import AttemptEnd, retries
from localcloud.compute.batch.specification import vcpus
from localcloud.compute.capacity import Ticket
from localcloud.compute.cloud import milliseconds, now
from localcloud.compute.container_group import ContainerGroup
from localcloud.compute.run_events import Ended, Granted, RunEvents, StopRequested

LOG = logging.getLogger(__name__)

_EXITED = "Essential container in task exited"
_NOT_STARTED = "Task failed to start"
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
        attempt = Attempt(self._job, number)
        attempt.announce()
        self._job.update(statusReason=None, stoppedAt=None)
        started_at = now()
        containers = ContainerGroup(attempt, self._events)
        try:
            reason = self._run_containers(containers)
        finally:
            containers.remove()
        self._record(attempt, reason, milliseconds(started_at))
        return attempt.end(reason)

    def _run_containers(self, containers: ContainerGroup) -> str:
        try:
            containers.prepare()
            reason = self._live(containers)
        except START_PROBLEMS:
            reason = _NOT_STARTED
        # It consumes the end events, or the next attempt would take them for its own.
        containers.stop()
        return reason

    def _live(self, containers: ContainerGroup) -> str:
        """Start each container when its dependencies allow it; return why the attempt ends."""
        deadline, running = None, False
        while containers.start_ready():
            if containers.all_started and not running:
                running, deadline = True, self._begin()
            try:
                event = self._events.get(timeout=_seconds(containers.patience_seconds(), deadline))
            except queue.Empty:
                if deadline is not None and time.monotonic() >= deadline:
                    self._timed_out = True
                    return _TIMED_OUT
                continue
            if isinstance(event, Ended) and (
                containers.record_end(event.name) or containers.all_ended
            ):
                return _EXITED
            request = self._job.stop_request
            if request is not None:
                if request.abrupt:
                    containers.kill()
                return request.reason
        return _EXITED

    def _begin(self) -> float | None:
        """Show that all containers have started; return when the attempt must have ended."""
        self._job.update(startedAt=milliseconds(now()))
        self._job.move_to("RUNNING")
        limit = self._job.describe().get("timeout", {}).get("attemptDurationSeconds")
        return time.monotonic() + limit if limit else None

    def _record(self, attempt: Attempt, reason: str, started_at: int) -> None:
        document = self._job.describe()
        stopped_at = milliseconds(now())
        shown = {
            **attempt.described(),
            "startedAt": document.get("startedAt", started_at),
            "stoppedAt": stopped_at,
            "statusReason": reason,
        }
        attempts = [*document["attempts"], shown]
        self._job.update(attempts=attempts, statusReason=reason, stoppedAt=stopped_at)


def _seconds(patience: float | None, deadline: float | None) -> float | None:
    """Return how long to wait for an event; None for as long as it takes."""
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    given = [seconds for seconds in (patience, left) if seconds is not None]
    return min(given, default=None)
