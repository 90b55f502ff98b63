"""The last lines of a job's log in CloudWatch Logs, and the console's address of it."""

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import LogLocation
from activity_dispatch.log_tail import MAX_LINE_CHARACTERS, MAX_LINES

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


def log_url(location: LogLocation) -> str:
    """Return the CloudWatch console's address of a log stream, in the region of AWS_REGION."""
    region = os.environ.get("AWS_REGION", "us-east-1")
    return (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{_escape(location.group)}/log-events/{_escape(location.stream)}"
    )


def _escape(text: str) -> str:
    # The console wants its fragment percent-encoded twice, with $ for the outer %.
    for plain, escaped in (("$", "$2524"), ("/", "$252F"), ("[", "$255B"), ("]", "$255D")):
        text = text.replace(plain, escaped)
    return text
