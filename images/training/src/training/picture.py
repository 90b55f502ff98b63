"""The confusion matrix as a picture: SVG, which needs no library and opens in every browser."""

from collections.abc import Sequence

_CELL = 36
_MARGIN = 56


def confusion_matrix(counts: Sequence[Sequence[int]], title: str) -> str:
    """Return the picture: a row for each true digit, a column for each predicted one."""
    size = len(counts)
    edge = _MARGIN + size * _CELL + 8
    most = max(1, *(value for row in counts for value in row))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" width="{edge}" height="{edge}" '
        'font-family="sans-serif" font-size="12" text-anchor="middle">',
        f'<rect width="{edge}" height="{edge}" fill="white"/>',
        f'<text x="{edge / 2}" y="18">{title}</text>',
        f'<text x="{edge / 2}" y="34" font-size="10">across: predicted; down: true</text>',
    ]
    for index in range(size):
        middle = _MARGIN + (index + 0.5) * _CELL
        parts += [
            f'<text x="{middle}" y="{_MARGIN - 6}">{index}</text>',
            f'<text x="{_MARGIN - 12}" y="{middle + 4}">{index}</text>',
        ]
    for row, values in enumerate(counts):
        parts += [_cell(row, column, value, most) for column, value in enumerate(values)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _cell(row: int, column: int, value: int, most: int) -> str:
    left, top = _MARGIN + column * _CELL, _MARGIN + row * _CELL
    share = value / most
    colour = "#2b6cb0" if row == column else "#c53030"
    ink = "white" if share > 0.5 else "black"
    return (
        f'<rect x="{left}" y="{top}" width="{_CELL}" height="{_CELL}" fill="{colour}" '
        f'fill-opacity="{max(share, 0.15 if value else 0):.2f}" stroke="#ccc"/>'
        f'<text x="{left + _CELL / 2}" y="{top + _CELL / 2 + 4}" fill="{ink}">{value}</text>'
    )
