"""The data: 1,797 pictures of digits, 8 by 8 pixels, which scikit-learn ships. Nothing is downloaded."""

from dataclasses import dataclass

import numpy
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

CLASSES = 10
_VALIDATION_SHARE = 0.25
# The same split for every training, whatever its seed, so that their accuracies can be compared.
_SPLIT_SEED = 20_240
_BRIGHTEST = 16.0


@dataclass(frozen=True, kw_only=True)
class Digits:
    """Pictures (N, 1, 8, 8) from 0 to 1 and their digits."""

    train_x: torch.Tensor
    train_y: torch.Tensor
    validation_x: torch.Tensor
    validation_y: torch.Tensor


def load(device: torch.device) -> Digits:
    """Load all digits onto the device; they take half a megabyte."""
    bunch = load_digits()
    pictures = (bunch.images / _BRIGHTEST).astype(numpy.float32)[:, None]
    split = train_test_split(
        pictures,
        bunch.target.astype(numpy.int64),
        test_size=_VALIDATION_SHARE,
        random_state=_SPLIT_SEED,
        stratify=bunch.target,
    )
    train_x, validation_x, train_y, validation_y = (torch.from_numpy(part).to(device) for part in split)
    return Digits(train_x=train_x, train_y=train_y, validation_x=validation_x, validation_y=validation_y)
