"""SK566: a value that was read is not empty."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

# Of these an error says that they are empty.
_JUDGED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "bootstrap.kubernetes.io/token": ("token-id", "token-secret"),
}


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        judged = _JUDGED.get(secret.type or "", ())
        for value in secret.read_values.values():
            is_read = value.source != "literal" and value.hidden is not None
            if is_read and not value.hidden and value.key not in judged:
                yield RULE.at(value.at, key=value.key)


RULE = Rule(
    code="SK566",
    severity="warning",
    title="the value of `{key}` is empty",
    why="most often what should have set the variable or written the file has failed; an app that gets an "
    "empty password tries to log in with it",
    fix="put the value there; one that is meant to be empty is `{{literal: ''}}`",
    find=find,
    wrong="# not text: `env: SHOP_PASSWORD` where the variable is set and empty, with `--allow-plaintext`",
)
