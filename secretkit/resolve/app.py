"""The door: `resolve(tree, context) -> App`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from secretkit.finding import Finding, Rejected
from secretkit.model.access import Access
from secretkit.model.app import App, Patch
from secretkit.resolve import Context, faults
from secretkit.resolve.control_plane import resolve_audit, resolve_encryption
from secretkit.resolve.merge import layered, substituted
from secretkit.resolve.secrets import Secrets, by_key
from secretkit.resolve.stores import StoreInput, resolve_store
from secretkit.resolve.workloads import resolve_workloads
from secretkit.text import Place, Tree


def resolve(tree: Tree, context: Context, check: Callable[[Tree], tuple[Finding, ...]]) -> App:
    """The app of a checked tree. `check` judges the result of merging again.

    Raises Rejected where no model can be made: an unknown variable, no namespace, a form that only
    the merge brought in.
    """
    merged = layered(tree, context.environment, context.platform)
    variables = _variables(merged.value["metadata"], context)
    unknown = {"namespace": "has no value, since no namespace is given"}
    whole, findings, has_variables = substituted(merged, variables, unknown)
    if "namespace" not in merged.value["metadata"]:
        findings.append(faults.NAMESPACE.at((Place(whole) / "metadata").key))
    if not findings and (has_variables or len(whole.layers) > 1):
        findings += check(whole)
    if findings:
        raise Rejected(findings)
    return _App(whole, merged, variables, context).build()


def _variables(metadata: Mapping[str, Any], context: Context) -> dict[str, str]:
    """All that `${…}` may name. A namespace may be made of the others itself."""
    variables = dict(context.platform.variables) if context.platform else {}
    variables["app"] = metadata["name"]
    if context.environment:
        variables["env"] = context.environment
    if "namespace" in metadata:
        namespace = substituted(Tree(metadata["namespace"], ()), variables, {}).tree.value
        variables["namespace"] = namespace
    return variables


class _App:
    """One app under construction; findings gather, so that one run shows them all."""

    def __init__(
        self, tree: Tree, raw: Tree, variables: Mapping[str, str], context: Context
    ) -> None:
        self.value = tree.value
        self.context = context
        self.root = Place(tree)
        self.spec: Mapping[str, Any] = tree.value.get("spec") or {}
        self.at = self.root / "spec"
        self.name: str = tree.value["metadata"]["name"]
        self.namespace: str = tree.value["metadata"]["namespace"]
        self.findings: list[Finding] = []
        self.secrets = Secrets(raw, variables, context, self.namespace, self.findings)

    def build(self) -> App:
        metadata = self.value["metadata"]
        stores = {
            key: resolve_store(
                StoreInput(key, value, self.at / "stores" / key, self.name, self.namespace),
                self.context,
                self.findings,
            )
            for key, value in self._section("stores")
        }
        secrets = {
            key: self.secrets.resolve(key, value, self.at / "secrets" / key)
            for key, value in self._section("secrets")
        }
        app = App(
            name=self.name,
            namespace=self.namespace,
            labels=by_key(metadata.get("labels")),
            annotations=_passed_on(by_key(metadata.get("annotations"))),
            target=self.context.target,
            stores=stores,
            secrets=secrets,
            access=tuple(
                self._access(key, value, secrets) for key, value in self._section("access")
            ),
            workloads=resolve_workloads(
                self._section("workloads"), self.at / "workloads", self.context, self.secrets
            ),
            audit=resolve_audit(self.spec, self.at),
            has_audit="audit" in self.spec,
            encryption=resolve_encryption(self.spec, self.at),
            patches=tuple(self._patches()),
            at=self.root,
        )
        if self.findings:
            raise Rejected(self.findings)
        return app

    def _section(self, name: str) -> list[tuple[str, Any]]:
        return sorted((self.spec.get(name) or {}).items())

    def _access(self, key: str, value: Mapping[str, Any], secrets: Iterable[str]) -> Access:
        at = self.at / "access" / key
        field, kind = next(
            (field, kind)
            for field, kind in (
                ("serviceAccount", "ServiceAccount"),
                ("user", "User"),
                ("group", "Group"),
            )
            if field in value
        )
        every = value["secrets"] == "*"
        namespace = value.get("namespace", self.namespace if kind == "ServiceAccount" else None)
        return Access(
            name=key,
            subject_kind=kind,
            subject=value[field],
            subject_namespace=namespace,
            secrets=tuple(sorted(secrets)) if every else tuple(value["secrets"]),
            every=every,
            verbs=tuple(value.get("verbs", ("get",))),
            at=at,
        )

    def _patches(self) -> Iterable[Patch]:
        for key, value in self._section("patches"):
            kind, _, name = key.partition("/")
            yield Patch(kind, name, value, self.at / "patches" / key)


# kustomize and kpt, kubectl, Argo CD, and Helm's own marks on what it has installed.
_HOSTS = (
    ".config.kubernetes.io", ".config.k8s.io", ".kubectl.kubernetes.io", ".argocd.argoproj.io",
    ".meta.helm.sh",
)  # fmt: skip


def _passed_on(annotations: Mapping[str, str]) -> dict[str, str]:
    """Without the marks of hosts, which speak of the input file and not of what comes out."""
    return {
        key: value
        for key, value in annotations.items()
        if not f".{key.partition('/')[0]}".endswith(_HOSTS)
    }
