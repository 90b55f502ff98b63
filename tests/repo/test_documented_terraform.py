"""The Terraform that documents show fits the modules: arguments, settings, outputs, the handle."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hcl2 import walk
from hcl2.rules.functions import FunctionCallRule
from tests.repo import terraform

from operations import hcl

FENCE = re.compile(r"^( *)```hcl\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
# The last folder of a source: `../activity`, `git::...//terraform/modules/activity?ref=...`, or shortened.
SOURCE = re.compile(r'"(?:.*/)?([a-z][a-z0-9-]*)(?:\?ref=[^"]*)?"')
OUTPUT = re.compile(r"\bmodule\.(\w+)(?:\[[^\]]*\])?\.(\w+)")
HANDLE = re.compile(r"\.handle\.(\w+)")
META = {"source", "version", "for_each", "count", "depends_on", "providers"}
# What a document leaves out.
CUT = "# ..."
BACKENDS = {"lambda", "ecs", "batch", "sagemaker"}


def blocks_of(text: str) -> Iterator[str]:
    return (textwrap.dedent(body) for _, body in FENCE.findall(text))


def folder_of(root: Path, source: str) -> Path | None:
    """The module or example with this source; None for anybody else's."""
    found = SOURCE.fullmatch(source)
    places = ("terraform/modules", "terraform/examples")
    folders = [root / place / found[1] for place in places] if found else []
    return next((folder for folder in folders if folder.is_dir()), None)


def plain(name: str) -> str:
    return name.strip('"')


class Judge:
    """Finds what a block says that the modules do not have."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = root / "terraform/modules"
        (handle, *_) = terraform.objects(terraform.local_values(self.modules / "control-plane")["handle"])
        self.handle = set(handle)

    def faults(self, text: str) -> list[str]:
        document = hcl.parse(text, "block")
        calls = {plain(name): call for module in document.get("module", []) for name, call in module.items()}
        folders = {name: folder_of(self.root, call["source"]) for name, call in calls.items()}
        found = [
            fault
            for name, folder in folders.items()
            if folder
            for fault in self._of_call(folder, calls[name], text)
        ]
        given = {name: value for name, value in document.items() if name in {"activities", "network"}}
        found += self._of_arguments(self.modules / "stack", given)
        found += [f"handle.{name}" for name in HANDLE.findall(text) if name not in self.handle]
        return found + list(self._of_outputs(folders, text))

    def _of_call(self, folder: Path, call: Mapping[str, Any], text: str) -> Iterator[str]:
        variables = terraform.variables(folder)
        given = {plain(name): value for name, value in call.items() if not name.startswith("__")}
        yield from (f"{folder.name}: {name}" for name in given.keys() - variables.keys() - META)
        if CUT not in text:
            required = {name for name, variable in variables.items() if "default" not in variable}
            yield from (f"{folder.name} lacks {name}" for name in required - given.keys())
        yield from self._of_arguments(folder, given)

    def _of_arguments(self, folder: Path, given: Mapping[str, Any]) -> list[str]:
        variables = terraform.variables(folder)
        found = []
        for name, value in given.items():
            if name in variables and isinstance(value, dict):
                found += self._of_argument(folder, name, value)
        return found

    def _of_argument(self, folder: Path, name: str, value: Mapping[str, Any]) -> list[str]:
        where = f"{folder.name}: {name}"
        if folder.name == "stack" and name == "activities":
            return [
                fault
                for activity in value.values()
                if isinstance(activity, dict)
                for fault in self._of_activity(activity)
            ]
        variables = terraform.variables(folder)
        if folder.name == "stack":
            variables = {**variables, **terraform.variables(self.modules / "control-plane")}
        backend = "ecs" if name == "fargate" else name
        if backend in BACKENDS:
            variables = {name: terraform.variables(self.modules / f"backend-{backend}")["settings"]}
        return list(unknown(where, value, variables[name]["type"]))

    def _of_activity(self, activity: Mapping[str, Any]) -> list[str]:
        folder = self.modules / "activity"
        given = {plain(name): value for name, value in activity.items()}
        others = given.keys() - terraform.variables(folder).keys()
        return [f"activity: {name}" for name in others] + self._of_arguments(folder, given)

    def _of_outputs(self, folders: Mapping[str, Path | None], text: str) -> Iterator[str]:
        for name, output in OUTPUT.findall(text):
            folder = folders.get(name, self.modules / name.replace("_", "-"))
            if folder and folder.is_dir():
                outputs = {block.labels[1] for block in terraform.blocks(folder, "output")}
                if output not in outputs:
                    yield f"module.{name}.{output}"


def unknown(where: str, given: object, declared: Any) -> Iterator[str]:
    """The keys of an object, at every depth, that its type does not have."""
    kind, arguments = call_of(declared)
    if kind == "optional":
        yield from unknown(where, given, arguments[0])
    elif kind in {"map", "list"}:
        inner = given.values() if isinstance(given, dict) else given if isinstance(given, list) else []
        for value in inner:
            yield from unknown(where, value, arguments[0])
    elif kind == "object" and isinstance(given, dict):
        keys = next(terraform.objects(declared))
        yield from (f"{where}.{plain(name)}" for name in given if plain(name) not in keys)
        for name in (name for name in given if plain(name) in keys):
            yield from unknown(f"{where}.{plain(name)}", given[name], keys[plain(name)])


def call_of(declared: Any) -> tuple[str, list[Any]]:
    """The constructor of a type, such as object or map, with its arguments; "" for a plain type."""
    call = walk.find_first(declared, FunctionCallRule)
    if call is None:
        return "", []
    return terraform.value(call).removeprefix("${").split("(")[0], terraform.arguments(declared)


@pytest.fixture(scope="module")
def judge(root: Path) -> Judge:
    return Judge(root)


def test_what_documents_show_fits_the_modules(root: Path, files: list[Path], judge: Judge) -> None:
    documents = [file for file in files if file.suffix == ".md" and "src" not in file.parts]
    shown = [(file, block) for file in documents for block in blocks_of((root / file).read_text())]
    assert len(shown) > 20
    found = {str(file): faults for file, block in shown if (faults := judge.faults(block))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('module "x" {\n  source = "../lookup"\n  nam = "a" # ...\n}', "lookup: nam"),
        ('module "x" {\n  source = "git::x//terraform/modules/lookup?ref=v1"\n}', "lookup lacks name"),
        ("activities = { a = { ecs = { container = { imag = 1 } } } }", "activity: ecs.container.imag"),
        ("activities = { a = { fargate = {} } }", "activity: fargate"),
        (
            "activities = { a = { ecs = { sidecars = { b = { image = 1, waits = 1 } } } } }",
            "activity: ecs.sidecars.waits",
        ),
        ("activities = { a = { ecs = { capacity = [{ weigth = 1 }] } } }", "activity: ecs.capacity.weigth"),
        ("network = { vpc = 1 }", "stack: network.vpc"),
        (
            'module "x" {\n  source = "./terraform/examples/training"\n  batch = { siz = 1 } # ...\n}',
            "training: batch.siz",
        ),
        ("a = module.stack.handel", "module.stack.handel"),
        ("a = module.stack.handle.quueue", "handle.quueue"),
    ],
)
def test_what_the_modules_do_not_have_is_found(judge: Judge, text: str, fault: str) -> None:
    assert judge.faults(text) == [fault]


def test_what_the_modules_have_is_accepted(judge: Judge) -> None:
    assert judge.faults('module "x" {\n  source = "hashicorp/consul/aws"\n  any = 1\n}') == []
    assert judge.faults("activities = { a = { ecs = { container = { secrets = { ANY = 1 } } } } }") == []
    assert judge.faults("a = module.stack.process_states.report") == []
