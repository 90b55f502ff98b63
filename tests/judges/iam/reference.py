"""AWS's service authorization reference, as tests/schemas/iam has it."""

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas/iam"


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action, the ARNs that its resource types have, and the condition keys that a request for it has."""

    name: str
    templates: tuple[str, ...]
    keys: frozenset[str]


@functools.cache
def services() -> set[str]:
    """The prefixes of the services that are in the reference."""
    return {file.stem for file in SCHEMAS.glob("*.json")} - {"source", "global"}


@functools.cache
def actions_of(service: str) -> Mapping[str, Action]:
    """Every action of a service by its name in lower case, with the service before it."""
    content = _content(service)
    return {
        f"{service}:{name}".lower(): _action(f"{service}:{name}", action, content["resources"])
        for name, action in content["actions"].items()
    }


def matching(pattern: str) -> list[Action]:
    """The actions that a policy's `Action` names, with * and ? as IAM reads them, in upper or lower case."""
    service = pattern.partition(":")[0].lower()
    if service not in services():
        return []
    named = re.compile(re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", "."))
    return [action for name, action in actions_of(service).items() if named.fullmatch(name)]


def key_type(key: str) -> str | None:
    """The type of a condition key, such as `String` or `ArrayOfString`; None if no service has such a key."""
    service = key.partition(":")[0].lower()
    sources = ["global", *([service] if service in services() else [])]
    for source in sources:
        for name, kind in _content(source)["keys"].items():
            if same_key(key, name):
                return str(kind)
    return None


def is_global(key: str) -> bool:
    """Whether a request for any action can have the key."""
    return any(same_key(key, name) for name in _content("global")["keys"])


def same_key(key: str, name: str) -> bool:
    """Whether `key` is the one that the reference calls `name`, which may end in a variable: ${TagKey}."""
    head, variable, _ = name.lower().partition("${")
    if not variable:
        return key.lower() == head
    return key.lower().startswith(head) and len(key) > len(head)


def _action(name: str, action: Mapping[str, Any], resources: Mapping[str, Any]) -> Action:
    # The reference writes a type in two ways: Secret and secret.
    named = {kind.lower(): about for kind, about in resources.items()}
    types = [named[kind.lower()] for kind in action["resources"] if kind.lower() in named]
    keys = {key for kind in types for key in kind["keys"]} | set(action["keys"])
    return Action(name=name, templates=tuple(kind["arn"] for kind in types), keys=frozenset(keys))


@functools.cache
def _content(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
