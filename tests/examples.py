"""The examples as fixtures: every input below examples/, rendered the way a user would."""

import base64
import io
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml as parser

from secretkit import pipeline, rendering
from secretkit.emit import yaml
from secretkit.pipeline import Options, Outcome

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples"
TARGET = "eso-2.9"  # the default target; the others come with the platform file

# A key of P-256 in SEC1's form, put together here so that no scanner takes this file for a leak. Its
# number is plain text; examples/plain-secret/tls/tls.crt is the certificate that belongs to it.
_NUMBER = b"plainly fake, a key for examples"
_KEY = b"\x30\x31\x02\x01\x01\x04\x20" + _NUMBER + bytes.fromhex("a00a06082a8648ce3d030107")
_MARK = "-----{} EC PRIVATE" + " KEY-----\n"

# What the process's environment holds for examples that read it.
VALUES = {
    "SMTP_PASSWORD": "not a password",
    "STOREFRONT_TLS_KEY": (
        _MARK.format("BEGIN") + base64.encodebytes(_KEY).decode() + _MARK.format("END")
    ),
}

Body = dict[str, Any]


class Example(NamedTuple):
    """A folder below examples/ as one environment has it; None is the base."""

    name: str
    environment: str | None = None

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def id(self) -> str:
        """`payments`, or `payments+staging` for an environment."""
        return self.name if self.environment is None else f"{self.name}+{self.environment}"

    @property
    def inputs(self) -> tuple[Path, ...]:
        return tuple(sorted(self.folder.rglob("secrets.yaml")))

    @property
    def workloads(self) -> tuple[Path, ...]:
        """Manifests that the example is rendered with by `--inject`."""
        return tuple(sorted((self.folder / "workloads").glob("*.yaml")))

    @property
    def overlay(self) -> Path | None:
        """The overlay that uses the example's Component, where it has one."""
        overlay = self.folder / "overlay"
        return overlay if overlay.is_dir() else None


def _all() -> Iterator[Example]:
    for folder in sorted(FOLDER.iterdir()):
        if not folder.is_dir():
            continue
        example = Example(folder.name)
        yield example
        for environment in sorted({name for path in example.inputs for name in environments(path)}):
            yield Example(folder.name, environment)


def environments(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = raw(path)["spec"].get("environments", {})
    return found


def raw(path: Path) -> Body:
    """An input as it is written, read by nothing of ours."""
    body: Body = parser.load(path.read_text(encoding="utf-8"), Loader=parser.CSafeLoader)
    return body


EXAMPLES = tuple(_all())
OVERLAID = tuple(found for found in EXAMPLES if found.overlay and not found.environment)


def options(example: Example, *, allow_plaintext: bool | None = True) -> Options:
    return Options(
        environment=example.environment,
        allow_plaintext=allow_plaintext,
        process_environment=VALUES,
    )


def request(example: Example, **changes: Any) -> rendering.Request:
    """What `secretkit render` of the example asks for; `changes` are fields of the request."""
    asked: dict[str, Any] = {
        "paths": (example.folder,),
        "options": options(example),
        "output": None,
        "form": "yaml",
        "only": None,
        "inject": example.workloads,
        "templates": None,
        **changes,
    }
    return rendering.Request(**asked)


@cache
def outcome(example: Example) -> Outcome:
    return pipeline.run((example.folder,), options(example))


@cache
def stream(example: Example) -> str:
    """What stdout holds."""
    result = rendering.render(request(example, only="api"))
    assert not result.failed, errors(result)
    return result.text


@cache
def control_plane(example: Example) -> str:
    """What stdout holds with `--only control-plane`."""
    result = rendering.render(request(example, only="control-plane"))
    assert not result.failed, errors(result)
    return result.text


def errors(result: rendering.Result) -> list[str]:
    return [f"{one.code} {one.message}" for one in result.findings if one.severity == "error"]


def documents(text: str) -> list[Body]:
    return [body for body in parser.load_all(io.StringIO(text), Loader=parser.CSafeLoader) if body]


def bodies(example: Example) -> list[Body]:
    """The objects of the stream, parsed back from its text."""
    return documents(stream(example))


def write(example: Example, folder: Path) -> dict[str, str]:
    """Renders into a folder, and gives the text of its files by path."""
    result = rendering.render(request(example, output=folder, form="kustomize"))
    assert not result.failed, errors(result)
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.yaml"))
    }


def identity(body: Mapping[str, Any]) -> tuple[str, str, str | None, str]:
    metadata = body["metadata"]
    group = str(body["apiVersion"]).rpartition("/")[0]
    return group, body["kind"], metadata.get("namespace"), metadata["name"]


def without_values(text: str, objects: list[Body]) -> str:
    """The stream with a placeholder for each value in the clear, literals included."""
    for body in objects:
        if (body["apiVersion"], body["kind"]) != ("v1", "Secret"):
            continue
        for key, value in body["data"].items():
            line = f"  {yaml.key(key)}: {yaml.scalar(value)}\n"
            start = text.index(line)
            text = f"{text[:start]}  {yaml.key(key)}: <value of {key}>\n{text[start + len(line) :]}"
    return text
