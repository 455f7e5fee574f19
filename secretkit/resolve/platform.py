"""The door of a platform file: `resolve_platform(tree, environment) -> Platform`."""

from collections.abc import Callable, Mapping
from typing import Any

from secretkit.finding import Finding, Rejected
from secretkit.merge import merged
from secretkit.model.platform import Platform
from secretkit.resolve.control_plane import resolve_audit, resolve_encryption
from secretkit.target import Target, version
from secretkit.text import Layer, Place, Tree

_PATCHED = ("variables", "targets", "stores", "encryption")


def resolve_platform(
    tree: Tree, environment: str | None, check: Callable[[Tree], tuple[Finding, ...]]
) -> Platform:
    """The platform as one environment has it. `check` judges what the merge made.

    Raises Rejected where no model can be made.
    """
    whole = _merged(tree, environment)
    at = Place(whole, ("spec",))
    findings = list(check(whole)) if len(whole.layers) > 1 else []
    spec: Mapping[str, Any] = whole.value["spec"]
    if findings:
        raise Rejected(findings)
    own = (tree.value.get("spec") or {}).get("environments") or {}
    here: Mapping[str, Any] = (own.get(environment) or {}) if environment else {}
    defaults = spec.get("defaults", {})
    return Platform(
        name=whole.value["metadata"]["name"],
        tree=whole,
        target=_target(spec.get("targets", {})),
        variables=dict(spec.get("variables", {})),
        refresh=defaults.get("refresh"),
        file_mode=defaults.get("fileMode"),
        presets=dict(spec.get("stores", {})),
        namespace=here.get("namespace"),
        environments=tuple(sorted(own)),
        policy=dict(spec.get("policy", {})),
        audit=resolve_audit(spec, at),
        noise=(spec.get("audit") or {}).get("noise", "drop"),
        encryption=resolve_encryption(spec, at),
        certificates={
            name: value["sealing"]["cert"]
            for name, value in sorted(own.items())
            if value and "cert" in value.get("sealing", {})
        },
    )


def _merged(tree: Tree, environment: str | None) -> Tree:
    """The file with the patch of one of its environments on what it may differ in."""
    spec = tree.value.get("spec") or {}
    patch = (spec.get("environments") or {}).get(environment) if environment else None
    plain = {key: value for key, value in spec.items() if key != "environments"}
    if not patch:
        return Tree({**tree.value, "spec": plain}, tree.layers)
    part = {key: patch[key] for key in _PATCHED if key in patch}
    source = tree.source
    layer = Layer(source, ("spec", "environments", environment or ""), patch, ("spec",))
    return Tree({**tree.value, "spec": merged(plain, part)}, (*tree.layers, layer))


def _target(targets: Mapping[str, str]) -> Target:
    plain = Target()
    kubernetes, operator = targets.get("kubernetes"), targets.get("externalSecrets")
    return Target(
        kubernetes=version(kubernetes) if kubernetes else plain.kubernetes,
        external_secrets=version(operator) if operator else plain.external_secrets,
        provider=targets.get("provider"),
    )
