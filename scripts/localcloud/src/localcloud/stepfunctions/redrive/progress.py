"""How far an execution has come: what a redrive needs to run only what did not succeed.

A machine, each branch of a Parallel and each item of a Map has a node: the state it is in, with the
state's input and variables, or that it is done, with its output.
"""

import copy
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(kw_only=True, eq=False)
class Progress:
    """One machine, branch or item; `children` are those of the state it is in, by index."""

    state: str | None = None
    input: Any = None
    variables: dict[str, Any] = field(default_factory=dict)
    # The context object's `State`, with the time when the state was first entered.
    entered: dict[str, Any] = field(default_factory=dict)
    children: dict[int, "Progress"] = field(default_factory=dict)
    is_done: bool = False
    output: Any = None
    # Whether the state is to be run once more, rather than entered.
    is_resuming: bool = False

    def enter(self, state: str, given: Any, variables: dict[str, Any]) -> None:
        """Record that the state was entered."""
        self.state, self.input, self.variables = state, copy.deepcopy(given), dict(variables)
        self.children = {}

    def child(self, index: int) -> "Progress":
        """Return the node of a branch or item, which may have begun in an earlier run."""
        return self.children.setdefault(index, Progress())

    def done(self) -> dict[int, Any]:
        """Return the outputs of the branches or items that are done."""
        children = list(self.children.items())
        return {index: child.output for index, child in children if child.is_done}

    def resumed(self) -> "Progress":
        """Return a copy for the next run; threads of the last one may still change this one."""
        children = {index: child.resumed() for index, child in list(self.children.items())}
        is_resuming = self.state is not None and not self.is_done
        return replace(self, children=children, is_resuming=is_resuming)
