"""Each resource of 0.1.0's modules has a place in today's, and the settings keep its name."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.errors import OperationError
from operations.migrate import moves, settings, state
from operations.migrate.command import migrate
from operations.migrate.moves import Calls

CALLS = Calls(stack="module.stack", word_count="module.words", training="module.sweeps[0]")
DISPATCHER = "module.dispatcher.module.function.aws_lambda_function.this"
FARGATE = 'module.backend_fargate["fargate"]'
BATCH = 'module.backend_batch["batch"]'
CP = "module.stack.module.control_plane"
# In pairs: an address below the call of module stack, and the new one.
LINES = Path(__file__).with_name("moves.txt").read_text().split()
KEEPS = dict(zip(LINES[::2], LINES[1::2], strict=True))
GOES = (
    'module.activity["own"].aws_cloudwatch_metric_alarm.this["ActivitiesTimedOut"]',
    'module.dispatcher.module.function.aws_iam_role_policy.this["backend-own"]',
    'module.dispatcher.module.poller["poller"].aws_iam_role_policy.this["backend-own"]',
    'module.dispatcher.module.reporter.aws_iam_role_policy.this["watch-ecs"]',
    'module.dispatcher.aws_lambda_permission.this["jobs-ecs"]',
    'module.dispatcher.aws_lambda_permission.listener["/aws/group"]',
    'module.dispatcher.aws_cloudwatch_log_subscription_filter.listener["/aws/group"]',
)


def shown(resources: dict[str, dict[str, Any]], call: str = "module.stack") -> str:
    """What `terraform show -json` prints, with nested modules."""
    listed = [
        {"address": f"{call}.{address}", "mode": "managed", "values": values}
        for address, values in resources.items()
    ]
    data = {"address": f"{call}.data.aws_partition.current", "mode": "data", "values": {}}
    half = len(listed) // 2
    inner = {"resources": listed[:half]}
    module = {"resources": [data, *listed[half:]], "child_modules": [inner]}
    return json.dumps({"values": {"root_module": {"child_modules": [module]}}})


def old(resources: dict[str, dict[str, Any]]) -> state.Old:
    found = {DISPATCHER: {"function_name": "studio-dispatcher"}, **resources}
    return state.read(shown(found), "module.stack")


def described(key: str, backend: str, **config: Any) -> dict[str, dict[str, Any]]:
    item = {"activity": {"S": json.dumps({"backend": backend, "config": config})}}
    return {f'module.dispatcher.aws_dynamodb_table_item.activity["{key}"]': {"item": json.dumps(item)}}


def queue(key: str, kind: str = "FARGATE", **resources: Any) -> dict[str, dict[str, Any]]:
    module = f'module.backend_batch["{key}"]'
    compute = {"type": kind, "max_vcpus": 16, "subnets": ["subnet-2", "subnet-1"], **resources}
    public = {"networkConfiguration": {"assignPublicIp": "ENABLED"}}
    return {
        f"{module}.aws_batch_compute_environment.this[0]": {"compute_resources": [compute]},
        f"{module}.aws_batch_job_definition.this": {"container_properties": json.dumps(public)},
        f"{module}.aws_security_group.this[0]": {"vpc_id": "vpc-1", "name": f"studio-{key}"},
        f'{module}.aws_iam_role.this["execution"]': {"name": f"studio-{key}-execution"},
        **described(key, "batch", job_queue=f"arn:aws:batch:eu-west-1:1:job-queue/studio-{key}"),
    }


@pytest.mark.parametrize(("address", "to"), KEEPS.items())
def test_a_resource_keeps_its_place_in_the_cloud(address: str, to: str) -> None:
    found = moves.moves(old({one: {} for one in KEEPS if one != DISPATCHER}), CALLS)
    assert found.moved[f"module.stack.{address}"] == to
    assert found.removed == []


def test_what_is_made_anew_goes() -> None:
    found = moves.moves(old({address: {} for address in GOES}), CALLS)
    assert found.removed == sorted(f"module.stack.{address}" for address in GOES)


def test_no_two_resources_get_the_same_place() -> None:
    found = moves.moves(old({one: {} for one in KEEPS if one != DISPATCHER}), CALLS)
    assert len(set(found.moved.values())) == len(found.moved)


def test_without_the_example_containers_are_activities_of_the_stack() -> None:
    found = moves.moves(old({f"{FARGATE}.aws_iam_role.this": {}}), CALLS)
    to = 'module.stack.module.activity["fargate"].module.ecs[0].aws_iam_role.this'
    assert found.moved[f"module.stack.{FARGATE}.aws_iam_role.this"] == to


def test_without_fargate_batch_gives_the_stack_its_security_group() -> None:
    kept = old(queue("batch"))
    address = f"module.stack.{BATCH}.aws_security_group.this[0]"
    assert moves.moves(kept, CALLS).moved[address] == f"{CP}.aws_security_group.jobs[0]"
    assert settings.of_stack(kept)["names"] == {"job_security_group": "studio-batch"}
    assert "network" not in settings.of_backends(kept)["batch"]


def test_what_is_unknown_stops_the_migration() -> None:
    with pytest.raises(OperationError, match=r"^module.stack has what .* do not: aws_sns_topic.mine\. Move"):
        moves.moves(old({"aws_sns_topic.mine": {}}), CALLS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", r"^STATE must be what `terraform show -json` prints"),
        ('{"values": null}', r"^STATE must be what `terraform show -json` prints"),
        (shown({DISPATCHER: {}}, "module.other"), r"^the state has no stack .* at module.stack"),
        (shown({"module.control_plane.aws_sqs_queue.this": {}}), r"^module.stack has today's modules"),
    ],
)
def test_a_state_without_an_old_stack_is_refused(text: str, message: str) -> None:
    with pytest.raises(OperationError, match=message):
        state.read(text, "module.stack")


def test_the_settings_keep_names_and_what_is_permitted() -> None:
    pattern = {
        "detail": {"stateMachineArn": [f"arn:aws:states:r:1:stateMachine:{n}" for n in ("studio-a", "mine")]}
    }
    found = settings.of_stack(
        old(
            {
                f"{FARGATE}.aws_ecs_cluster.this[0]": {"name": "studio-fargate"},
                f"{FARGATE}.aws_security_group.this[0]": {"name": "studio-fargate"},
                'module.dispatcher.module.poller["poller"].aws_iam_role.this': {},
                'module.dispatcher.aws_cloudwatch_event_rule.this["executions"]': {
                    "event_pattern": json.dumps(pattern)
                },
                **described("fargate", "fargate", cluster="arn:aws:ecs:r:1:cluster/studio-fargate"),
                **queue("batch"),
                **described("training-batch", "batch", job_queue="theirs"),
            }
        )
    )
    assert found == {
        "backends": ["ecs", "batch"],
        "wake_ups": ["poll"],
        "iam": {"path": "/", "job_path": "/"},
        "names": {"cluster": "studio-fargate", "job_security_group": "studio-fargate"},
        "existing": {"job_queue": "studio-batch", "job_queues": ["theirs"], "state_machines": ["mine"]},
    }


def test_an_existing_cluster_stays_the_users() -> None:
    found = settings.of_stack(old(described("fargate", "fargate", cluster="arn:aws:ecs:r:1:cluster/theirs")))
    assert found["existing"] == {"cluster": "theirs"}


def test_a_batch_queue_keeps_its_compute_and_its_security_group() -> None:
    group = {f"{FARGATE}.aws_security_group.this[0]": {"name": "studio-fargate"}}
    found = settings.of_backends(
        old({**group, **queue("batch"), **queue("training-batch", "SPOT", instance_type=["g5"])})
    )
    network = {"vpc_id": "vpc-1", "subnets": ["subnet-1", "subnet-2"], "assign_public_ip": True}
    assert found["batch"] == {
        "execution_role_name": "studio-batch-execution",
        "compute": {"type": "FARGATE", "spot": False, "max_cpus": 16},
        "network": network,
    }
    compute = {"type": "EC2", "spot": True, "max_cpus": 16, "instance_types": ["g5"]}
    role = {"execution_role_name": "studio-training-batch-execution"}
    assert found["training-batch"] == {**role, "compute": compute, "network": network}


def test_the_command_writes_the_file_and_prints_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = {"module.dispatcher.aws_lambda_event_source_mapping.this": {"uuid": "the-uuid"}}
    rule = {'module.dispatcher.aws_cloudwatch_event_rule.poller["poller"]': {"name": "studio-poller"}}
    kept = {
        DISPATCHER: {"function_name": "studio-dispatcher"},
        **mapping,
        **rule,
        GOES[0]: {},
        **queue("batch"),
    }
    (tmp_path / "state.json").write_text(shown(kept))
    migrate(str(tmp_path / "state.json"), tmp_path, CALLS)
    moved = f"moved {{\n  from = module.stack.{DISPATCHER}\n  to   = {KEEPS[DISPATCHER]}\n}}\n"
    assert moved in (tmp_path / "moved.tf").read_text()
    printed = capsys.readouterr().out
    assert f"moved.tf: 8 resources keep their place, 1 go:\n  module.stack.{GOES[0]}\n" in printed
    assert '  iam = {\n    path     = "/"\n    job_path = "/"\n  }\n' in printed
    assert "  aws lambda update-event-source-mapping --uuid the-uuid --no-enabled\n" in printed
    assert "  aws events disable-rule --name studio-poller\n" in printed


def test_the_way_back_is_the_same_reversed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state.json").write_text(shown({DISPATCHER: {"function_name": "studio-dispatcher"}}))
    migrate(str(tmp_path / "state.json"), tmp_path, CALLS, back=True)
    moved = f"moved {{\n  from = {KEEPS[DISPATCHER]}\n  to   = module.stack.{DISPATCHER}\n}}\n"
    assert moved in (tmp_path / "moved.tf").read_text()
    assert capsys.readouterr().out == f"{tmp_path}/moved.tf: 1 resources go back\n"


def test_a_wrong_file_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"^STATE cannot be read: .*none"):
        migrate(str(tmp_path / "none"), tmp_path, CALLS)
    with pytest.raises(OperationError, match=r"^TO must be the folder of the Terraform root. Given: "):
        migrate("-", tmp_path / "none", CALLS)
