"""A run costs under a dollar, with every backend and a training, and says what it does not know."""

from scripts.operations.tests.verify.worlds import environment

from operations.verify import catalogue, cost

LIMIT_USD = 1.0


def estimate(instance_type: str) -> tuple[float, list[str]]:
    checks = catalogue.checks_for(environment(), trains_on="ml.m5.large", environment_trains_on=instance_type)
    assert {"execution-batch", "training", "execution-training-sagemaker"} <= set(catalogue.names(checks))
    return cost.estimate(checks)


def test_everything_costs_less_than_a_dollar() -> None:
    dollars, unknown = estimate("ml.g4dn.xlarge")
    assert 0.05 < dollars < LIMIT_USD
    assert unknown == []


def test_an_instance_type_without_a_price_is_named() -> None:
    assert estimate("ml.p5.48xlarge")[1] == ["ml.p5.48xlarge_hour"]


def test_the_prices_of_the_documentation_count() -> None:
    """No price is written twice."""
    assert set(cost.MORE_PRICES) & (set(cost.prices()) - set(cost.MORE_PRICES)) == set()
    assert set(cost.STACK) | set(cost.CONTAINER) <= set(cost.prices()) - set(cost.MORE_PRICES)
