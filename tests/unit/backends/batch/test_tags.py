"""The tags of Batch jobs, within AWS's limits."""

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.backends.stubs import TASK, client_once

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.batch.backend import BatchBackend, create
from activity_dispatch.backends.batch.tags import tags_of

CONFIG = {"job_queue": "queue", "job_definition": "studio-film", "log_group": "/batch/studio-film"}
SIGNS = st.sampled_from("abZ09 +-=._:/@\u00e4\u4e2d")


def submitted(config: dict[str, Any]) -> dict[str, Any]:
    """Return what a start submits, as botocore sends it."""
    client, sent = client_once("batch"), dict[str, Any]()
    client.meta.events.register(
        "provide-client-params.batch.SubmitJob", lambda params, **_: sent.update(params)
    )
    backend: BatchBackend = create(config, Mock(batch=client, batch_once=client))
    with Stubber(client) as stubber:
        stubber.add_response("list_jobs", {"jobSummaryList": []})
        stubber.add_response("submit_job", {"jobName": "name", "jobId": "job-1"})
        assert backend.start(TASK) == "job-1"
    return sent


def test_each_job_has_the_tags_of_its_description() -> None:
    tags = {"activity-dispatch": "studio", "team": "left"}
    sent = submitted({**CONFIG, "tags": tags})
    assert (sent["tags"], sent["propagateTags"]) == (tags, True)


@pytest.mark.parametrize("config", [CONFIG, {**CONFIG, "tags": {}}])
def test_without_tags_none_are_sent(config: dict[str, Any]) -> None:
    """A description of 0.1.0 has none, and botocore refuses an empty object."""
    assert "tags" not in submitted(config)


@given(
    st.dictionaries(
        st.text(SIGNS, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:")),
        st.text(SIGNS, max_size=256),
        min_size=1,
        max_size=50,
    )
)
def test_what_aws_allows_is_sent(tags: dict[str, str]) -> None:
    assert submitted({**CONFIG, "tags": tags})["tags"] == tags


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({str(number): "" for number in range(51)}, "tags: 51; Batch allows up to 50"),
        ({"": "x"}, "a key has at least 1 character"),
        ({"k" * 129: "x"}, "129 characters; allowed are up to 128"),
        ({"key": "v" * 257}, "257 characters; allowed are up to 256"),
        ({"aws:owner": "x"}, "keys beginning with aws: are AWS's own"),
        ({"AWS:owner": "x"}, "keys beginning with aws: are AWS's own"),
        ({"key": "a,b"}, "it has ','; allowed are letters, digits, spaces and +-=._:/@"),
        ({"key?": "x"}, "it has '?'; allowed"),
        ({"key": "a\nb"}, r"it has '\n'; allowed"),
        ({"key": 1}, "it must be an object of strings"),
        (["key"], "it must be an object of strings"),
    ],
)
def test_what_batch_would_refuse_costs_no_task(tags: object, problem: str) -> None:
    """The backend is created before the poll."""
    with pytest.raises(InvalidBackendConfig) as refused:
        tags_of({"tags": tags})
    assert problem in str(refused.value)
    assert str(refused.value).startswith("tags: ")
