"""Parse each JSONPath once, not in each state of each execution.

LocalStack's library regenerates its parser tables on every call, which takes some 20 ms: a quarter
of all the time under load. A parsed path holds no state.
"""

import functools

from localstack.services.stepfunctions.asl.component.common.path import result_path
from localstack.services.stepfunctions.asl.utils import json_path

_MOST_PATHS = 4_096


def install() -> None:
    """Cache parsed paths."""
    for module in (json_path, result_path):
        module.parse = functools.lru_cache(maxsize=_MOST_PATHS)(module.parse)
