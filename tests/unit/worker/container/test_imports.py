"""What a container's worker imports before its program starts."""

import subprocess
import sys

PROGRAM = (
    "import activity_dispatch.worker.container.start, activity_dispatch.worker.container.function, sys;"
    "print(*sys.modules)"
)


def test_the_worker_imports_nothing_that_only_functions_need() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "activity_dispatch.lifecycle.settler" in imported
    assert not {name for name in imported if name.startswith("aws_lambda_powertools")}
    assert "activity_dispatch.observe.emf" not in imported
