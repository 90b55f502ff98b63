"""What all tests share."""

import functools
from collections.abc import Generator, Iterator
from typing import Any

import botocore.serialize
import pytest
from botocore.loaders import JSONFileLoader


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """Read each of botocore's service descriptions once: making clients is most of the tests' time."""
    with pytest.MonkeyPatch.context() as patch:
        read = functools.cache(JSONFileLoader().load_file)
        patch.setattr(JSONFileLoader, "load_file", staticmethod(read))
        yield


@pytest.fixture(scope="session", autouse=True)
def validated() -> Iterator[None]:
    """Let botocore validate each request before it is sent: the library's clients leave that to AWS."""
    create = botocore.serialize.create_serializer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.serialize, "create_serializer", lambda protocol, *_, **__: create(protocol))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Escape lone surrogates, which tests log on purpose: xdist cannot send them to its main process."""
    return _escaped((yield))


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_escaped, value))
    return value
