"""Requests that IAM must refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

PLACE = "us-east-1:000000000000"


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message of the error that the call must end with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
