"""How the table's indexes, keys and attributes are called."""

from collections.abc import Mapping
from typing import Any

INDEX = "open"
# Tasks by execution, those whose execution is known; under `BARE` those that came without their envelope.
EXECUTIONS_INDEX = "executions"
ACTIVITY_KEY_PREFIX = "activity#"
SLOTS_KEY_PREFIX = "slots#"
POOL_KEY_PREFIX = "pool#"
# Descriptions that tasks were started with, by fingerprint. Not in the index.
DESCRIPTION_KEY_PREFIX = "description#"
# A task's attribute with the fingerprint of its description, and its attempt's number from the second on.
# An activity's item has its description in the attribute of that name, so the index has it already: another
# attribute would rebuild the index. No job may write it.
DESCRIPTION = "activity"
# For the same reason a task's pool is in the attribute of slots' and pools' holders. No job may write it.
POOL = "holders"
# The `poll_id` of slots and activities, which only puts them into the index: a job may write the `poll_id` of
# its task, so an item's kind is judged by its key alone.
SLOTS = "slots"
ACTIVITY = "activity"

type Item = Mapping[str, Any]
