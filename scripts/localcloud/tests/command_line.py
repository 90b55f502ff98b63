"""The local cloud's command line, run as users run it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Cli:
    """One command line, with its state folder, port and environment."""

    state_dir: Path
    lambda_python: str
    port: int
    environment: Mapping[str, str]

    def arguments(self, command: str, *more: str) -> list[str]:
        """Return the complete command line."""
        start = ["--lambda-python", self.lambda_python, "--port", str(self.port)]
        extra = [*start, *more] if command == "start" else list(more)
        return [
            *(sys.executable, "-m", "localcloud", command, "--state-dir", str(self.state_dir)),
            *extra,
        ]

    def run(self, command: str, *more: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.arguments(command, *more),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
            env=dict(self.environment),
        )

    def pid(self) -> int:
        """Return the pid of the running LocalStack."""
        record = json.loads((self.state_dir / "localcloud.json").read_text(encoding="utf-8"))
        return int(record["pid"])
