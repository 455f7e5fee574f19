"""What a platform file says to all apps of a repository, for one environment."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from secretkit.model.control_plane import AuditRule, Encryption
from secretkit.target import Target
from secretkit.text import Place, Tree


class Platform(NamedTuple):
    """One platform file. Presets and the namespace are raw: each app resolves them for itself."""

    name: str
    tree: Tree  # merged for the environment
    target: Target
    variables: Mapping[str, str]
    refresh: str | None  # None where the file sets no default
    file_mode: str | None
    presets: Mapping[str, Mapping[str, Any]]
    namespace: str | None  # of every app in the environment
    environments: tuple[str, ...]
    policy: Mapping[str, str]  # code -> error, warning, info or off
    audit: tuple[AuditRule, ...]
    noise: str  # keep, drop or dropNodes
    encryption: Encryption | None
    certificates: Mapping[str, str] = {}  # environment -> path of what seals for it

    @property
    def at(self) -> Place:
        return Place(self.tree, ("spec",))

    def is_shared(self, preset: str) -> bool:
        """Whether a preset is one object for all apps: cluster-scoped, and not one that exists."""
        value = self.presets.get(preset, {})
        return value.get("scope") == "cluster" and "ref" not in value
