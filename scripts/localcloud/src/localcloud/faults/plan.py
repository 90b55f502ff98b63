"""Which requests and deliveries are to go wrong, and how."""

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

FAULTS = ("throttle", "error", "delay", "lose_answer", "duplicate")
# What EventBridge and event source mappings hand to a function: no request of the function's own.
DELIVER = "Deliver"
_FAULTS_OF_DELIVERIES = ("delay", "duplicate")
_KEYS = {"service", "operation", "probability", "fault", "seconds"}


class InvalidRuleError(ValueError):
    """A rule that says nothing one could do."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of fault for some operations; `*` in service and operation stands for any text."""

    service: str
    operation: str
    probability: float
    fault: str
    seconds: float = 0.0

    def concerns(self, service: str, operation: str) -> bool:
        """Whether it is about this operation; `*` does not mean deliveries."""
        if operation == DELIVER and self.operation != DELIVER:
            return False
        return fnmatchcase(service, self.service) and fnmatchcase(operation, self.operation)


class Plan:
    """Rules, and one source of chance for them all. For any thread.

    The same seed gives the same decisions in the order in which they are asked for; which request
    comes first is up to threads and processes.
    """

    def __init__(self, rules: Sequence[Rule] = (), seed: int = 0) -> None:
        """Count from nothing."""
        self._rules = tuple(rules)
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311  (nothing secret: a test repeats it)
        self._asked = 0
        self._injected: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def decide(self, service: str, operation: str) -> Rule | None:
        """The rule by which this goes wrong, or None: the first one whose chance came."""
        with self._lock:
            self._asked += 1
            for rule in self._rules:
                if rule.concerns(service, operation) and self._chance.random() < rule.probability:
                    self._injected[service, operation, rule.fault] += 1
                    return rule
        return None

    def report(self) -> dict[str, Any]:
        """What was asked for and what went wrong so far."""
        with self._lock:
            counted = sorted(self._injected.items())
            asked = self._asked
        return {
            "seed": self._seed,
            "rules": len(self._rules),
            "requests": asked,
            "injected": [
                {"service": service, "operation": operation, "fault": fault, "times": times}
                for (service, operation, fault), times in counted
            ],
        }


class Current:
    """The plan that holds now; without one nothing goes wrong."""

    def __init__(self) -> None:
        """No plan."""
        self.plan = Plan()


CURRENT = Current()


def rule_of(given: Mapping[str, Any]) -> Rule:
    """A rule from JSON; InvalidRuleError with all that is wrong with it."""
    problems = [f"unknown: {', '.join(sorted(set(given) - _KEYS))}"] if set(given) - _KEYS else []
    fault, operation = given.get("fault"), given.get("operation", "*")
    probability, seconds = _number(given.get("probability")), _number(given.get("seconds", 0))
    if not isinstance(given.get("service"), str) or not isinstance(operation, str):
        problems.append("service and operation must be names")
    if probability is None or not 0 <= probability <= 1:
        problems.append("probability must be from 0 to 1")
    if fault not in FAULTS:
        problems.append(f"fault must be one of {', '.join(FAULTS)}")
    elif operation == DELIVER and fault not in _FAULTS_OF_DELIVERIES:
        problems.append(f"a delivery has only {' and '.join(_FAULTS_OF_DELIVERIES)}")
    if seconds is None or seconds < 0 or (fault == "delay") != (seconds > 0):
        problems.append("seconds is a number above 0 for delay, and for nothing else")
    if problems:
        raise InvalidRuleError(f"{dict(given)}: {'; '.join(problems)}")
    return Rule(**{**given, "operation": operation})


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
