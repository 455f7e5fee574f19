"""SK515: a Secret holds at most 1 MiB."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Plain
from secretkit.rules import Rule

_MOST_BYTES = 1024 * 1024


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Plain):
            continue
        size = sum(len(value.hidden) for value in secret.origin.values if value.hidden is not None)
        if size > _MOST_BYTES:
            yield RULE.at(secret.origin.at.key, secret=secret.key, size=f"{size:,}")


RULE = Rule(
    code="SK515",
    title="the values of `{secret}` are {size} bytes together",
    why="the API server refuses a Secret whose values are above 1,048,576 bytes together",
    fix="split it into several Secrets, or keep large files where files are kept",
    source="Kubernetes, core validation of Secrets: MaxSecretSize",
    find=find,
    wrong="# not text: `values` whose files hold more than 1,048,576 bytes together",
)
