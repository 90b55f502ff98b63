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


def log_url(location: LogLocation, region: str | None = None) -> str:
    """Return the CloudWatch console's address of a log stream; the region is AWS_REGION's if left out."""
    return f"{_group_url(location.group, region)}/log-events/{_escape(location.stream)}"


def log_search_url(group: str, text: str, region: str | None = None) -> str:
    """Return the CloudWatch console's address of the lines of a log group that hold a text."""
    return f"{_group_url(group, region)}/log-events$3FfilterPattern$3D$2522{_escape(text)}$2522"


def _group_url(group: str, region: str | None) -> str:
    region = region or os.environ.get("AWS_REGION", "us-east-1")
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#logsV2:log-groups/log-group/{_escape(group)}"


def _escape(text: str) -> str:
    # The console wants its fragment percent-encoded twice, with $ for the outer %.
    for plain, escaped in (("$", "$2524"), ("/", "$252F"), ("[", "$255B"), ("]", "$255D")):
        text = text.replace(plain, escaped)
    return text
