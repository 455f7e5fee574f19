"""SK329: paths that a file inside a mount can have."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import has


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                for item in mount.items:
                    reason = _reason(item.path)
                    if reason:
                        at = item.at / "path"
                        place = at if has(at.tree.value, at.path) else item.at
                        yield RULE.at(place, path=item.path, reason=reason)


def _reason(path: str) -> str | None:
    if not path:
        return "it is empty"
    if path.startswith("/"):
        return "it is absolute"
    if path.startswith(".."):
        return "names that begin with `..` belong to the kubelet"
    steps = path.split("/")
    if ".." in steps:
        return "it leaves the folder"
    return "it holds an empty step or `.`" if "" in steps or "." in steps else None


RULE = Rule(
    code="SK329",
    title="`{path}` cannot be the path of an item: {reason}",
    why="the API server refuses it, or the kubelet cannot write it",
    fix="write a path below the mount, such as `db-password` or `tls/tls.crt`",
    source="Kubernetes: items of a secret volume",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db:
                  secret: db
                  items:
                    password: /etc/password  # <- SK329
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: {secret: db, items: {password: app/password}}
    """,
)
