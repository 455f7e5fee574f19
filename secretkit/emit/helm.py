"""A chart for each app, which Helm renders to the same objects as a plain render.

Helm owns the label `app.kubernetes.io/managed-by`, so it is left out. Templates of an operator are
written such that Helm gives them back as they are.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from secretkit.emit import ordered, yaml
from secretkit.emit.form import file_name
from secretkit.emit.templates import Templates
from secretkit.objects import File, Object

VERSION = "0.1.0"
_MANAGED_LABEL = "app.kubernetes.io/managed-by"


def chart(app: str, objects: Iterable[Object], templates: Templates) -> Iterator[File]:
    """The files of `DIR/APP/`; patches of workloads have no place in a chart."""
    yield File(f"{app}/Chart.yaml", yaml.document(_chart(app)).encode())
    for found in ordered(objects):
        if found.patch:
            continue
        text = escaped(templates.fill(without_label(found)))
        mode = 0o600 if found.holds_values else 0o644
        yield File(f"{app}/templates/{file_name(found)}", text.encode(), mode)


def _chart(app: str) -> dict[str, Any]:
    return {
        "apiVersion": "v2",
        "name": app,
        "description": f"Secrets of {app}",
        "type": "application",
        "version": VERSION,
    }


def escaped(text: str) -> str:
    """The text such that Helm's template engine gives it back."""
    return text.replace("{{", '{{ "{{" }}')


def without_label(found: Object) -> Object:
    """The object without the label that Helm sets itself."""
    metadata = dict(found.body["metadata"])
    if "labels" in metadata:
        metadata["labels"] = {
            key: value for key, value in metadata["labels"].items() if key != _MANAGED_LABEL
        }
    return found._replace(body={**found.body, "metadata": metadata})
