"""The last lines of a job's log in CloudWatch Logs, and the console's address of it."""

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
    """Reads logs of jobs that have ended."""

    client: "CloudWatchLogsClient"

    def last_lines(self, location: LogLocation) -> tuple[str, ...]:
        """Return up to 20 lines, oldest first; none if the log can't be read.

        A line may still be missing: CloudWatch Logs shows an event some seconds after it was sent.
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
            LOG.warning("%s not read: %s", location, error)
            return ()
        return tuple(_line(event["message"]) for event in response["events"])


def _line(message: str) -> str:
    # What is half a character could not be sent on.
    return message[:MAX_LINE_CHARACTERS].encode(errors="replace").decode()
