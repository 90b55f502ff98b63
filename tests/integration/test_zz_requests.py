"""At the end: nothing that ran in the cloud sent a request that the service's model does not allow.

The local cloud refuses those, and a refusal that the library survives would go unnoticed.
"""

from typing import Any

import pytest
from tests.integration.helpers import malformed_requests


@pytest.mark.usefixtures("stack")
def test_no_request_was_malformed(running_cloud: Any) -> None:
    assert malformed_requests(running_cloud) == []
