"""Metadata that all objects share."""

from collections.abc import Mapping
from typing import Any

from secretkit.model.app import App

NAME_LABEL = "app.kubernetes.io/name"
MANAGED_LABEL = "app.kubernetes.io/managed-by"


def metadata(
    app: App,
    name: str,
    *,
    namespace: str | None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    plain: bool = False,
) -> dict[str, Any]:
    """Metadata with the app's labels and annotations; `plain` leaves all but our two labels out."""
    marks = {NAME_LABEL: app.name, MANAGED_LABEL: "secretkit"}
    all_labels = {**({} if plain else app.labels), **(labels or {}), **marks}
    all_annotations = {**({} if plain else app.annotations), **(annotations or {})}
    body: dict[str, Any] = {"name": name}
    if namespace is not None:
        body["namespace"] = namespace
    body["labels"] = dict(sorted(all_labels.items()))
    if all_annotations:
        body["annotations"] = dict(sorted(all_annotations.items()))
    return body
