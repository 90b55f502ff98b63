"""Which requests and deliveries go wrong, and how."""

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

FAULTS = ("throttle", "error", "delay", "lose_answer", "duplicate")
# Deliveries by EventBridge, event source mappings and asynchronous invocations to a function; not a
# request it makes.
DELIVER = "Deliver"
_FAULTS_OF_DELIVERIES = ("delay", "duplicate")
_KEYS = {"service", "operation", "probability", "fault", "seconds"}


class InvalidRuleError(ValueError):
    """A rule that cannot be applied."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of fault for some operations; `*` in service and operation matches any text."""

    service: str
    operation: str
    probability: float
    fault: str
    seconds: float = 0.0

    def concerns(self, service: str, operation: str) -> bool:
        """Return whether it covers this operation; `*` does not cover deliveries."""
        if operation == DELIVER and self.operation != DELIVER:
            return False
        return fnmatchcase(service, self.service) and fnmatchcase(operation, self.operation)


class Plan:
    """Rules that share one random generator; thread-safe.

    The same seed gives the same sequence of decisions; which request comes first is up to threads
    and processes.
    """

    def __init__(self, rules: Sequence[Rule] = (), seed: int = 0) -> None:
        """Start with all counts at zero."""
        self._rules = tuple(rules)
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311  (not a secret: tests repeat it)
        self._asked = 0
        self._injected: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def decide(self, service: str, operation: str) -> Rule | None:
        """Return the first rule that strikes, or None."""
        with self._lock:
            self._asked += 1
            for rule in self._rules:
                if rule.concerns(service, operation) and self._chance.random() < rule.probability:
                    self._injected[service, operation, rule.fault] += 1
                    return rule
        return None

    def report(self) -> dict[str, Any]:
        """Return the plan, and the faults injected so far."""
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
    """The plan in force; without one, nothing goes wrong."""

    def __init__(self) -> None:
        """No plan."""
        self.plan = Plan()


CURRENT = Current()


def rule_of(given: Mapping[str, Any]) -> Rule:
    """Parse a rule from JSON; InvalidRuleError lists everything that is wrong with it."""
    problems = (
        [f"unknown keys: {', '.join(sorted(set(given) - _KEYS))}"] if set(given) - _KEYS else []
    )
    fault, operation = given.get("fault"), given.get("operation", "*")
    probability, seconds = _number(given.get("probability")), _number(given.get("seconds", 0))
    if not isinstance(given.get("service"), str) or not isinstance(operation, str):
        problems.append("service and operation must be strings")
    if probability is None or not 0 <= probability <= 1:
        problems.append("probability must be a number from 0 to 1")
    if fault not in FAULTS:
        problems.append(f"fault must be one of {', '.join(FAULTS)}, not {fault!r}")
    elif operation == DELIVER and fault not in _FAULTS_OF_DELIVERIES:
        problems.append(f"the fault of a delivery must be {' or '.join(_FAULTS_OF_DELIVERIES)}")
    if seconds is None or seconds < 0 or (fault == "delay") != (seconds > 0):
        problems.append("seconds must be a number above 0 for delay, and is allowed only for delay")
    if problems:
        raise InvalidRuleError(f"{dict(given)}: {'; '.join(problems)}")
    return Rule(**{**given, "operation": operation})


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
