"""URLs of logs in the CloudWatch console."""

import os

from activity_dispatch.domain.jobs import LogLocation


def log_url(location: LogLocation, region: str | None = None) -> str:
    """Return the CloudWatch console's URL of a log stream; the region defaults to AWS_REGION."""
    return f"{_group_url(location.group, region)}/log-events/{_escape(location.stream)}"


def log_search_url(group: str, text: str, region: str | None = None) -> str:
    """Return the CloudWatch console's URL of a search for `text` in a log group."""
    return f"{_group_url(group, region)}/log-events$3FfilterPattern$3D$2522{_escape(text)}$2522"


def _group_url(group: str, region: str | None) -> str:
    region = region or os.environ.get("AWS_REGION", "us-east-1")
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#logsV2:log-groups/log-group/{_escape(group)}"


def _escape(text: str) -> str:
    # The console expects its fragment percent-encoded twice, with $ for the outer %.
    for plain, escaped in (("$", "$2524"), ("/", "$252F"), ("[", "$255B"), ("]", "$255D")):
        text = text.replace(plain, escaped)
    return text
