"""A task whose function is invoked."""

import logging

import pytest
from tests.unit.worker.scheduled import Scheduled


@pytest.fixture
def scheduled(stack) -> Scheduled:
    logging.getLogger().setLevel("INFO")
    return Scheduled(stack)
