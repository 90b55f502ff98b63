"""The address of a container's log."""

import json
import logging
import urllib.request
from collections.abc import Mapping

from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.observe.log_links import log_url

LOG = logging.getLogger(__name__)
TIMEOUT_SECONDS = 2.0


def log_url_of(environment: Mapping[str, str]) -> str | None:
    """Return the console's address of this container's log stream, None if ECS does not report it.

    Batch's containers run on ECS too. Problems are only logged: the outcome matters more than the address.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
    """
    uri = environment.get("ECS_CONTAINER_METADATA_URI_V4")
    if not uri:
        return None
    try:
        with urllib.request.urlopen(uri, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 (ECS's own)
            options = json.load(response).get("LogOptions", {})
    except (OSError, ValueError) as error:
        LOG.warning("ECS does not report the log's location: %s", error)
        return None
    group, stream = options.get("awslogs-group"), options.get("awslogs-stream")
    return log_url(LogLocation(group=group, stream=stream)) if group and stream else None
