"""S3, whose actions rarely have the names of its operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from typing import Any

from localstack.services.s3.models import s3_stores

from localcloud.iam.decision import Need
from localcloud.iam.requests.call import Call

_ACTIONS = {
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListBuckets": "ListAllMyBuckets",
    "GetObjectAttributes": "GetObject",
    "SelectObjectContent": "GetObject",
}
_READS = ("GetObject", "HeadObject")
# With a VersionId, these are separate actions.
_OF_VERSIONS = ("GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging")


def needs(call: Call) -> list[Need] | None:
    """Return what a request needs; None if the bucket is missing, which S3 reports first."""
    name = call.text("Bucket")
    if not name:
        return [Need(action=f"s3:{_ACTIONS.get(call.operation, call.operation)}")]
    bucket = _bucket(call, name)
    if bucket is None and call.operation != "CreateBucket":
        return None
    if call.operation == "DeleteObjects":
        items = call.parameters["Delete"]["Objects"]
        return [_need(call, "DeleteObject", item["Key"]) for item in items]
    found = [_need(call, _action(call), call.text("Key"))]
    if call.parameters.get("Tagging") and call.operation in ("PutObject", "CreateMultipartUpload"):
        found.append(_need(call, "PutObjectTagging", call.text("Key")))
    if source := call.text("CopySource"):
        found.append(Need(action="s3:GetObject", resource=_arn(call, source.lstrip("/"))))
    if call.operation in _READS and not _holds(bucket, call.text("Key")):
        # Only callers that may list the bucket learn that the object is missing: others get a 403.
        found.append(_need(call, "ListBucket", ""))
    return found


def _action(call: Call) -> str:
    action = _ACTIONS.get(call.operation, call.operation)
    if call.parameters.get("VersionId") and action in _OF_VERSIONS:
        return action.replace("Object", "ObjectVersion")
    return action


def _need(call: Call, action: str, key: str) -> Need:
    bucket = call.text("Bucket")
    prefix = call.parameters.get("Prefix")
    context = {} if prefix is None else {"s3:prefix": (str(prefix),)}
    resource = _arn(call, f"{bucket}/{key}" if key else bucket)
    return Need(action=f"s3:{action}", resource=resource, context=context)


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:s3:::{name.partition('?')[0]}"


def _bucket(call: Call, name: str) -> Any:
    store = s3_stores[call.account][call.region]
    account = store.global_bucket_map.get(name)
    return s3_stores[account][call.region].buckets.get(name) if account else None


def _holds(bucket: Any, key: str) -> bool:
    found = bucket.objects.get(key)
    return found is not None and hasattr(found, "etag")
