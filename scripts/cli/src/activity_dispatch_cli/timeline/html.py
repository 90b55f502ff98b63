"""Puts the page together: one file that needs nothing else, not even a network."""

import html
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

LIBRARY = "echarts-6.1.0.min.js"


def page(document: Mapping[str, Any]) -> str:
    """Return the HTML of a timeline."""
    folder = resources.files("activity_dispatch_cli.timeline") / "page"
    text = {
        name: (folder / name).read_text("utf-8") for name in ("page.html", "page.css", "page.js", LIBRARY)
    }
    parts = {
        "title": html.escape(str(document["title"])),
        "style": text["page.css"],
        "library": text[LIBRARY],
        # In a script element nothing is escaped, and it ends at the first "</".
        "data": json.dumps(document, separators=(",", ":")).replace("<", "\\u003c"),
        "script": text["page.js"],
    }
    whole = text["page.html"]
    before = []
    for name, content in parts.items():
        head, _, whole = whole.partition(f"[[{name}]]")
        before += [head, content]
    return "".join([*before, whole])
