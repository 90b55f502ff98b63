"""`activity-dispatch cancel` and `missed`: what an operator does by hand."""

from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch_cli.activities import find_activity
from activity_dispatch_cli.errors import CommandError, Exit
from activity_dispatch_cli.find_task import find_task
from activity_dispatch_cli.stack import Stack
from activity_dispatch_cli.texts import last_part


def cancel(stack: Stack, text: str, reason: str) -> int:
    """Fail an open task as `Job.Cancelled`, stop its job, and return the exit code.

    Its state may catch the error, or retry it. Raises CommandError, ClientError and BotoCoreError.
    """
    record = find_task(stack, text)
    if record.token is None:
        raise CommandError(f"TASK: {record.task_id} has ended: {record.outcome}", Exit.FAILED)
    outcome = make_canceller(stack.runtime).fail(record, reason)
    of = f"task {record.task_id} of {activity_name(record.activity_arn)}"
    if outcome is OutcomeName.CANCELLED:
        print(f"Nobody waited any more for {of}")
    else:
        print(f"Failed {of} as Job.Cancelled")
    if record.job_of is not None:
        print("Its program ends within seconds; its job goes on with other tasks")
    elif record.job_id is None:
        print("It had no job yet")
    elif record.backend == "lambda":
        print(f"Its function, request {record.job_id}, is interrupted within seconds")
    else:
        print(f"Stopped job {last_part(record.job_id, '/')}")
    return Exit.DONE


def look_for_missed(stack: Stack, text: str) -> int:
    """Let the dispatcher ask an activity whether it has tasks that nobody announced; return the exit code.

    It asks for up to a minute, and once more for each task that it finds. Raises CommandError,
    RequestsNotSent, ClientError and BotoCoreError.
    """
    activity = find_activity(stack, text)
    name = activity_name(activity.arn)
    if activity.is_callback:
        raise CommandError(f"ACTIVITY: {name} has none: its tasks come with their requests")
    if activity.is_polled:
        raise CommandError(f"ACTIVITY: {name} has none: the poller asks it all the time")
    stack.runtime.requests.send(DispatchRequest(activity_arn=activity.arn, missed=True))
    print(f"The dispatcher looks for missed tasks of {name} now; that takes up to a minute")
    return Exit.DONE
