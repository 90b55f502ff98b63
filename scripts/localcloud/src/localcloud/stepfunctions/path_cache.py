"""Each JSONPath is parsed once, not at each state of each execution.

The library that LocalStack uses generates its parser's tables at every call: some 20 ms each time,
a quarter of all the time under load. A parsed path holds no state.
"""

import functools

from localstack.services.stepfunctions.asl.component.common.path import result_path
from localstack.services.stepfunctions.asl.utils import json_path

_MOST_PATHS = 4_096


def install() -> None:
    """Keep what was parsed."""
    for module in (json_path, result_path):
        module.parse = functools.lru_cache(maxsize=_MOST_PATHS)(module.parse)
