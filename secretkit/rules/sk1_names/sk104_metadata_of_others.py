"""SK104: some labels and annotations are set by us or by another program, never by a file."""

from collections.abc import Iterator, Mapping

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place

_OURS = "secretkit sets it itself, and finds its objects by it"
_ARGO = "Argo CD tells its objects by it: it would take this one for its own and prune it"
_SCOPES = ("cluster-wide", "namespace-wide")
_LABELS = {
    "app.kubernetes.io/name": _OURS,
    "app.kubernetes.io/managed-by": _OURS,
    "app.kubernetes.io/instance": _ARGO,
}
_ANNOTATIONS = {
    "argocd.argoproj.io/tracking-id": _ARGO,
    "kubectl.kubernetes.io/last-applied-configuration": "kubectl writes the whole object there, "
    "and a copy of it may hold values in the clear",
} | {
    f"sealedsecrets.bitnami.com/{scope}": "the controller takes it for the scope of the ciphertext, "
    "which is part of what was encrypted"
    for scope in _SCOPES
}

_MEND = "one of your own, such as `example.com/component`"


def find(app: App) -> Iterator[Finding]:
    places = [(app.at / "metadata", app.labels, app.annotations)]
    places += [(secret.at, secret.labels, secret.annotations) for secret in app.secrets.values()]
    for at, labels, annotations in places:
        yield from _among(at / "labels", labels, _LABELS, "label")
        yield from _among(at / "annotations", annotations, _ANNOTATIONS, "annotation")


def _among(
    at: Place, texts: Mapping[str, str], taken: Mapping[str, str], kind: str
) -> Iterator[Finding]:
    for key in texts:
        if key in taken:
            scope = key.rpartition("/")[2]
            mend = f"`sealedFor: {{scope: {scope}}}`" if scope in _SCOPES else _MEND
            yield RULE.at((at / key).key, kind=kind, name=key, reason=taken[key], mend=mend)


RULE = Rule(
    code="SK104",
    title="the {kind} `{name}` is not yours to set",
    why="{reason}",
    fix="drop it, or use {mend}",
    source="Argo CD, tracking of resources; sealed-secrets, scopes",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: shop
          namespace: prod
          labels:
            app.kubernetes.io/instance: shop  # <- SK104
            app.kubernetes.io/managed-by: helm  # <- SK104
          annotations:
            sealedsecrets.bitnami.com/cluster-wide: "true"  # <- SK104
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: shop
          namespace: prod
          labels: {app.kubernetes.io/part-of: shop}
    """,
)
