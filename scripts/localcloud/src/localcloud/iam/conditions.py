"""Conditions of policy statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Callable, Mapping

from localcloud.iam.patterns import fits, fits_arn
from localcloud.iam.policies import Condition

# Condition keys in lower case, each with the request's values.
type Context = Mapping[str, tuple[str, ...]]
type Test = Callable[[str, str], bool]

_NOT = "Not"
_IF_EXISTS = "IfExists"
_ALL = "ForAllValues:"
_ANY = "ForAnyValue:"
# Called with a value of the policy and one of the request.
_TESTS: Mapping[str, Test] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda expected, actual: expected.lower() == actual.lower(),
    "StringLike": fits,
    "ArnEquals": fits_arn,
    "ArnLike": fits_arn,
    "Bool": lambda expected, actual: expected.lower() == actual.lower(),
}


class UnsupportedPolicyError(Exception):
    """The policy uses something that the local cloud does not support."""


def hold(conditions: tuple[Condition, ...], context: Context) -> bool:
    """Return whether all conditions hold; UnsupportedPolicyError for an unknown operator."""
    return all(_holds(operator, values, context.get(key)) for operator, key, values in conditions)


def _holds(operator: str, expected: tuple[str, ...], actual: tuple[str, ...] | None) -> bool:
    if any("${" in value for value in expected):
        raise UnsupportedPolicyError(f"policy variables: {', '.join(expected)}")
    name = operator.removeprefix(_ALL).removeprefix(_ANY).removesuffix(_IF_EXISTS)
    if name == "Null":
        return expected == (str(not actual).lower(),)
    negated = _NOT in name
    test = _TESTS.get(name.replace(_NOT, "", 1))
    if test is None:
        raise UnsupportedPolicyError(f"condition operator {operator}")
    if not actual:
        return (
            operator.startswith(_ALL)
            or operator.endswith(_IF_EXISTS)
            or (negated and not operator.startswith(_ANY))
        )
    held = [any(test(value, item) for value in expected) != negated for item in actual]
    every = operator.startswith(_ALL) or (negated and not operator.startswith(_ANY))
    return all(held) if every else any(held)
