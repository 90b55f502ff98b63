"""Faults at random: the same for the same seed, at the given rates."""

from collections import Counter

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
)

from activity_dispatch.testing import (
    Crash,
    Faults,
    Rates,
)

RATES = Rates(fail=0.1, lose=0.1, throttle=0.1, delay=0.1, duplicate=0.1, crash_before=0.1, crash_after=0.1)


def faults_of(seed: object, names: list[str], rates: object = RATES) -> dict[tuple[str, int], str]:
    faults = Faults.random(seed, rates)  # type: ignore[arg-type]
    faults.sleep = lambda _: None
    for name in names:
        try:
            faults.call(name, lambda: None)
        except (ClientError, BotoCoreError, Crash):
            faults.restart()
    return {(one.call, one.number): str(one.fault) for one in faults.injected}


def test_the_same_seed_gives_the_same_faults_in_any_order_of_the_calls() -> None:
    names = ["a", "b"] * 50
    assert faults_of(1, names) == faults_of(1, sorted(names))
    assert faults_of(1, names) != faults_of(2, names)


def test_faults_occur_at_their_rates() -> None:
    count = Counter(fault.split(" s ")[-1] for fault in faults_of("seed", ["call"] * 4_000).values())
    kinds = {
        "late": count["late"],
        "twice": count["twice"],
        "throttled": count["ThrottlingException before it"],
        "failed": count["InternalServerError before it"] + count["EndpointConnectionError before it"],
        "lost": count["ReadTimeoutError after it"] + count["ConnectionClosedError after it"],
        "before": count["crash before it"],
        "after": count["crash after it"],
    }
    assert sum(kinds.values()) == sum(count.values())
    assert {name: round(number / 4_000, 1) for name, number in kinds.items()} == dict.fromkeys(kinds, 0.1)


def test_calls_can_have_rates_of_their_own() -> None:
    faults = faults_of(1, ["send_task_success", "other"] * 20, {"send_*": Rates(fail=1), "o*": Rates()})
    assert {name for name, _ in faults} == {"send_task_success"}
    assert len(faults) == 20


@pytest.mark.parametrize("rates", [{"fail": 0.6, "delay": 0.6}, {"fail": -0.1}])
def test_invalid_rates_are_rejected(rates: dict) -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Rates(**rates)
