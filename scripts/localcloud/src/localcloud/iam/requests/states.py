"""Step Functions, where a task's token identifies its activity.

https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
"""

from localstack.services.stepfunctions.backend.models import sfn_stores

from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call


def needs(call: Call) -> list[Need] | None:
    """Return what a request needs; None for an unknown token, which only the service can refuse."""
    token = call.text("taskToken")
    if not token:
        return simple.needs(call)
    arn = _owner(call, token)
    return None if arn is None else [Need(action=call.action, resource=arn)]


def _owner(call: Call, token: str) -> str | None:
    """Return a token's activity, or the state machine if it is a callback's."""
    for execution in list(sfn_stores[call.account][call.region].executions.values()):
        env = execution.exec_worker.env if execution.exec_worker else None
        endpoint = env.callback_pool_manager.get(token) if env else None
        if endpoint is not None:
            activity = getattr(endpoint, "activity", None)
            return str(activity.arn if activity else execution.state_machine_arn)
    return None
