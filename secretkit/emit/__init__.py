"""Objects to bytes: templates filled, then one file per output form."""

from collections.abc import Iterable

from secretkit.objects import Object

# Dependencies first: what others refer to stands before them.
_ORDER = (
    "ServiceAccount", "SecretStore", "ClusterSecretStore", "", "ExternalSecret", "SealedSecret",
    "Secret", "PushSecret", "Role", "RoleBinding",
)  # fmt: skip
_GENERATOR, _WORKLOAD = _ORDER.index(""), len(_ORDER)


def rank(found: Object) -> int:
    """Where the kind stands in the order of the stream."""
    if found.kind in _ORDER:
        return _ORDER.index(found.kind)
    is_generator = str(found.body["apiVersion"]).startswith("generators.external-secrets.io/")
    return _GENERATOR if is_generator else _WORKLOAD


def ordered(objects: Iterable[Object]) -> list[Object]:
    """The objects of one app, by kind and within a kind by name."""
    return sorted(objects, key=lambda found: (rank(found), found.kind, found.name))
