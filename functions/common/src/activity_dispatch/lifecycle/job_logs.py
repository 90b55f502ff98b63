"""Reads the last lines of a job's log from CloudWatch Logs.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.domain.limits import MAX_LINE_CHARACTERS, MAX_LINES

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class JobLogs:
    """Reads the logs of jobs that have ended."""

    client: "CloudWatchLogsClient"

    def last_lines(self, location: LogLocation) -> tuple[str, ...]:
        """Return up to 20 lines of up to 1,000 characters, oldest first; none if the log can't be read.

        The newest lines may be missing: CloudWatch Logs shows an event seconds after it was sent.
        """
        try:
            response = self.client.get_log_events(
                logGroupName=location.group,
                logStreamName=location.stream,
                limit=MAX_LINES,
                startFromHead=False,
            )
        except (ClientError, BotoCoreError) as error:
            # A job that never started has no stream; the outcome is worth more than its log.
            LOG.warning("log %s not read: %s", location, error)
            return ()
        return tuple(_line(event["message"]) for event in response["events"])


def _line(message: str) -> str:
    # A lone surrogate cannot be encoded, so it could not be sent.
    return message[:MAX_LINE_CHARACTERS].encode(errors="replace").decode()
