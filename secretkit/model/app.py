"""One app, resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secretkit.model.access import Access
from secretkit.model.control_plane import AuditRule, Encryption
from secretkit.model.secret import Secret
from secretkit.model.store import Store
from secretkit.model.workload import Workload
from secretkit.target import Target
from secretkit.text import Place


@dataclass(frozen=True, slots=True)
class Patch:
    """A merge patch on one generated object of the app."""

    kind: str
    name: str
    patch: Mapping[str, Any]
    at: Place


@dataclass(frozen=True, slots=True)
class App:
    """Everything one `secrets.yaml` says for one environment and target."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    target: Target
    stores: Mapping[str, Store]  # by key
    secrets: Mapping[str, Secret]  # by key
    access: tuple[Access, ...]
    workloads: tuple[Workload, ...]
    audit: tuple[AuditRule, ...]
    has_audit: bool
    encryption: Encryption | None
    patches: tuple[Patch, ...]
    at: Place

    def secret_name(self, key: str) -> str:
        """The name of the Secret of a key; the key itself where there is none (a finding says so)."""
        secret = self.secrets.get(key)
        return secret.name if secret else key
