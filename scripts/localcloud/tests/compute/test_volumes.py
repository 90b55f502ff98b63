"""EFS volumes: what one container writes, the next reads, if its role may."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud import Cloud, unique
from iam.test_callers import of_role

from compute.resources import Batch, Ecs, sh
from compute.test_roles import PLACE, allow

type Runs = Callable[..., Any]


def efs(file_system: str, **more: Any) -> dict[str, Any]:
    """Return a volume that is mounted as the task's role."""
    authorization = {"iam": "ENABLED", **more.pop("authorizationConfig", {})}
    configuration = {"fileSystemId": file_system, "transitEncryption": "ENABLED", **more}
    return {
        "name": "films",
        "efsVolumeConfiguration": {**configuration, "authorizationConfig": authorization},
    }


def point(path: str = "/mnt/films", **more: Any) -> list[dict[str, Any]]:
    return [{"sourceVolume": "films", "containerPath": path, **more}]


def files(file_system: str, *actions: str) -> dict[str, Any]:
    arn = f"arn:aws:elasticfilesystem:{PLACE}:file-system/{file_system}"
    return allow([f"elasticfilesystem:{action}" for action in actions], arn)


@pytest.fixture
def file_system() -> str:
    return unique("fs-0123456789")


@pytest.fixture
def both(cloud: Cloud, file_system: str) -> str:
    """A role that may read and write."""
    return cloud.role(files(file_system, "ClientMount", "ClientWrite"))


def on_ecs(ecs: Ecs) -> Runs:
    def run(role: str | None, volume: Any, script: str, points: Any) -> tuple[int | None, str]:
        container = ecs.container(sh(script), mountPoints=points)
        roles = {"taskRoleArn": role} if role else {}
        arn = ecs.run(ecs.definition(container, volumes=[volume], **roles))
        task = ecs.reach(arn, "STOPPED")
        code = task["containers"][0].get("exitCode")
        return code, "".join(ecs.output(arn)) if code == 0 else task["stoppedReason"]

    return run


def on_batch(batch: Batch) -> Runs:
    def run(role: str | None, volume: Any, script: str, points: Any) -> tuple[int | None, str]:
        container = {"volumes": [volume], "mountPoints": points}
        roles = {"jobRoleArn": role} if role else {}
        definition = batch.definition(sh(script), container={**container, **roles})
        ended = batch.ended(batch.submit(definition))["container"]
        code = ended.get("exitCode")
        return code, "".join(batch.output(ended)) if code == 0 else ended["reason"]

    return run


@pytest.fixture(params=["ecs", "batch"])
def runs(request: pytest.FixtureRequest, ecs: Ecs, batch: Batch) -> Runs:
    return on_ecs(ecs) if request.param == "ecs" else on_batch(batch)


def test_a_file_outlives_its_container(runs: Runs, both: str, file_system: str) -> None:
    volume = efs(file_system)
    write = "echo kept > /mnt/films/a; echo written"
    assert runs(both, volume, write, point()) == (0, "written")
    # Wherever it is mounted.
    assert runs(both, volume, "cat '/data/a'", point("/data")) == (0, "kept")
    another = efs(unique("fs-0123456789"), authorizationConfig={"iam": "DISABLED"})
    assert runs(None, another, "ls /data; echo empty", point("/data")) == (0, "empty")


def test_a_root_directory_must_exist(runs: Runs, both: str, file_system: str) -> None:
    below = efs(file_system, rootDirectory="/new")
    code, reason = runs(both, below, "true", point())
    assert code is None
    assert reason.startswith("ResourceInitializationError: failed to invoke EFS utils commands")
    assert "No such file or directory" in reason
    runs(
        both, efs(file_system), "mkdir /mnt/films/new; echo x > /mnt/films/new/b; echo in", point()
    )
    assert runs(both, below, "ls /mnt/films", point()) == (0, "b")


def test_only_a_role_that_may_mount_it_starts(cloud: Cloud, runs: Runs, file_system: str) -> None:
    for role in (None, cloud.role(), cloud.role(files("fs-other", "ClientMount"))):
        code, reason = runs(role, efs(file_system), "true", point())
        assert code is None
        assert "access denied by server while mounting" in reason
    # Without the role's part in it, whoever reaches the file system may do everything.
    free = efs(file_system, authorizationConfig={"iam": "DISABLED"})
    assert runs(None, free, "echo in", point()) == (0, "in")


def test_a_role_that_may_only_read_mounts_read_only(
    cloud: Cloud, runs: Runs, file_system: str
) -> None:
    reader = cloud.role(files(file_system, "ClientMount"))
    assert runs(reader, efs(file_system), "echo in", point(readOnly=True)) == (0, "in")
    code, reason = runs(reader, efs(file_system), "true", point())
    assert code is None
    assert "lacks elasticfilesystem:ClientWrite" in reason


def test_an_access_point_shows_a_folder_of_its_own(
    cloud: Cloud, runs: Runs, file_system: str
) -> None:
    name = "fsap-0123456789abcdef0"
    arn = f"arn:aws:elasticfilesystem:{PLACE}:access-point/{name}"
    through = {"StringEquals": {"elasticfilesystem:AccessPointArn": arn}}
    role = cloud.role({**files(file_system, "Client*"), "Condition": through})
    volume = efs(file_system, authorizationConfig={"accessPointId": name})
    assert runs(role, volume, "echo x > /mnt/films/a; ls /mnt/films", point()) == (0, "a")
    assert "access denied" in runs(role, efs(file_system), "true", point())[1]


def test_paths_in_the_environment_lead_there_too(ecs: Ecs, both: str, file_system: str) -> None:
    environment = [
        {"name": "FILE", "value": "/mnt/films/a"},
        {"name": "OTHER", "value": "/a/mnt/films"},
    ]
    script = "echo $OTHER > $FILE; cat /mnt/films/a; test ! -e /mnt/filmsx"
    container = ecs.container(sh(script), mountPoints=point(), environment=environment)
    definition = ecs.definition(container, volumes=[efs(file_system)], taskRoleArn=both)
    arn = ecs.run(definition)
    assert ecs.reach(arn, "STOPPED")["containers"][0]["exitCode"] == 0
    assert ecs.output(arn) == ["/a/mnt/films"]


def test_other_volumes_are_ignored(ecs: Ecs) -> None:
    container = ecs.container(["true"], mountPoints=point("/tmp"), readonlyRootFilesystem=True)
    arn = ecs.run(ecs.definition(container, volumes=[{"name": "films"}]))
    assert ecs.reach(arn, "STOPPED")["containers"][0]["exitCode"] == 0


@pytest.mark.parametrize(
    ("volume", "name"),
    [
        (efs("fs-1", transitEncryption="DISABLED"), "films"),
        (
            efs("fs-1", rootDirectory="/a", authorizationConfig={"accessPointId": "fsap-1"}),
            "films",
        ),
        (
            efs(
                "fs-1",
                transitEncryption="DISABLED",
                authorizationConfig={"iam": "DISABLED", "accessPointId": "fsap-1"},
            ),
            "films",
        ),
        (efs("fs-1"), "others"),
    ],
)
def test_definitions_that_aws_refuses(ecs: Ecs, batch: Batch, volume: Any, name: str) -> None:
    points = [{"sourceVolume": name, "containerPath": "/a"}]
    with pytest.raises(ecs.client.exceptions.ClientException):
        ecs.definition(ecs.container(["true"], mountPoints=points), volumes=[volume])
    with pytest.raises(batch.client.exceptions.ClientException):
        batch.definition(["true"], container={"mountPoints": points, "volumes": [volume]})


def test_the_use_of_a_permission_is_recorded(cloud: Cloud, ecs: Ecs, file_system: str) -> None:
    role = cloud.role(files(file_system, "ClientMount", "ClientRootAccess"))
    on_ecs(ecs)(role, efs(file_system), "echo in", point(readOnly=True))
    used = {
        item["action"]: item["used"] for item in of_role(cloud, role, "granted") if "action" in item
    }
    assert used == {
        "elasticfilesystem:ClientMount": True,
        "elasticfilesystem:ClientRootAccess": False,
    }
