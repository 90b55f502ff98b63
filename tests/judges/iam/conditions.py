"""Conditions of a statement: operators exist and fit the types of their keys; keys fit the actions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.judges.iam import reference
from tests.judges.iam.reference import Action

OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")
# Which types of keys an operator compares. Text is compared with ARNs too, though ArnLike is better.
TYPES = {
    "String": ("String", "ARN"),
    "Numeric": ("Numeric", "Long"),
    "Date": ("Date",),
    "Bool": ("Bool", "Boolean"),
    "Binary": ("Binary",),
    "Ip": ("IPAddress",),
    "Not": ("IPAddress",),
    "Arn": ("ARN",),
}
OPERATORS = {
    *(
        f"String{end}"
        for end in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
    ),
    *(
        f"{kind}{end}"
        for kind in ("Numeric", "Date")
        for end in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ),
    *(f"Arn{end}" for end in ("Equals", "NotEquals", "Like", "NotLike")),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
}
VALUES = {
    "Bool": re.compile("true|false"),
    "Null": re.compile("true|false"),
    "Numeric": re.compile(r"-?\d+(\.\d+)?"),
    "Arn": re.compile(r"\*|arn:.+"),
}


def faults(condition: Any, actions: Sequence[Sequence[Action]]) -> Iterator[str]:
    """Say what is wrong with a statement's condition.

    `actions`: for each of the statement's action patterns, the actions it names.
    """
    if not isinstance(condition, dict):
        yield f"Condition is {condition!r}; it must be an object of operators"
        return
    for operator, keys in condition.items():
        parsed = OPERATOR.fullmatch(operator)
        if parsed is None or parsed[2] not in OPERATORS or not isinstance(keys, dict):
            yield f"condition operator {operator!r} does not exist or holds no keys"
            continue
        for key, value in keys.items():
            yield from _key_faults(parsed, key, value)
            yield from _unfit(operator, key, actions)


def _key_faults(operator: re.Match[str], key: str, value: object) -> Iterator[str]:
    """What is wrong with one key under one operator, whatever the action is."""
    quantifier, name, _ = operator.groups()
    kind = reference.key_type(key)
    if kind is None:
        yield f"condition key {key!r} does not exist"
        return
    is_list, kind = kind.startswith("ArrayOf"), kind.removeprefix("ArrayOf")
    if name != "Null":
        if not _fits_type(name, kind):
            yield f"condition operator {operator[0]!r} does not compare {key!r}, which is of type {kind}"
        if is_list and not quantifier:
            yield f"condition key {key!r} has several values: {name} needs ForAllValues: or ForAnyValue:"
        if quantifier and not is_list:
            yield f"condition key {key!r} has one value: {quantifier}: is for keys with several"
    expected = next((form for start, form in VALUES.items() if name.startswith(start)), None)
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, str | bool | int) or (expected and not expected.fullmatch(_text(item))):
            yield f"condition {operator[0]} of {key!r} cannot have the value {item!r}"


def _unfit(operator: str, key: str, actions: Sequence[Sequence[Action]]) -> Iterator[str]:
    """The actions whose requests never have this key."""
    if reference.key_type(key) is None or _may_be_absent(operator) or reference.is_global(key):
        return
    for named in actions:
        if named and not any(reference.same_key(key, name) for action in named for name in action.keys):
            yield f"condition key {key!r} is never in a request for {named[0].name}"


def _may_be_absent(operator: str) -> bool:
    """Whether the condition is also met by a request without the key: then it need not fit every action."""
    return operator.endswith("IfExists")


def _fits_type(operator: str, kind: str) -> bool:
    return any(operator.startswith(start) and kind in kinds for start, kinds in TYPES.items())


def _text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
