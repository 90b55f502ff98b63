"""ECS, Batch and SageMaker: starting a job takes more than the permission to start it."""

from collections.abc import Iterable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException

from localcloud.compute.batch.jobs import JOBS
from localcloud.compute.batch.submit import find_definition as find_job_definition
from localcloud.compute.cloud import Document, Place
from localcloud.compute.ecs.run_task import find_definition as find_task_definition
from localcloud.iam.conditions import Context
from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call

# Operations for which AWS has no resource.
_BATCH_WITHOUT_RESOURCE = (
    "DescribeJobs",
    "ListJobs",
    "DescribeJobQueues",
    "DescribeJobDefinitions",
)
_NO_KEYS: Context = {}
_ECS_WITHOUT_RESOURCE = ("DeregisterTaskDefinition", "DescribeTaskDefinition", "ListTasks")


def ecs(call: Call) -> list[Need]:
    """Return what a request to ECS needs."""
    cluster = _cluster(call)
    context = {"ecs:cluster": (cluster,)}
    name = cluster.rpartition("/")[2]
    match call.operation:
        case "RunTask" | "StartTask":
            return _run_task(call, cluster)
        case "StopTask":
            tasks = [call.text("task")]
        case "DescribeTasks":
            tasks = list(call.parameters["tasks"])
        case operation if operation in _ECS_WITHOUT_RESOURCE:
            return [Need(action=call.action, context=context)]
        case _:
            return simple.needs(call)
    arns = [task if task.startswith("arn:") else call.arn(f"task/{name}/{task}") for task in tasks]
    return [Need(action=call.action, resource=arn, context=context) for arn in arns]


def _cluster(call: Call) -> str:
    name = call.text("cluster") or "default"
    return name if name.startswith("arn:") else call.arn(f"cluster/{name}")


def _run_task(call: Call, cluster: str) -> list[Need]:
    definition, tags = _task_definition(call)
    # Of the revision that a family resolves to: its ARN without a revision is never asked for.
    # Source: AWS's notice in https://github.com/aws/aws-cdk/issues/30390
    given = _arn(call, "task-definition", call.text("taskDefinition"))
    arn = definition.get("taskDefinitionArn") or given
    context = {"ecs:cluster": (cluster,)}
    needs = [Need(action=call.action, resource=arn, context=context)]
    overrides = call.parameters.get("overrides") or {}
    roles = [
        overrides.get(kind) or definition.get(kind) for kind in ("taskRoleArn", "executionRoleArn")
    ]
    needs += _pass_roles(roles, "ecs-tasks.amazonaws.com")
    propagated = tags if call.text("propagateTags") == "TASK_DEFINITION" else []
    if call.parameters.get("tags") or propagated:
        needs.append(
            Need(
                action="ecs:TagResource",
                # The task has no id yet.
                resource=call.arn(f"task/{cluster.rpartition('/')[2]}/*"),
                context={**context, "ecs:createaction": (call.operation,)},
            )
        )
    return needs


def _task_definition(call: Call) -> tuple[Document, list[Document]]:
    try:
        return find_task_definition(Place(call.account, call.region), call.text("taskDefinition"))
    except CommonServiceException:
        # RunTask reports this itself, to callers that may run it.
        return {}, []


def _definition_arns(call: Call, kind: str, given: str, resolved: str | None) -> list[str]:
    """Return a definition's ARN as given, and that of the revision it resolves to.

    AWS does not document which one counts if no revision is given, so both must be allowed.
    """
    named = _arn(call, kind, given)
    return [named] if resolved in (None, named) else [named, resolved]


def _arn(call: Call, kind: str, given: str) -> str:
    return given if given.startswith("arn:") else call.arn(f"{kind}/{given}")


def _pass_roles(roles: Iterable[str | None], service: str) -> list[Need]:
    context = {"iam:passedtoservice": (service,)}
    given = dict.fromkeys(role for role in roles if role)
    return [Need(action="iam:PassRole", resource=role, context=context) for role in given]


def batch(call: Call) -> list[Need]:
    """Return what a request to Batch needs."""
    match call.operation:
        case "SubmitJob":
            return _submit_job(call)
        case "TerminateJob" | "CancelJob":
            return [_end_job(call)]
        case operation if operation in _BATCH_WITHOUT_RESOURCE:
            return [Need(action=call.action)]
    return simple.needs(call)


def _submit_job(call: Call) -> list[Need]:
    given = call.text("jobDefinition")
    try:
        found = find_job_definition(Place(call.account, call.region), given)
    except CommonServiceException:
        found = {}
    queue = call.text("jobQueue")
    arns = _definition_arns(call, "job-definition", given, found.get("jobDefinitionArn"))
    arns.append(queue if queue.startswith("arn:") else call.arn(f"job-queue/{queue}"))
    tags = call.parameters.get("tags") or {}
    context = _request_tags(tags)
    needs = [Need(action=call.action, resource=arn, context=context) for arn in arns]
    return needs + _tag("batch:TagResource", call.arn("job/*"), tags, context)


def _end_job(call: Call) -> Need:
    job = JOBS.find(call.text("jobId"))
    tags = job.describe()["tags"] if job else {}
    context = {f"aws:resourcetag/{name.lower()}": (value,) for name, value in tags.items()}
    resource = job.arn if job else call.arn(f"job/{call.text('jobId')}")
    return Need(action=call.action, resource=resource, context=context)


def _request_tags(tags: Mapping[str, str]) -> Context:
    context = {f"aws:requesttag/{name.lower()}": (value,) for name, value in tags.items()}
    return {**context, "aws:tagkeys": tuple(tags)} if tags else {}


def sagemaker(call: Call) -> list[Need]:
    """Return what a request to SageMaker needs."""
    needs = simple.needs(call)
    if call.operation == "CreateTrainingJob":
        needs += _pass_roles([call.text("RoleArn")], "sagemaker.amazonaws.com")
        if call.parameters.get("Tags"):
            context = {"sagemaker:taggingaction": (call.operation,)}
            needs.append(
                Need(action="sagemaker:AddTags", resource=needs[0].resource, context=context)
            )
    return needs


def _tag(action: str, resource: str, tags: Any, context: Context = _NO_KEYS) -> list[Need]:
    return [Need(action=action, resource=resource, context=context)] if tags else []
