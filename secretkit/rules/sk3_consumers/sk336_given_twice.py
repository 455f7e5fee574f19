"""SK336: what two entries give alike."""

from collections.abc import Iterator
from itertools import combinations

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import Entry, Workload
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for first, second, what in (*_in_containers(app, workload), *_pull_secrets(workload)):
            yield RULE.at(second, also=[first], what=what, workload=workload.name)


def _in_containers(app: App, workload: Workload) -> Iterator[tuple[Place, Place, str]]:
    for one, other in workload.meeting:
        known = _given(app, one)
        for thing, (place, what) in _given(app, other).items():
            if thing in known:
                yield known[thing][0], place, what


def _given(app: App, entry: Entry) -> dict[tuple[object, ...], tuple[Place, str]]:
    """Each thing that an entry gives to containers, its place, and how to call it."""
    given: dict[tuple[object, ...], tuple[Place, str]] = {}
    for mount in entry.mounts:
        mounted = (mount.path, mount.volume, mount.sub_path)
        given[mounted] = (mount.at.key, f"the mount at `{mount.path}`")
    for variable in app.variables(entry):
        named = (variable.name, variable.secret, variable.key)
        given[named] = (variable.at, f"the variable `{variable.name}`")
    for whole in entry.all_keys:
        secret = app.secrets.get(whole.secret)
        if secret is not None and secret.known_keys is None:
            given[(whole.prefix, whole.secret)] = (whole.at, f"all keys of `{whole.secret}`")
    return given


def _pull_secrets(workload: Workload) -> Iterator[tuple[Place, Place, str]]:
    """Pull secrets belong to the pod, whichever containers an entry names."""
    named = [pull for entry in workload.entries for pull in entry.pull_secrets]
    for (one, first), (other, second) in combinations(named, 2):
        if one == other:
            yield first, second, f"the pull secret `{one}`"


RULE = Rule(
    code="SK336",
    severity="info",
    title="{what} is given to `{workload}` twice",
    why="the second changes nothing, and whoever takes one of them out will wonder why it stays",
    fix="keep one of the two",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db}
            sidecar:
              kind: Deployment
              name: api
              containers: [proxy]
              files:
                /etc/db: db  # <- SK336
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              containers: [api]
              files: {/etc/db: db}
            sidecar:
              kind: Deployment
              name: api
              containers: [proxy]
              files: {/etc/db: db}
    """,
)
