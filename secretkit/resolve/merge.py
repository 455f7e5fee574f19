"""Layers into one tree: environments as merge patches, and variables once after them."""

import re
from collections.abc import Mapping
from typing import Any

from secretkit.finding import Finding, closest
from secretkit.merge import merged
from secretkit.resolve import faults
from secretkit.text import Layer, Place, Tree

_VARIABLE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def layered(tree: Tree, environment: str | None) -> Tree:
    """The app as one environment has it: the base with that environment's patch, if any."""
    base = tree.value
    spec = base.get("spec") or {}
    environments = spec.get("environments") or {}
    plain = {
        **base,
        "spec": {key: value for key, value in spec.items() if key != "environments"},
    }
    patch = environments.get(environment) if environment else None
    if patch is None:
        return Tree(plain, tree.layers)
    source = tree.layers[0].source
    layer = Layer(source, ("spec", "environments", environment or ""), patch)
    result = merged(plain, {key: value for key, value in patch.items() if key != "spec"})
    spec_patch = dict(patch.get("spec") or {})
    patches = spec_patch.pop("patches", None)
    result["spec"] = merged(_without_sealed(plain["spec"], spec_patch), spec_patch)
    if patches is not None:
        # A null inside a patch deletes from the object and stays; `KIND/NAME: null` drops the patch.
        result["spec"]["patches"] = _patches(plain["spec"].get("patches") or {}, patches)
    return Tree(result, (*tree.layers, layer))


def _without_sealed(spec: Mapping[str, Any], patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec less the ciphertext that the patch brings anew: each cluster has a key of its own."""
    anew = [
        key
        for key, secret in (patch.get("secrets") or {}).items()
        if isinstance(secret, dict) and isinstance(secret.get("sealed"), dict)
    ]
    secrets = dict(spec.get("secrets") or {})
    for key in anew:
        if key in secrets:
            secrets[key] = {
                field: value
                for field, value in secrets[key].items()
                if field not in ("sealed", "sealedFor")
            }
    return {**spec, "secrets": secrets} if anew else spec


def _patches(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _kept(result.get(name), value)
    return result


def _kept(base: Any, patch: Any) -> Any:
    """A merge that keeps nulls, so that two patches one after the other are one patch."""
    if not isinstance(base, Mapping) or not isinstance(patch, Mapping):
        return patch
    return {**base, **{key: _kept(base.get(key), value) for key, value in patch.items()}}


def substituted(
    tree: Tree, variables: Mapping[str, str], unknown: Mapping[str, str]
) -> tuple[Tree, list[Finding]]:
    """The tree with `${NAME}` replaced in every string value, once; keys stay as they are.

    `unknown` names variables that exist elsewhere, with the reason why not here.
    """
    findings: list[Finding] = []

    def text(value: str, place: Place) -> str:
        def replace(found: re.Match[str]) -> str:
            if found[0].startswith("$$"):
                return found[0][1:]
            name = found[1]
            if name in variables:
                return variables[name]
            reason = unknown.get(name, f"is not known{closest(name, variables)}")
            findings.append(faults.VARIABLE.at(place, name=name, reason=reason))
            return found[0]

        return _VARIABLE.sub(replace, value) if "${" in value else value

    def walk(value: Any, place: Place) -> Any:
        match value:
            case str():
                return text(value, place)
            case dict():
                return {key: walk(item, place / key) for key, item in value.items()}
            case list():
                return [walk(item, place / at) for at, item in enumerate(value)]
            case _:
                return value

    value = walk(tree.value, Place(tree))
    return Tree(value, tree.layers), findings
