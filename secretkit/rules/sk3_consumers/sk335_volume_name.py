"""SK335: each volume its own name."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import VolumeKey
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        volumes = workload.volumes
        first: dict[str, VolumeKey] = {}
        for volume, name in app.volume_names(workload).items():
            other = first.setdefault(name, volume)
            if other != volume:
                yield RULE.at(
                    volumes[volume][0].at.key, also=[volumes[other][0].at.key], name=name,
                    first=other[0], second=volume[0],
                )  # fmt: skip


RULE = Rule(
    code="SK335",
    title="the volumes of `{first}` and `{second}` would both be called `{name}`",
    why="a volume is named after its Secret, with dashes for dots, and the API server refuses two "
    "volumes of one name",
    fix="call one of the two Secrets differently (`name`), or declare a Secret once only",
    source="Kubernetes: names of volumes are DNS labels, unique in a pod",
    find=find,
    wrong="""
        spec:
          secrets:
            shop-db: {existing: true}
            shop.db: {existing: true}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/first: shop.db
                /etc/second: shop-db  # <- SK335
    """,
    right="""
        spec:
          secrets:
            shop-cache: {existing: true}
            shop.db: {existing: true}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/first: shop.db
                /etc/second: shop-cache
    """,
)
