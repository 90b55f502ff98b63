"""The functions of the training state machine."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep import handler
from sweep.choice import NoTrainingSucceeded, choose
from sweep.plan import InvalidInput, Limits, plan
from sweep.plot import learning_curves
from sweep.publication import publish

SETTINGS = {
    "hyperparameters": {
        "learning_rate": {"type": "number", "min": 0.000001, "max": 10},
        "epochs": {"type": "integer", "min": 1, "max": 1000},
        "optimizer": {"type": "text", "min": None, "max": None},
    },
    "max_trainings": 6,
    "s3_uri": "s3://data/training/",
}
LIMITS = Limits.from_json(SETTINGS)


class TestPlan:
    def test_every_combination_gets_its_own_prefix(self) -> None:
        made = plan({"sweep": {"learning_rate": [0.1, 1], "epochs": [3, 5]}}, "run-1", LIMITS)
        assert made["sweep_s3_uri"] == "s3://data/training/run-1/"
        assert [item["hyperparameters"] for item in made["trainings"]] == [
            {"learning_rate": 0.1, "epochs": 3},
            {"learning_rate": 0.1, "epochs": 5},
            {"learning_rate": 1, "epochs": 3},
            {"learning_rate": 1, "epochs": 5},
        ]
        assert made["trainings"][1] | {"hyperparameters": None} == {
            "number": 2,
            "hyperparameters": None,
            "checkpoint_s3_uri": "s3://data/training/run-1/002/checkpoints/",
            "output_s3_uri": "s3://data/training/run-1/002/",
        }

    @pytest.mark.parametrize(
        ("document", "problem"),
        [
            (None, "input: NoneType; it must be"),
            ([], "input: list"),
            ({}, "input: empty"),
            ({"sweeps": {}}, "input: sweeps"),
            ({"sweep": {"epochs": [1]}, "more": 1}, "input: sweep, more"),
            ({"sweep": {}}, "sweep: empty"),
            ({"sweep": []}, "sweep: empty or not an object"),
            ({"sweep": {"epochs": []}}, "sweep.epochs: []; it must be a list of at least one value"),
            ({"sweep": {"epochs": 3}}, "sweep.epochs: 3; it must be a list"),
            ({"sweep": {"epochs": "12"}}, "sweep.epochs: '12'; it must be a list"),
            ({"sweep": {"lr": [1]}}, "sweep.lr: unknown; allowed are learning_rate, epochs, optimizer"),
            ({"sweep": {"epochs": [3, "3"]}}, "sweep.epochs[1]: '3'; it must be a whole number"),
            ({"sweep": {"epochs": [1.5]}}, "sweep.epochs[0]: 1.5; it must be a whole number"),
            ({"sweep": {"epochs": [True]}}, "sweep.epochs[0]: True"),
            ({"sweep": {"epochs": [0]}}, "sweep.epochs[0]: 0; it must be at least 1"),
            ({"sweep": {"learning_rate": [11]}}, "sweep.learning_rate[0]: 11; it must be at most 10"),
            ({"sweep": {"learning_rate": [None]}}, "sweep.learning_rate[0]: None"),
            ({"sweep": {"optimizer": [1]}}, "sweep.optimizer[0]: 1; it must be text"),
            ({"sweep": {"epochs": [1, 1]}}, "sweep.epochs: a value appears twice"),
            ({"sweep": {"epochs": list(range(1, 10_001))}}, "sweep.epochs: 10000 values; at most 6"),
            (
                {"sweep": {"learning_rate": [1, 2, 3, 4], "epochs": [1, 2]}},
                "sweep: 8 trainings; at most 6 are allowed",
            ),
            ({"sweep": {"lr": [1], "epochs": [0]}}, "sweep.lr: unknown; allowed are learning_rate, epochs"),
        ],
    )
    def test_an_invalid_sweep_is_refused_before_anything_starts(self, document: Any, problem: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            plan(document, "run-1", LIMITS)
        assert str(raised.value).startswith(problem)

    def test_all_problems_are_reported_together(self) -> None:
        with pytest.raises(InvalidInput, match=r"lr: unknown.*; sweep.epochs\[0\]: 0.*; sweep.optimizer"):
            plan({"sweep": {"lr": [1], "epochs": [0], "optimizer": []}}, "run-1", LIMITS)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["sweep", *LIMITS.hyperparameters]), inner, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_any_input_is_a_sweep_or_refused(self, document: Any) -> None:
        try:
            made = plan(document, "run-1", LIMITS)
        except InvalidInput:
            return
        assert 1 <= len(made["trainings"]) <= 6


def training(number: int, score: float | None = None, **more: Any) -> dict[str, Any]:
    results = [{"model_s3_uri": f"s3://m/{number}", "metrics": {"accuracy": score}, "billable_seconds": 7}]
    return {
        "number": number,
        "hyperparameters": {"epochs": number},
        "checkpoint_s3_uri": f"s3://texts/run/{number}/checkpoints/",
        "output_s3_uri": f"s3://texts/run/{number}/",
        **({} if score is None else {"results": results}),
        **more,
    }


def sweep(*trainings: dict[str, Any]) -> dict[str, Any]:
    return {"sweep_s3_uri": "s3://texts/run/", "trainings": list(trainings)}


class TestChoice:
    def test_the_best_is_chosen_and_the_first_of_equals(self) -> None:
        trainings = sweep(training(1, 0.9), training(2, 0.98), training(3, 0.98))
        assert choose(trainings, "accuracy", highest=True)["best"] == 2
        assert choose(trainings, "accuracy", highest=False)["best"] == 1

    def test_failed_trainings_are_listed_and_never_chosen(self) -> None:
        cause = json.dumps({"message": "the loss is nan in epoch 1 of 3"})
        failed = training(1, failure={"Error": "Job.Failed", "Cause": cause})
        odd = training(3, failure={"Error": "States.Timeout"})
        chosen = choose(
            sweep(failed, training(2, 0.5), odd, training(4, float("nan"))), "accuracy", highest=True
        )
        assert chosen["best"] == 2
        assert [item["score"] for item in chosen["trainings"]] == [None, 0.5, None, None]
        assert chosen["trainings"][0]["error"] == "Job.Failed: the loss is nan in epoch 1 of 3"
        assert chosen["trainings"][2]["error"] == "States.Timeout: "
        assert chosen["trainings"][1]["billable_seconds"] == 7

    def test_if_none_succeeded_the_message_says_why_for_each(self) -> None:
        failed = training(1, failure={"Error": "Job.Failed", "Cause": "text"})
        with pytest.raises(
            NoTrainingSucceeded, match=r"no training reported accuracy: training 1: Job.Failed: text"
        ):
            choose(sweep(failed), "accuracy", highest=True)


class TestPublication:
    def test_winner_comparison_and_curves_are_written(self, s3) -> None:
        for number in (1, 2):
            epochs = [{"epoch": epoch, "accuracy": epoch / 10 * number} for epoch in (1, 2, 3)]
            s3.put_object(
                Bucket="texts",
                Key=f"run/{number}/checkpoints/history.json",
                Body=json.dumps({"epochs": epochs}),
            )
        s3.put_object(Bucket="texts", Key="run/3/checkpoints/history.json", Body=b"[1")
        trainings = sweep(training(1, 0.3), training(2, 0.6), training(3, 0.1), training(4))
        output = publish(choose(trainings, "accuracy", highest=True), s3)
        assert output["winner"]["model_s3_uri"] == "s3://m/2"
        assert (output["trainings"], output["failed"]) == (4, [4])
        read = {
            name: s3.get_object(Bucket="texts", Key=f"run/{name}")["Body"].read().decode()
            for name in ("comparison.json", "winner.json", "learning-curves.svg")
        }
        assert json.loads(read["winner.json"]) == output["winner"]
        assert json.loads(read["comparison.json"])["best"] == 2
        assert read["learning-curves.svg"].count("<polyline") == 2
        assert output["learning_curves_s3_uri"] == "s3://texts/run/learning-curves.svg"


class TestPlot:
    def test_the_plot_is_valid_svg_with_a_line_for_each_training(self) -> None:
        text = learning_curves({"1: a < b": [(1, 0.5), (2, 0.9)], "2: c": []}, title="t & u", best="1: a < b")
        picture = ElementTree.fromstring(text)  # noqa: S314 (our own)
        lines = list(picture.iter("{http://www.w3.org/2000/svg}polyline"))
        assert [line.get("points") for line in lines] == ["60.0,370.0 600.0,36.0"]
        assert lines[0].get("stroke-width") == "3"
        texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert {"t & u", "1: a < b", "2: c"} <= set(texts)

    @given(st.dictionaries(st.text("ab<&", max_size=3), st.lists(st.tuples(st.integers(0, 99), st.floats()))))
    def test_the_plot_is_valid_svg_whatever_the_curves_are(self, curves: Any) -> None:
        ElementTree.fromstring(learning_curves(curves, title="t", best=""))  # noqa: S314 (our own)


def test_the_handlers_accept_what_the_state_machine_passes() -> None:
    event = {"input": {"sweep": {"epochs": [1]}}, "execution": "run", "settings": SETTINGS}
    made = handler.prepare(event, None)
    assert len(made["trainings"]) == 1
    results = {**made["trainings"][0], "results": [{"metrics": {"accuracy": 0.9}}]}
    chosen = handler.reduce(
        {"sweep": {**made, "trainings": [results]}, "objective": {"metric": "accuracy", "goal": "highest"}},
        None,
    )
    assert chosen["best"] == 1
