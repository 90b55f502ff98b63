"""One training, from its newest checkpoint or from scratch, to its artefacts."""

import json
import logging
import os
from dataclasses import asdict
from typing import Any

import torch

from training import checkpoints, data, network, picture
from training.contracts import Contract
from training.history import FILE, Epoch
from training.hyperparameters import Hyperparameters
from training.trainer import Trainer

LOG = logging.getLogger(__name__)


def run(contract: Contract, hyperparameters: Hyperparameters) -> None:
    """Train, save a checkpoint after each epoch, and hand over model, metrics and picture.

    Raises Diverged if the loss is no longer a number.
    """
    device = _deterministic_device()
    trainer = Trainer(hyperparameters=hyperparameters, digits=data.load(device), device=device)
    store = contract.checkpoints()
    done = trainer.resume(store)
    LOG.info(
        "training on %s, %s: %s", device, f"after epoch {done}" if done else "from scratch", hyperparameters
    )
    for epoch in trainer.epochs(done + 1):
        print(epoch.line(hyperparameters.epochs), flush=True)
        checkpoints.save(store, epoch.epoch, trainer.checkpoint())
        store.write(FILE, trainer.history.to_json().encode())
        contract.progress({"epochs": hyperparameters.epochs, **_rounded(epoch)})
    metrics = asdict(trainer.history.epochs[-1])
    contract.finish(_artefacts(trainer, metrics), metrics)


def _artefacts(trainer: Trainer, metrics: dict[str, Any]) -> dict[str, bytes]:
    confusion = trainer.confusion()
    title = f"Validation accuracy {metrics['validation_accuracy']:.4f}"
    document = {
        "hyperparameters": asdict(trainer.hyperparameters),
        "metrics": metrics,
        "confusion": confusion,
        "history": json.loads(trainer.history.to_json()),
        "device": str(trainer.device),
        # Of the run that finished; 0 without a GPU.
        "peak_gpu_bytes": torch.cuda.max_memory_allocated(),
    }
    return {
        "model.pt": trainer.model(),
        "metrics.json": json.dumps(document, indent=2).encode(),
        "confusion-matrix.svg": picture.confusion_matrix(confusion, title).encode(),
    }


def _deterministic_device() -> torch.device:
    # https://pytorch.org/docs/stable/notes/randomness.html
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(mode=True)
    # Sums depend on the number of threads, and so small a network gains nothing from a second one.
    torch.set_num_threads(1)
    return network.device()


def _rounded(epoch: Epoch) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(epoch).items()}
