"""SK517: a bootstrap token is one that the API server's authenticator finds."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Plain, Sealed, Secret
from secretkit.rules import Rule
from secretkit.text import Place

_TYPE = "bootstrap.kubernetes.io/token"
_SIZES = {"token-id": 6, "token-secret": 16}


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.type == _TYPE and isinstance(secret.origin, Plain | Sealed):
            for place, problem in _problems(app, secret):
                yield RULE.at(place, secret=secret.key, problem=problem)


def _problems(app: App, secret: Secret) -> Iterator[tuple[Place, str]]:
    if app.namespace != "kube-system":
        yield secret.at.key, "lies in another namespace than kube-system"
    prefix, _, ending = secret.name.rpartition("-")
    known = secret.known_keys or frozenset()
    if prefix != "bootstrap-token" or not re.fullmatch(r"[a-z0-9]{6}", ending):
        yield secret.at.key, "is not called bootstrap-token-ID, its ID being 6 of a-z and 0-9"
    for key, size in _SIZES.items():
        value = secret.read_values.get(key)
        if key not in known:
            yield secret.at.key, f"lacks the key `{key}`"
        elif value and value.hidden is not None:
            said = value.hidden.reveal().decode(errors="replace")
            if not re.fullmatch(rf"[a-z0-9]{{{size}}}", said):
                yield value.at, f"has a `{key}` that is not {size} of a-z and 0-9"
            elif key == "token-id" and said != ending:
                yield value.at, "has a `token-id` that is not the end of its name"


RULE = Rule(
    code="SK517",
    title="the bootstrap token `{secret}` {problem}",
    why="the API server takes the Secret, but its authenticator looks for exactly this form, so the "
    "token would never let a node in",
    fix="in namespace kube-system name it bootstrap-token-ID, with `token-id` (that ID) and "
    "`token-secret` (16 of a-z and 0-9)",
    source="Kubernetes, bootstrap token authentication",
    find=find,
    wrong="""
        bootstrap-token-abc123:  # <- SK517
          type: bootstrap.kubernetes.io/token
          values:
            token-id: {literal: abc123}
            token-secret: {env: JOIN_TOKEN}
    """,
    right="""\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: joining, namespace: kube-system}
spec:
  secrets:
    bootstrap-token-abc123:
      type: bootstrap.kubernetes.io/token
      values:
        token-id: {literal: abc123}
        token-secret: {env: JOIN_TOKEN}
        usage-bootstrap-authentication: {literal: "true"}
""",
)
