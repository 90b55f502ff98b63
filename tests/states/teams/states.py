"""The three Terraform states of two teams that share a control plane, and what their jobs do."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localstack_client.session import Session
from tests.integration.helpers import pack

from activity_dispatch_cli import execution
from operations import paths

ROOTS = Path(__file__).parent
INIT_SECONDS = 300
APPLY_SECONDS = 500
ACCOUNT = "000000000000"
REGION = "eu-west-1"
FOLD = """
from activity_dispatch import processing_handler

@processing_handler
def handle(job_input):
    return {"by": "fold", "input": job_input}
"""
# What an image of team red does, once the gate is open; a line in its file for each start.
PROGRAM = """
echo start >> {folder}/{name}
until [ -e {folder}/gate ]; do sleep 0.2; done
printf '{{"by": "{name}", "input": %s}}' "$(cat)"
"""
IMAGES = ("red-sketch", "red-paint", "red-print", "red-other")


def arn_of(name: str) -> str:
    return f"arn:aws:states:{REGION}:{ACCOUNT}:activity:plane-{name}"


def clients_as(client: Callable[[str], Any], endpoint: str, role: str) -> Callable[[str], Any]:
    """Return a function that creates clients with the credentials of a role."""
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/plane-teams/{role}"
    given = client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    session = Session(
        localstack_host=endpoint.removeprefix("http://"),
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    create: Callable[[str], Any] = session.client
    return create


@dataclass(kw_only=True)
class Teams:
    """The states, each applied with a role of its own; and the control plane's plan after each step."""

    endpoint: str
    client: Callable[[str], Any]
    # Where programs write that they have started, and wait for the file `gate`.
    folder: Path
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    # Exit codes of `plan -detailed-exitcode` of the control plane, by what had been done before.
    plans: dict[str, int] = field(default_factory=dict)

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    def begin(self) -> "Teams":
        """Apply the control plane, then each team's state; plan the control plane after each."""
        self.gate.touch()
        self.apply("plane")
        self.plan_control_plane("the control plane alone")
        package = pack(self.folder / "fold.zip", {"fold.py": FOLD}).read_bytes()
        self.client("s3").put_object(
            Bucket=self.outputs["plane"]["code_bucket"], Key="blue/fold.zip", Body=package
        )
        self.apply("red")
        self.plan_control_plane("team red's three activities")
        self.apply("blue", package=base64.b64encode(hashlib.sha256(package).digest()).decode())
        self.plan_control_plane("team blue's activity")
        return self

    def end(self) -> None:
        for name in ("blue", "red", "plane"):
            if name in self.variables:
                self.destroy(name)

    def apply(self, name: str, **variables: Any) -> None:
        code, said = self.try_to_apply(name, **variables)
        assert code == 0, said

    def try_to_apply(self, name: str, **variables: Any) -> tuple[int, str]:
        """Apply a state; return Terraform's exit code and what it says."""
        if name not in self.variables:
            # Not by operations.process, which handles signals: this may be another thread.
            subprocess.run([paths.TERRAFORM_INIT, ROOTS / name], timeout=INIT_SECONDS, check=True)
        self.variables.setdefault(name, {"endpoint": self.endpoint}).update(variables)
        code, said = self._terraform(name, "apply", "-auto-approve")
        if code == 0:
            shown = json.loads(self._terraform(name, "output", "-json")[1])
            self.outputs[name] = {key: output["value"] for key, output in shown.items()}
        return code, said

    def destroy(self, name: str) -> None:
        code, said = self._terraform(name, "destroy", "-auto-approve")
        assert code == 0, said

    def plan(self, name: str) -> tuple[int, str]:
        """Return the exit code of `plan -detailed-exitcode`, 0 for no changes, and the plan."""
        return self._terraform(name, "plan", "-detailed-exitcode")

    def _terraform(self, name: str, command: str, *options: str) -> tuple[int, str]:
        variables = {
            f"TF_VAR_{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in self.variables[name].items()
        }
        changing = () if command == "output" else ("-input=false", "-no-color", "-parallelism=30")
        done = subprocess.run(
            ["terraform", f"-chdir={ROOTS / name}", command, *changing, *options],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=APPLY_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def plan_control_plane(self, after: str) -> None:
        self.plans[after], shown = self.plan("plane")
        assert self.plans[after] == 0, f"after {after}: {shown}"

    def start(self, machine: str, document: Any) -> str:
        return execution.start(self.client("stepfunctions"), machine, document)

    def machine(self, name: str) -> str:
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:plane-{name}"

    def starts(self) -> Mapping[str, int]:
        """How often each of team red's programs has started."""
        files = {name: self.folder / name for name in IMAGES}
        return {
            name: len(file.read_text().splitlines()) if file.exists() else 0 for name, file in files.items()
        }

    def item(self, key: str) -> dict[str, Any] | None:
        found = self.client("dynamodb").get_item(TableName="plane-tasks", Key={"task_id": {"S": key}})
        item: dict[str, Any] | None = found.get("Item")
        return item

    def tasks(self) -> list[dict[str, Any]]:
        items = self.client("dynamodb").scan(TableName="plane-tasks")["Items"]
        return [item for item in items if "#" not in item["task_id"]["S"]]

    def map_images(self) -> None:
        """Give the cloud team red's images."""
        known = json.loads(paths.CLOUD_IMAGES.read_text())
        for name in IMAGES:
            program = PROGRAM.format(folder=self.folder, name=name)
            known[name] = {"argv": [str(paths.TASK_WORKER), "--"], "command": ["sh", "-c", program]}
        # Its definition says what it runs.
        known["red-engrave"] = {"argv": [str(paths.TASK_WORKER), "--"]}
        paths.CLOUD_IMAGES.write_text(json.dumps(known))


def forget() -> None:
    """Remove the states of a cloud that no longer exists."""
    shutil.rmtree(paths.ROOT / "build/teams", ignore_errors=True)
