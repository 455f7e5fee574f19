"""Layers into one tree: environments as merge patches, and variables once after them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from secretkit.finding import Finding, closest
from secretkit.merge import merged
from secretkit.model.platform import Platform
from secretkit.resolve import faults
from secretkit.text import Layer, Path, Place, Tree, get, has

_VARIABLE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def layered(tree: Tree, environment: str | None, platform: Platform | None = None) -> Tree:
    """The app as one environment has it: platform, app, the app's environment; later wins.

    One exception: a namespace that the platform's environment sets beats the app's own.
    """
    whole = _with_environment(tree, environment)
    return _on_platform(whole, platform) if platform else whole


def _with_environment(tree: Tree, environment: str | None) -> Tree:
    """The app's base with the patch of one of its environments, if it has that one."""
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
    layer = Layer(tree.source, ("spec", "environments", environment or ""), patch)
    result = {
        **plain,
        "metadata": merged(plain["metadata"], patch.get("metadata") or {}),
        "spec": _spec(plain["spec"], patch["spec"]) if "spec" in patch else plain["spec"],
    }
    return Tree(result, (*tree.layers, layer))


def _spec(spec: Mapping[str, Any], patch: Mapping[str, Any] | None) -> dict[str, Any]:
    """The spec with an environment's patch, in which `patches` alone keep their nulls."""
    if patch is None:
        return {}
    rest = {key: value for key, value in patch.items() if key != "patches"}
    result: dict[str, Any] = merged(_without_sealed(spec, rest), rest)
    match patch.get("patches", ...):
        case None:
            result.pop("patches", None)
        case dict() as patches:
            # A null inside a patch deletes from the object; `KIND/NAME: null` drops the patch.
            result["patches"] = _patches(spec.get("patches") or {}, patches)
    return result


def _on_platform(app: Tree, platform: Platform) -> Tree:
    """The app on what its platform gives: labels, annotations, presets that it uses, namespace."""
    spec = app.value["spec"]
    # A store that the app names is the app's own, as written: nothing of a preset comes in.
    used = _used_stores(spec) - (spec.get("stores") or {}).keys()
    presets = {key: platform.presets[key] for key in sorted(used & platform.presets.keys())}
    below: list[Layer] = []
    defaults: dict[str, Any] = {}
    for layer in platform.tree.layers:
        for mount, field, names in (
            (("metadata",), "defaults", ("labels", "annotations")),
            (("spec", "stores"), "stores", tuple(presets)),
        ):
            place: Path = ("spec", field)[len(layer.mount) :]
            if has(layer.value, place):
                value = get(layer.value, place)
                part = {key: value[key] for key in names if key in value}
                below.append(Layer(layer.source, layer.prefix + place, part, mount))
    for field in ("labels", "annotations"):
        found = platform.tree.value["spec"].get("defaults", {}).get(field)
        if found:
            defaults[field] = found
    value = merged({"metadata": defaults, "spec": {"stores": presets}}, app.value)
    if not presets and "stores" not in spec:
        del value["spec"]["stores"]
    layers = (*below, *app.layers)
    if platform.namespace is not None:
        value["metadata"]["namespace"] = platform.namespace
        source, path = platform.tree.origin(("spec", "namespace"))
        layers = (*layers, Layer(source, path, platform.namespace, ("metadata", "namespace")))
    return Tree(value, layers)


def _used_stores(spec: Mapping[str, Any]) -> set[str]:
    """Names of stores that the secrets of a spec read from or push to, as far as it is well formed."""
    used: set[str] = set()
    secrets = spec.get("secrets")
    for secret in secrets.values() if isinstance(secrets, dict) else ():
        if not isinstance(secret, dict):
            continue
        push = secret.get("push")
        used.update(push if isinstance(push, dict) else ())
        pending: list[Any] = [secret, *(secret.get("keys") or {}).values()]
        for field in ("find", "extract", "dynamic"):
            item = secret.get(field)
            pending += item if isinstance(item, list) else [item]
        used.update(
            item["from"]
            for item in pending
            if isinstance(item, dict) and isinstance(item.get("from"), str)
        )
    return used


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


def strangers(environment: str, new: Any, base: Any, at: Place) -> Iterator[Finding]:
    """Names of an environment's mapping that the base's has not, but has one like them."""
    known = base or {}
    for key in new or {}:
        near = closest(key, known) if key not in known else ""
        if near:
            yield faults.STRANGER.at((at / key).key, name=key, environment=environment, near=near)


class Substituted(NamedTuple):
    """A tree after its variables, what is wrong with these, and whether any text has their form."""

    tree: Tree
    findings: list[Finding]
    has_variables: bool


def substituted(
    tree: Tree, variables: Mapping[str, str], unknown: Mapping[str, str]
) -> Substituted:
    """The tree with `${NAME}` replaced in every string value, once; keys stay as they are.

    `unknown` names variables that exist elsewhere, with the reason why not here.
    """
    substitution = _Substitution(variables, unknown)
    value = substitution.of(tree.value, Place(tree))
    return Substituted(Tree(value, tree.layers), substitution.findings, substitution.has_variables)


class _Substitution:
    """One walk through a tree: an object, since a function that calls itself is never freed at once."""

    def __init__(self, variables: Mapping[str, str], unknown: Mapping[str, str]) -> None:
        self.findings: list[Finding] = []
        self.has_variables = False
        self._variables = variables
        self._unknown = unknown

    def of(self, value: Any, place: Place) -> Any:
        match value:
            case str():
                return self._text(value, place) if "${" in value else value
            case dict():
                return {key: self.of(item, place / key) for key, item in value.items()}
            case list():
                return [self.of(item, place / at) for at, item in enumerate(value)]
            case _:
                return value

    def _text(self, value: str, place: Place) -> str:
        self.has_variables = True
        return _VARIABLE.sub(lambda found: self._replaced(found, place), value)

    def _replaced(self, found: re.Match[str], place: Place) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        name = found[1]
        if name in self._variables:
            return self._variables[name]
        if name == "env":
            self.findings.append(faults.ENVIRONMENT.at(place))
        else:
            near = closest(name, self._variables)
            reason = self._unknown.get(name, f"is not known{near}")
            self.findings.append(faults.VARIABLE.at(place, name=name, reason=reason))
        return found[0]
