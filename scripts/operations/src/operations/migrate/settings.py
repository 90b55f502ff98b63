"""The arguments that keep a moved stack's names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from operations.migrate.moves import security_group_keeper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.migrate.state import Old

KINDS = ("lambda", "ecs", "batch", "sagemaker")
FARGATE = 'module.backend_fargate["fargate"]'
_NAMES_OF_TODAY = {"fargate": "ecs"}


def of_stack(old: Old) -> dict[str, Any]:
    """The arguments of module stack."""
    descriptions = old.descriptions()
    kinds = {_NAMES_OF_TODAY.get(one["backend"], one["backend"]) for one in descriptions.values()}
    modes = {"poll": "module.dispatcher.module.poller", "logs": "module.dispatcher.module.listener"}
    settings = {
        "backends": [kind for kind in KINDS if kind in kinds],
        "wake_ups": [mode for mode, module in modes.items() if old.has(module)],
        # Roles and what may be done with them stay where they are.
        "iam": {"path": "/", "job_path": "/"},
        "names": _names(old),
        "existing": _existing(old, descriptions),
    }
    return {name: value for name, value in settings.items() if value}


def of_backends(old: Old) -> dict[str, dict[str, Any]]:
    """The settings of the Batch activities, by activity: the role, and the queue if it is its own."""
    shared = security_group_keeper(old)
    found: dict[str, dict[str, Any]] = {}
    for key, description in old.descriptions().items():
        module = f'module.backend_batch["{key}"]'
        if description["backend"] != "batch":
            continue
        # Today's name leaves 0.1.0's to an ECS backend; a replaced role would be taken from open jobs.
        role = old.resources[f'{module}.aws_iam_role.this["execution"]']
        found[key] = {"execution_role_name": role["name"]}
        environment = old.values(f"{module}.aws_batch_compute_environment.this[0]")
        if environment is None:
            continue
        (resources,) = environment["compute_resources"]
        found[key]["compute"] = _compute(resources)
        group = old.values(f"{module}.aws_security_group.this[0]")
        if group is not None and module != shared:
            # Without it, its jobs would have the stack's security group, and their own could not be deleted.
            found[key]["network"] = {
                "vpc_id": group["vpc_id"],
                "subnets": sorted(resources["subnets"]),
                "assign_public_ip": _is_public(old, module),
            }
    return found


def pauses(old: Old) -> list[str]:
    """The commands after which no more tasks are taken: requests stay in the queue, and the poller ends."""
    mapping = old.resources["module.dispatcher.aws_lambda_event_source_mapping.this"]
    rule = old.values('module.dispatcher.aws_cloudwatch_event_rule.poller["poller"]')
    return [
        f"aws lambda update-event-source-mapping --uuid {mapping['uuid']} --no-enabled",
        *([] if rule is None else [f"aws events disable-rule --name {rule['name']}"]),
    ]


def hcl(value: Any, indent: str = "") -> str:
    """A value in Terraform's language."""
    match value:
        case dict():
            width = max(map(len, value), default=0)
            lines = [
                f"{indent}  {key:<{width}} = {hcl(item, f'{indent}  ')}\n" for key, item in value.items()
            ]
            return f"{{\n{''.join(lines)}{indent}}}"
        case list():
            return f"[{', '.join(hcl(item, indent) for item in value)}]"
        case _:
            return json.dumps(value)


def _names(old: Old) -> dict[str, str]:
    cluster = old.values(f"{FARGATE}.aws_ecs_cluster.this[0]")
    group = old.values(f"{security_group_keeper(old)}.aws_security_group.this[0]")
    named = {"cluster": cluster, "job_security_group": group}
    return {argument: values["name"] for argument, values in named.items() if values is not None}


def _existing(old: Old, descriptions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = f"{old.name()}-"
    found: dict[str, Any] = {}
    fargate, batch = (descriptions.get(key, {}).get("config", {}) for key in ("fargate", "batch"))
    if fargate and old.values(f"{FARGATE}.aws_ecs_cluster.this[0]") is None:
        found["cluster"] = _last(fargate["cluster"])
    # Also if the activity makes it: the stack needs no other.
    if batch:
        found["job_queue"] = _last(batch["job_queue"])
    others = {_last(one["config"]["job_queue"]) for one in descriptions.values() if one["backend"] == "batch"}
    found["job_queues"] = sorted(
        name for name in others - {found.get("job_queue")} if not name.startswith(own)
    )
    found["state_machines"] = sorted({name for name in _machines(old) if not name.startswith(own)})
    return {name: value for name, value in found.items() if value}


def _machines(old: Old) -> Iterator[str]:
    """The state machines whose executions the stack hears of."""
    rule = old.values('module.dispatcher.aws_cloudwatch_event_rule.this["executions"]')
    if rule is not None:
        for arn in json.loads(rule["event_pattern"])["detail"]["stateMachineArn"]:
            yield arn.rpartition(":")[2]


def _compute(resources: Mapping[str, Any]) -> dict[str, Any]:
    kind = resources["type"]
    on_fargate = kind.startswith("FARGATE")
    compute = {
        "type": "FARGATE" if on_fargate else "EC2",
        "spot": kind.endswith("SPOT"),
        "max_cpus": resources["max_vcpus"],
    }
    types = sorted(resources.get("instance_type") or ())
    return compute if on_fargate or types in ([], ["optimal"]) else {**compute, "instance_types": types}


def _is_public(old: Old, module: str) -> bool:
    definition = old.resources[f"{module}.aws_batch_job_definition.this"]
    network = json.loads(definition["container_properties"]).get("networkConfiguration", {})
    return bool(network.get("assignPublicIp") == "ENABLED")


def _last(name_or_arn: str) -> str:
    return name_or_arn.rpartition("/")[2]
