"""Reads a text from S3, writes its statistics beside it and returns their summary."""

import json
import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from process.statistics import Statistics, statistics_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LOG = logging.getLogger(__name__)

CHUNK_BYTES = 1_048_576
COMMONEST_IN_SUMMARY = 3


def run(job_input: Mapping[str, Any], s3: "S3Client") -> Mapping[str, Any]:
    """Process `{"source": {bucket, key, etag, bytes}, "result": {bucket, key}}`.

    The text is streamed in chunks of 1 MiB. Raises NotText if it is not text, and the
    client's PreconditionFailed if it changed since `prepare` checked it.
    """
    source, result = job_input["source"], job_input["result"]
    response = s3.get_object(Bucket=source["bucket"], Key=source["key"], IfMatch=source["etag"])
    with closing(response["Body"]) as body:
        statistics = statistics_of(body.iter_chunks(CHUNK_BYTES))
    LOG.info("read %d bytes of s3://%s/%s", statistics.bytes, source["bucket"], source["key"])
    s3.put_object(
        Bucket=result["bucket"],
        Key=result["key"],
        Body=json.dumps(_document(statistics), indent=2).encode(),
        ContentType="application/json",
    )
    return {
        **_document(statistics, commonest=COMMONEST_IN_SUMMARY),
        "source": f"s3://{source['bucket']}/{source['key']}",
        "result": f"s3://{result['bucket']}/{result['key']}",
    }


def _document(statistics: Statistics, commonest: int | None = None) -> dict[str, Any]:
    document = asdict(statistics)
    document["commonest"] = [
        {"word": word, "count": count} for word, count in statistics.commonest[:commonest]
    ]
    return document
