"""SK328: paths that a mount can have."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_SYSTEM = ("/dev", "/proc", "/sys")
_TOKEN = "run/secrets/kubernetes.io/serviceaccount"


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                reason = _reason(mount.path)
                if reason:
                    yield RULE.at(mount.at.key, path=mount.path, reason=reason)


def _reason(path: str) -> str | None:
    if path == "/":
        return "it would hide all of the image"
    if "//" in path:
        return "it holds `//`"
    if path.endswith("/"):
        return "it ends with `/`"
    steps = path.split("/")
    for step in (".", ".."):
        if step in steps:
            return f"it holds the step `{step}`"
    if path in _SYSTEM or path.startswith("/proc/"):
        return "the container runtime mounts that itself"
    if path.removeprefix("/var").removeprefix("/").startswith(_TOKEN):
        return "the pod's own token stands there"
    return None


RULE = Rule(
    code="SK328",
    title="`{path}` cannot be the path of a mount: {reason}",
    why="the container would not start, would miss what belongs there, or two spellings of one path "
    "would pass for two",
    fix="write a plain absolute path to a folder of the app, such as `/etc/shop`",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/../db: db  # <- SK328
                /etc/shop/: db  # <- SK328
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: db
                /etc/shop: db
    """,
)
