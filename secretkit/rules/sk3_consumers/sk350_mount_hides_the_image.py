"""SK350: a mount hides what the image has at its path."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"
_FOLDERS = """/bin /boot /etc /etc/pki /etc/ssl /etc/ssl/certs /lib /lib32 /lib64 /libx32 /opt /root /sbin /tmp
/usr /usr/bin /usr/lib /usr/lib64 /usr/local /usr/local/bin /usr/local/lib /usr/sbin /usr/share
/usr/share/ca-certificates /var/cache /var/lib /var/log /var/tmp"""
_SYSTEM = frozenset(_FOLDERS.split())


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                reason = _reason(mount.path)
                if reason:
                    yield RULE.at(mount.at.key, path=mount.path, reason=reason)


def _reason(path: str) -> str | None:
    if path in _SYSTEM:
        return "hides the files that the image has there"
    # In most images /var/run leads to /run.
    if any(token.startswith(f"{path}/") for token in (_TOKEN, _TOKEN.removeprefix("/var"))):
        return "leaves no place for the pod's own token, which is mounted below it"
    return None


RULE = Rule(
    code="SK350",
    severity="warning",
    title="a mount at `{path}` {reason}",
    why="a volume covers its whole path and cannot be written, so programs, certificates or the token "
    "that stood there are gone, and often the container does not start",
    fix="mount it at a folder of its own, such as `/etc/shop`, or a single file with `key`",
    source="Kubernetes: volumes mount over what is at their path",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc: db  # <- SK350
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/shop: db
    """,
)
