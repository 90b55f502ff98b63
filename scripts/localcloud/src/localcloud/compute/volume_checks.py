"""What AWS refuses in the volumes of a definition, of ECS and of Batch alike."""

from collections.abc import Iterator, Sequence

from localcloud.compute.cloud import Document


def problems(containers: Sequence[Document], volumes: Sequence[Document] | None) -> Iterator[str]:
    """Yield what is wrong with the volumes and their mount points."""
    names = {volume["name"] for volume in volumes or ()}
    for container in containers:
        for point in container.get("mountPoints") or ():
            if point.get("sourceVolume") not in names:
                yield f"Unknown volume '{point.get('sourceVolume')}'."
    for volume in volumes or ():
        if efs := volume.get("efsVolumeConfiguration"):
            yield from _problems_of_efs(efs)


def _problems_of_efs(efs: Document) -> Iterator[str]:
    authorization = efs.get("authorizationConfig") or {}
    encrypted = efs.get("transitEncryption") == "ENABLED"
    if not encrypted and authorization.get("iam") == "ENABLED":
        yield "EFS IAM authorization requires transit encryption."
    if authorization.get("accessPointId"):
        if not encrypted:
            yield "EFS access points require transit encryption."
        if (efs.get("rootDirectory") or "/") != "/":
            yield "An EFS access point requires the root directory to be omitted or '/'."
