"""A Terraform root that is applied with the modules of 0.1.0's shape, and then moved to today's."""

import json
import os
import re
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.helpers import FAULTY, documented, pack
from tests.integration.trial import environment

from operations import paths
from operations.artifacts import zips

# The last commit with the modules dispatcher, backend-fargate, async-invocation and callback.
LAST_OF_0_1_0 = "cc093c9"
TRAINER = "moving-trainer"
RUN_SECONDS = 900
FOLDER = Path(__file__).parent
_HEADING = re.compile(r"^(?:Arguments|Settings) of .*?(?P<what>[\w-]+)(?: that keep its \w+):$", re.MULTILINE)


class Root:
    """The root's folder: `before` and `after` in it are the repository's trees."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder, self._endpoint = folder, endpoint

    def begin(self) -> "Root":
        """Apply it with the old modules."""
        self.write_before()
        self.init()
        self.apply()
        return self

    def write_before(self) -> None:
        """Get the old modules and functions from the repository's history; write a root that uses them."""
        before = self.folder / "before"
        archive = self.folder / "before.tar"
        _git("archive", "--output", archive, LAST_OF_0_1_0, "terraform/modules", "functions")
        with tarfile.open(archive) as tree:
            tree.extractall(before, filter="data")
        names = zips.functions(before)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: zips.build(name, before / f"zip/{name}.zip", root=before), names))
        (self.folder / "after").symlink_to(paths.ROOT)
        for name in ("root", "before"):
            shutil.copy(FOLDER / f"{name}.tf.txt", self.folder / f"{name}.tf")
        self._write_variables("before", before / "zip")

    def write_after(self) -> str:
        """Write the new calls and moved.tf, as docs/migration.md says; return what `make migrate` prints."""
        (self.folder / "state.json").write_text(self.terraform("show", "-json"))
        own = {"STATE=state.json": f"STATE={self.folder}/state.json", "TO=FOLDER": f"TO={self.folder}"}
        printed = documented("make migrate STATE=state.json TO=FOLDER", own)
        text = (FOLDER / "after.tf.txt").read_text()
        for what, lines in settings_in(printed).items():
            assert f"# SETTINGS {what}\n" in text, f"no place for the settings of {what}"
            text = text.replace(f"# SETTINGS {what}\n", lines)
        (self.folder / "before.tf").unlink()
        (self.folder / "after.tf").write_text(text)
        self._write_variables("after", paths.ROOT / "build/zip")
        return printed

    def init(self) -> None:
        _run([paths.TERRAFORM_INIT, self.folder], self.folder, environment(self._endpoint))

    def terraform(self, *arguments: str) -> str:
        return _run(["terraform", *arguments], self.folder, environment(self._endpoint))

    def apply(self, *arguments: str) -> None:
        self.terraform("apply", "-auto-approve", "-input=false", "-parallelism=30", *arguments)

    def plan(self, *arguments: str) -> list[dict[str, Any]]:
        """Write a plan to the file `plan`; return what it says of each resource."""
        self.terraform("plan", "-input=false", "-parallelism=30", "-out=plan", *arguments)
        changes = json.loads(self.terraform("show", "-json", "plan"))["resource_changes"]
        return [change for change in changes if change["mode"] == "managed"]

    def destroy(self) -> None:
        self.terraform("destroy", "-auto-approve", "-input=false", "-parallelism=30", "-var=paused=false")

    def _write_variables(self, release: str, packages: Path) -> None:
        package = self.folder / f"{release}.zip"
        pack(package, {"faulty.py": (FAULTY / "faulty.py").read_text()}, library=packages / "process.zip")
        variables = {"packages_dir": str(packages), "package": str(package)}
        (self.folder / "terraform.tfvars.json").write_text(json.dumps(variables))


def map_images(gate: Path) -> None:
    """Give the cloud an image whose training waits for a file."""
    known = json.loads(paths.CLOUD_IMAGES.read_text())
    trainer = {"argv": ["sh", "-c", f"until [ -e {gate} ]; do sleep 0.2; done"]}
    paths.CLOUD_IMAGES.write_text(json.dumps({**known, TRAINER: trainer}))


def settings_in(printed: str) -> dict[str, str]:
    """The arguments that `make migrate` prints, by what they are for: stack, batch."""
    parts = _HEADING.split(printed)
    return {what: text.split("\n\n")[1] + "\n" for what, text in zip(parts[1::2], parts[2::2], strict=True)}


def _git(*arguments: str | Path) -> None:
    command = ["git", "-c", "safe.directory=*", *map(str, arguments)]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the clone needs its history back to {LAST_OF_0_1_0}: {done.stderr}"


def _run(command: list[str | Path], folder: Path, variables: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]} {done.stderr[-6000:]}"
    return done.stdout
