"""Requests that IAM must refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

PLACE = "us-east-1:000000000000"


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Expect the call to be refused; return the error's code and message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
