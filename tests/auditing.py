"""Apps and platforms of which only what they ask of the audit log matters, judged by no rule."""

import json
from typing import Any

from secretkit.load import load
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.text import Source

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"


def source(name: str, namespace: str, rules: list[dict[str, Any]]) -> Source:
    """The file of an app that asks; it lies in a folder of its name."""
    body = {"metadata": {"name": name, "namespace": namespace}, "spec": {"audit": {"rules": rules}}}
    text = HEAD + "\n".join(f"{key}: {json.dumps(value)}" for key, value in body.items())
    return Source(f"{name}/secrets.yaml", text)


def app(name: str, namespace: str, rules: list[dict[str, Any]]) -> App:
    """An app whose rules nobody has looked at: what is compiled must be safe even so."""
    return resolve(load(source(name, namespace, rules)), Context(), lambda _: ())


def platform(rules: list[dict[str, Any]], noise: str = "drop", name: str = "acme") -> Platform:
    """A platform that asks the same for every namespace."""
    return as_platform(app(name, "prod", rules), noise)


def as_platform(found: App, noise: str = "drop") -> Platform:
    return Platform(
        name="acme", tree=found.at.tree, target=found.target, variables={}, refresh=None, file_mode=None,
        presets={}, namespace=None, environments=(), policy={}, audit=found.audit, noise=noise,
        encryption=None,
    )  # fmt: skip
