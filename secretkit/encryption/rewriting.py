"""What makes every stored object be written again: migrations that the cluster runs, or a script."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from secretkit.emit import shell, yaml
from secretkit.encryption import faults
from secretkit.encryption.declared import Declared
from secretkit.encryption.verdict import writer
from secretkit.finding import Rejected
from secretkit.model.control_plane import Encryption, Kind
from secretkit.target import Feature, Target, spelled

Way: TypeAlias = Literal["migration", "script"]

_SCRIPT = Path(__file__).parent / "rewrite.sh"
_BASE = 58  # characters: what the API server keeps of a generateName

# Versions of custom resources that are often encrypted; Kubernetes' own groups have v1 below.
_CUSTOM: Mapping[str, str] = {
    "argoproj.io": "v1alpha1",
    "bitnami.com": "v1alpha1",
    "cert-manager.io": "v1",
}
_V1 = (
    "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
    "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
    "flowcontrol.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "policy",
    "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
)  # fmt: skip
_NOT_V1 = {  # younger than their group
    "clustercidrs", "clustertrustbundles", "ipaddresses", "leasecandidates",
    "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "podcertificaterequests",
    "servicecidrs", "volumeattributesclasses",
}  # fmt: skip


class Rewriting(NamedTuple):
    """What goes to stdout, and what must be true before it is used."""

    text: str
    notes: tuple[str, ...]


def usual(encryption: Encryption, target: Target) -> Way:
    """Migrations where the target serves them as it comes and can be asked for all; else the script."""
    can = target.has(Feature.MIGRATION_V1) and not _wildcards(encryption)
    return "migration" if can else "script"


def rewriting(declared: Declared, way: Way | None, namespaces: Sequence[str] = ()) -> Rewriting:
    """The text that rewrites every stored object of the declared resources.

    Raises Rejected where nothing is declared, or where a migration cannot do it.
    """
    encryption, target = declared.needed, declared.target
    before = f"every API server must write {_wanted(encryption, target)} by now, or objects stay as they are"
    if (way or usual(encryption, target)) == "script":
        return Rewriting(script(encryption, target, namespaces), (before,))
    return Rewriting(_migrations(encryption, target), (before, *_demands(target)))


def _wanted(encryption: Encryption, target: Target) -> str:
    if encryption.write_unencrypted:
        return "unencrypted"
    return f"with {writer(encryption, target)}"


def script(encryption: Encryption, target: Target, namespaces: Sequence[str] = ()) -> str:
    """A POSIX shell script around kubectl; every word that comes from a file is quoted."""
    given = {
        "RESOURCES": "\n".join(_argument(kind) for kind in encryption.kinds),
        "EXCEPTED": "\n".join(_argument(kind) for kind in encryption.excepted_kinds),
        "NAMESPACES": "\n".join(namespaces),
        "WRITER": _wanted(encryption, target),
    }
    return shell.filled(_SCRIPT.read_text(encoding="utf-8"), given)


def _argument(kind: Kind) -> str:
    return "*." if kind == Kind("", "*") else str(kind)


def _wildcards(encryption: Encryption) -> list[int]:
    return [number for number, kind in enumerate(encryption.kinds) if kind.resource == "*"]


def _migrations(encryption: Encryption, target: Target) -> str:
    """One object for each resource. Raises Rejected where there is none for it."""
    place = encryption.at / "resources"
    if not target.has(Feature.MIGRATION_V1ALPHA1):
        raise Rejected([faults.NO_MIGRATION.at(place, release=spelled(target.kubernetes))])
    if target.is_managed and not target.has(Feature.MIGRATION_V1):
        raise Rejected([faults.MANAGED_MIGRATION.at(place, provider=target.provider)])
    wrong = [
        faults.WILDCARD.at(place / number, resource=_argument(encryption.kinds[number]))
        for number in _wildcards(encryption)
    ]
    if not target.has(Feature.MIGRATION_V1BETA1):
        wrong += [
            faults.NO_VERSION.at(place / number, resource=kind)
            for number, kind in enumerate(encryption.kinds)
            if kind.resource != "*" and _version(kind, target) is None
        ]
    if wrong:
        raise Rejected(wrong)
    key = "unencrypted" if encryption.write_unencrypted else writer(encryption, target).key
    bodies = (migration(kind, target, key) for kind in encryption.kinds)
    return "---\n".join(yaml.document(body) for body in bodies)


def migration(kind: Kind, target: Target, key: str) -> dict[str, Any]:
    """A StorageVersionMigration. Its name is new each time, since one that has ended never runs again."""
    resource = {"group": kind.group}
    if target.has(Feature.MIGRATION_V1):
        release = "v1"
    elif target.has(Feature.MIGRATION_V1BETA1):
        release = "v1beta1"
    else:
        release = "v1alpha1"
        resource["version"] = _version(kind, target) or ""
    resource["resource"] = kind.resource
    return {
        "apiVersion": f"storagemigration.k8s.io/{release}",
        "kind": "StorageVersionMigration",
        "metadata": {"generateName": _name(kind, key)},
        "spec": {"resource": resource},
    }


def _name(kind: Kind, key: str) -> str:
    words = re.sub(r"[^a-z0-9.]+", "-", f"{kind}-{key}".lower())
    words = re.sub(r"-*\.[-.]*", ".", words)  # each part of a name begins and ends with a letter
    return f"{words[: _BASE - 1].strip('-.')}-"


def _version(kind: Kind, target: Target) -> str | None:
    """A served version of a resource, for releases that want it named; None where we know none."""
    if kind.resource in _NOT_V1:
        return None
    if kind.group in _V1:
        return "v1"
    if kind.group == "autoscaling":
        return "v2"
    if kind.group == "external-secrets.io":
        return "v1" if target.has(Feature.ESO_V1) else "v1beta1"
    return _CUSTOM.get(kind.group)


# Seen: 1.35 stops at a version in --runtime-config that is not registered, and 1.37, which serves
# migrations as it comes, waits in poststarthook/storage-readiness for one that it cannot decode.
_END = (
    "before an upgrade to Kubernetes 1.35 delete these objects and take that --runtime-config away: newer "
    "releases do not know v1alpha1, and with either left an API server does not start, or is never ready"
)


def _demands(target: Target) -> tuple[str, ...]:
    """What the cluster needs for its migrations, and how the objects are sent."""
    send = "send it with `kubectl create -f -`: each gets a name of its own, and runs once"
    if target.has(Feature.MIGRATION_V1):
        return (send,)
    release, manager = "v1beta1", "StorageVersionMigrator=true"
    if not target.has(Feature.MIGRATION_V1BETA1):
        release, manager = "v1alpha1", f"{manager},InformerResourceVersion=true"
    needs = (
        f"Kubernetes {spelled(target.kubernetes)} serves no migrations as it comes; kube-apiserver needs "
        "--feature-gates=StorageVersionMigrator=true "
        f"--runtime-config=storagemigration.k8s.io/{release}=true, "
        f"kube-controller-manager --feature-gates={manager}"
    )
    return (needs, send) if release == "v1beta1" else (needs, send, _END)
