"""A description may name only what is called like its activity."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends import registry
from activity_dispatch.domain.activities import Activity, InvalidActivity, WakeUp
from activity_dispatch.domain.naming import Stack, check_names

ACTIVITIES = "arn:aws:states:eu-west-1:000000000000:activity:"
ARN = f"{ACTIVITIES}studio-pool-left"
ROLES = "arn:aws:iam::000000000000:role/studio/jobs/"
STUDIO = Stack(name="studio", shared=("studio", "studio-jobs", "studio-old*"))
CLUSTER, QUEUE = (
    "arn:aws:ecs:eu-west-1:000000000000:cluster/",
    "arn:aws:batch:eu-west-1:000000000000:job-queue/",
)
FUNCTION = {"function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:anything"}


def described(
    backend: str, config: dict[str, Any], arn: str = ARN, wake_up: WakeUp | None = None
) -> Activity:
    """Return a description; jobs run in what the stack shares, unless it says otherwise."""
    of_key = WakeUp.CALLBACK if arn.startswith("callback:") else WakeUp.REQUESTS
    return Activity(
        arn=arn,
        name=arn,
        backend=backend,
        config={"cluster": "studio", "job_queue": "studio", **config},
        heartbeat_seconds=30,
        timeout_seconds=60,
        wake_up=wake_up or of_key,
    )


def trained_by(role: object) -> dict[str, Any]:
    return {"request": {"RoleArn": role}}


@pytest.mark.parametrize(
    ("backend", "config"),
    [
        ("ecs", {"task_definition": "studio-pool-left", "log_group": "/ecs/studio-pool-left"}),
        ("ecs", {"task_definition": "studio-pool"}),
        ("ecs", {"task_definition": "studio-pool", "log_group": None}),
        ("fargate", {"task_definition": "studio-pool-left", "log_group": "/ecs/studio-pool"}),
        ("batch", {"job_definition": "studio-pool", "log_group": "/batch/studio-pool"}),
        ("sagemaker", trained_by(f"{ROLES}studio-pool-left-training")),
        ("sagemaker", trained_by("arn:aws-cn:iam::000000000000:role/studio-pool-training")),
        ("lambda", FUNCTION),
    ],
)
def test_an_activity_may_name_what_is_called_like_it(backend: str, config: dict[str, Any]) -> None:
    check_names(described(backend, config), STUDIO)


@pytest.mark.parametrize(
    "name",
    [
        "studio-other",
        # Not whole words of the activity's name, or more than it.
        "studio-pool-le",
        "studio-p",
        "studio-pool-left-2",
        "studio-pool-",
        # The stack's own name, and nothing.
        "studio",
        "studio-",
        "",
        None,
        "pool-left",
        # Other stacks, whose names are a beginning of this one's, or begin with it.
        "stu-pool",
        "studio2-pool",
        # Revisions and ARNs: the newest of a family is what its owner made last.
        "studio-pool:3",
        "arn:aws:ecs:eu-west-1:000000000000:task-definition/studio-pool",
        "arn:aws:ecs:eu-west-1:000000000000:task-definition/studio-other:1",
        # Cases, white space and look-alikes.
        "studio-Pool",
        "STUDIO-POOL",
        "studio-pool ",
        "studio-pool\n",
        "studio-po\u03bfl",
        "studio\u2010pool",
        # Other types.
        3,
        True,
        ["studio-pool"],
        {"studio-pool": 1},
    ],
)
def test_no_backend_takes_another_name(name: object) -> None:
    for backend, field in (
        ("ecs", "task_definition"),
        ("fargate", "task_definition"),
        ("batch", "job_definition"),
    ):
        folder = "/batch/" if backend == "batch" else "/ecs/"
        for config, wrong in (
            ({field: name, "log_group": f"{folder}studio-pool"}, field),
            ({field: "studio-pool", "log_group": f"{folder}{name}"}, "log_group"),
        ):
            with pytest.raises(InvalidActivity, match=rf"config\.{wrong}: "):
                check_names(described(backend, config), STUDIO)
    with pytest.raises(InvalidActivity, match=r"config\.request\.RoleArn"):
        check_names(described("sagemaker", trained_by(f"{ROLES}{name}-training")), STUDIO)


@pytest.mark.parametrize("group", ["/batch/studio-pool", "/ecs//ecs/studio-pool", "studio-other", "", 3, []])
def test_a_log_group_is_in_its_backends_folder(group: object) -> None:
    with pytest.raises(InvalidActivity, match=r"config\.log_group"):
        check_names(described("ecs", {"task_definition": "studio-pool", "log_group": group}), STUDIO)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"request": "none"},
        {"request": []},
        trained_by(None),
        trained_by(3),
        trained_by("studio-pool-training"),
        # A role of a container's: its program would have its rights.
        trained_by(f"{ROLES}studio-pool"),
        trained_by(f"{ROLES}studio-pool-left-task"),
        # A part of a path is no name.
        trained_by(f"{ROLES}studio-pool-training/studio-other-training"),
        trained_by(f"{ROLES}studio-other-training/"),
        trained_by(f"{ROLES}*"),
        trained_by(f"{ROLES}studio-other-training\nrole/studio-pool-training"),
        trained_by("arn:aws:sts::000000000000:assumed-role/studio-pool-training"),
    ],
)
def test_a_training_has_the_role_of_its_own_backend(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidActivity, match=r"config\.request\.RoleArn"):
        check_names(described("sagemaker", config), STUDIO)


@pytest.mark.parametrize(
    "name",
    [
        "studio",
        "studio-jobs",
        "studio-old",
        "studio-old-2",
        "studio-pool",
        "studio-pool-left",
        "other",
        "studio2",
    ],
)
def test_jobs_run_in_what_the_stack_shares_or_in_their_own(name: str) -> None:
    """What is not called after the stack is permitted by IAM, or not."""
    for prefix in ("", CLUSTER):
        config = {"task_definition": "studio-pool", "cluster": prefix + name}
        check_names(described("ecs", config), STUDIO)
    check_names(described("batch", {"job_definition": "studio-pool", "job_queue": QUEUE + name}), STUDIO)


@pytest.mark.parametrize(
    "name",
    ["studio-other", "studio-gpus", "studio-pool-le", "studio-jobs-2", "studio-", "studio-Pool", None, 3, []],
)
def test_jobs_do_not_run_in_what_belongs_to_another(name: object) -> None:
    place = CLUSTER + name if isinstance(name, str) else name
    with pytest.raises(InvalidActivity, match=r"config\.cluster: .*, or be shared by the stack$"):
        check_names(described("ecs", {"task_definition": "studio-pool", "cluster": place}), STUDIO)
    place = QUEUE + name if isinstance(name, str) else name
    with pytest.raises(InvalidActivity, match=r"config\.job_queue: .*, or be shared by the stack$"):
        check_names(described("batch", {"job_definition": "studio-pool", "job_queue": place}), STUDIO)


def test_an_error_says_what_is_allowed() -> None:
    with pytest.raises(InvalidActivity) as refused:
        check_names(described("ecs", {"task_definition": "studio-other"}), STUDIO)
    assert str(refused.value) == (
        f"config.task_definition: 'studio-other' in the description of {ARN}; it must be called "
        "studio-pool-left or like a beginning of that before a '-', longer than 'studio-'"
    )


def test_a_callback_target_is_named_with_its_stack() -> None:
    check_names(described("ecs", {"task_definition": "studio-film"}, "callback:film-long"), STUDIO)
    for name in ("film-long", "studio-film-longer", "studio-other"):
        with pytest.raises(InvalidActivity, match="studio-film-long "):
            check_names(described("ecs", {"task_definition": name}, "callback:film-long"), STUDIO)


@pytest.mark.parametrize(
    ("arn", "wake_up"),
    [
        # Who may write only callback:left... or ...:activity:studio-left... must not be taken for another.
        ("callback:left:studio-other", WakeUp.POLL),
        ("callback:left:studio-other", WakeUp.CALLBACK),
        ("callback:other", WakeUp.REQUESTS),
        ("callback:", WakeUp.CALLBACK),
        ("callback:left other", WakeUp.CALLBACK),
        (f"{ACTIVITIES}studio-other", WakeUp.CALLBACK),
        (f"callback:{ACTIVITIES}studio-other", WakeUp.POLL),
        (f"{ACTIVITIES}studio-left:activity:studio-other", WakeUp.REQUESTS),
        (f"{ACTIVITIES}studio-left\nstudio-other", WakeUp.REQUESTS),
        (f"{ACTIVITIES}studio-", WakeUp.REQUESTS),
        (f"{ACTIVITIES}studio", WakeUp.REQUESTS),
        (f"{ACTIVITIES}studio2-other", WakeUp.REQUESTS),
        (f"{ACTIVITIES}other", WakeUp.REQUESTS),
        ("arn:aws:states:eu-west-1:000000000000:stateMachine:studio-other", WakeUp.REQUESTS),
        ("studio-other", WakeUp.REQUESTS),
        ("", WakeUp.REQUESTS),
    ],
)
@pytest.mark.parametrize("backend", ["ecs", "lambda"])
def test_a_key_has_one_reading(backend: str, arn: str, wake_up: WakeUp) -> None:
    config = {"ecs": {"task_definition": "studio-other"}, "lambda": FUNCTION}[backend]
    with pytest.raises(InvalidActivity, match=r"^(arn|wake_up): "):
        check_names(described(backend, config, arn, wake_up), STUDIO)


@pytest.mark.parametrize("backend", ["", "ECS", "Fargate", "lambda ", "ecs\n", "unknown"])
def test_a_backend_without_a_rule_is_refused(backend: str) -> None:
    with pytest.raises(InvalidActivity, match="backend: "):
        check_names(described(backend, {"task_definition": "studio-pool"}), STUDIO)


def test_every_backend_has_a_rule() -> None:
    with pytest.raises(InvalidActivity) as refused:
        check_names(described("unknown", {}), STUDIO)
    assert set(registry.names()) < set(str(refused.value).partition("allowed are ")[2].split(", "))


words = st.text(st.sampled_from("ab-_1"), min_size=1, max_size=6)


@given(key=words, name=words)
def test_what_is_accepted_is_the_activitys_own_name_or_its_first_words(key: str, name: str) -> None:
    activity = described("ecs", {"task_definition": f"studio-{name}"}, f"{ACTIVITIES}studio-{key}")
    beginnings = [key, *(key[:at] for at, letter in enumerate(key) if letter == "-" and at)]
    try:
        check_names(activity, STUDIO)
    except InvalidActivity:
        assert name not in beginnings
    else:
        assert name in beginnings
