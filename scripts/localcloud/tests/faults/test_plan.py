"""Rules and randomness, without a cloud."""

import pytest

from localcloud.faults.plan import DELIVER, InvalidRuleError, Plan, rule_of

GOOD = {"service": "stepfunctions", "operation": "SendTask*", "probability": 0.5, "fault": "error"}


def plan(*given: dict[str, object], seed: int = 1) -> Plan:
    return Plan([rule_of({**GOOD, **rule}) for rule in given], seed)


def test_the_same_seed_decides_the_same() -> None:
    def decisions(seed: int) -> list[bool]:
        made = plan({}, seed=seed)
        return [made.decide("stepfunctions", "SendTaskSuccess") is not None for _ in range(100)]

    assert decisions(7) == decisions(7)
    assert decisions(7) != decisions(8)
    assert 25 < sum(decisions(7)) < 75


def test_a_rule_covers_what_it_names() -> None:
    always = plan({"probability": 1})
    assert always.decide("stepfunctions", "SendTaskSuccess") is not None
    assert always.decide("stepfunctions", "GetActivityTask") is None
    assert always.decide("dynamodb", "SendTaskSuccess") is None


def test_a_wildcard_operation_does_not_cover_deliveries() -> None:
    requests = plan({"service": "*", "operation": "*", "probability": 1})
    assert requests.decide("sqs", "SendMessage") is not None
    assert requests.decide("sqs", DELIVER) is None
    deliveries = plan(
        {"service": "sqs", "operation": DELIVER, "fault": "duplicate", "probability": 1}
    )
    assert deliveries.decide("sqs", DELIVER) is not None
    assert deliveries.decide("events", DELIVER) is None


def test_the_first_rule_that_strikes_is_taken_and_counted() -> None:
    made = plan({"probability": 0}, {"probability": 1, "fault": "throttle"}, {"probability": 1})
    for _ in range(3):
        rule = made.decide("stepfunctions", "SendTaskFailure")
        assert rule is not None
        assert rule.fault == "throttle"
    made.decide("s3", "PutObject")
    times = {"service": "stepfunctions", "operation": "SendTaskFailure", "fault": "throttle"}
    assert made.report() == {
        "seed": 1,
        "rules": 3,
        "requests": 4,
        "injected": [{**times, "times": 3}],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": 1.1},
        {"probability": None},
        {"probability": True},
        {"fault": "explode"},
        {"fault": "delay"},
        {"fault": "delay", "seconds": -1},
        {"seconds": 1},
        {"service": None},
        {"operation": 1},
        {"operation": DELIVER, "fault": "throttle"},
        {"times": 3},
    ],
)
def test_an_invalid_rule_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRuleError):
        rule_of({**GOOD, **wrong})
