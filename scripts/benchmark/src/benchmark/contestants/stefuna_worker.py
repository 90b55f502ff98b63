"""stefuna from PyPI; its worker invokes a Lambda function, as the dispatcher does."""

import os
from multiprocessing import set_start_method

import boto3
from stefuna import Server, Worker

# More than the default of one process per core: they mostly wait for an answer.
PROCESSES = 8


class Invoker(Worker):  # type: ignore[misc]
    """Invokes a function with the task."""

    def init(self) -> None:
        """Create the client once in each process."""
        self.functions = boto3.client("lambda")

    def run_task(self, task_token: str, input_data: object) -> dict[str, object]:
        """Start the compute."""
        self.functions.invoke(
            FunctionName=os.environ["FUNCTION_ARN"],
            InvocationType="Event",
            Payload=f'{{"taskToken": "{task_token}", "input": {{}}}}'.encode(),
        )
        return {}


def main() -> None:
    """Serve until the process is terminated."""
    set_start_method("spawn")
    Server.worker_class = Invoker
    Server(activity_arn=os.environ["ACTIVITY_ARN"], processes=PROCESSES, maxtasksperchild=None).run()


if __name__ == "__main__":
    main()
