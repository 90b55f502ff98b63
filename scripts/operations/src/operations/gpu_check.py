"""`make gpu-check`: the training of images/training learns, stops and resumes on a GPU.

It trains once undisturbed, once with a SIGTERM in between, and compares the two. The check runs on a CPU too,
which is how its own tests run it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations import exits, paths
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCHS = 6
HYPERPARAMETERS = {"epochs": EPOCHS, "seed": 7, "batch_size": 16}
LEAST_ACCURACY = 0.97
INTERRUPTED_AFTER = 2
# The program's code for an interruption: 128 + SIGTERM.
INTERRUPTED = 143
SECONDS = 300.0
NEEDED = (
    "It needs an NVIDIA GPU and a PyTorch with CUDA, as images/training/requirements.txt has it:"
    " TRAINING_PYTHON names the interpreter."
)
PROBE = """
import json
try:
    import torch
except ImportError as error:
    print(json.dumps({"problem": f"it has no PyTorch ({error})"}))
else:
    cuda = torch.cuda.is_available()
    print(json.dumps({
        "torch": torch.__version__,
        "gpu": torch.cuda.get_device_name() if cuda else None,
        "problem": None if cuda else f"PyTorch {torch.__version__} (CUDA: {torch.version.cuda}) finds no GPU",
    }))
"""


@dataclass(frozen=True, kw_only=True)
class _Training:
    """A container of SageMaker's, below `base`."""

    python: Path
    device: str
    base: Path

    def start(self) -> subprocess.Popen[str]:
        config = self.base / "input/config"
        config.mkdir(parents=True, exist_ok=True)
        texts = {name: str(value) for name, value in HYPERPARAMETERS.items()}
        (config / "hyperparameters.json").write_text(json.dumps(texts), encoding="utf-8")
        # An empty list hides every GPU from the training, which then takes the CPU.
        hidden = {} if self.device == "cuda" else {"CUDA_VISIBLE_DEVICES": ""}
        source = {"PYTHONPATH": str(paths.TRAINING_IMAGE / "src"), "SAGEMAKER_BASE_DIR": str(self.base)}
        return subprocess.Popen(
            [str(self.python), "-m", "training", "train"],
            env={**os.environ, **source, **hidden},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *, interrupted_after: int = 0) -> None:
        """Run it to its end, or to the SIGTERM after an epoch. Raises OperationError if it ends otherwise."""
        lines = []
        with self.start() as process:
            for line in _lines(process):
                lines.append(line)
                if interrupted_after and line.startswith(f"epoch={interrupted_after}/"):
                    process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=SECONDS)
        wanted = INTERRUPTED if interrupted_after else 0
        if code != wanted:
            raise OperationError(f"the training ended with {code}, not {wanted}", detail="\n".join(lines))

    def result(self) -> Any:
        return json.loads((self.base / "model/metrics.json").read_text(encoding="utf-8"))


def check(python: str, device: str) -> int:
    """Check the training with this interpreter on `cuda` or `cpu`.

    Returns exits.NOT_HERE without a GPU, or without PyTorch. Raises OperationError if the training does not
    do what it promises.
    """
    found = _probe(Path(python))
    if found["problem"] and (device == "cuda" or "torch" not in found):
        print(f"NO GPU CHECK: {python}: {found['problem']}.", NEEDED, sep="\n")
        return exits.NOT_HERE
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = _Training(python=Path(python), device=device, base=Path(folder) / "undisturbed")
        undisturbed.run()
        resumed = _Training(python=Path(python), device=device, base=Path(folder) / "resumed")
        resumed.run(interrupted_after=INTERRUPTED_AFTER)
        resumed.run()
        result = resumed.result()
        problems = list(_problems(undisturbed.result(), result, device))
    if problems:
        raise OperationError(f"the training on {device}: {'; '.join(problems)}")
    print(
        f"The training on {found['gpu'] if device == 'cuda' else 'the CPU'}, PyTorch {found['torch']}:\n"
        f"accuracy {result['metrics']['validation_accuracy']:.4f} after {EPOCHS} epochs, interrupted after"
        f" {INTERRUPTED_AFTER} and resumed with the same result,\n"
        f"with {result['peak_gpu_bytes']:,} bytes of the GPU's memory."
    )
    return 0


def _problems(undisturbed: Any, resumed: Any, device: str) -> Iterator[str]:
    if (used := resumed["device"]) != device:
        yield f"it used {used}"
    # What it allocated there, as PyTorch counts it, so that a device that is only named does not pass.
    if (resumed["peak_gpu_bytes"] > 0) != (device == "cuda"):
        yield f"it allocated {resumed['peak_gpu_bytes']} bytes of a GPU's memory"
    if (accuracy := resumed["metrics"]["validation_accuracy"]) < LEAST_ACCURACY:
        yield f"its accuracy is {accuracy:.4f}, less than {LEAST_ACCURACY}"
    after = resumed["history"]["resumed_after"]
    # An epoch is printed once it is computed, and saved right afterwards: the last one may be lost.
    if len(after) != 1 or not INTERRUPTED_AFTER - 1 <= after[0] < EPOCHS:
        yield f"it resumed after {after}"
    for what in ("metrics", "confusion"):
        if undisturbed[what] != resumed[what]:
            yield f"interrupted and resumed, its {what} are {resumed[what]}, undisturbed {undisturbed[what]}"


def _probe(python: Path) -> Any:
    try:
        done = subprocess.run([str(python), "-c", PROBE], capture_output=True, text=True, check=False)
    except OSError as error:
        return {"problem": f"it cannot be run ({error.strerror})"}
    if done.returncode != 0:
        return {"problem": f"it fails: {done.stderr.strip()[-200:]}"}
    return json.loads(done.stdout)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout or ():
        yield line.rstrip()
