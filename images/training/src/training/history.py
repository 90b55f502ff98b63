"""A training's history: one entry per epoch, and where it was resumed."""

import json
from dataclasses import asdict, dataclass, field

FILE = "history.json"


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One epoch's figures: losses are mean cross-entropies, accuracies are fractions from 0 to 1."""

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float

    def line(self, epochs: int) -> str:
        """Return a line for the log, which SageMaker's metric definitions match."""
        return (
            f"epoch={self.epoch}/{epochs} train_loss={self.train_loss:.6f} "
            f"validation_loss={self.validation_loss:.6f} validation_accuracy={self.validation_accuracy:.6f}"
        )


@dataclass(kw_only=True)
class History:
    """All epochs in order, how many are planned, and after which ones an interrupted training resumed."""

    of: int
    epochs: list[Epoch] = field(default_factory=list)
    resumed_after: list[int] = field(default_factory=list)

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "History":
        """Read what `to_json` wrote."""
        document = json.loads(text)
        epochs = [Epoch(**item) for item in document["epochs"]]
        return cls(of=document["of"], epochs=epochs, resumed_after=document["resumed_after"])
