"""SK311: keys that `envFrom` would drop."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import AllKeys
from secretkit.names import C_IDENTIFIER
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for whole in entry.all_keys:
                secret = app.secrets.get(whole.secret)
                known = sorted(secret.known_keys or ()) if secret else []
                wrong = [key for key in known if not C_IDENTIFIER.fullmatch(whole.prefix + key)]
                if wrong:
                    names = ", ".join(f"`{whole.prefix}{key}`" for key in wrong)
                    yield RULE.at(whole.at, names=names, form=_form(whole, wrong))


def _form(whole: AllKeys, keys: list[str]) -> str:
    """The keys under `env`, as they could be written."""
    pairs = []
    for key in keys:
        name = re.sub(r"[^A-Z0-9_]", "_", (whole.prefix + key).upper())
        name = name if C_IDENTIFIER.fullmatch(name) else f"_{name}"
        pairs.append(f"{name}: {whole.secret}#{key}")
    return ", ".join(pairs)


RULE = Rule(
    code="SK311",
    title="`envFrom` cannot make variables of {names}",
    why="the name of a variable is made of letters, digits and `_`, and does not begin with a digit; "
    "kubelets leave others out without an error",
    fix="name what is needed under `env: {{{form}}}`, or mount the Secret under `files`",
    source="Kubernetes: keys of envFrom that are no C identifiers are skipped before 1.30",
    find=find,
    wrong="""
        spec:
          secrets:
            cert: {from: vault, keys: {tls.crt: "tls#crt"}}
          workloads:
            api:
              kind: Deployment
              envFrom:
                - cert  # <- SK311 # <- SK310
    """,
    right="""
        spec:
          secrets:
            cert: {from: vault, keys: {tls.crt: "tls#crt"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/cert: cert}
    """,
)
