"""Where a job's log is, and its lines as they are written."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch.backends.base import Backend
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import Diagnosis, LogLocation
from activity_dispatch.observe.log_links import log_search_url, log_url

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class JobLog:
    """A job's log in CloudWatch Logs: a stream of its own, or the lines of a group that have `text`."""

    group: str
    stream: str | None = None
    text: str | None = None

    def link(self, region: str | None) -> str:
        """Return the console's URL; without a region, as on a local cloud, the names."""
        if region is None:
            return f"{self.group} {self.stream or self.text}"
        if self.stream is not None:
            return log_url(LogLocation(group=self.group, stream=self.stream), region)
        return log_search_url(self.group, self.text or "", region)


def log_of(activity: Activity, backend: Backend, diagnosis: Diagnosis, task_id: str) -> JobLog | None:
    """Return where a job's log is; None if that is not known (yet), or there is none."""
    location = backend.log_location(diagnosis)
    if location is not None:
        return JobLog(group=location.group, stream=location.stream)
    function = activity.config.get("function_arn")
    if function is None:
        return None
    # Lambda names no stream, but the function's log lines have the task's id.
    return JobLog(group=f"/aws/lambda/{str(function).split(':')[6]}", text=task_id)


def lines_of(
    client: "CloudWatchLogsClient",
    log: JobLog,
    *,
    goes_on: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Yield a log's lines, oldest first, and while `goes_on` those that are written meanwhile.

    A group or stream that does not exist (yet) has no lines. Raises ClientError and BotoCoreError.
    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    seen: set[str] = set()
    since = 0
    while True:
        # Asked before the log is read: what was written before the end is read after it.
        more = goes_on()
        for event in _events(client, log, since):
            if event["eventId"] not in seen:
                seen.add(event["eventId"])
                since = max(since, event["timestamp"])
                yield event["message"].rstrip("\n")
        if not more:
            return
        sleep(_PAUSE_SECONDS)


def _events(client: "CloudWatchLogsClient", log: JobLog, since: int) -> Iterator[Any]:
    where: Any = {"logGroupName": log.group, "startTime": since}
    if log.stream is not None:
        where["logStreamNames"] = [log.stream]
    else:
        where["filterPattern"] = f'"{log.text}"'
    try:
        for page in client.get_paginator("filter_log_events").paginate(**where):
            yield from page["events"]
    except client.exceptions.ResourceNotFoundException:
        return
