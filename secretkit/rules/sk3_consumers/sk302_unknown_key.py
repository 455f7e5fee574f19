"""SK302: consumers use keys that the Secret has."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.workload import Entry
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for name, key, place in _keys(entry):
                secret = app.secrets.get(name)
                counted = secret.counted_keys if secret else None
                if secret is None or counted is None or key in counted:
                    continue
                is_known = secret.known_keys is not None
                what = (
                    f"`{name}` has no key" if is_known else f"`expect` of `{name}` promises no key"
                )
                known = ", ".join(f"`{one}`" for one in sorted(counted)) or "none at all"
                near = closest(key, counted)
                yield RULE.at(
                    place, also=[secret.at.key], what=what, key=key, near=near, known=known
                )


def _keys(entry: Entry) -> Iterator[tuple[str, str, Place]]:
    for variable in entry.variables:
        yield variable.secret, variable.key, variable.at
    for mount in entry.mounts:
        if mount.sub_path is not None:
            yield mount.secret, mount.sub_path, mount.at / "key"
        for item in mount.items:
            yield mount.secret, item.key, item.at.key


RULE = Rule(
    code="SK302",
    title="{what} `{key}`{near}",
    why="a container that asks for a missing key never starts",
    fix="use a key that is there: {known}; or add it to the secret (to `expect`, where that is what "
    "counts)",
    source="Kubernetes: a missing key blocks the volume or the variable",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            app: {from: vault, extract: shop, expect: [api_key]}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db:
                  secret: db
                  items:
                    passwd: password  # <- SK302
                /etc/app:
                  secret: app
                  items:
                    api-key: key  # <- SK302
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            app: {from: vault, extract: shop, expect: [api_key]}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: {secret: db, items: {password: db-password}}
                /etc/app: {secret: app, items: {api_key: api-key}}
    """,
)
