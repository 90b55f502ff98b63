"""DescribeTasks, ListTasks and StopTask."""

from typing import Any

from localcloud.compute.cloud import Document, place_of
from localcloud.compute.control_plane import refusal
from localcloud.compute.ecs.placement import find_cluster
from localcloud.compute.ecs.tasks import TASKS

_MAX_DESCRIBED = 100
_MAX_LISTED = 100
_DEFAULT_STOP_REASON = "Task stopped by user"


def describe_tasks(context: Any, request: Document) -> Document:
    """Describe up to 100 tasks; unknown ones are failures."""
    place = place_of(context)
    cluster_arn = find_cluster(place, request.get("cluster"))["clusterArn"]
    names = request.get("tasks") or []
    if not names:
        raise refusal("InvalidParameterException", "Tasks cannot be empty.")
    if len(names) > _MAX_DESCRIBED:
        raise refusal("InvalidParameterException", f"Tasks must be at most {_MAX_DESCRIBED}.")
    tags = "TAGS" in (request.get("include") or [])
    tasks, failures = [], []
    for name in names:
        if (task := TASKS.find(cluster_arn, name)) is not None:
            tasks.append(task.describe(tags=tags))
        else:
            id_only = not name.startswith("arn:")
            path = cluster_arn.partition(":cluster/")[2]
            arn = place.arn("ecs", f"task/{path}/{name}") if id_only else name
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"tasks": tasks, "failures": failures}


def list_tasks(context: Any, request: Document) -> Document:
    """List the ARNs of a cluster's tasks, by default those with desired status RUNNING."""
    cluster_arn = find_cluster(place_of(context), request.get("cluster"))["clusterArn"]
    wanted = {
        "clusterArn": cluster_arn,
        "desiredStatus": request.get("desiredStatus") or "RUNNING",
        **{name: request[name] for name in ("startedBy", "launchType") if request.get(name)},
    }
    family = request.get("family")
    arns = []
    for document in (task.describe() for task in TASKS.all()):
        own_family = document["taskDefinitionArn"].rpartition("/")[2].rpartition(":")[0]
        if family in (None, own_family) and wanted.items() <= document.items():
            arns.append(document["taskArn"])
    start = int(request.get("nextToken") or 0)
    end = start + (request.get("maxResults") or _MAX_LISTED)
    return {"taskArns": arns[start:end]} | ({"nextToken": str(end)} if end < len(arns) else {})


def stop_task(context: Any, request: Document) -> Document:
    """Send SIGTERM, then SIGKILL after the stop timeout."""
    cluster_arn = find_cluster(place_of(context), request.get("cluster"))["clusterArn"]
    task = TASKS.find(cluster_arn, request["task"])
    if task is None:
        raise refusal("InvalidParameterException", "The referenced task was not found.")
    task.begin_stop("UserInitiated", request.get("reason") or _DEFAULT_STOP_REASON)
    return {"task": task.describe()}


def execute_command(context: Any, request: Document) -> Document:
    """Refuse what would need AWS's agent in the container."""
    cluster_arn = find_cluster(place_of(context), request.get("cluster"))["clusterArn"]
    task = TASKS.find(cluster_arn, request["task"])
    if task is None or not task.describe()["enableExecuteCommand"]:
        raise refusal(
            "InvalidParameterException",
            "The execute command failed because execute command was not enabled when the task was "
            "run or the execute command agent isn't running. Wait and try again or run a new task "
            "with execute command enabled and try again.",
        )
    raise refusal("ClientException", "The local cloud does not support sessions in containers.")
