"""A generated object, changed by a patch, read back into the model: so the same rules judge it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from secretkit import generators, rules
from secretkit.compile.metadata import NAME_LABEL
from secretkit.finding import Finding
from secretkit.model.app import App, Patch
from secretkit.model.secret import External, Fetch, Generated, Push, Refresh, Sealed, Secret
from secretkit.model.store import Store
from secretkit.names import duration
from secretkit.objects import Object
from secretkit.text import Path, Place, get

Change: TypeAlias = tuple[Patch, Object, Object]  # the patch, the object before, and after


class Judged(NamedTuple):
    """The app as if its file had said what its patched objects say, and what the rules say of that."""

    app: App
    findings: list[Finding]  # new ones, at the patches
    gone: frozenset[tuple[str, str]]  # code and message of those that hold no longer


def judge(app: App, changes: Sequence[Change]) -> Judged:
    """All patches together, since one may need the other."""
    before = {_said(one) for one in rules.judge(app)}
    whole = marked = app
    for _, old, new in changes:
        whole = absorbed(whole, new)
        marked = _with_metadata(absorbed(marked, new), old, new)
    after = list(rules.judge(marked))
    brought = [one for one in after if _said(one) not in before]
    found = _at_patches(brought, app, changes) if brought else []
    return Judged(whole, found, frozenset(before - set(map(_said, after))))


def _said(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message


def absorbed(app: App, found: Object) -> App:
    """The app as if its file had said what the object's spec says now."""
    return _READERS.get(found.kind, _generator)(app, found)


def _at_patches(findings: Iterable[Finding], app: App, changes: Sequence[Change]) -> list[Finding]:
    """Each finding at the patch that brings it, or that says the field it means."""
    alone = [
        (patch, set(map(_said, rules.judge(_with_metadata(absorbed(app, new), old, new)))))
        for patch, old, new in changes
    ]
    return [
        _at_patch(
            one,
            [patch for patch, said in alone if _said(one) in said] or [patch for patch, _ in alone],
        )
        for one in findings
    ]


def _at_patch(finding: Finding, among: Sequence[Patch]) -> Finding:
    places = [(patch, _place(patch, finding)) for patch in among]
    patch, place = next(
        ((patch, place) for patch, place in places if place.path != patch.at.path), places[-1]
    )
    return finding._replace(
        place=place.key, also=(),
        message=f"as patched, {patch.kind} `{patch.name}`: {finding.message}",
    )  # fmt: skip


def _with_metadata(app: App, before: Object, after: Object) -> App:
    """Labels and annotations that were added or changed, as if they were the app's."""
    added = {
        field: {
            key: text
            for key, text in (get(after.body, ("metadata", field)) or {}).items()
            if text != get(before.body, ("metadata", field, key))
        }
        for field in ("labels", "annotations")
    }
    return app._replace(
        labels={**app.labels, **added["labels"]},
        annotations={**app.annotations, **added["annotations"]},
    )


def _external_secret(app: App, found: Object) -> App:
    secret = _secret(app, found)
    spec, target = found.body["spec"], found.body["spec"].get("target", {})
    template = target.get("template", {})
    own: dict[str, Mapping[str, str]] = {
        field: {
            key: text
            for key, text in (get(template, ("metadata", field)) or {}).items()
            if key != NAME_LABEL and shared.get(key) != text
        }
        for field, shared in (("labels", app.labels), ("annotations", app.annotations))
    }
    secret = secret._replace(
        refresh=_refresh(spec, secret.refresh.at),
        creation_policy=target.get("creationPolicy", "Owner"),
        deletion_policy=target.get("deletionPolicy", "Retain"),
        immutable=target.get("immutable", False),
        type=template.get("type"),
        labels=own["labels"],
        annotations=own["annotations"],
        template=template.get("data", {}),
        keep=template.get("mergePolicy") == "Merge" and "templateFrom" not in template,
    )
    if isinstance(secret.origin, External):
        secret = secret._replace(origin=_origin(app, secret.origin, spec))
    return _with_secret(app, secret)


def _refresh(spec: Mapping[str, Any], at: Place) -> Refresh:
    interval = duration(spec.get("refreshInterval", "1h"))
    policy = spec.get("refreshPolicy", "Periodic" if interval else "CreatedOnce")
    return Refresh(policy, interval if policy == "Periodic" else 0, at)


def _origin(app: App, origin: External, spec: Mapping[str, Any]) -> External:
    usual = _store(app, spec.get("secretStoreRef"))
    places = {fetch.key: fetch.at for fetch in origin.keys}
    keys = tuple(
        Fetch(
            "key", _source(app, entry) or usual, entry["remoteRef"], (), entry["secretKey"],
            places.get(entry["secretKey"], _somewhere(origin)),
        )
        for entry in spec.get("data", ())
    )  # fmt: skip
    sets = tuple(
        Fetch(
            kind, _source(app, entry) or usual, entry[kind], tuple(entry.get("rewrite", ())), None,
            _somewhere(origin),
        )
        for entry in spec.get("dataFrom", ())
        for kind in ("find", "extract")
        if kind in entry
    )  # fmt: skip
    return External(usual, sets, origin.dynamic, keys)


def _somewhere(origin: External) -> Place:
    parts = (*origin.reads, origin.dynamic)
    return next(part.at for part in parts if part is not None)


def _source(app: App, entry: Mapping[str, Any]) -> str | None:
    return _store(app, get(entry, ("sourceRef", "storeRef")))


def _store(app: App, reference: Mapping[str, Any] | None) -> str | None:
    """The key of the store that a reference names; kind and name where the file has none such."""
    if reference is None:
        return None
    name, kind = reference.get("name", ""), reference.get("kind", "SecretStore")
    known = (one.key for one in app.stores.values() if (one.name, one.kind) == (name, kind))
    return next(known, f"{kind}/{name}")


def _push_secret(app: App, found: Object) -> App:
    secret, spec = _secret(app, found), found.body["spec"]
    data = tuple(
        (
            entry["match"].get("secretKey", ""), entry["match"]["remoteRef"]["remoteKey"],
            entry["match"]["remoteRef"].get("property"),
        )
        for entry in spec.get("data", ())
    )  # fmt: skip
    stores = (_store(app, reference) or "" for reference in spec["secretStoreRefs"])
    at = secret.push[0].at
    return _with_secret(app, secret._replace(push=tuple(Push(key, data, at) for key in stores)))


def _sealed_secret(app: App, found: Object) -> App:
    secret, spec = _secret(app, found), found.body["spec"]
    assert isinstance(secret.origin, Sealed)
    template = spec.get("template", {})
    return _with_secret(
        app,
        secret._replace(
            origin=secret.origin._replace(data=spec["encryptedData"]),
            type=template.get("type"),
            immutable=template.get("immutable", False),
            template=template.get("data", {}),
        ),
    )


def _generator(app: App, found: Object) -> App:
    secret, spec = _secret(app, found), found.body["spec"]
    match secret.origin:
        case Generated() as origin:
            makes = generators.get(origin.kind).keys(spec)
            made = origin._replace(spec=spec, makes=None if makes is None else tuple(makes))
            return _with_secret(app, secret._replace(origin=made))
        case External(dynamic=dynamic) as fetched if dynamic:
            leased = dynamic._replace(path=spec["path"], spec=spec)
            return _with_secret(app, secret._replace(origin=fetched._replace(dynamic=leased)))
    return app


def _secret_store(app: App, found: Object) -> App:
    store = _of(app.stores.values(), found)
    spec = found.body["spec"]
    changed = store._replace(
        provider=spec["provider"], conditions=tuple(spec.get("conditions", ()))
    )
    if changed.provider_name != store.provider_name:
        changed = changed._replace(form="provider")
    return app._replace(stores={**app.stores, store.key: changed})


def _service_account(app: App, found: Object) -> App:
    annotations = found.body["metadata"].get("annotations", {})
    stores: dict[str, Store] = {
        key: store._replace(account=store.account._replace(annotations=annotations))
        if store.account and store.account.name == found.name
        else store
        for key, store in app.stores.items()
    }
    return app._replace(stores=stores)


def _unchanged(app: App, found: Object) -> App:  # noqa: ARG001
    """What else a patch may not touch is fixed, so nothing is left to judge."""
    return app


_READERS: Mapping[str, Callable[[App, Object], App]] = {
    "ExternalSecret": _external_secret,
    "PushSecret": _push_secret,
    "SealedSecret": _sealed_secret,
    "SecretStore": _secret_store,
    "ClusterSecretStore": _secret_store,
    "ServiceAccount": _service_account,
    "Secret": _unchanged,
    "Role": _unchanged,
    "RoleBinding": _unchanged,
}


def _secret(app: App, found: Object) -> Secret:
    return next(one for one in app.secrets.values() if one.name == found.name)


def _of(stores: Iterable[Store], found: Object) -> Store:
    return next(one for one in stores if (one.kind, one.name) == (found.kind, found.name))


def _with_secret(app: App, secret: Secret) -> App:
    return app._replace(secrets={**app.secrets, secret.key: secret})


def _place(patch: Patch, found: Finding) -> Place:
    """The field of the patch that the finding means, or the patch itself."""
    steps = found.place.path if isinstance(found.place, Place) else ()
    for step in reversed([step for step in steps if isinstance(step, str)]):
        for path in _paths(patch.patch):
            if path[-1] in (step, _FIELDS.get(step)):
                return Place(patch.at.tree, (*patch.at.path, *path))
    return patch.at


# Fields that a file calls otherwise.
_FIELDS = {"refresh": "refreshInterval", "from": "secretStoreRef", "keys": "data"}


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    for step, item in value.items() if isinstance(value, Mapping) else ():
        yield (*path, step)
        yield from _paths(item, (*path, step))
