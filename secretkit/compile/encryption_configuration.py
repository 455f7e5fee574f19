"""The EncryptionConfiguration of an API server: what it writes with first, what it can read after.

No `metadata` and no unknown field: from Kubernetes 1.31 on either keeps the API server from booting.
"""

from collections.abc import Iterable
from typing import Any

from secretkit.model.control_plane import Block, Encryption, Kind
from secretkit.names import duration, spelled
from secretkit.target import Feature, Target

# Stands where the bytes go on the host; no key is ever in the input or in what is rendered.
PLACEHOLDER = "<base64-encoded-32-byte-key>"


def configuration(encryption: Encryption, target: Target) -> dict[str, Any]:
    """The configuration of a declared encryption, one that names a provider."""
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": _entries(encryption, target),
    }


def _entries(encryption: Encryption, target: Target) -> list[dict[str, Any]]:
    """One entry; before it one of what a wildcard would cover, since of two the first decides."""
    encrypted = {
        "resources": [_resource(kind) for kind in encryption.kinds],
        "providers": _providers(encryption.order, target),
    }
    if not encryption.excepted:
        return [encrypted]
    excepted = {
        "resources": [_resource(kind) for kind in encryption.excepted_kinds],
        "providers": _providers(encryption.order_of_excepted, target),
    }
    return [excepted, encrypted]


def _resource(kind: Kind) -> str:
    """`secrets.` is `secrets`, but `*.` is all of the core group, and `*` alone is refused."""
    return "*." if kind == Kind("", "*") else str(kind)


def _providers(order: Iterable[Block | None], target: Target) -> list[dict[str, Any]]:
    """The first one writes; every one can read."""
    return [_provider(block, target) if block else {"identity": {}} for block in order]


def kms_version(target: Target) -> str:
    """The protocol of a plugin. Without it the API server takes v1, which is off from 1.29 on."""
    return "v2" if target.has(Feature.KMS_V2) else "v1"


def _provider(block: Block, target: Target) -> dict[str, Any]:
    if block.kms:
        return {
            "kms": {
                "apiVersion": kms_version(target),
                "name": block.kms.name,
                "endpoint": block.kms.endpoint,
                "timeout": spelled(duration(block.kms.timeout)),
            }
        }
    keys = [{"name": key.name, "secret": PLACEHOLDER} for key in block.in_turn]
    return {block.provider: {"keys": keys}}
