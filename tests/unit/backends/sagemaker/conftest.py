"""A backend with stubbed clients."""

import pytest
from botocore.stub import Stubber
from tests.unit.backends.sagemaker.training_jobs import TEMPLATE
from tests.unit.backends.stubs import client_once

from activity_dispatch.backends.sagemaker.backend import SageMakerBackend


@pytest.fixture
def stubbed():
    client = client_once("sagemaker")
    logs = client_once("logs")
    backend = SageMakerBackend(
        client=client, logs=logs, template=TEMPLATE, checkpoint_s3_uri="s3://bucket/checkpoints"
    )
    with Stubber(client) as stubber, Stubber(logs) as stubbed_logs:
        yield stubber, backend, stubbed_logs
