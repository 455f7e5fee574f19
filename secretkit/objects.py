"""What goes out: Kubernetes objects, and files with their bytes."""

from typing import Any, NamedTuple

from secretkit.text import Place


class Object(NamedTuple):
    """A Kubernetes object and the place in the input that asked for it."""

    body: dict[str, Any]
    place: Place
    holds_values: bool = False  # values in the clear: mode 0600, no excerpt, no diff
    patch: bool = False  # a strategic merge patch for a workload, not an object to apply

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def namespace(self) -> str | None:
        namespace: str | None = self.body["metadata"].get("namespace")
        return namespace

    @property
    def id(self) -> tuple[str, str, str | None, str]:
        """API group, kind, namespace, name: what makes it one object in a cluster."""
        group, _, _ = str(self.body["apiVersion"]).rpartition("/")
        return group, self.kind, self.namespace, self.name


class Document(str):
    """A text that is a file of its own: in YAML it stands as a block, indented lines and all."""

    __slots__ = ()


class File(NamedTuple):
    """A file to write: path below the output folder, bytes, and mode."""

    path: str
    content: bytes
    mode: int = 0o644
