"""SK512: a registry's credentials are in the form that the kubelet reads."""

import base64
import json
import math
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
            content, wrapped = value.hidden.reveal(), key == ".dockerconfigjson"
            said = problem(content, wrapped=wrapped)
            if said:
                yield RULE.at(value.at, key=key, problem=said)
            elif _lacks_a_login(_read(content), wrapped):
                yield RULE.at(value.at, key=key, problem=_NO_LOGIN)._replace(severity="warning")


def problem(content: bytes, *, wrapped: bool) -> str | None:
    """What is wrong with a Docker config, `wrapped` in `auths` or not; None where it is fine."""
    try:
        config = _read(content)
    except (ValueError, RecursionError):
        return "it is not JSON"
    if not isinstance(config, dict):
        return "it is not a JSON object"
    registries = _field(config, "auths") if wrapped else config
    if not isinstance(registries, dict) or not registries:
        return "`auths` with a registry is missing" if wrapped else "no registry is in it"
    headers = _field(config, "HttpHeaders") if wrapped else None
    if not _holds_texts(headers):
        return "`HttpHeaders` is not an object of texts"
    said = (_entry_problem(entry) for entry in registries.values())
    found = next((words for words in said if words), None)
    return found or (None if any(map(_is_login, registries.values())) else _NO_LOGIN)


def _read(content: bytes) -> Any:
    """The JSON as Go reads it: bytes that are no UTF-8 pass, NaN and what no float holds do not."""
    text = content.decode(errors="replace")
    return json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_number)


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError
    return found


def _field(fields: Mapping[str, Any], name: str) -> Any:
    """A field as Go finds it: by any case, the last of several."""
    found = [value for key, value in fields.items() if key.casefold() == name.casefold()]
    return found[-1] if found else None


def _entry_problem(entry: Any) -> str | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        return "a registry's entry is not an object"
    if not _holds_texts({name: _field(entry, name) for name in _TEXTS}):
        return "a registry has another thing than a text as a login"
    auth = _field(entry, "auth")
    return (
        None
        if not auth or _is_pair(auth)
        else "`auth` of a registry is not base64 of USER:PASSWORD"
    )


def _holds_texts(fields: Any) -> bool:
    if fields is None:
        return True
    return isinstance(fields, dict) and all(
        value is None or isinstance(value, str) for value in fields.values()
    )


def _is_login(entry: Any) -> bool:
    fields = entry or {}
    return bool(
        _field(fields, "auth") or (_field(fields, "username") and _field(fields, "password"))
    )


def _lacks_a_login(config: Any, wrapped: bool) -> bool:
    """Whether a registry has no login, and no helper that would have one on another machine."""
    if wrapped and _field(config, "credsStore"):
        return False
    found = _field(config, "credHelpers") if wrapped else None
    helpers = found if isinstance(found, dict) else {}
    registries = _field(config, "auths") if wrapped else config
    return any(not _is_login(entry) and name not in helpers for name, entry in registries.items())


def _is_pair(auth: str) -> bool:
    """As the kubelet's decodeDockerConfigFieldAuth has it: padded or not, line ends passed over."""
    text = auth.replace("\r", "").replace("\n", "")
    is_padded = auth.strip().endswith("=")
    padding = "" if is_padded else "=" * (-len(text) % 4)
    try:
        return b":" in base64.b64decode(text + padding, validate=True)
    except ValueError:
        return False


_TEXTS = ("auth", "username", "password", "email")
_NO_LOGIN = "a registry has neither `auth` nor `username` and `password`"


RULE = Rule(
    code="SK512",
    title="`{key}` is no Docker config that the kubelet can use: {problem}",
    why="the API server takes any JSON object, and the image pull fails later with `unauthorized`; one bad "
    "entry makes the kubelet pass over all of them",
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
