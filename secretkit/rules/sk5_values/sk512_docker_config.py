"""SK512: a registry's credentials are in the form that the kubelet reads."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_KEYS = {
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/dockercfg": ".dockercfg",
}


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        key = _KEYS.get(secret.type or "")
        value = secret.read_values.get(key) if key else None
        if key and value and value.hidden is not None:
            said = problem(value.hidden.reveal(), wrapped=key == ".dockerconfigjson")
            if said:
                yield RULE.at(value.at, key=key, problem=said)


def problem(content: bytes, *, wrapped: bool) -> str | None:
    """What is wrong with a Docker config, `wrapped` in `auths` or not; None where it is fine."""
    try:
        config = json.loads(content.decode())
    except (ValueError, RecursionError):
        return "it is not JSON"
    if not isinstance(config, dict):
        return "it is not a JSON object"
    registries = config.get("auths") if wrapped else config
    if not isinstance(registries, dict) or not registries:
        return "`auths` with a registry is missing" if wrapped else "no registry is in it"
    said = (_entry_problem(entry) for entry in registries.values())
    return next((words for words in said if words), None)


def _entry_problem(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return "a registry's entry is not an object"
    auth = entry.get("auth")
    if auth:
        return None if _is_pair(auth) else "`auth` of a registry is not base64 of USER:PASSWORD"
    if entry.get("username") and entry.get("password"):
        return None
    return "a registry has neither `auth` nor `username` and `password`"


def _is_pair(auth: Any) -> bool:
    try:
        return isinstance(auth, str) and b":" in base64.b64decode(auth, validate=True)
    except ValueError:
        return False


RULE = Rule(
    code="SK512",
    title="`{key}` is no Docker config that the kubelet can use: {problem}",
    why="the API server takes any JSON object, and the image pull fails later with `unauthorized`",
    fix="make it with `kubectl create secret docker-registry NAME --dry-run=client -o yaml`, or from "
    'a config.json of the form {{"auths": {{"registry.example.com": {{"auth": "..."}}}}}}',
    source="Kubernetes, pkg/credentialprovider",
    find=find,
    wrong="""
        registry:
          type: kubernetes.io/dockerconfigjson
          values:
            .dockerconfigjson: {literal: '{"credsStore": "desktop"}'}  # <- SK512
    """,
    right="""
        registry:
          type: kubernetes.io/dockerconfigjson
          values:
            .dockerconfigjson: {file: config.json}
    """,
)
