"""The training: an epoch depends on the seed, its number and the state before it, and nothing else.

So an interrupted and resumed training ends exactly like an uninterrupted one.
"""

import io
import logging
import math
import pickle
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

from training import checkpoints, network
from training.checkpoints import Store
from training.data import CLASSES, Digits
from training.history import Epoch, History
from training.hyperparameters import Hyperparameters

LOG = logging.getLogger(__name__)

# So large that epochs of trainings with different seeds never share a seed.
_SEED_STEP = 100_003


class Diverged(Exception):
    """The loss is no longer a number; the message names the epoch."""


@dataclass(kw_only=True)
class Trainer:
    """One training's state."""

    hyperparameters: Hyperparameters
    digits: Digits
    device: torch.device

    def __post_init__(self) -> None:
        """Create the network, with weights from the seed."""
        wanted = self.hyperparameters
        self.history = History(of=wanted.epochs)
        torch.manual_seed(wanted.seed)
        self.net = network.make(wanted.channels, wanted.dropout).to(self.device)
        self.optimizer = torch.optim.SGD(
            self.net.parameters(), lr=wanted.learning_rate, momentum=wanted.momentum
        )
        self.loss = nn.CrossEntropyLoss()

    def resume(self, store: Store) -> int:
        """Resume from the newest checkpoint that can be read; return its epoch, or 0."""
        for epoch, content in checkpoints.newest(store):
            try:
                state = torch.load(io.BytesIO(content), map_location=self.device, weights_only=True)
            except (RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
                LOG.warning("checkpoint of epoch %d cannot be read: %s", epoch, error)
                continue
            if state["hyperparameters"] != asdict(self.hyperparameters):
                LOG.warning("checkpoint of epoch %d belongs to another training: ignored", epoch)
                continue
            self.net.load_state_dict(state["net"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.history = History.from_json(state["history"])
            self.history.resumed_after.append(epoch)
            return epoch
        return 0

    def epochs(self, first: int) -> Iterator[Epoch]:
        """Train the epochs from `first` on, yielding the figures of each. Raises Diverged."""
        for number in range(first, self.hyperparameters.epochs + 1):
            train_loss = self._train(number)
            outputs = self._validate()
            validation_loss = float(self.loss(outputs, self.digits.validation_y))
            if not (math.isfinite(train_loss) and math.isfinite(validation_loss)):
                raise Diverged(
                    f"the training diverged: the loss is {train_loss} in epoch {number} of "
                    f"{self.hyperparameters.epochs} (validation: {validation_loss})"
                )
            right = (outputs.argmax(dim=1) == self.digits.validation_y).double().mean()
            epoch = Epoch(
                epoch=number,
                train_loss=train_loss,
                validation_loss=validation_loss,
                validation_accuracy=float(right),
            )
            self.history.epochs.append(epoch)
            yield epoch

    def checkpoint(self) -> bytes:
        """Return everything that `resume` needs."""
        return _saved(
            {
                "hyperparameters": asdict(self.hyperparameters),
                "net": self.net.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "history": self.history.to_json(),
            }
        )

    def model(self) -> bytes:
        """Return the network: its weights, and what is needed to rebuild it."""
        wanted = self.hyperparameters
        return _saved(
            {"channels": wanted.channels, "dropout": wanted.dropout, "weights": self.net.state_dict()}
        )

    def confusion(self) -> list[list[int]]:
        """Return how often each digit (row) was predicted as each digit (column)."""
        predicted = self._validate().argmax(dim=1)
        pairs = self.digits.validation_y * CLASSES + predicted
        counts = torch.zeros(CLASSES * CLASSES, dtype=torch.int64)
        for pair in pairs.tolist():
            counts[pair] += 1
        rows: list[list[int]] = counts.reshape(CLASSES, CLASSES).tolist()
        return rows

    def _train(self, number: int) -> float:
        # Decides the order of the pictures and what dropout drops.
        torch.manual_seed(self.hyperparameters.seed * _SEED_STEP + number)
        self.net.train()
        order = torch.randperm(len(self.digits.train_y)).to(self.device)
        total = torch.zeros((), device=self.device)
        for batch in order.split(self.hyperparameters.batch_size):
            self.optimizer.zero_grad()
            loss = self.loss(self.net(self.digits.train_x[batch]), self.digits.train_y[batch])
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(batch)
        return float(total) / len(order)

    def _validate(self) -> torch.Tensor:
        self.net.eval()
        with torch.no_grad():
            outputs: torch.Tensor = self.net(self.digits.validation_x)
        return outputs


def _saved(state: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()
