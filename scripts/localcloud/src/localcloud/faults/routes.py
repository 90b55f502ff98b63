"""Endpoints with which a test breaks the cloud.

POST   /_localcloud/faults  {"seed": n, "rules": [{"service": ..., "operation": ..., ...}]}
GET    /_localcloud/faults  reports what has been injected
DELETE /_localcloud/faults  ends the plan, with the same report
POST   /_localcloud/kill    {"what": "functions", "function": "name prefix", "count": 1, "seed": n}
"""

import json
from functools import cache
from typing import Any

from localstack.http import Response
from localstack.services.edge import ROUTER

from localcloud.faults import deliveries
from localcloud.faults.killing import InvalidKillError, kill
from localcloud.faults.plan import CURRENT, InvalidRuleError, Plan, rule_of

FAULTS_PATH = "/_localcloud/faults"
KILL_PATH = "/_localcloud/kill"


@cache
def install() -> None:
    """Add the endpoints to the gateway once."""
    ROUTER.add(FAULTS_PATH, _faults, methods=["GET", "POST", "DELETE"])
    ROUTER.add(KILL_PATH, _kill, methods=["POST"])


def _faults(request: Any, **_: object) -> Response:
    if request.method == "POST":
        try:
            CURRENT.plan = _plan(_body(request))
        except (ValueError, InvalidRuleError) as error:
            return _answer(400, {"error": str(error)})
        deliveries.install()
        return _answer(200, CURRENT.plan.report())
    ended = CURRENT.plan
    if request.method == "DELETE":
        CURRENT.plan = Plan()
    return _answer(200, ended.report())


def _kill(request: Any, **_: object) -> Response:
    try:
        killed = kill(_body(request))
    except (ValueError, InvalidKillError) as error:
        return _answer(400, {"error": str(error)})
    return _answer(200, {"killed": killed})


def _body(request: Any) -> dict[str, Any]:
    given = json.loads(request.get_data() or b"{}")
    if not isinstance(given, dict):
        raise ValueError("the request must be a JSON object")  # noqa: TRY004  (a bad value from the caller)
    return given


def _plan(body: dict[str, Any]) -> Plan:
    seed, rules = body.get("seed", 0), body.get("rules")
    if not isinstance(seed, int) or not isinstance(rules, list) or not rules:
        raise InvalidRuleError("seed must be an integer and rules a non-empty list")
    return Plan([rule_of(rule) for rule in rules], seed)


def _answer(status: int, document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), status, mimetype="application/json")
