"""The requests that IAM refuses here and does not on AWS."""

from typing import Any

from tests.second_cloud.requests import Client, answer, as_role, filled

from operations.local import allowances
from operations.outputs import Outputs

# As long as a task's id. No task has it.
NO_TASK = "f" * 32
SCRATCH = "second-scratch"


def names_of(stack: Outputs) -> dict[str, str]:
    """The names for {...} in roles.toml and known.toml."""
    return {
        "table": stack.document["task_table"],
        "task": NO_TASK,
        "scratch": SCRATCH,
        "machine": stack.state_machines["steady"],
        "activity": stack.activities["steady"],
        "queue": stack.document["dispatch_queue_url"],
        "dead_letters": stack.document["dead_letter_queue_url"],
        "bucket": stack.data_bucket,
        "code_bucket": "second-code",
        "reporter": stack.functions["reporter"]["arn"],
        "dispatcher_log": stack.functions["dispatcher"]["log_group_name"],
    }


def refused(client: Client, stack: Outputs) -> dict[str, bool]:
    """Whether each allowance's request is refused now, by its call."""
    return {entry["probe"]["call"]: _refused(client, stack, entry["probe"]) for entry in entries()}


def entries() -> list[Any]:
    return list(allowances.known()["allowance"])


def _refused(client: Client, stack: Outputs, probe: Any) -> bool:
    parameters = filled(probe["with"], names_of(stack))
    return answer(as_role(client, probe["role"]), probe["call"], parameters) == "refused"
