"""ECR on moto, which keeps the configuration. Nothing can be pushed to its repositories."""

from typing import Any

from localstack.services.moto import call_moto_with_request

from localcloud.compute.cloud import Document


def put_image_scanning_configuration(context: Any, request: Document) -> Any:
    """Turn scanning off unless the request turns it on: moto would leave it unchanged."""
    given = request.get("imageScanningConfiguration") or {}
    request = request | {"imageScanningConfiguration": {"scanOnPush": False, **given}}
    return call_moto_with_request(context, request)
