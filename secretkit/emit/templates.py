"""Templates: one file per kind, in which every interpolation is serialised by the environment.

Three forms of a line are ours; each knows its place in the document, so none can forget to quote:

    NAME: {{ a.b }}        the field with its value in block style, or nothing where it is not set
    {{ a | rest }}         the fields of `a` that the template does not name
    anything else          Jinja2; what it interpolates becomes a flow node on its line

A template of the first two forms and plain text needs no Jinja2, whose import would cost more than
a cold start of helm. Jinja2's sandbox runs all others; a test holds that both give the same bytes.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from secretkit import resources
from secretkit.compile.injection import API_VERSIONS
from secretkit.emit import yaml
from secretkit.finding import Rejected, Usage
from secretkit.objects import Object

_FIELD = re.compile(r"( *)([\w.-]+): \{\{ ([\w.]+) \}\}")
_REST = re.compile(r"( *)\{\{ (\w+) \| rest \}\}")
_JINJA = re.compile(r"\{[{%#]")


class Line(NamedTuple):
    """A line of a template: `field`, `rest`, `text` or `jinja`."""

    form: str
    indent: int
    name: str
    path: tuple[str, ...]
    text: str


def parse(text: str) -> tuple[Line, ...]:
    """The lines of a template."""
    lines = []
    for row in text.splitlines():
        if found := _FIELD.fullmatch(row):
            path = tuple(found[3].split("."))
            lines.append(Line("field", len(found[1]), found[2], path, row))
        elif found := _REST.fullmatch(row):
            lines.append(Line("rest", len(found[1]), "", (found[2],), row))
        else:
            form = "jinja" if _JINJA.search(row) else "text"
            lines.append(Line(form, 0, "", (), row))
    return tuple(lines)


def _named(lines: tuple[Line, ...]) -> dict[str, tuple[str, ...]]:
    """For each mapping whose rest is asked for, the fields that the template names itself."""
    fields: dict[str, list[str]] = {}
    for line in lines:
        if line.form == "field" and len(line.path) > 1:
            fields.setdefault(line.path[0], []).append(line.path[1])
        elif line.form == "field":
            fields.setdefault("object", []).append(line.path[0])
        elif line.form == "text" and (heading := re.fullmatch(r"(\w+):", line.text)):
            fields.setdefault("object", []).append(heading[1])
    return {name: tuple(found) for name, found in fields.items()}


def _lookup(body: Mapping[str, Any], path: tuple[str, ...]) -> tuple[bool, Any]:
    value: Any = body
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return False, None
        value = value[step]
    return True, value


def _rest(body: Mapping[str, Any], line: Line, named: Mapping[str, tuple[str, ...]]) -> str:
    name = line.path[0]
    value = body if name == "object" else body.get(name, {})
    known = named.get(name, ())
    return "".join(yaml.field(k, v, line.indent) for k, v in value.items() if k not in known)


class Templates:
    """The templates in force: ours, overlaid by those of a folder."""

    def __init__(self, overlay: Path | None = None) -> None:
        self._overlay = overlay
        self._parsed: dict[str, tuple[Line, ...]] = {}
        self._named: dict[str, dict[str, tuple[str, ...]]] = {}
        self._environment: Any = None

    def fill(self, found: Object) -> str:
        """The object as a YAML document; raises Usage where an overlay breaks or changes it."""
        stem = stem_of(found.kind, is_patch=found.patch)
        lines = self._lines(stem)
        if any(line.form == "jinja" for line in lines):
            return self._checked(stem, found, self._jinja(stem, lines, found.body))
        text = fill_lines(lines, self._named[stem], found.body)
        return text if self._is_ours(stem) else self._checked(stem, found, text)

    def body(self, found: Object) -> dict[str, Any]:
        """What a reader of the document has: the object, unless an overlay says more.

        Raises Usage as `fill` does, and where kubectl would not read the document.
        """
        stem = stem_of(found.kind, is_patch=found.patch)
        if self._is_ours(stem):
            return found.body
        from secretkit.load.manifests import load_manifests
        from secretkit.text import Source

        try:
            (manifest,) = load_manifests(Source(stem, self.fill(found)))
        except (Rejected, ValueError):
            what = f"{found.kind} {found.name}"
            raise Usage(f"template {stem}.yaml.j2 makes no object of {what}") from None
        return manifest.body

    def _is_ours(self, stem: str) -> bool:
        return self._overlay is None or not (self._overlay / f"{stem}.yaml.j2").is_file()

    def _lines(self, stem: str) -> tuple[Line, ...]:
        if stem not in self._parsed:
            folder = resources.folder("templates") if self._is_ours(stem) else self._overlay
            assert folder is not None
            text = (folder / f"{stem}.yaml.j2").read_text(encoding="utf-8")
            self._parsed[stem] = parse(text)
            self._named[stem] = _named(self._parsed[stem])
        return self._parsed[stem]

    def _jinja(self, stem: str, lines: tuple[Line, ...], body: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError

        from secretkit.emit.jinja import environment, source

        if self._environment is None:
            self._environment = environment()
        try:
            template = self._environment.from_string(source(lines, self._named[stem]))
            return str(template.render({**body, "object": body}))
        except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
            line = getattr(error, "lineno", None)
            place = f"{stem}.yaml.j2" + (f", line {line}" if line else "")
            raise Usage(f"template {place}: {type(error).__name__}") from None

    def _checked(self, stem: str, found: Object, text: str) -> str:
        """The text, if it is one document that keeps kind, name and namespace."""
        import yaml as parser

        try:
            body = parser.load(text, Loader=parser.CSafeLoader)
            same = isinstance(body, dict) and Object(body, found.place).id == found.id
        except (parser.YAMLError, KeyError, TypeError, AttributeError):
            same = False
        if not same:
            what = f"{found.kind} {found.name}"
            raise Usage(f"template {stem}.yaml.j2 changes kind, name or namespace of {what}")
        return text


def stem_of(kind: str, *, is_patch: bool = False) -> str:
    """The template's file name without its ending: the kind in lower case, or its sort of kinds."""
    if is_patch:
        return "workload-patch"
    if kind in API_VERSIONS:
        return "workload"
    return kind.lower() if _has_template(kind) else "generator"


@cache
def _has_template(kind: str) -> bool:
    return (resources.folder("templates") / f"{kind.lower()}.yaml.j2").is_file()


def fill_lines(
    lines: tuple[Line, ...], named: Mapping[str, tuple[str, ...]], body: Mapping[str, Any]
) -> str:
    """The document of a template without Jinja2 lines."""
    out = []
    for line in lines:
        if line.form == "field":
            there, value = _lookup(body, line.path)
            out.append(yaml.field(line.name, value, line.indent) if there else "")
        elif line.form == "rest":
            out.append(_rest(body, line, named))
        else:
            out.append(line.text + "\n")
    return "".join(out)
