"""What a job queue with a scheduling policy is told of a job: whose it is, and how urgent.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

import hashlib
import re
from typing import Any

from activity_dispatch.domain.tasks import Task

# https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html: letters and digits.
_IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,255}")
DEFAULT_IDENTIFIER = "default"


def share_request(task: Task) -> dict[str, Any]:
    """Return the fields of the request. Such a queue accepts no job without a share identifier."""
    priority = {} if task.priority is None else {"schedulingPriorityOverride": task.priority}
    return {"shareIdentifier": _identifier(task.share or DEFAULT_IDENTIFIER), **priority}


def _identifier(share: str) -> str:
    # As it is where it can be, so that the policy's weights can name it.
    if _IDENTIFIER.fullmatch(share):
        return share
    return hashlib.sha256(share.encode(errors="surrogatepass")).hexdigest()[:32]
