"""Stores and the accounts they log in with."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from secretkit.fragment import Reference, references
from secretkit.text import Place, has

_ALWAYS = """akeyless aws azurekv beyondtrust bitwardensecretsmanager chef cloudrusm conjur delinea
doppler fake fortanix gcpsm github gitlab ibm infisical keepersecurity kubernetes onboardbase
onepassword oracle passbolt passworddepot previder pulumi scaleway secretserver senhasegura vault
webhook yandexcertificatemanager yandexlockbox"""
# Provider of ESO, by its exact spelling -> name of the Feature that it needs.
PROVIDERS: Mapping[str, str | None] = {
    **dict.fromkeys(_ALWAYS.split()),
    "barbican": "BARBICAN_PROVIDER",
    "beyondtrustworkloadcredentials": "BEYONDTRUST_PROVIDER",
    "crd": "CRD_PROVIDER",
    "dvls": "DVLS_PROVIDER",
    "nebiusmysterybox": "NEBIUS_PROVIDER",
    "ngrok": "NGROK_PROVIDER",
    "onepasswordSDK": "ONEPASSWORD_SDK",
    "openBao": "OPENBAO_PROVIDER",
    "ovh": "OVH_PROVIDER",
    "volcengine": "VOLCENGINE_PROVIDER",
}
REMOVED_PROVIDERS = ("alibaba", "device42")  # in ESO 2.0.0
# Provider -> what cannot be done there.
ONE_WAY = {"github": "read", "ngrok": "read", "openBao": "written"}
_PINNED = """barbican beyondtrustworkloadcredentials chef doppler dvls gitlab ibm keepersecurity
kubernetes onboardbase onepassword onepasswordSDK oracle scaleway"""
# Their checks demand a namespace in every reference of a cluster store.
PINNED_PROVIDERS = frozenset(_PINNED.split())


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
    is_shared: bool = False  # a cluster-scoped preset of the platform, emitted once for all apps
    is_preset: bool = False  # the platform's, made for the app because it is used

    @property
    def is_ref(self) -> bool:
        """Whether it exists already."""
        return self.form == "ref"

    @property
    def is_emitted(self) -> bool:
        return not self.is_ref and not self.is_shared

    @property
    def is_cluster(self) -> bool:
        return self.kind == "ClusterSecretStore"

    @property
    def vault(self) -> Mapping[str, Any] | None:
        """The Vault provider's settings, whichever form they came in."""
        settings: Mapping[str, Any] | None = self.provider.get("vault")
        return settings

    @property
    def provider_name(self) -> str | None:
        """The provider's key under ESO's `spec.provider`; None for a ref."""
        return next(iter(self.provider), None)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The provider's own fields."""
        fields = self.provider.get(self.provider_name or "")
        return fields if isinstance(fields, Mapping) else {}

    def part(self, *path: str) -> Mapping[str, Any]:
        """An object within the provider's own fields; empty where there is none."""
        found: Any = self.settings
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every reference of the provider to a Secret, an account or a certificate authority."""
        return tuple(references(self.settings))

    def says(self, *path: str) -> bool:
        """Whether the file sets a field of the store."""
        return has(self.at.tree.value, (*self.at.path, *path))

    @property
    def settings_at(self) -> Place:
        """Where the provider's own fields stand."""
        if self.form == "provider":
            return self.at / "provider" / next(iter(self.provider))
        return self.at / self.form
