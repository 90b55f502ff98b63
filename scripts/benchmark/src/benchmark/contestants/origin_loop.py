"""The original approach: one loop that polls for a task and invokes a function with it."""

import os

import boto3
from botocore.config import Config


def main() -> None:
    """Loop until the process is terminated."""
    stepfunctions = boto3.client("stepfunctions", config=Config(read_timeout=70))
    functions = boto3.client("lambda")
    while True:
        task = stepfunctions.get_activity_task(activityArn=os.environ["ACTIVITY_ARN"], workerName="origin")
        if "taskToken" in task:
            payload = f'{{"taskToken": "{task["taskToken"]}", "input": {task["input"]}}}'
            functions.invoke(
                FunctionName=os.environ["FUNCTION_ARN"], InvocationType="Event", Payload=payload.encode()
            )


if __name__ == "__main__":
    main()
