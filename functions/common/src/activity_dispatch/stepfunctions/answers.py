"""Answers to Step Functions: success, failure, heartbeat.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.domain.outcomes import Failed

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


LOG = logging.getLogger(__name__)


class TaskGone(Exception):
    """Nobody waits for this task: its state timed out or was aborted, or the task has an outcome."""


class NotAllowed(Exception):
    """Step Functions refuses to say whether anybody waits for this task: who asks must not process it.

    The token may belong to another state machine or activity than the caller may answer for.
    """


@dataclass(frozen=True, kw_only=True)
class TaskAnswers:
    """Sends a task's answers.

    `success`, `failure` and `heartbeat` raise TaskGone if nobody waits for the task, and ClientError and
    BotoCoreError for any other problem.
    """

    client: "SFNClient"

    def success(self, token: str, output: str) -> None:
        """Report success; `output` is JSON text of at most 262,144 bytes in UTF-8."""
        try:
            self.client.send_task_success(taskToken=token, output=output)
        except ClientError as error:
            raise _gone_or(error) from error

    def failure(self, token: str, failed: Failed) -> None:
        """Report a failure; the cause is cut to 32,768 characters."""
        try:
            self.client.send_task_failure(taskToken=token, error=failed.error, cause=failed.cause.to_json())
        except ClientError as error:
            raise _gone_or(error) from error

    def heartbeat(self, token: str) -> None:
        """Report that the job is alive."""
        try:
            self.client.send_task_heartbeat(taskToken=token)
        except ClientError as error:
            raise _gone_or(error) from error

    def is_waited_for(self, token: str) -> bool:
        """Send a heartbeat; return False if nobody waits for the task.

        Raises NotAllowed if Step Functions refuses to answer, and ClientError and BotoCoreError if it could
        not be asked. Neither is a yes.
        """
        try:
            self.heartbeat(token)
        except TaskGone as gone:
            LOG.warning("nobody waits for the task any more (%s)", gone)
            return False
        except ClientError as error:
            if classify(error) is ErrorKind.REFUSED:
                raise NotAllowed(f"the heartbeat was refused: {error_code(error)}") from error
            raise
        return True


def _gone_or(error: ClientError) -> Exception:
    return TaskGone(error_code(error)) if classify(error) is ErrorKind.TASK_GONE else error
