"""SK320: what mounting one file costs."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                if mount.sub_path is not None and entry.on_rotation not in ("reload", "restart"):
                    yield RULE.at(mount.at / "key", key=mount.sub_path, path=mount.path)


RULE = Rule(
    code="SK320",
    severity="info",
    title="`{path}` is mounted as one file, so it never changes in a running pod",
    why="Kubernetes binds a subPath once, when the container starts; a folder follows the Secret "
    "within about a minute",
    fix="mount a folder with `items: {{{key}: ...}}` and point the app at the file in it, or use "
    "`onRotation: restart`",
    source="Kubernetes: a container that uses a Secret as a subPath gets no updates",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {db.json: shop/db}}
          workloads:
            api:
              kind: Deployment
              files:
                /app/db.json:
                  secret: db
                  key: db.json  # <- SK320
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {db.json: shop/db}}
          workloads:
            api:
              kind: Deployment
              files:
                /app/config: {secret: db, items: {db.json: db.json}}
    """,
)
