"""Tags on activities. LocalStack only keeps tags of state machines; Terraform reads both."""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.stepfunctions import (
    ListTagsForResourceOutput,
    TagResourceOutput,
    UntagResourceOutput,
)
from localstack.services.stepfunctions.backend.activity import Activity
from localstack.services.stepfunctions.backend.state_machine import TagManager
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.wrapping import wrap

type Original = Callable[..., Any]


def install() -> None:
    """Give each activity the tag manager that LocalStack has for state machines."""

    @wrap(Activity, "__init__")
    def init(original: Original, activity: Activity, *args: Any, **kwargs: Any) -> None:
        original(activity, *args, **kwargs)
        activity.tag_manager = TagManager()

    _keep_tags()
    _change_tags()


def _keep_tags() -> None:
    @wrap(StepFunctionsProvider, "create_activity")
    def create(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        *args: Any,
        tags: Any = None,
        **kwargs: Any,
    ) -> Any:
        answer = original(provider, context, *args, **kwargs)
        kept = _tags(provider, context, answer["activityArn"])
        if tags and kept is not None:
            kept.add_all(tags)
        return answer

    @wrap(StepFunctionsProvider, "list_tags_for_resource")
    def list_tags(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        resource_arn: str,
        **kwargs: Any,
    ) -> Any:
        if tags := _tags(provider, context, resource_arn):
            return ListTagsForResourceOutput(tags=tags.to_tag_list())
        return original(provider, context, resource_arn, **kwargs)


def _change_tags() -> None:
    @wrap(StepFunctionsProvider, "tag_resource")
    def tag(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        resource_arn: str,
        tags: Any,
        **kwargs: Any,
    ) -> Any:
        if kept := _tags(provider, context, resource_arn):
            kept.add_all(tags)
            return TagResourceOutput()
        return original(provider, context, resource_arn, tags, **kwargs)

    @wrap(StepFunctionsProvider, "untag_resource")
    def untag(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        resource_arn: str,
        tag_keys: Any,
        **kwargs: Any,
    ) -> Any:
        if kept := _tags(provider, context, resource_arn):
            kept.remove_all(tag_keys)
            return UntagResourceOutput()
        return original(provider, context, resource_arn, tag_keys, **kwargs)


def _tags(provider: StepFunctionsProvider, context: RequestContext, arn: str) -> TagManager | None:
    activity = provider.get_store(context).activities.get(arn)
    return activity.tag_manager if activity else None
