"""EFS volumes: each file system is a folder of this cloud, made when it is first mounted.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from localcloud import patches
from localcloud.compute import runner
from localcloud.compute.cloud import Document, Place
from localcloud.compute.containers import Mount
from localcloud.iam.decision import Need
from localcloud.iam.judgement import judge
from localcloud.iam.record import RECORD
from localcloud.iam.roles import Session, account_and_name

_FAILED = (
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
    "stderr:"
)
_ENDED = "unsuccessful EFS utils command execution; code: 32"


class VolumeError(Exception):
    """A volume could not be mounted; the message is the reason that ECS gives."""


def mounts(
    place: Place, container: Document, volumes: Sequence[Document] | None, role: str | None
) -> list[Mount]:
    """Return the EFS volumes that a container mounts. `role` is the task's; others are ignored."""
    by_name = {item["name"]: item.get("efsVolumeConfiguration") for item in volumes or ()}
    return [
        _mount(place, point, volume, role)
        for point in container.get("mountPoints") or ()
        if (volume := by_name.get(point["sourceVolume"]))
    ]


def _mount(place: Place, point: Document, volume: Document, role: str | None) -> Mount:
    read_only = bool(point.get("readOnly"))
    if _option(volume, "iam") == "ENABLED" and not patches.is_left_out("iam"):
        if not _may(place, role, "ClientMount", volume):
            raise VolumeError(
                f"{_FAILED} b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : "
                f"{_ENDED}"
            )
        if not read_only and not _may(place, role, "ClientWrite", volume):
            _require_docker(volume)
            read_only = True
    return Mount(host=_folder(volume), path=point["containerPath"], read_only=read_only)


def _require_docker(volume: Document) -> None:
    if runner.runner().kind == "ProcessRunner":
        raise VolumeError(
            f"The task's role lacks elasticfilesystem:ClientWrite on {volume['fileSystemId']}. AWS "
            "mounts it read-only; the local cloud can not without Docker."
        )


def _folder(volume: Document) -> Path:
    # Not in the file system's root: what an access point shows cannot be told here.
    point = _option(volume, "accessPointId")
    whole = Path(tempfile.gettempdir(), "efs", volume["fileSystemId"], point or "root")
    whole.mkdir(parents=True, exist_ok=True)
    root = volume.get("rootDirectory") or "/"
    folder = whole / root.strip("/")
    if not folder.is_dir():
        raise VolumeError(
            f"{_FAILED} b'mount.nfs4: mounting 127.0.0.1:{root} failed, reason given by server: No "
            f"such file or directory' : {_ENDED}"
        )
    return folder


def _option(volume: Document, name: str) -> str | None:
    return (volume.get("authorizationConfig") or {}).get(name) or None


def _may(place: Place, role: str | None, action: str, volume: Document) -> bool:
    if role is None:
        return False
    arn = place.arn("elasticfilesystem", f"file-system/{volume['fileSystemId']}")
    point = _option(volume, "accessPointId")
    context = {"elasticfilesystem:accessedviamounttarget": ("true",)}
    if point:
        access_point = place.arn("elasticfilesystem", f"access-point/{point}")
        context["elasticfilesystem:accesspointarn"] = (access_point,)
    need = Need(action=f"elasticfilesystem:{action}", resource=arn, context=context)
    account, name = account_and_name(role)
    verdict = judge(account, name, need, {"aws:securetransport": ("true",)})
    if verdict.refused_because is not None:
        RECORD.refuse(name, need)
        return False
    for grant in verdict.grants:
        RECORD.use(Session(arn=role, account=account, role=name), grant)
    return True
