"""build/ENV/outputs.json: what a deploy leaves for the commands that come after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The stack's Terraform outputs. `endpoint` is None on AWS, `stack_name` up to release 0.1.0."""

    endpoint: str | None
    region: str
    stack_name: str | None
    data_bucket: str
    activities: Mapping[str, str]
    state_machines: Mapping[str, str]
    functions: Mapping[str, Mapping[str, str]]
    document: Mapping[str, Any]


def parse(document: Mapping[str, Any]) -> Outputs:
    return Outputs(
        endpoint=document.get("endpoint"),
        region=document["region"],
        stack_name=document.get("stack_name"),
        data_bucket=document["data_bucket"],
        activities=document["activities"],
        state_machines=document["state_machines"],
        functions=document["functions"],
        document=document,
    )


def load(env: str) -> Outputs:
    """Return the outputs of the last deploy of `env`; OperationError when there was none."""
    file = paths.outputs_file(env)
    first = "make local-up" if env == LOCAL else f"make deploy ENV={env}"
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise OperationError(f"nothing is deployed in {env}: run `{first}` first") from None
    except (json.JSONDecodeError, KeyError) as error:
        shown = file.relative_to(paths.ROOT)
        raise OperationError(f"{shown} was not written by this version ({error!r}): run `{first}`") from None


def exist(env: str) -> bool:
    """Return whether `env` was deployed from this machine."""
    return paths.outputs_file(env).is_file()


def save(env: str, terraform_output: str) -> Outputs:
    """Write the values of `terraform output -json` and return them."""
    document = {name: entry["value"] for name, entry in json.loads(terraform_output).items()}
    # An environment in an account has a single output, which holds all of the stack's.
    document |= document.pop("stack", {})
    file = paths.outputs_file(env)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return parse(document)
