"""A hand-tuned loop: 100 threads that share one client of each service, with as many connections."""

import os
import threading

import boto3
from botocore.config import Config

THREADS = 100


def main() -> None:
    """Loop until the process is terminated."""
    config = Config(read_timeout=70, max_pool_connections=THREADS)
    stepfunctions, functions = (
        boto3.client("stepfunctions", config=config),
        boto3.client("lambda", config=config),
    )
    arn, function = os.environ["ACTIVITY_ARN"], os.environ["FUNCTION_ARN"]

    def loop() -> None:
        while True:
            task = stepfunctions.get_activity_task(activityArn=arn, workerName="threads")
            if "taskToken" in task:
                payload = f'{{"taskToken": "{task["taskToken"]}", "input": {task["input"]}}}'
                answer = functions.invoke(
                    FunctionName=function, InvocationType="Event", Payload=payload.encode()
                )
                # It is empty, but the connection cannot be used again until it is read.
                answer["Payload"].read()

    for _ in range(THREADS):
        threading.Thread(target=loop).start()


if __name__ == "__main__":
    main()
