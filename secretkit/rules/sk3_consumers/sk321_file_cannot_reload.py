"""SK321: a single file is never read anew."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                if mount.sub_path is not None and entry.on_rotation == "reload":
                    yield RULE.at(
                        mount.at / "key", also=[entry.at / "onRotation"], key=mount.sub_path,
                        path=mount.path,
                    )  # fmt: skip


RULE = Rule(
    code="SK321",
    title="`{path}` cannot be reloaded, since it is mounted as one file",
    why="Kubernetes binds a subPath once, when the container starts, so the file never changes",
    fix="mount a folder with `items: {{{key}: ...}}`, or use `onRotation: restart`",
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
                  key: db.json  # <- SK321
              onRotation: reload
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
              onRotation: reload
    """,
)
