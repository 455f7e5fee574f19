"""Stores and the accounts they log in with."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from secretkit.text import Place


class ServiceAccount(NamedTuple):
    """An account that a store names; emitted unless it exists already."""

    name: str
    namespace: str
    annotations: Mapping[str, str]
    existing: bool
    at: Place


class Store(NamedTuple):
    """A SecretStore or ClusterSecretStore; `provider` is ESO's `spec.provider`, whole."""

    key: str
    name: str
    kind: str
    form: str  # the short form, `provider` or `ref`
    provider: Mapping[str, Any]  # {} for a ref
    conditions: tuple[Mapping[str, Any], ...]
    referent: bool
    account: ServiceAccount | None
    at: Place

    @property
    def is_emitted(self) -> bool:
        return self.form != "ref"

    @property
    def is_cluster(self) -> bool:
        return self.kind == "ClusterSecretStore"

    @property
    def vault(self) -> Mapping[str, Any] | None:
        """The Vault provider's settings, whichever form they came in."""
        settings: Mapping[str, Any] | None = self.provider.get("vault")
        return settings

    @property
    def settings_at(self) -> Place:
        """Where the provider's own fields stand."""
        if self.form == "provider":
            return self.at / "provider" / next(iter(self.provider))
        return self.at / self.form
