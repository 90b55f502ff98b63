"""Kept schemas are made from what Terraform prints and from what two packages contain."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from operations import paths
from operations.errors import OperationError
from operations.schemas import deprecations, installed, refresh

PRINTED = {
    "provider": {"block": {}},
    "data_source_schemas": {},
    "resource_schemas": {
        "aws_sqs_queue": {
            "block": {
                "attributes": {
                    "arn": {"type": "string", "computed": True},
                    "name": {"type": "string", "optional": True, "computed": True},
                    "old": {"type": "string", "optional": True, "deprecated": True},
                    "rules": {"type": ["list", ["object", {"port": "number"}]], "optional": True},
                },
                "block_types": {
                    "policy": {
                        "block": {
                            "attributes": {"name": {"type": "string", "optional": True}},
                            "deprecated": True,
                        }
                    },
                    "timeouts": {"block": {"attributes": {"read": {"type": "string", "optional": True}}}},
                },
            }
        }
    },
}

LINK = "{@link https://a/docs#%s SqsQueue#%s}"


def argument(name: str, terraform: str, kind: Any = None) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind or {"primitive": "string"},
        "docs": {"summary": f"See {{@link https://a#other}}. {LINK % (terraform, terraform)}"},
    }


def attribute(name: str) -> dict[str, Any]:
    return {"name": name, "type": {"primitive": "string"}}


# The classes of a queue.
RULE = {
    "union": {
        "types": [{"fqn": "cdktn.I"}, {"collection": {"elementtype": {"fqn": "p.sqsQueue.SqsQueueRule"}}}]
    }
}
TYPES = {
    "p.sqsQueue.SqsQueueAConfig": {
        "properties": [
            argument("name", "name"),
            argument("self_", "self"),
            argument("rule", "rule", RULE),
        ]
    },
    "p.sqsQueue.SqsQueueA": {"properties": [attribute("urlInput"), attribute("ipv6Url"), attribute("name")]},
    "p.sqsQueue.SqsQueueRule": {"properties": [argument("toPort", "to_port")]},
}


def write_bindings(folder: Path, version: str) -> None:
    """Write them into a wheel as jsii packs them."""
    members = {
        "package/.jsii": {"name": "p", "version": "1.0", "types": TYPES},
        "package/package.json": {"cdktf": {"provider": {"version": version}}},
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, document in members.items():
            data = json.dumps(document).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    with zipfile.ZipFile(folder / "cdktn_provider_aws-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a/_jsii/p@1.0.jsii.tgz", packed.getvalue())


QUEUE = '''
class Queue(pulumi.CustomResource):
    @pulumi.getter
    def name(self) -> pulumi.Output[str]: ...
    @pulumi.getter(name="ipv6Url")
    @_utilities.deprecated("""Use name instead.""")
    def ipv6_url(self) -> pulumi.Output[str]: ...
    @pulumi.getter
    def self(self) -> pulumi.Output[str]: ...
    @pulumi.getter
    def rules(self) -> pulumi.Output[Sequence['outputs.QueueRule']]: ...
'''
OUTPUTS = '''
class QueueRule(dict):
    @pulumi.getter(name="toPort")
    @_utilities.deprecated("""Ports are gone.""")
    def to_port(self) -> int: ...
'''


def write_bridge(folder: Path, queue: str = QUEUE) -> None:
    with zipfile.ZipFile(folder / "pulumi_aws-7.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pulumi_aws/sqs/queue.py", queue)
        wheel.writestr("pulumi_aws/sqs/outputs.py", OUTPUTS)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one queue, in a world where the newest provider is 6.1.0."""
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform/main.tf").write_text(
        'resource "aws_sqs_queue" "a" {}\nresource "aws_gone" "a" {}\n'
    )
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(refresh, "ALSO_KEPT", set())
    monkeypatch.setattr(installed, "_terraform", lambda _: json.dumps({"provider_schemas": {"aws": PRINTED}}))
    monkeypatch.setattr(refresh, "pip_download", download("6.1.0"))
    return tmp_path / "tests/schemas/terraform"


def download(version: str, queue: str = QUEUE) -> Any:
    def write(package: str, *arguments: str) -> None:
        folder = Path(arguments[-1])
        if package == deprecations.PACKAGE:
            write_bridge(folder, queue)
        else:
            write_bindings(folder, version)

    return write


def test_the_oldest_version_is_what_terraform_prints(kept: Path) -> None:
    refresh.refresh()
    document = json.loads((kept / "aws-oldest.json").read_text())
    assert document["resource"]["aws_sqs_queue"] == {
        "arguments": ["name", "old", "rules"],
        "attributes": ["arn"],
        # A block may be, too.
        "deprecated": {"old": "", "policy": ""},
        "inner": {
            "policy": {"arguments": ["name"]},
            "rules": {"arguments": ["port"]},
            "timeouts": {"arguments": ["read"]},
        },
    }


def test_the_newest_version_has_names_from_one_package_and_deprecations_from_another(kept: Path) -> None:
    refresh.refresh()
    document = json.loads((kept / "aws-newest.json").read_text())
    assert (document["version"], document["sources"]) == (
        "6.1.0",
        ["cdktn-provider-aws 1.0", "pulumi-aws 7.1 (deprecations)"],
    )
    assert document["resource"]["aws_sqs_queue"] == {
        "arguments": ["name", "rule", "self"],
        "attributes": ["ipv6_url"],
        "deprecated": {"ipv6_url": "Use name instead."},
        "inner": {"rule": {"arguments": ["to_port"], "deprecated": {"to_port": "Ports are gone."}}},
    }


def test_what_a_version_does_not_have_is_named(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refresh.refresh()
    assert capsys.readouterr().err.splitlines() == [
        "provider 5.100.0 has no resource aws_gone",
        "provider 6.1.0 has no resource aws_gone",
    ]


def test_packages_of_another_major_version_are_refused(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "pip_download", download("7.0.0"))
    with pytest.raises(OperationError, match=r"cdktn-provider-aws 1\.0 is of provider 7\.0\.0"):
        refresh.refresh()
    assert not (kept / "aws-newest.json").exists()


def test_a_resource_that_nothing_in_pulumi_is_like_is_refused(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = QUEUE.replace("ipv6_url", "other").replace("rules", "others")
    monkeypatch.setattr(refresh, "pip_download", download("6.1.0", other))
    with pytest.raises(OperationError, match="pulumi-aws has nothing like resource aws_sqs_queue"):
        refresh.refresh()
