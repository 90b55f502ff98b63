"""Backend `lambda`: a job is one asynchronous invocation of a function.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends.attempts import Attempts, is_passing
from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.domain.invocation import payload_of
from activity_dispatch.domain.jobs import UNNAMED_JOB, Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.limits import MAX_ASYNC_PAYLOAD_BYTES
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import Task, is_task_id

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_lambda import LambdaClient

LOG = logging.getLogger(__name__)
NAME = "lambda"
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_FUNCTION_SECONDS = 900
_KILLED = "signal: killed"


def create(config: Mapping[str, Any], clients: Clients) -> "LambdaBackend":
    """Create the backend from `{"function_arn": ...}`. Raises InvalidBackendConfig."""
    arn = config.get("function_arn")
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        raise InvalidBackendConfig(f"function_arn: {arn!r}; it must be a function's ARN")
    return LambdaBackend(client_once=clients.lambda_once, function_arn=arn)


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what a record of the function's failure destination says; None if it is not about a task.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    request, context = event.get("requestPayload"), event.get("requestContext")
    if not isinstance(request, Mapping) or not isinstance(context, Mapping):
        return None
    task_id, request_id, condition = (
        request.get("task_id"),
        context.get("requestId"),
        context.get("condition"),
    )
    # Others may invoke the function too: any other id could be the key of an item that is not a task.
    if not is_task_id(task_id) or condition == "Success":
        return None
    job_id = JobId(request_id) if isinstance(request_id, str) else UNNAMED_JOB
    # An invocation that was never run may have no request id. Its record is still about the task.
    if not job_id and not isinstance(condition, str):
        return None
    return Diagnosis(
        task_id=task_id,
        job_id=job_id,
        state=JobState.ENDED,
        outcome=_failure(job_id or None, context, event.get("responsePayload")),
    )


@dataclass(frozen=True, kw_only=True)
class LambdaBackend:
    """Invokes one function, through a client that tries once.

    Lambda has no client token: a repeated start invokes the function twice, and its claim on the task
    lets only one of the invocations process it (see `worker.lambda_function`).
    """

    client_once: "LambdaClient"
    function_arn: str
    describes_jobs = False
    max_job_seconds = MAX_FUNCTION_SECONDS
    retrying: Retrying = field(default_factory=Retrying)

    def start(self, task: Task) -> JobId:
        """Invoke the function asynchronously with token and input; the job id is the request id."""
        payload = payload_of(task)
        if len(payload) > MAX_ASYNC_PAYLOAD_BYTES:
            raise StartRefused(
                ErrorName.DISPATCH_INVALID_INPUT,
                f"input: {len(task.input.encode())} bytes; allowed are up to {MAX_ASYNC_PAYLOAD_BYTES} "
                f"for an asynchronous invocation, including the token",
            )
        attempts = Attempts(retrying=self.retrying, again=is_passing)
        with refusing("Invoke", may_run=attempts.may_have_happened):
            response = attempts.make(
                lambda: self.client_once.invoke(
                    FunctionName=self.function_arn, InvocationType="Event", Payload=payload
                )
            )
        _read_to_end(response["Payload"])
        return JobId(response["ResponseMetadata"]["RequestId"])

    def find(self, start_id: str) -> JobId | None:
        """Return None: an invocation can't be looked up."""
        return None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Return nothing: Lambda can't describe a running asynchronous invocation."""
        return {}

    def stop(self, job: JobId, reason: str) -> None:
        """Do nothing: an invocation can't be stopped from outside.

        `worker.lambda_function` ends it from inside once the task is settled.
        """

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return None: the record of a failure does not name the log stream."""
        return None

    diagnose = staticmethod(diagnose)


def _read_to_end(payload: "StreamingBody") -> None:
    # It is empty, but until it is read the connection can't be reused.
    try:
        payload.read()
    except (BotoCoreError, HTTPError, OSError) as error:
        # Lambda has accepted the invocation: this must not look like a failed start.
        LOG.warning("Invoke: the end of the answer was lost: %s", error)
        payload.close()


def _failure(job_id: str | None, context: Mapping[str, Any], response: object) -> Failed:
    condition = str(context.get("condition", "Unknown"))
    answer = response if isinstance(response, Mapping) else {}
    message = answer.get("errorMessage") or f"the invocation ended with {condition}"
    names = {
        "EventAgeExceeded": ErrorName.DISPATCH_QUEUE_TIMEOUT,
        "Sandbox.Timedout": ErrorName.JOB_TIMED_OUT,
        "Runtime.OutOfMemory": ErrorName.JOB_OUT_OF_MEMORY,
    }
    error = names.get(condition) or names.get(str(answer.get("errorType")), ErrorName.JOB_FAILED)
    # Lambda has no error type for a process that it killed for its memory use.
    # https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    if answer.get("errorType") == "Runtime.ExitError" and str(message).endswith(_KILLED):
        error = ErrorName.JOB_OUT_OF_MEMORY
    return Failed(
        error=error,
        cause=Cause(message=str(message), backend=NAME, job_id=job_id, stop_code=condition),
    )
