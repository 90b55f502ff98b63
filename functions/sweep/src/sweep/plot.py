"""The learning curves as SVG, drawn without a library: the function stays at a few kilobytes."""

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 860, 420
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 36, 600, 370
_COLOURS = ("#2b6cb0", "#c53030", "#2f855a", "#b7791f", "#6b46c1", "#0987a0", "#b83280", "#4a5568")
_MAX_IN_LEGEND = 20

type Curve = Sequence[tuple[int, float]]


def learning_curves(curves: Mapping[str, Curve], *, title: str, best: str) -> str:
    """Return the plot: a line for each training, by its label; the best one is thick.

    A curve is a list of epochs and values; values that are not finite are left out.
    """
    shown = {label: [point for point in curve if math.isfinite(point[1])] for label, curve in curves.items()}
    points = [point for curve in shown.values() for point in curve] or [(1, 0.0)]
    epochs, values = [point[0] for point in points], [point[1] for point in points]
    scale = _Scale((min(epochs), max(epochs)), (min(values), max(values)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>',
        *scale.axes(),
    ]
    for index, (label, curve) in enumerate(shown.items()):
        parts += _line(scale, curve, index, thick=label == best)
        if index < _MAX_IN_LEGEND:
            parts += _legend(label, index, bold=label == best)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Converts epochs and values to coordinates."""

    def __init__(self, epochs: tuple[int, int], values: tuple[float, float]) -> None:
        self._epochs, self._values = epochs, values

    def x(self, epoch: float) -> float:
        first, last = self._epochs
        return _LEFT + (epoch - first) / max(last - first, 1) * (_RIGHT - _LEFT)

    def y(self, value: float) -> float:
        low, high = self._values
        return _BOTTOM - (value - low) / ((high - low) or 1) * (_BOTTOM - _TOP)

    def axes(self) -> list[str]:
        low, high = self._values
        parts = [
            f'<rect x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}" fill="none" '
            'stroke="#999"/>',
            f'<text x="{(_LEFT + _RIGHT) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">epoch</text>',
        ]
        for step in range(5):
            value = low + (high - low) * step / 4
            parts.append(
                f'<text x="{_LEFT - 6}" y="{self.y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>'
            )
        parts += [
            f'<text x="{self.x(epoch):.1f}" y="{_BOTTOM + 16}" text-anchor="middle">{epoch}</text>'
            for epoch in sorted({*self._epochs, sum(self._epochs) // 2})
        ]
        return parts


def _line(scale: _Scale, curve: Curve, index: int, *, thick: bool) -> list[str]:
    if not curve:
        return []
    places = " ".join(f"{scale.x(epoch):.1f},{scale.y(value):.1f}" for epoch, value in curve)
    colour, width = _COLOURS[index % len(_COLOURS)], 3 if thick else 1.5
    dots = [
        f'<circle cx="{scale.x(epoch):.1f}" cy="{scale.y(value):.1f}" r="2.5" fill="{colour}"/>'
        for epoch, value in curve
        if len(curve) == 1
    ]
    return [f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}"/>', *dots]


def _legend(label: str, index: int, *, bold: bool) -> list[str]:
    top = _TOP + 8 + index * 17
    weight = ' font-weight="bold"' if bold else ""
    colour = _COLOURS[index % len(_COLOURS)]
    return [
        f'<rect x="{_RIGHT + 16}" y="{top - 8}" width="12" height="4" fill="{colour}"/>',
        f'<text x="{_RIGHT + 34}" y="{top}" font-size="11"{weight}>{escape(label)}</text>',
    ]
