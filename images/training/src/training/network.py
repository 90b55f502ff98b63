"""The network: two convolutions, pooling, dropout and a linear layer."""

import torch
from torch import nn

from training.data import CLASSES

_POOLED = 4 * 4


def make(channels: int, dropout: float) -> nn.Module:
    """Create a network for pictures of 8 by 8 pixels, with random weights."""
    return nn.Sequential(
        nn.Conv2d(1, channels, kernel_size=3, padding=1),
        nn.LeakyReLU(0.1),
        nn.Conv2d(channels, 2 * channels, kernel_size=3, padding=1),
        nn.LeakyReLU(0.1),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(2 * channels * _POOLED, CLASSES),
    )


def device() -> torch.device:
    """Return a CUDA device if there is one, otherwise the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
