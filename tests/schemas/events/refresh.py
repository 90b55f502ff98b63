"""Extracts the schemas that AWS publishes of the events that this project reads or the local cloud emits.

    python -m tests.schemas.events.refresh [VERSION]

AWS's CDK carries them in an npm package. Its database flattens them into types that refer to each other.
"""

import gzip
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PACKAGE = "@aws-cdk/aws-service-spec"
WANTED = {
    ("aws.batch", "Batch Job State Change"),
    ("aws.ecs", "ECS Task State Change"),
    ("aws.events", "Scheduled Event"),
    ("aws.sagemaker", "SageMaker Training Job State Change"),
    ("aws.states", "Step Functions Execution Status Change"),
}
HERE = Path(__file__).parent


def main() -> None:
    """Write one file for each wanted event."""
    version = sys.argv[1] if len(sys.argv) > 1 else "latest"
    with tempfile.TemporaryDirectory() as folder:
        packed = _pack(f"{PACKAGE}@{version}", Path(folder))
        with tarfile.open(packed) as archive:
            found = json.load(_member(archive, "package/package.json"))["version"]
            with gzip.open(_member(archive, "package/db.json.gz")) as database:
                schemas = extract(json.load(database)["schema"])
    if missing := WANTED - set(schemas):
        sys.exit(f"{PACKAGE} {found} has no schema for {sorted(missing)}")
    for (source, detail_type), detail in schemas.items():
        schema = {
            "package": f"{PACKAGE} {found}",
            "source": source,
            "detail-type": detail_type,
            "detail": detail,
        }
        file = HERE / f"{detail_type.lower().replace(' ', '-')}.json"
        file.write_text(json.dumps(schema, indent=2) + "\n")


def extract(database: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Return the shapes of the wanted events' details, by source and detail type."""
    types = {each["$id"]: each for each in database["eventTypeDefinition"]["entities"]}
    return {
        (event["source"], event["detailType"]): _shape(
            types, {"type": "ref", "reference": event["rootProperty"]}
        )
        for event in database["event"]["entities"]
        if (event["source"], event["detailType"]) in WANTED
    }


def _shape(types: Mapping[str, Any], of: Mapping[str, Any]) -> Any:
    """Return the name of a scalar type, a list around a shape, or an object; `*` stands for any name."""
    match of["type"]:
        case "ref":
            return _object(types, of["reference"]["$ref"])
        case "array":
            return [_shape(types, of["element"])]
        case "map":
            return {"*": _shape(types, of["element"])}
        case name:
            return name


def _object(types: Mapping[str, Any], name: str) -> dict[str, Any]:
    properties = types[name]["properties"]
    return {name: _shape(types, properties[name]["type"]) for name in sorted(properties)}


def _pack(package: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    subprocess.run(command, check=True, stdout=subprocess.PIPE)
    (packed,) = folder.glob("*.tgz")
    return packed


def _member(archive: tarfile.TarFile, name: str) -> Any:
    member = archive.extractfile(name)
    if member is None:
        raise ValueError(f"{name} is not a file of the package")
    return member


if __name__ == "__main__":
    main()
