"""Hyperparameters are accepted, or refused with every reason."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.hyperparameters import RANGES, Hyperparameters, InvalidHyperparameters


def test_an_omitted_hyperparameter_has_its_default() -> None:
    assert Hyperparameters.from_json({}) == Hyperparameters()
    assert Hyperparameters.from_json({"epochs": 3, "learning_rate": 1}).epochs == 3


def test_each_default_is_within_its_range() -> None:
    assert set(RANGES) == {field.name for field in fields(Hyperparameters)}
    for name, allowed in RANGES.items():
        assert allowed.problem(getattr(Hyperparameters(), name)) is None


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"epochs": "3"}, "epochs: '3'; it must be a whole number from 1 to 1000"),
        ({"epochs": 3.0}, "epochs: 3.0; it must be a whole number"),
        ({"epochs": True}, "epochs: True"),
        ({"epochs": 0}, "epochs: 0"),
        ({"learning_rate": 0}, "learning_rate: 0; it must be a number above 0 to 10"),
        ({"learning_rate": float("nan")}, "learning_rate: nan"),
        ({"learning_rate": None}, "learning_rate: None"),
        ({"momentum": 1}, "momentum: 1"),
        ({"lr": 0.1}, "lr: unknown; allowed are learning_rate, epochs"),
        ([], "hyperparameters: list; it must be an object"),
    ],
)
def test_a_problem_is_named(document: Any, problem: str) -> None:
    with pytest.raises(InvalidHyperparameters) as raised:
        Hyperparameters.from_json(document)
    assert str(raised.value).startswith(problem)


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(InvalidHyperparameters, match=r"lr: unknown.*; epochs: 0.*; seed: -1"):
        Hyperparameters.from_json({"lr": 1, "seed": -1, "epochs": 0})


def test_sagemakers_strings_are_converted() -> None:
    strings = {"learning_rate": "1e-2", "epochs": "3"}
    assert Hyperparameters.from_texts(strings) == Hyperparameters(learning_rate=0.01, epochs=3)
    for wrong in ({"epochs": "3.5"}, {"epochs": "three"}, {"epochs": ""}, {"learning_rate": "nan"}):
        with pytest.raises(InvalidHyperparameters):
            Hyperparameters.from_texts(wrong)


@given(
    st.dictionaries(
        st.sampled_from([*RANGES, "other"]),
        st.integers() | st.floats() | st.booleans() | st.none(),
        max_size=3,
    )
)
def test_nothing_out_of_range_is_accepted(document: dict[str, Any]) -> None:
    try:
        accepted = Hyperparameters.from_json(document)
    except InvalidHyperparameters:
        return
    assert all(RANGES[name].low <= getattr(accepted, name) <= RANGES[name].high for name in RANGES)
