"""GET /_localcloud/iam/permissions: what is granted, whether it was used, and what was refused.

{"granted": [{"role", "policy", "sid", "action" or "resource", "used"}],
 "refused": [{"role", "action", "resource", "times"}]}
"""

import json
from typing import Any

from localstack.http import Response
from localstack.services.edge import ROUTER

from localcloud.iam.record import RECORD

PERMISSIONS_PATH = "/_localcloud/iam/permissions"


def install() -> None:
    """Add the endpoint to the gateway."""
    ROUTER.add(PERMISSIONS_PATH, _permissions, methods=["GET"])


def _permissions(_request: Any, **_: object) -> Response:
    document = {"granted": RECORD.granted(), "refused": RECORD.refused()}
    return Response(json.dumps(document), mimetype="application/json")
