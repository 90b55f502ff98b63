"""Parameters of Systems Manager and secrets of Secrets Manager, by name or ARN.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
"""

from moto.secretsmanager.models import secretsmanager_backends

from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call


def parameters(call: Call) -> list[Need]:
    """Return what a request to Systems Manager needs."""
    names = list(call.parameters.get("Names") or [])
    names += [call.text(key) for key in ("Name", "Path") if call.text(key)]
    if call.text("ResourceType") == "Parameter":
        names.append(call.text("ResourceId"))
    if not names:
        return simple.needs(call)
    return [Need(action=call.action, resource=_parameter(call, name)) for name in names]


def _parameter(call: Call, name: str) -> str:
    if name.startswith("arn:"):
        return name
    # A name begins with the slash that stands before it in its ARN, and may end with a version.
    return call.arn(f"parameter/{name.removeprefix('/').partition(':')[0]}")


def secrets(call: Call) -> list[Need]:
    """Return what a request to Secrets Manager needs."""
    given = call.text("SecretId") or call.text("Name")
    if not given:
        return simple.needs(call)
    # A secret's ARN ends with characters that its name does not tell.
    found = secretsmanager_backends[call.account][call.region].secrets.get(given)
    arn = given if given.startswith("arn:") else call.arn(f"secret:{given}")
    return [Need(action=call.action, resource=str(found.arn) if found else arn)]
