"""Holds that roles' policies fit IAM's limit, and that activities add nothing to the control plane's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tests.judges.documents import Document, text_of

# Characters of all inline policies of a role together, without white space.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ROLE_LIMIT = 10240
# All run blocks of this file have the same stack with other activities.
FOLDER = "terraform/modules/control-plane"
TEST = "tests/activities.tftest.hcl"
CONTROL_PLANE = "module.control_plane."

type Rendered = Mapping[str, str]


def faults(documents: Iterable[Document]) -> Iterator[str]:
    """Say which policies are too long, and which differ with the activities."""
    found = list(documents)
    yield from _too_long(found)
    yield from _different(_by_run(found))


def _too_long(documents: Iterable[Document]) -> Iterator[str]:
    """Take a module's roles for one: each of ours has room for both."""
    sizes = defaultdict[tuple[str, str, str, str], int](int)
    for document in documents:
        size = len(text_of(document))
        for place in document.places:
            if place.resource.startswith("aws_iam_role_policy."):
                sizes[place.folder, place.test, place.run, place.module] += size
    for (folder, test, run, module), size in sizes.items():
        if size > ROLE_LIMIT:
            where = module or "the folder itself"
            yield (
                f"{folder}: the role's policies in {where} have {size} characters ({test}, run {run});"
                f" IAM allows {ROLE_LIMIT}"
            )


def _by_run(documents: Iterable[Document]) -> Mapping[str, Rendered]:
    """What each run block renders in the control plane, by place."""
    runs = defaultdict[str, dict[str, str]](dict)
    for document in documents:
        for place in document.places:
            if place.folder == FOLDER and place.test == TEST and CONTROL_PLANE in place.address:
                runs[place.run][f"{place.address}.{place.attribute}"] = text_of(document)
    return runs


def _different(runs: Mapping[str, Rendered]) -> Iterator[str]:
    if len(runs) < 2:
        yield f"{FOLDER}: {TEST} must have run blocks with and without activities that render a stack"
        return
    (first, expected), *others = runs.items()
    for run, rendered in others:
        for address in sorted(expected.keys() | rendered.keys()):
            if expected.get(address) != rendered.get(address):
                yield f"{FOLDER}: {address} must not depend on activities; run {first} and run {run} differ"
