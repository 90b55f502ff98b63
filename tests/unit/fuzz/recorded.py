"""Events of one task's jobs, as AWS sends them."""

from typing import Any

from tests.schemas.events.samples import batch_event, ecs_event, execution_event, training_event

from activity_dispatch.domain.tasks import task_id_of

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
TOKEN = "token-0"
TASK_ID = task_id_of(TOKEN)
ECS_TASK = f"arn:aws:ecs:eu-west-1:000000000000:task/cluster/{TASK_ID}"

ECS = ecs_event(
    {
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
    }
)

BATCH = batch_event(
    {
        "jobName": f"task-{TASK_ID}",
        "jobId": "4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
        "jobQueue": "arn:aws:batch:eu-west-1:000000000000:job-queue/queue",
        "status": "FAILED",
        "statusReason": "Essential container in task exited",
        "attempts": [{"container": {"exitCode": 3, "logStreamName": "job/default/1"}, "startedAt": 1}],
        "startedAt": 1_767_225_600_000,
        "container": {"exitCode": 3, "logStreamName": "job/default/1", "command": [], "environment": []},
    }
)

TRAINING = training_event(
    {
        "TrainingJobName": f"task-{TASK_ID}",
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:000000000000:training-job/task-{TASK_ID}",
        "TrainingJobStatus": "Failed",
        "SecondaryStatus": "Failed",
        "RoleArn": "arn:aws:iam::000000000000:role/training",
        "CreationTime": 1_767_225_600_000,
        "TrainingStartTime": "1767225600000",
        "TrainingEndTime": 1_767_225_660_000,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
        "SecondaryStatusTransitions": [
            {"Status": "Training", "StartTime": 1_767_225_600_000, "StatusMessage": "Training in progress."}
        ],
    }
)

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

JOB_EVENTS = (ECS, BATCH, TRAINING, LAMBDA)


def status_change(status: str) -> dict[str, Any]:
    """Return the event of an execution that has ended."""
    return execution_event(
        {
            "executionArn": "arn:aws:states:eu-west-1:000000000000:execution:machine:0",
            "stateMachineArn": "arn:aws:states:eu-west-1:000000000000:stateMachine:machine",
            "name": "0",
            "status": status,
            "startDate": 1_767_225_600_000,
            "stopDate": 1_767_225_660_000,
            "input": "{}",
            "output": None,
        }
    )
