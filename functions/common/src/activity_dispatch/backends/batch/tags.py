"""The tags of a job: a definition's do not reach its jobs.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html,
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.job_tags import problem_of_key, problem_of_value

# A job that would have more, with those of its definition, fails.
MAX_TAGS = 50


def tags_of(config: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the tags that a description gives to each job. Raises InvalidBackendConfig."""
    tags = configured.texts(config, "tags")
    if len(tags) > MAX_TAGS:
        raise InvalidBackendConfig(f"tags: {len(tags)}; Batch allows up to {MAX_TAGS}")
    for key, value in tags.items():
        if problem := problem_of_key(key) or problem_of_value(value):
            raise InvalidBackendConfig(f"tags: {key!r:.200} = {value!r:.300}; {problem}")
    return tags
