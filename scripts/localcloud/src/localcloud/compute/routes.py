"""The local cloud's own endpoints: what a test can provoke, and the task metadata.

POST /_localcloud/spot-interruption  {"task": ARN or id, "notice_code": optional}, or
                                     {"job": id, "abrupt": optional}, or {"training_job": name,
                                     "abrupt": optional, "no_capacity_seconds": optional}
POST /_localcloud/ecs/shortage       {"tasks": n, "reason": optional, "provider": optional}
POST /_localcloud/ecs/start-delay    {"seconds": n}
POST /_localcloud/sagemaker/shortage {"jobs": n}
GET  /_localcloud/ecs/v4/TASK-CONTAINER[/task]
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from localstack.http import Response
from localstack.services.edge import ROUTER

from localcloud.compute.batch.jobs import JOBS
from localcloud.compute.cloud import plain
from localcloud.compute.ecs.definition import METADATA_PATH
from localcloud.compute.ecs.shortage import SHORTAGE
from localcloud.compute.ecs.start_delay import MAX_SECONDS, START_DELAY
from localcloud.compute.ecs.tasks import SPOT_CODE, TASKS, Task
from localcloud.compute.sagemaker.jobs import JOBS as TRAINING_JOBS
from localcloud.compute.sagemaker.jobs import StopRequest
from localcloud.compute.sagemaker.shortage import SHORTAGE as TRAINING_SHORTAGE

SPOT_PATH = "/_localcloud/spot-interruption"
SHORTAGE_PATH = "/_localcloud/ecs/shortage"
START_DELAY_PATH = "/_localcloud/ecs/start-delay"
TRAINING_SHORTAGE_PATH = "/_localcloud/sagemaker/shortage"

type Answer = tuple[int, dict[str, Any]]


@cache
def install() -> None:
    """Add the endpoints to the gateway once."""
    ROUTER.add(SPOT_PATH, _json(_spot_interruption), methods=["POST"])
    ROUTER.add(SHORTAGE_PATH, _json(_shortage), methods=["POST"])
    ROUTER.add(START_DELAY_PATH, _json(_start_delay), methods=["POST"])
    ROUTER.add(TRAINING_SHORTAGE_PATH, _json(_training_shortage), methods=["POST"])
    container = f"{METADATA_PATH}/<name>"
    ROUTER.add(container, _container_metadata, methods=["GET"])
    ROUTER.add(f"{container}/task", _task_metadata, methods=["GET"])


def _json(handler: Callable[[dict[str, Any]], Answer]) -> Callable[..., Response]:
    def respond(request: Any, **_: object) -> Response:
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError as error:
            return _response(400, {"error": f"not JSON: {error}"})
        return _response(*handler(body))

    return respond


def _spot_interruption(body: dict[str, Any]) -> Answer:
    if name := body.get("task"):
        task = _find_task(name)
        done = task is not None and task.interrupt(body.get("notice_code") or SPOT_CODE)
    elif name := body.get("job"):
        job = JOBS.find(name)
        done = job is not None and job.interrupt(abrupt=bool(body.get("abrupt")))
    elif name := body.get("training_job"):
        training = TRAINING_JOBS.named(name)
        done = training is not None and training.interrupt(
            StopRequest(
                interrupted=True,
                abrupt=bool(body.get("abrupt")),
                no_capacity_seconds=float(body.get("no_capacity_seconds") or 0),
            )
        )
    else:
        return 400, {"error": "one of task, job and training_job is required"}
    if not done:
        return 404, {"error": f"no running task or job {name!r}"}
    return 200, {"interrupted": name}


def _shortage(body: dict[str, Any]) -> Answer:
    tasks = body.get("tasks")
    if not isinstance(tasks, int) or tasks < 0:
        return 400, {"error": f"tasks must be an integer from 0, not {tasks!r}"}
    provider = body.get("provider")
    if not isinstance(provider, str | None):
        return 400, {"error": f"provider must be a capacity provider's name, not {provider!r}"}
    SHORTAGE.cause(tasks, body.get("reason"), provider)
    return 200, {"tasks": tasks}


def _start_delay(body: dict[str, Any]) -> Answer:
    seconds = body.get("seconds")
    # A bool is an int to Python.
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if seconds is None or not is_number or not 0 <= seconds <= MAX_SECONDS:
        wanted = f"a number from 0 to {MAX_SECONDS:.0f}"
        return 400, {"error": f"seconds must be {wanted}, not {seconds!r}"}
    START_DELAY.set(float(seconds))
    return 200, {"seconds": seconds}


def _training_shortage(body: dict[str, Any]) -> Answer:
    jobs = body.get("jobs")
    if not isinstance(jobs, int) or jobs < 0:
        return 400, {"error": f"jobs must be an integer from 0, not {jobs!r}"}
    TRAINING_SHORTAGE.cause(jobs)
    return 200, {"jobs": jobs}


def _container_metadata(_request: Any, name: str) -> Response:
    task_id, _, container = name.partition("-")
    task = _find_task(task_id)
    if task is None:
        return _response(404, {"error": f"no task {task_id}"})
    for item in _metadata(task)["Containers"]:
        if item["Name"] == container:
            return _response(200, item)
    return _response(404, {"error": f"no container {container}"})


def _task_metadata(_request: Any, name: str) -> Response:
    task = _find_task(name.partition("-")[0])
    if task is None:
        return _response(404, {"error": f"no task of container {name}"})
    return _response(200, _metadata(task))


def _find_task(name: str) -> Task | None:
    return next((task for task in TASKS.all() if name in (task.arn, task.id)), None)


def _metadata(task: Task) -> dict[str, Any]:
    document = task.describe()
    family, _, revision = document["taskDefinitionArn"].rpartition("/")[2].rpartition(":")
    return {
        "Cluster": document["clusterArn"],
        "TaskARN": task.arn,
        "Family": family,
        "Revision": revision,
        "DesiredStatus": document["desiredStatus"],
        "KnownStatus": document["lastStatus"],
        "LaunchType": document["launchType"],
        "Containers": [
            {
                "DockerId": item.get("runtimeId", ""),
                "Name": item["name"],
                "Image": item["image"],
                "KnownStatus": item["lastStatus"],
                "ContainerARN": item["containerArn"],
            }
            for item in document["containers"]
        ],
    }


def _response(status: int, document: dict[str, Any]) -> Response:
    return Response(json.dumps(plain(document)), status, mimetype="application/json")
