"""All judges of documents together."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests.judges import completeness, documents, growth
from tests.judges.asl import machines
from tests.judges.documents import RENDERED, Document
from tests.judges.iam import calls, policies


def faults(found: Sequence[Document]) -> Iterator[tuple[Document, str]]:
    """Each fault of each document. Raises machines.JudgeMissing."""
    for document in found:
        if document.kind == "permission":
            document = replace(document, value=policies.permission_as_policy(document.value))
        if document.kind in ("policy", "permission"):
            yield from ((document, fault) for fault in policies.judge(document))
    state_machines = [document for document in found if document.kind in ("definition", "state")]
    judged = machines.judge(
        [
            document.value if document.kind == "definition" else machines.machine_of(document.value)
            for document in state_machines
        ]
    )
    for document, wrong in zip(state_machines, judged, strict=True):
        yield from ((document, fault) for fault in wrong)


def main(folder: Path) -> int:
    """Print each fault with the place of its document; return the exit status."""
    found = documents.load(folder)
    if not found:
        print(f"{folder} has no documents: run make terraform-test", file=sys.stderr)
        return 1
    try:
        wrong = list(faults(found))
    except machines.JudgeMissing as error:
        print(error, file=sys.stderr)
        return 1
    for document, fault in wrong:
        print(f"{document.places[0]}:\n    {fault}{_elsewhere(document)}")
    # A folder other than the default has what it has.
    judges = (completeness.faults, calls.faults, growth.faults)
    missing = [fault for judge in judges for fault in judge(found)] if folder == RENDERED else []
    missing += [
        f"{place}: the plan does not know it, so nobody judges it" for place in documents.unrendered(folder)
    ]
    print("".join(f"{fault}\n" for fault in missing), end="")
    counted = Counter(document.kind for document in found)
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(counted.items()))
    print(f"{len(found)} documents judged ({kinds}): {len(wrong) + len(missing)} faults")
    return 1 if wrong or missing else 0


def _elsewhere(document: Document) -> str:
    count = len(document.places) - 1
    return f" (the same in {count} other place{'s' if count != 1 else ''})" if count else ""
