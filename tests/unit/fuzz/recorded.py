"""Events of one task's jobs, as AWS sends them."""

from typing import Any

from activity_dispatch.domain.tasks import task_id_of

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
TOKEN = "token-0"
TASK_ID = task_id_of(TOKEN)
ECS_TASK = f"arn:aws:ecs:eu-west-1:000000000000:task/cluster/{TASK_ID}"

ECS: dict[str, Any] = {
    "version": "0",
    "id": "3317b2af-7005-947d-b652-f55e762e571a",
    "detail-type": "ECS Task State Change",
    "source": "aws.ecs",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "eu-west-1",
    "resources": [ECS_TASK],
    "detail": {
        "clusterArn": "arn:aws:ecs:eu-west-1:000000000000:cluster/cluster",
        "taskArn": ECS_TASK,
        "startedBy": TASK_ID,
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "startedAt": "2026-01-01T00:00:00Z",
        "version": 5,
        "overrides": {
            "containerOverrides": [{"name": "job", "environment": [{"name": "TASK_ID", "value": TASK_ID}]}]
        },
        "containers": [
            {"name": "sidecar", "exitCode": 1},
            {"name": "job", "exitCode": 137, "reason": "OutOfMemoryError: Container killed"},
        ],
    },
}

BATCH: dict[str, Any] = {
    "version": "0",
    "id": "c8f9c4b5-76e5-d76a-f980-7011e206042b",
    "detail-type": "Batch Job State Change",
    "source": "aws.batch",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "eu-west-1",
    "resources": ["arn:aws:batch:eu-west-1:000000000000:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8"],
    "detail": {
        "jobArn": "arn:aws:batch:eu-west-1:000000000000:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
        "jobName": f"task-{TASK_ID}",
        "jobId": "4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
        "jobQueue": "arn:aws:batch:eu-west-1:000000000000:job-queue/queue",
        "status": "FAILED",
        "statusReason": "Essential container in task exited",
        "attempts": [{"container": {"exitCode": 3, "logStreamName": "job/default/1"}, "startedAt": 1}],
        "startedAt": 1_767_225_600_000,
        "container": {"exitCode": 3, "logStreamName": "job/default/1", "command": [], "environment": []},
    },
}

LAMBDA: dict[str, Any] = {
    "version": "1.0",
    "timestamp": "2026-01-01T00:00:00.000Z",
    "requestContext": {
        "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
        "functionArn": "arn:aws:lambda:eu-west-1:000000000000:function:process:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    },
    "requestPayload": {
        "task_id": TASK_ID,
        "task_token": TOKEN,
        "activity_arn": ARN,
        "heartbeat_seconds": 60,
        "input": {"n": 1},
    },
    "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
    "responsePayload": {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds"},
}

JOB_EVENTS = (ECS, BATCH, LAMBDA)


def status_change(status: str) -> dict[str, Any]:
    """Return the event of an execution that has ended."""
    return {
        "version": "0",
        "id": "315c1398-40ff-a850-213b-158f73e60175",
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": "000000000000",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:states:eu-west-1:000000000000:execution:machine:0"],
        "detail": {
            "executionArn": "arn:aws:states:eu-west-1:000000000000:execution:machine:0",
            "stateMachineArn": "arn:aws:states:eu-west-1:000000000000:stateMachine:machine",
            "name": "0",
            "status": status,
            "startDate": 1_767_225_600_000,
            "stopDate": 1_767_225_660_000,
            "input": "{}",
            "output": None,
        },
    }
