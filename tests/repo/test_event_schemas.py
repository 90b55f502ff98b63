"""Events are what AWS publishes about them: in tests, in rules, and as the programs read them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.repo import terraform
from tests.schemas.events import judge
from tests.schemas.events.refresh import PACKAGE, WANTED
from tests.schemas.events.samples import aws_event
from tests.unit.fuzz import recorded

from activity_dispatch.backends import registry
from activity_dispatch.lifecycle.canceller import ended_execution
from activity_dispatch.report.failed_events import record_of
from activity_dispatch.report.redriver import redriven_execution

ROOT = Path(__file__).resolve().parents[2]
# An event that is written out instead of built by samples.py; a rule's pattern has lists.
WRITTEN_OUT = re.compile(r"""["']source["']:\s*["']aws\.(?:batch|ecs|sagemaker|states)["']""")
# Sends a forged event on purpose, straight to the function.
FORGING = {"tests/integration/chaos/stack.py"}
READERS: Mapping[str, Callable[[Any], Any]] = {
    "backends": registry.diagnose,
    "canceller": ended_execution,
    "redriver": redriven_execution,
    "failed events": lambda event: record_of(event, ValueError()),
}
OURS = "activity-dispatch"
VALUES = {"string": "1", "integer": 1, "number": 1.5, "boolean": True, "json": {}}


def full(shape: Any) -> Any:
    """An object with every field of a schema."""
    if isinstance(shape, list):
        return [full(shape[0])]
    return {name: full(each) for name, each in shape.items()} if isinstance(shape, dict) else VALUES[shape]


def patterns() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The patterns of rules in Terraform; watch.tf puts them together from its local values."""
    for file in sorted(ROOT.glob("terraform/**/*.tf")):
        for found in terraform.objects(terraform.document(file)):
            value = {name: terraform.value(expression) for name, expression in found.items()}
            if value.get("source") == [OURS]:
                continue  # judged by our own schemas
            if "detail-type" in value and "${" not in str(value["detail-type"]):
                yield file.name, value
            elif value.get("detail_type") is not None:
                yield file.name, {"detail-type": [value["detail_type"]], "detail": value.get("detail", {})}


def judged(pattern: Mapping[str, Any]) -> list[str]:
    sources = [source for source, name in judge.SCHEMAS if name in pattern["detail-type"]]
    detail = {
        # A variable that lists values.
        name: [value] if str(value).startswith("${") else value
        for name, value in pattern.get("detail", {}).items()
    }
    return judge.pattern_problems({"source": sources, **pattern, "detail": detail})


def test_there_is_a_schema_for_every_wanted_event() -> None:
    assert set(judge.SCHEMAS) == WANTED
    assert set(judge.DOCUMENTED) <= {name for _, name in WANTED}
    assert all(each["page"].startswith("https://docs.aws.amazon.com/") for each in judge.DOCUMENTED.values())
    (package,) = judge.PACKAGES
    assert package.startswith(f"{PACKAGE} ")


def test_the_rules_for_our_own_events_name_what_their_schemas_have() -> None:
    schemas = [json.loads(file.read_text())["properties"] for file in (ROOT / "docs/events").glob("*.json")]
    details = {schema["detail-type"]["const"]: schema["detail"]["properties"] for schema in schemas}
    ours = [
        {name: terraform.value(expression) for name, expression in found.items()}
        for file in sorted(ROOT.glob("terraform/**/*.tf"))
        for found in terraform.objects(terraform.document(file))
        if "source" in found and terraform.value(found["source"]) == [OURS]
    ]
    assert ours
    for pattern in ours:
        for kind in pattern["detail-type"]:
            assert set(pattern.get("detail", {})) <= set(details[kind]), kind


def test_the_rules_match_only_what_events_have() -> None:
    found = list(patterns())
    texts = "".join(file.read_text() for file in ROOT.glob("terraform/**/*.tf"))
    # Every place that writes a detail type out is found.
    assert len(found) == len(re.findall(r'(?:Status|State) Change"', texts)) >= 6
    assert [f"{name}: {problem}" for name, pattern in found for problem in judged(pattern)] == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("source", "detail_type"), sorted(WANTED))
def test_the_programs_read_only_what_events_have(reader: str, source: str, detail_type: str) -> None:
    READERS[reader](aws_event(detail_type, full(judge.SCHEMAS[source, detail_type])))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("event", [*recorded.JOB_EVENTS, recorded.status_change("ABORTED")])
def test_the_programs_read_only_what_recorded_events_have(reader: str, event: Any) -> None:
    READERS[reader](event)


def test_all_events_of_tests_are_built_by_the_samples(root: Path, files: list[Path]) -> None:
    written = [
        str(file)
        for file in files
        if file.suffix == ".py"
        and (file.parts[0] == "tests" or "testing" in file.parts)
        and file.parts[:3] != ("tests", "schemas", "events")
        and WRITTEN_OUT.search((root / file).read_text())
    ]
    assert set(written) == FORGING, "build them with samples.py"
