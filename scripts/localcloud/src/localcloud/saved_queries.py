"""Saved queries of Logs Insights, which LocalStack does not know. They are kept, not run.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from localstack.aws.api.logs import ResourceNotFoundException
from localstack.services.logs.provider import LogsProvider

from localcloud.wrapping import wrap

_MOST = 1_000
# By account and region, and then by id.
_saved: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
_lock = threading.Lock()


def install() -> None:
    """Keep queries."""

    @wrap(LogsProvider, "put_query_definition")
    def put(
        _original: Callable[..., Any], _provider: LogsProvider, context: Any, **given: Any
    ) -> dict[str, Any]:
        known = _saved[context.account_id, context.region]
        with _lock:
            query_id = given.get("query_definition_id") or str(uuid.uuid4())
            if given.get("query_definition_id") and query_id not in known:
                raise ResourceNotFoundException("The specified query definition does not exist.")
            known[query_id] = {
                "queryDefinitionId": query_id,
                "name": given["name"],
                "queryString": given["query_string"],
                "logGroupNames": given.get("log_group_names") or [],
                "queryLanguage": given.get("query_language") or "CWLI",
                "lastModified": int(time.time() * 1000),
            }
        return {"queryDefinitionId": query_id}

    @wrap(LogsProvider, "describe_query_definitions")
    def describe(
        _original: Callable[..., Any], _provider: LogsProvider, context: Any, **given: Any
    ) -> dict[str, Any]:
        prefix = given.get("query_definition_name_prefix") or ""
        with _lock:
            found = [
                query
                for query in _saved[context.account_id, context.region].values()
                if query["name"].startswith(prefix)
            ]
        first = int(given.get("next_token") or 0)
        last = first + int(given.get("max_results") or _MOST)
        more = {"nextToken": str(last)} if last < len(found) else {}
        return {"queryDefinitions": found[first:last], **more}

    @wrap(LogsProvider, "delete_query_definition")
    def delete(
        _original: Callable[..., Any],
        _provider: LogsProvider,
        context: Any,
        query_definition_id: str,
        **_more: Any,
    ) -> dict[str, Any]:
        with _lock:
            if _saved[context.account_id, context.region].pop(query_definition_id, None) is None:
                raise ResourceNotFoundException("The specified query definition does not exist.")
        return {"success": True}
