"""Services whose resource is a parameter of the request; some actions have other names."""

from collections.abc import Callable, Mapping

from localcloud.iam.decision import Need
from localcloud.iam.requests.call import Call

_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "lambda:InvokeWithResponseStream": "lambda:InvokeFunction",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
}


def _function(call: Call) -> str:
    name = call.text("FunctionName")
    if not name.startswith("arn:"):
        name = call.arn(f"function:{name.rpartition('function:')[2]}")
    qualifier = call.text("Qualifier")
    return f"{name}:{qualifier}" if qualifier else name


def _queue(call: Call) -> str:
    url = call.text("QueueUrl")
    if not url:
        return call.arn(call.text("QueueName"))
    account, _, name = url.rpartition("/")
    return f"arn:{call.partition}:sqs:{call.region}:{account.rpartition('/')[2]}:{name}"


def _log_stream(call: Call) -> str:
    # An action on a group is an action on a stream without a name.
    group, stream = call.text("logGroupName"), call.text("logStreamName")
    given = call.text("logGroupIdentifier")
    if given:
        group = given.partition(":log-group:")[2].removesuffix(":*") or given
    return call.arn(f"log-group:{group}:log-stream:{stream}")


def _named(parameter: str, template: str) -> Callable[[Call], str]:
    def arn(call: Call) -> str:
        name = call.text(parameter)
        return name if name.startswith("arn:") else call.arn(template.format(name))

    return arn


# By permission prefix: the parameters that name a resource, and how each becomes its ARN.
_RESOURCES: Mapping[str, Mapping[str, Callable[[Call], str]]] = {
    "lambda": {"FunctionName": _function},
    "sqs": {"QueueUrl": _queue, "QueueName": _queue},
    "logs": {"logGroupName": _log_stream, "logGroupIdentifier": _log_stream},
    "ecr": {"repositoryName": _named("repositoryName", "repository/{}")},
    "dynamodb": {"TableName": _named("TableName", "table/{}")},
    "sts": {"RoleArn": _named("RoleArn", "{}")},
    "kms": {"KeyId": _named("KeyId", "key/{}")},
    "events": {"Rule": _named("Rule", "rule/{}")},
    "sagemaker": {"TrainingJobName": _named("TrainingJobName", "training-job/{}")},
}


def needs(call: Call) -> list[Need]:
    """Return the need of an operation on one resource; on `*` if no parameter names one."""
    return [Need(action=_ACTIONS.get(call.action, call.action), resource=resource(call))]


def resource(call: Call) -> str:
    """Return the resource that a parameter names, else `*`."""
    for parameter, arn in _RESOURCES.get(call.prefix, {}).items():
        if call.parameters.get(parameter):
            return arn(call)
    service = f":{call.prefix}:"
    given = (value for value in call.parameters.values() if isinstance(value, str))
    return next((text for text in given if text.startswith("arn:") and service in text), "*")
