"""Whose job it is, for queues with a scheduling policy."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.stub import Stubber
from tests.unit.backends.stubs import TASK, client_once, two_attempts

from activity_dispatch.backends.batch.backend import BatchBackend, create


def submitted(fair_share: Any, **changes: Any) -> dict[str, Any]:
    """Start a task as it is changed; return what was submitted, which botocore has accepted."""
    client, seen = client_once("batch"), list[dict[str, Any]]()
    clients: Any = SimpleNamespace(batch=client, batch_once=client)
    client.meta.events.register(
        "provide-client-params.batch.SubmitJob", lambda params, **_: seen.append(params)
    )
    config = {"job_queue": "queue", "job_definition": "definition", "log_group": "/jobs"}
    backend: BatchBackend = create({**config, "fair_share": fair_share}, clients)
    with Stubber(client) as stubber:
        stubber.add_response("list_jobs", {"jobSummaryList": []})
        stubber.add_response("submit_job", {"jobName": "job", "jobId": "job-1"})
        replace(backend, retrying=two_attempts()).start(replace(TASK, **changes))
    return seen[0]


def test_a_queue_without_a_policy_is_told_nothing() -> None:
    request = submitted(None, share="acme", priority=7)
    assert not {"shareIdentifier", "schedulingPriorityOverride"} & set(request)


@pytest.mark.parametrize(
    ("share", "identifier"),
    [
        ("acme7", "acme7"),
        (None, "default"),
        ("", "default"),
        ("acme-7", "9318b9b9"),
        ("a" * 256, "02d7160d"),
        ("\ud800", "91a681b9"),
    ],
)
def test_a_share_is_its_own_identifier_or_else_a_hash(share: str | None, identifier: str) -> None:
    found = submitted(True, share=share)["shareIdentifier"]
    assert found.startswith(identifier)
    assert found.isascii()
    assert found.isalnum()
    assert len(found) <= 255


def test_a_priority_is_handed_on() -> None:
    assert submitted(True, priority=0)["schedulingPriorityOverride"] == 0
    assert "schedulingPriorityOverride" not in submitted(True)
