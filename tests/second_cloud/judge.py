"""Run by the second cloud's Python: its IAM evaluator decides cases with the condition keys given.

Its gateway never fills these in. From stdin, in JSON: {"cases": [{"policies": [...], "action": "...",
"resource": "...", "keys": {...}, "tls": true}]}. To stdout: a list of Allow, Deny or ImplicitDeny.
"""

import json
import sys
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

ACCOUNT = "000000000000"


def decided(case: dict[str, Any]) -> str:
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/judged/judged",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=case["action"],
        resource_arn=case["resource"],
        region="eu-west-1",
        secure_transport=case.get("tls", True),
        service_context={name.lower(): value for name, value in case.get("keys", {}).items()},
    )
    return str(evaluate(context, [parse_policy_document(policy) for policy in case["policies"]]).decision)


json.dump([decided(case) for case in json.load(sys.stdin)["cases"]], sys.stdout)
