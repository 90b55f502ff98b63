"""The output of a container that knows nothing of tasks: the last line of its log, if that is JSON."""

import json
from collections.abc import Iterator

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.log_lines import last_state
from activity_dispatch.lifecycle.job_logs import JobLog

# The awslogs driver splits a long line without a mark: at CloudWatch's limit for an event, less its
# overhead, or at 16 KiB in non-blocking mode. It never splits a character.
# https://github.com/moby/moby/issues/41794, https://github.com/aws/shim-loggers-for-containerd/issues/239
_FULL_EVENTS_BYTES = (262_118, 16_384)
_LONGEST_CHARACTER_BYTES = 4


def captured_result(output: str, log: JobLog) -> str:
    """Return the last line if it is a JSON object or array, else the backend's output with `log_tail`."""
    found = next((text for text in _candidates(log) if _is_result(text)), None)
    return json.dumps({**json.loads(output), "log_tail": log.tail}) if found is None else found


def _candidates(log: JobLog) -> Iterator[str]:
    """Yield what may be the last line, the most literal reading first."""
    messages = [message for message in log.messages if message.strip()]
    if not messages:
        return
    # With a multi-line pattern, an event can hold several lines.
    lines = [line for line in messages[-1].split("\n") if line.strip()]
    yield from (messages[-1], lines[-1], last_state(lines[-1]))
    for first in range(len(messages) - 2, -1, -1):
        if _is_full(messages[first]):
            yield "".join(messages[first:])


def _is_result(text: str) -> bool:
    try:
        return isinstance(strict_json.read(text), dict | list)
    except ValueError:
        return False


def _is_full(message: str) -> bool:
    size = len(message.encode())
    return any(full - _LONGEST_CHARACTER_BYTES < size <= full for full in _FULL_EVENTS_BYTES)
