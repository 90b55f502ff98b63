"""What events show is what AWS publishes, but for what is named here."""

from collections.abc import Iterator
from typing import Any

import pytest
from event_judge import SCHEMAS

from localcloud.compute.event_fields import FIELDS, shown

# AWS's schema has an object, its examples a list.
NOT_SHOWN = "attachments.details"


def paths(fields: Any, before: str = "") -> Iterator[str]:
    """Yield the path of each field, outer ones first."""
    for name, inner in (fields or {}).items():
        yield f"{before}{name}"
        yield from paths(inner, f"{before}{name}.")


def published(shape: Any, before: str = "") -> Iterator[str]:
    """Yield the path of each field of a schema, outer ones first."""
    shape = shape[0] if isinstance(shape, list) else shape
    for name, inner in shape.items() if isinstance(shape, dict) else ():
        yield f"{before}{name}"
        yield from published(inner, f"{before}{name}.")


@pytest.mark.parametrize("detail_type", FIELDS)
def test_an_event_shows_every_field_that_aws_publishes_and_no_other(detail_type: str) -> None:
    (schema,) = [shape for (_, name), shape in SCHEMAS.items() if name == detail_type]
    listed = set(paths(FIELDS[detail_type]))
    outer = {path.rpartition(".")[0] for path in listed}
    assert listed <= set(published(schema))
    # A field without a list of its own is shown with all that is in it.
    whole = tuple(f"{path}." for path in listed - outer)
    left_out = {path for path in set(published(schema)) - listed if not path.startswith(whole)}
    assert {path for path in left_out if not path.startswith(NOT_SHOWN)} == set()


def test_what_is_not_published_is_left_out() -> None:
    fields = FIELDS["ECS Task State Change"]
    task = {"taskArn": "a", "tags": [], "containers": [{"name": "b", "healthStatus": "UNKNOWN"}]}
    assert shown(fields, task) == {"taskArn": "a", "containers": [{"name": "b"}]}
