"""The tags of jobs: the activity's always, those of the envelope and the input where it says so."""

import json
from dataclasses import replace

import pytest
from tests.unit.domain.test_envelope import ACTIVITY, EXECUTION, envelope, task

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.envelope import unwrapped
from activity_dispatch.domain.job_tags import FACTS, JobTags
from activity_dispatch.domain.tasks import InvalidInput
from activity_dispatch.lifecycle.tagging import overrides_and_tags

OURS = {"activity-dispatch:activity": "work"}
TAGGED = replace(ACTIVITY, job_tags=JobTags(allowed=("team", "Cost Center"), facts=tuple(FACTS)))


def tags(document: object, activity: Activity = TAGGED) -> dict[str, str]:
    return dict(overrides_and_tags(activity, task(json.dumps(document)))[1])


def test_every_job_has_its_activity() -> None:
    assert tags({}, ACTIVITY) == OURS


def test_what_the_envelope_says_becomes_tags() -> None:
    out = unwrapped(TAGGED, task(envelope(state_name="Cut & paste (1)")))
    assert overrides_and_tags(TAGGED, out)[1] == {
        **OURS,
        "activity-dispatch:state-machine": "film",
        "activity-dispatch:execution": "2026-11-30",
        "activity-dispatch:state": "Cut _ paste _1_",
    }
    only = replace(TAGGED, job_tags=JobTags(facts=("execution",)))
    assert overrides_and_tags(only, out)[1] == {**OURS, "activity-dispatch:execution": "2026-11-30"}


def test_a_child_of_a_map_bears_its_machine_and_map() -> None:
    out = replace(task("{}"), execution_arn=EXECUTION.replace(":film:", ":film/Scenes:"))
    assert overrides_and_tags(TAGGED, out)[1]["activity-dispatch:state-machine"] == "film/Scenes"


def test_an_input_sets_the_tags_that_are_allowed() -> None:
    given = task(json.dumps({"job": {"tags": {"team": "left", "Cost Center": "4711"}, "command": ["x"]}}))
    activity = replace(TAGGED, allowed_overrides=("command",))
    job, found = overrides_and_tags(activity, given)
    assert job == {"command": ["x"]}
    assert found == {**OURS, "team": "left", "Cost Center": "4711"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"owner": "me"}, r"job\.tags\.owner: not allowed; this activity allows: Cost Center, team"),
        ({"activity-dispatch:activity": "other"}, r"job\.tags\.activity-dispatch:activity: not allowed"),
        ({"aws:cost": "1"}, r"job\.tags\.aws:cost: not allowed"),
        ({"team": 5}, r"job\.tags\.team: 5; it must be a string"),
        ({"team": "x" * 257}, "257 characters; allowed are up to 256"),
        ({"team": "a;b"}, r"job\.tags\.team: 'a;b'; it has ';'; allowed are letters, digits, spaces and"),
        (["team"], r"job\.tags: \['team'\]; it must be an object of strings"),
    ],
)
def test_other_tags_are_refused_by_name(given: object, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        tags({"job": {"tags": given}})


def test_without_the_setting_an_input_sets_none() -> None:
    with pytest.raises(InvalidInput, match=r"job\.tags: not allowed; this activity allows: none"):
        tags({"job": {"tags": {}}}, ACTIVITY)


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"job_tags": {"allowed": ["aws:x"]}}, "job_tags.allowed: 'aws:x'; keys beginning with aws:"),
        ({"job_tags": {"allowed": ["activity-dispatch"]}}, "job_tags.allowed: 'activity-dispatch'; reserved"),
        ({"job_tags": {"facts": ["name"]}}, "job_tags.facts: 'name'; it must be one of state_machine"),
        ({"job_tags": ["team"]}, "job_tags: .*; it must be an object"),
        ({"envelope": "yes"}, "envelope: 'yes'; it must be true or false"),
    ],
)
def test_a_description_names_its_mistakes(setting: dict, problem: str) -> None:
    document = {**json.loads(ACTIVITY.to_json()), **setting}
    with pytest.raises(InvalidActivity, match=problem):
        Activity.from_json(json.dumps(document))


def test_a_description_survives_the_task_table() -> None:
    assert Activity.from_json(TAGGED.to_json()) == TAGGED
