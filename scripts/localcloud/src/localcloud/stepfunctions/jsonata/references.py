"""Find what an expression refers to that Step Functions refuses when a machine is created.

An expression has no context: a field's name, `$` or `$$` at its top level is refused, but allowed
in later steps of a path, in predicates and in sort terms. A function's body has the context of the
expression around it.
"""

from collections.abc import Iterator
from typing import Any

from localcloud.stepfunctions.jsonata.expressions import Expression

_CHILDREN = {
    "binary": ("lhs", "rhs"),
    "apply": ("lhs", "rhs"),
    "bind": ("rhs",),
    "condition": ("condition", "then", "_else"),
    "lambda": ("body",),
    "block": ("expressions",),
    "function": ("procedure", "arguments"),
    "partial": ("procedure", "arguments"),
    "unary": ("expression", "expressions"),
}


def refused(expression: Expression, *, result: bool, error_output: bool) -> list[str]:
    """Return AWS's message for each reference that is refused.

    `result` and `error_output` say whether $states has these fields where the expression stands.
    """
    fields = {"input", "context"}
    fields |= {"result"} if result else set()
    fields |= {"errorOutput"} if error_output else set()
    messages = [*_top_level(expression.parsed.ast), *_states(expression.parsed.ast, fields)]
    return list(dict.fromkeys(messages))


def _top_level(node: Any) -> Iterator[str]:
    kind = getattr(node, "type", None)
    if kind == "name":
        yield f"Reference to '{node.value}' at the top level is not supported."
    elif kind == "variable":
        yield from _variable(str(node.value))
    elif kind == "path":
        yield from _top_level(node.steps[0])
    elif kind == "unary" and node.value == "{":
        for pair in node.lhs_object:
            yield from (message for part in pair for message in _top_level(part))
    for member in _CHILDREN.get(kind or "", ()):
        child = getattr(node, member, None)
        for part in child if isinstance(child, list) else [child]:
            yield from _top_level(part)


def _variable(name: str) -> Iterator[str]:
    if name == "":
        yield "Reference to '$' at the top level is not supported."
    elif name == "$":
        yield "Reference to '$$' is not supported."
    elif name == "eval":
        yield "Function '$eval' is not supported."


def _states(node: Any, fields: set[str]) -> Iterator[str]:
    """Walk the whole tree, whatever its members are called."""
    if isinstance(node, list | tuple):
        for part in node:
            yield from _states(part, fields)
    elif hasattr(node, "steps"):
        steps = node.steps or []
        if len(steps) > 1 and _is(steps[0], "variable", "states") and steps[1].type == "name":
            field = str(steps[1].value)
            if field not in fields:
                yield f"Field '$states.{field}' does not exist."
        for name, member in vars(node).items():
            # `ancestor` and the like point back up.
            if isinstance(member, list | tuple) or (name in _DOWN and hasattr(member, "steps")):
                yield from _states(member, fields)


_DOWN = {name for names in _CHILDREN.values() for name in names} | {"expr", "lhs", "rhs", "group"}


def _is(node: Any, kind: str, value: str) -> bool:
    return getattr(node, "type", None) == kind and node.value == value
