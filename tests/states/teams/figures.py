"""Figures of an adoption: resources and seconds of applies, sizes of policies, seconds of plans.

Usage: EDGE_PORT=PORT python -m tests.states.teams.figures [FOLDER...]. Needs `make setup zip`, starts a
local cloud and stops it. Each FOLDER is the terraform/examples/smallest of another checkout, to compare with.
One line for each figure, with the load of the machine, which the seconds depend on; nothing is judged.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.integration import trial
from tests.integration.helpers import clients_of, pack
from tests.states.teams.states import ROOTS, Teams

from operations import paths
from operations.local import cloud

BUCKET = "figures-release"
TIMES = 3
DATA = "data = { deletion_protection = false, force_destroy = true }"
ROLES = ("dispatcher", "reporter", "reconciler")


def say(what: str, **figures: Any) -> None:
    load = os.getloadavg()[0]
    print(
        f"{what}: {', '.join(f'{name} {value}' for name, value in figures.items())} (load {load:.0f})",
        flush=True,
    )


def smallest(endpoint: str, example: Path, packages: dict[str, Any], folder: Path) -> None:
    """Apply an example several times, each time from nothing, and say how many resources and seconds."""
    copy = folder / "terraform/examples/smallest"
    shutil.copytree(example, copy, ignore=shutil.ignore_patterns(".terraform*", "tests"))
    (folder / "terraform/modules").symlink_to(example.parents[1] / "modules")
    values = {
        "packages": packages,
        "function_arn": f"arn:aws:lambda:{trial.REGION}:{trial.ACCOUNT}:function:letter",
        "role_name": "letter",
    }
    (copy / "terraform.tfvars.json").write_text(json.dumps(values))
    # So that it can be destroyed.
    main = copy / "main.tf"
    main.write_text(re.sub(r'( *name *= "letters"\n)', rf"\1  {DATA}\n", main.read_text(), count=1))
    run(endpoint, paths.TERRAFORM_INIT, copy)
    seconds, count = [], ""
    for _ in range(TIMES):
        began = time.monotonic()
        out = run(endpoint, "terraform", f"-chdir={copy}", "apply", "-auto-approve", "-no-color")
        seconds.append(round(time.monotonic() - began))
        count = re.findall(r"(\d+) added", out)[0]
        run(endpoint, "terraform", f"-chdir={copy}", "destroy", "-auto-approve")
    say(
        f"smallest of {example.parents[2].name}",
        resources=count,
        seconds=seconds,
        median=statistics.median(seconds),
    )


def run(endpoint: str, *command: str | Path) -> str:
    environment = {**os.environ, **trial.environment(endpoint)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr}"
    return done.stdout


def others(teams: Teams) -> None:
    """One more activity from a second state, by backend."""
    for backend in ("lambda", "ecs", "batch"):
        teams.variables.pop("another", None)
        began = time.monotonic()
        code, said = teams.try_to_apply("another", stack="plane", backend=backend)
        assert code == 0, said
        seconds = time.monotonic() - began
        say(
            f"an activity more, {backend}",
            resources=re.findall(r"(\d+) added", said)[0],
            seconds=round(seconds, 1),
        )
        teams.destroy("another")


def hundred(teams: Teams, client: Any) -> None:
    """A hundred activities in one control plane."""
    sizes(client, "with the first activities")
    began = time.monotonic()
    code, said = teams.try_to_apply("hundred", stack="plane")
    assert code == 0, said
    say(
        "100 activities on a backend",
        added=re.findall(r"(\d+) added", said)[0],
        seconds=round(time.monotonic() - began),
    )
    sizes(client, "with 100 more")
    for name in ("plane", "hundred"):
        began = time.monotonic()
        code, said = teams.plan(name)
        assert code == 0, said
        say(f"plan of {name}", seconds=round(time.monotonic() - began, 1))


def sizes(client: Any, when: str) -> None:
    """The characters of the roles' inline policies, which AWS limits to 10,240 a role, without spaces."""
    iam = client("iam")
    found = {}
    for role in ROLES:
        names = iam.list_role_policies(RoleName=f"plane-{role}")["PolicyNames"]
        documents = [
            iam.get_role_policy(RoleName=f"plane-{role}", PolicyName=name)["PolicyDocument"] for name in names
        ]
        found[role] = sum(len(json.dumps(one, separators=(",", ":"))) for one in documents)
    say(f"policies {when}", **found)


def main(examples: list[Path]) -> None:
    os.environ.pop("TF_CLI_CONFIG_FILE", None)
    with cloud.running() as running, tempfile.TemporaryDirectory() as folder:
        client, base = clients_of(running.endpoint), Path(folder)
        packages = trial.upload_zips(client, BUCKET)
        package = pack(base / "echo.zip", {"echo.py": trial.ECHO})
        trial.create_function(client, "letter", "letters", package)
        for number, example in enumerate([paths.ROOT / "terraform/examples/smallest", *examples]):
            smallest(running.endpoint, example, packages, base / str(number))
        teams = Teams(endpoint=running.endpoint, client=client, folder=base)
        teams.apply("plane")
        others(teams)
        hundred(teams, client)


if __name__ == "__main__":
    assert ROOTS.is_dir()
    main([Path(given).resolve() for given in sys.argv[1:]])
