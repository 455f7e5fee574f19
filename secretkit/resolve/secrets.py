"""Secrets: their sources, references and what all share."""

from collections.abc import Mapping
from typing import Any

from secretkit import generators
from secretkit.finding import Finding
from secretkit.fragment import filled
from secretkit.hidden import Hidden
from secretkit.model.secret import (
    Dynamic,
    Existing,
    External,
    Fetch,
    Generated,
    Origin,
    Plain,
    Push,
    Refresh,
    Sealed,
    Secret,
    Value,
)
from secretkit.names import duration
from secretkit.resolve import REFRESH, Context, faults
from secretkit.resolve.merge import substituted
from secretkit.target import Feature
from secretkit.text import Place, Tree, get

_SHORT_PASSWORD = ("length", "digits", "symbols", "keys")
_DYNAMIC_SPEC = ("method", "parameters", "getParameters", "resultType", "allowEmptyResponse")


class Secrets:
    """Resolves secrets of one app; `raw` is the merged tree before variables were replaced."""

    def __init__(
        self, raw: Tree, variables: Mapping[str, str], context: Context, namespace: str,
        findings: list[Finding],
    ) -> None:  # fmt: skip
        self._raw = raw
        self._variables = variables
        self._context = context
        self._namespace = namespace
        self._findings = findings

    def resolve(self, key: str, value: Mapping[str, Any], at: Place) -> Secret:
        name = value.get("name", key)
        origin = self._origin(key, name, value, at)
        return Secret(
            key=key,
            name=name,
            origin=origin,
            refresh=self._refresh(value, origin, at),
            type=value.get("type"),
            labels=by_key(value.get("labels")),
            annotations=by_key(value.get("annotations")),
            immutable=value.get("immutable", False),
            expect=tuple(value.get("expect", ())),
            creation_policy=value.get("creationPolicy", "Owner"),
            deletion_policy=value.get("deletionPolicy", "Retain"),
            template=by_key(value.get("template")),
            keep=value.get("keep", False),
            push=tuple(self._push(value, at)),
            at=at,
            said=frozenset(value),
        )

    def cut(self, text: str, at: Place) -> tuple[str, str | None]:
        """KEY and PROPERTY of a reference, cut at its first `#` before variables are replaced."""
        written = get(self._raw.value, at.path)
        if "#" not in written:
            return text, None
        key, _, rest = written.partition("#")
        pair = substituted(Tree([key, rest], ()), self._variables, {}).tree.value
        return pair[0], pair[1]

    def _origin(self, key: str, name: str, value: Mapping[str, Any], at: Place) -> Origin:
        if "generate" in value:
            return self._generated(name, value["generate"], at / "generate")
        if "sealed" in value:
            return self._sealed(key, name, value, at)
        if "values" in value:
            return self._plain(key, value["values"], at / "values")
        if "existing" in value:
            return Existing(at / "existing")
        return self._external(value, at)

    def _external(self, value: Mapping[str, Any], at: Place) -> External:
        store = value.get("from")
        fetches = [
            self._fetch(kind, item, place, store, None)
            for kind in ("find", "extract")
            for item, place in _items(value.get(kind), at / kind)
        ]
        keys = [
            self._fetch("key", item, at / "keys" / key, store, key)
            for key, item in sorted(value.get("keys", {}).items())
        ]
        dynamic = (
            self._dynamic(value["dynamic"], at / "dynamic", store) if "dynamic" in value else None
        )
        return External(store, tuple(fetches), dynamic, tuple(keys))

    def _fetch(self, kind: str, item: Any, at: Place, store: str | None, key: str | None) -> Fetch:
        fields: dict[str, Any] = {}
        if isinstance(item, str):
            remote, part = self.cut(item, at)
            fields = {"key": remote} if part is None else {"key": remote, "property": part}
        else:
            fields = dict(item)
        store = fields.pop("from", store)
        rewrite = fields.pop("rewrite", ())
        if kind == "find" and isinstance(fields.get("name"), str):
            fields["name"] = {"regexp": fields["name"]}
        return Fetch(kind, store, fields, tuple(rewrite), key, at)

    def _dynamic(self, value: Any, at: Place, store: str | None) -> Dynamic:
        fields: Mapping[str, Any] = {"path": value} if isinstance(value, str) else value
        lease = self._duration(fields["lease"], at / "lease") if "lease" in fields else None
        spec = {field: fields[field] for field in _DYNAMIC_SPEC if field in fields}
        return Dynamic(fields.get("from", store), fields["path"], spec, lease, at)

    def _generated(self, name: str, value: Mapping[str, Any], at: Place) -> Generated:
        if "ref" in value:
            kind, named = value["ref"]["kind"], value["ref"]["name"]
            is_known = kind != "ClusterGenerator"  # whose spec, and so its kind, stands elsewhere
            makes_tokens = is_known and generators.get(kind).makes_tokens
            return Generated(kind, named, None, None, makes_tokens, at / "ref")
        kind = next((field for field in value if field not in _SHORT_PASSWORD), "Password")
        generator = generators.get(kind)
        if kind in value:
            spec = dict(value[kind])
        else:
            spec = {field: value[field] for field in _SHORT_PASSWORD[:3] if field in value}
            if "keys" in value:
                spec["secretKeys"] = list(value["keys"])
            # At the default ratios a long password has more letters than the alphabet.
            spec["allowRepeat"] = True
        makes = generator.keys(spec)
        renamed = self._renamed(kind, spec)
        return Generated(
            kind=kind,
            name=name,
            spec=filled(generator.schema, spec, None, self._has),
            makes=tuple(makes) if makes is not None else None,
            makes_tokens=generator.makes_tokens,
            at=at,
            renamed=renamed,
        )

    def _renamed(self, kind: str, spec: dict[str, Any]) -> tuple[str, str] | None:
        """Takes the one key out of the spec of a Password that a release before `secretKeys` makes."""
        if kind != "Password" or self._has("PASSWORD_SECRET_KEYS"):
            return None
        key, *_ = spec.pop("secretKeys", ["password"])  # several were refused by the schema
        return None if key == "password" else ("password", key)

    def _sealed(self, key: str, name: str, value: Mapping[str, Any], at: Place) -> Sealed:
        record = value.get("sealedFor", {})
        namespace = self._namespace
        if "sealedFor" not in value:
            name, namespace = self._sealed_as(key, name, at)
        return Sealed(
            data=by_key(value["sealed"]),
            scope=record.get("scope", "strict"),
            name=record.get("name", name),
            namespace=record.get("namespace", namespace),
            recorded="sealedFor" in value,
            at=at / "sealed",
            certificate=record.get("certificate"),
            older=record.get("older", {}),
        )

    def _sealed_as(self, key: str, name: str, at: Place) -> tuple[str, str]:
        """Name and namespace of the Secret in the layer that brings its ciphertext."""
        own = self._raw.own
        _, path = self._raw.origin((*at.path, "sealed"))
        if path[: len(at.path)] != at.path:  # an environment's own, sealed for what it makes of it
            return name, self._namespace
        base = get(own.value, ("metadata", "namespace"))
        # One made of variables is what it is in each environment, so it says nothing.
        namespace = base if isinstance(base, str) and "$" not in base else self._namespace
        named = get(own.value, (*at.path, "name"))
        return named if isinstance(named, str) and "$" not in named else key, namespace

    def _plain(self, secret: str, value: Mapping[str, Any], at: Place) -> Plain:
        values = []
        for key, fields in sorted(value.items()):
            source, argument = next(iter(fields.items()))
            hidden = self._context.values.get((secret, key))
            if source == "literal":
                hidden, argument = Hidden(argument.encode()), ""
            rest: tuple[str, ...] = ()
            if source == "sops":
                argument, path = self.cut(argument, at / key / "sops")
                rest = () if path is None else (path,)
            values.append(Value(key, source, argument, hidden, at / key, rest))
        return Plain(tuple(values), at)

    def _refresh(self, value: Mapping[str, Any], origin: Origin, at: Place) -> Refresh:
        said = value.get("refresh")
        place = at / "refresh"
        if said is None and isinstance(origin, Generated):
            return Refresh("CreatedOnce", 0, place)
        platform = self._context.platform
        if said is None and platform and platform.refresh:
            said, place = platform.refresh, platform.at / "defaults" / "refresh"
        match said or REFRESH:
            case "once":
                return Refresh("CreatedOnce", 0, place)
            case "onChange":
                return Refresh("OnChange", 0, place)
            case text:
                return Refresh("Periodic", self._duration(text, place), place)

    def _duration(self, text: str, at: Place) -> int:
        try:
            return duration(text)
        except ValueError:
            self._findings.append(faults.DURATION.at(at, field=str(at.path[-1])))
            return 0

    def _push(self, value: Mapping[str, Any], at: Place) -> list[Push]:
        pushes = []
        for store, keys in sorted(value.get("push", {}).items()):
            place = at / "push" / store
            data = [(key, *self.cut(remote, place / key)) for key, remote in sorted(keys.items())]
            pushes.append(Push(store, tuple(data), place))
        return pushes

    def _has(self, feature: str) -> bool:
        return self._context.target.has(Feature[feature])


def _items(value: Any, at: Place) -> list[tuple[Any, Place]]:
    """An item or a list of items, each with its place."""
    if value is None:
        return []
    if isinstance(value, list):
        return [(item, at / number) for number, item in enumerate(value)]
    return [(value, at)]


def by_key(value: Mapping[str, str] | None) -> dict[str, str]:
    """A mapping in the order of its keys; empty where the file has none."""
    return dict(sorted((value or {}).items()))
