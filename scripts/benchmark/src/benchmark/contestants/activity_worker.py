"""stepfunctions-activity-worker from PyPI; its function invokes a Lambda function, as the dispatcher does."""

import os

import boto3
from botocore.config import Config
from stepfunctions_activity_worker import ActivityWorker

WORKERS = 100


def main() -> None:
    """Listen until the process is terminated."""
    config = Config(read_timeout=70, max_pool_connections=WORKERS)
    functions = boto3.client("lambda", config=config)

    def start(number: str) -> dict[str, object]:
        # The library does not pass on the token.
        payload = f'{{"taskToken": "{number}", "input": {{}}}}'
        functions.invoke(
            FunctionName=os.environ["FUNCTION_ARN"], InvocationType="Event", Payload=payload.encode()
        )
        return {}

    ActivityWorker(
        os.environ["ACTIVITY_ARN"],
        start,
        heartbeat_interval=60,
        worker_count=WORKERS,
        client=boto3.client("stepfunctions", config=config),
    ).listen()


if __name__ == "__main__":
    main()
