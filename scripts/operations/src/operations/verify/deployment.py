"""terraform/verify beside an environment: made for one run, removed after it.

Its state and its variables are in build/ENV/verify, so that a run that died can be cleaned up by the next.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import outputs, paths
from operations.deploy.terraform import PARALLELISM
from operations.errors import OperationError
from operations.process import run
from operations.verify.world import Made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

INIT_SECONDS = 300.0
LIMIT_SECONDS = 1800.0
READ_SECONDS = 60.0
# Names of stacks have at most 24 characters here; "verify-", four more and "-" take 12.
MAX_SUFFIX = 12


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What is made for one run. `endpoint`: of a local cloud, None on AWS."""

    env: str
    endpoint: str | None

    @property
    def folder(self) -> Path:
        return paths.build_dir(self.env) / "verify"

    @property
    def package(self) -> Path:
        return self.folder / "job.zip"

    @property
    def log(self) -> Path:
        return self.folder / "terraform.log"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out, which would remove what this one made. OperationError while one is in."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OperationError(f"another `make verify ENV={self.env}` is running here") from None
            yield

    def is_left(self) -> bool:
        """Return whether an earlier run left something."""
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return False
        except json.JSONDecodeError as error:
            raise OperationError(f"{self._state.relative_to(paths.ROOT)} is no state: {error}") from None
        return bool(state.get("resources"))

    def apply(self, variables: Mapping[str, Any]) -> Made:
        """Create everything and return its outputs. OperationError when Terraform fails."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._variables.write_text(json.dumps(dict(variables), indent=2) + "\n", encoding="utf-8")
        self.log.unlink(missing_ok=True)
        self._init()
        self._terraform("apply", "-auto-approve", "-input=false", PARALLELISM, f"-var-file={self._variables}")
        done = run(
            self._command("output", "-json"),
            timeout_seconds=READ_SECONDS,
            env=self._environment(),
            capture=True,
        )
        if done.returncode != 0:
            raise OperationError(f"terraform output failed with exit code {done.returncode}")
        values = {name: entry["value"] for name, entry in json.loads(done.stdout).items()}
        return made_of(str(variables["name"]), values)

    def destroy(self) -> None:
        """Remove everything. OperationError says what to run if that fails."""
        if not self._variables.exists():
            return
        try:
            self._init()
            self._terraform(
                "destroy", "-auto-approve", "-input=false", PARALLELISM, f"-var-file={self._variables}"
            )
        except OperationError as error:
            raise OperationError(
                f"{error}: not everything was removed. `make verify ENV={self.env}` tries it again before it"
                f" starts; what is left is in {self._state.relative_to(paths.ROOT)}",
                detail=error.detail,
            ) from None
        for file in (self._state, self._state.with_suffix(".tfstate.backup"), self._variables):
            file.unlink(missing_ok=True)

    @property
    def _state(self) -> Path:
        return self.folder / "terraform.tfstate"

    @property
    def _variables(self) -> Path:
        return self.folder / "run.tfvars.json"

    def _init(self) -> None:
        backend = ["-reconfigure", f"-backend-config=path={self._state}"]
        command = [str(paths.TERRAFORM_INIT), str(paths.VERIFY), *backend]
        done = run(command, timeout_seconds=INIT_SECONDS, env=self._environment(), log=self.log)
        self._must_succeed("init", done.returncode)

    def _terraform(self, *args: str) -> None:
        done = run(self._command(*args), timeout_seconds=LIMIT_SECONDS, env=self._environment(), log=self.log)
        self._must_succeed(args[0], done.returncode)

    def _command(self, *args: str) -> list[str]:
        return ["terraform", f"-chdir={paths.VERIFY}", *args]

    def _environment(self) -> dict[str, str]:
        # Environments do not share a data folder: another one's run would change where the state is.
        local = {} if self.endpoint is None else {"AWS_ENDPOINT_URL": self.endpoint}
        return {
            "TF_DATA_DIR": str(self.folder / "terraform"),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "GOGC": os.environ.get("GOGC", "400"),
            **local,
        }

    def _must_succeed(self, verb: str, code: int) -> None:
        if code != 0:
            detail = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
            raise OperationError(f"terraform {verb} failed with exit code {code}", detail=detail)


def new_name(environment: str) -> str:
    """Return a name for a run. It ends like the environment's: none may begin with another's and a `-`."""
    return f"verify-{secrets.token_hex(2)}-{environment[:MAX_SUFFIX].rstrip('-')}"


def made_of(name: str, values: Mapping[str, Any]) -> Made:
    """Return terraform/verify's outputs as the checks need them."""
    return Made(
        name=name,
        stack=outputs.parse(values["stack"]),
        state_machines=values["state_machines"],
        unserved_activities=values["unserved_activities"],
        job_log_group=values["job_log_group"],
        queue_urls=values["queue_urls"],
        lag_log_group=values["lag_log_group"],
        chain_log_group=values["chain_log_group"],
    )
