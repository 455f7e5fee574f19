"""The small language in which fields are described once: JSON Schema with our annotations.

Every field says what it is, an example, its default if it has one, and from which release of the
target it exists. The published schemas, `explain`, the docs, default filling and the namespace
rules of references all read these fragments. Annotations beyond JSON Schema:

- `x-ref`: a reference of ESO (`secret`, `serviceAccount`, `ca`), whose namespace stores fill in.
- `x-since`: `FEATURE` name from `secretkit.target`, checked against the targets. `x-since-values`
  holds one for each value that came later, `x-since-many` that of a list of more than one item,
  `x-since-text` that of a text where a number was all.
- `x-written`: the default is the CRD's own and is written out in every object.
- `x-secret`: names under which somebody may have put what must never stand in the file.
- `x-shortcut`: the field is ours, not the operator's.
- `x-misnamed`: names that people take for a field -> the field.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from secretkit.text import Path

Fragment: TypeAlias = dict[str, Any]

# A value may hold `${variable}`: format checks of such a text wait until it is resolved.
VARIABLE = r"\$\{"


def _field(kind: str | list[str], description: str, rest: Mapping[str, Any]) -> Fragment:
    fragment: Fragment = {"type": kind, "description": description}
    for name, value in rest.items():
        if value is None:
            continue
        match name:
            case "example":
                fragment["examples"] = [value]
            case "since" | "ref" | "written" | "shortcut" | "secret" | "misnamed":
                fragment[f"x-{name}"] = value
            case _:
                fragment[name] = value
    return fragment


def text(
    description: str,
    *,
    example: str | None = None,
    default: str | None = None,
    pattern: str | None = None,
    enum: Sequence[str] | None = None,
    **annotations: Any,
) -> Fragment:
    """A string. `pattern` is an unanchored ECMA regex; a value with a variable always passes it."""
    return _field("string", description, {
        "example": example, "default": default,
        "pattern": f"{pattern}|{VARIABLE}" if pattern else None,
        "enum": list(enum) if enum else None, **annotations,
    })  # fmt: skip


def flag(description: str, *, default: bool | None = None, **annotations: Any) -> Fragment:
    """A boolean."""
    return _field("boolean", description, {"example": True, "default": default, **annotations})


def whole(
    description: str,
    *,
    example: int | None = None,
    default: int | None = None,
    minimum: int | None = None,
    maximum: int = 2**31 - 1,
    **annotations: Any,
) -> Fragment:
    """An integer; those of the CRDs are int32 in part, and no field has a use for more."""
    return _field("integer", description, {
        "example": example, "default": default, "minimum": minimum, "maximum": maximum,
        **annotations,
    })  # fmt: skip


def listing(
    description: str,
    items: Fragment,
    *,
    example: Any = None,
    at_least: int | None = None,
    **annotations: Any,
) -> Fragment:
    """A list of one kind of item; `at_least` is the smallest length."""
    return _field("array", description, {
        "items": items, "example": example, "minItems": at_least, **annotations,
    })  # fmt: skip


def mapping(
    description: str,
    values: Fragment,
    *,
    example: Any = None,
    keys: Fragment | None = None,
    at_least: int | None = None,
    **annotations: Any,
) -> Fragment:
    """An object whose keys are the user's: `keys` is a schema for the names."""
    return _field("object", description, {
        "additionalProperties": values, "propertyNames": keys, "example": example,
        "minProperties": at_least, **annotations,
    })  # fmt: skip


def record(
    description: str,
    fields: Mapping[str, Fragment],
    *,
    required: Sequence[str] = (),
    exactly_one: Sequence[str] = (),
    at_most_one: Sequence[str] = (),
    at_least_one: Sequence[str] = (),
    example: Any = None,
    **annotations: Any,
) -> Fragment:
    """An object with these fields and no others.

    `exactly_one`, `at_most_one` and `at_least_one` name fields of which that many must be present.
    """  # fmt: skip
    return _field("object", description, {
        "properties": dict(fields), "additionalProperties": False,
        "required": list(required) or None, "example": example,
        "x-exactly-one": list(exactly_one) or None, "x-at-most-one": list(at_most_one) or None,
        "x-at-least-one": list(at_least_one) or None, **annotations,
    })  # fmt: skip


def free(description: str, *, example: Any = None, **annotations: Any) -> Fragment:
    """An object that is passed on as it is."""
    return _field("object", description, {"example": example, **annotations})


NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DURATION = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$"
DATA_KEY = r"^[-._a-zA-Z0-9]+$"


def name(description: str, *, example: str | None = None, **annotations: Any) -> Fragment:
    """The name of an object: a DNS subdomain of at most 253 characters."""
    return text(description, example=example, pattern=NAME, maxLength=253, **annotations)


def namespace(
    description: str = "Namespace of the object; filled in for a cluster store.",
) -> Fragment:
    """The name of a namespace: a DNS label of at most 63 characters."""
    return text(description, example="production", pattern=LABEL, maxLength=63)


def secret_ref(description: str, *, key_default: str | None = None, **annotations: Any) -> Fragment:
    """ESO's selector of one key of a Secret. Its CRD demands neither name nor key; we demand both."""
    return record(description, {
        "name": name("Name of the Secret that holds it.", example="store-credentials"),
        "key": text("Key within that Secret.", example="token", pattern=DATA_KEY, maxLength=253,
                    default=key_default),
        "namespace": namespace(),
    }, required=["name"] if key_default else ["name", "key"], ref="secret",
        example={"name": "store-credentials", "key": "token"}, **annotations)  # fmt: skip


def account_ref(description: str, **annotations: Any) -> Fragment:
    """ESO's reference to a ServiceAccount whose token is requested."""
    return record(description, {
        "name": name("Name of the ServiceAccount.", example="payments-eso"),
        "namespace": namespace(),
        "audiences": listing("Audiences of the token, beside the provider's own.",
                             text("An audience.", example="vault"), example=["vault"]),
    }, required=["name"], ref="serviceAccount", example={"name": "payments-eso"},
        **annotations)  # fmt: skip


def ca_ref(description: str, **annotations: Any) -> Fragment:
    """ESO's reference to a certificate authority in a Secret or ConfigMap."""
    return record(description, {
        "type": text("Kind of the object.", enum=["Secret", "ConfigMap"], example="ConfigMap"),
        "name": name("Name of the object.", example="kube-root-ca.crt"),
        "key": text("Key within it.", example="ca.crt", pattern=DATA_KEY, maxLength=253),
        "namespace": namespace(),
    }, required=["type", "name", "key"], ref="ca",
        example={"type": "ConfigMap", "name": "kube-root-ca.crt", "key": "ca.crt"},
        **annotations)  # fmt: skip


def account(description: str, identity: str | None = None, example: str | None = None) -> Fragment:
    """The shortcut `serviceAccount`: a name, or an object. `identity` is its cloud's annotation."""
    fields = {
        "name": name("Name of the ServiceAccount; APP-STORE without it.", example="payments-eso"),
        "annotations": mapping("Annotations on the ServiceAccount.", text("A value."),
                               example={"example.com/owner": "payments"}),
        "audiences": listing("Audiences of the requested token.", text("An audience."),
                             example=["vault"]),
        "namespace": namespace("Namespace of the account, where a cluster store takes it from "
                               "another than the app's."),
        "existing": flag("The account is made by others: used, not emitted.", default=False),
    }  # fmt: skip
    if identity:
        fields["identity"] = text(f"Cloud identity that it acts as: annotation `{identity}`.",
                                  example=example)  # fmt: skip
    return {
        **record(description, fields, shortcut=True),
        "type": ["string", "object"],
        "pattern": f"{NAME}|{VARIABLE}",
        "maxLength": 253,
        "examples": ["payments-eso"],
    }


def not_empty(fragment: Fragment) -> Fragment:
    """The fragment with every text at least a character long, save the values of free mappings.

    To the operator an empty text is one that was not said.
    """
    if fragment.get("type") == "string" and not {"pattern", "enum"} & fragment.keys():
        return {"minLength": 1, **fragment}
    changed = dict(fragment)
    if "properties" in fragment:
        changed["properties"] = {
            name: not_empty(field) for name, field in fragment["properties"].items()
        }
    if isinstance(fragment.get("items"), dict):
        changed["items"] = not_empty(fragment["items"])
    return changed


def filled(
    fragment: Fragment, value: Any, namespace: str | None, has: Callable[[str], bool]
) -> Any:
    """The value with the CRD's own defaults written out, and `namespace` in references without one.

    `has` says whether the target knows a feature; defaults of what it does not know stay out.
    The value itself does not change.
    """
    if isinstance(value, list):
        items = fragment.get("items")
        return [filled(items, item, namespace, has) for item in value] if items else value
    if not isinstance(value, Mapping):
        return value
    properties = fragment.get("properties", {})
    result = {
        key: filled(properties[key], item, namespace, has) if key in properties else item
        for key, item in value.items()
    }
    for key, field in properties.items():
        known = "x-since" not in field or has(field["x-since"])
        if field.get("x-written") and key not in result and known:
            result[key] = field["default"]
    if namespace and "x-ref" in fragment and "namespace" in properties:
        result.setdefault("namespace", namespace)
    return result


def without_namespaces(fragment: Mapping[str, Any], value: Any) -> Any:
    """The value with no namespace in its references; other fields of that name stay."""
    if not isinstance(value, Mapping):
        return value
    fields = fragment.get("properties", {})
    return {
        name: without_namespaces(fields.get(name, {}), item)
        for name, item in value.items()
        if name != "namespace" or "x-ref" not in fragment
    }


def needed(fragment: Mapping[str, Any], value: Any) -> str | None:
    """Name of the feature that a field needs for this value, if any."""
    later: str | None = None
    if isinstance(value, str):
        later = fragment.get("x-since-values", {}).get(value, fragment.get("x-since-text"))
    elif isinstance(value, list) and len(value) > 1:
        later = fragment.get("x-since-many")
    return later or fragment.get("x-since")


def lacking(
    fragment: Mapping[str, Any], value: Any, has: Callable[[str], bool], path: Path = ()
) -> Iterator[tuple[Path, str]]:
    """What the target does not know of a value that ESO gets as it is: path, name of the feature.

    Any value will do, and nothing is said of what lies within something unknown.
    """
    feature = needed(fragment, value)
    if feature and not has(feature):
        yield path, feature
        return
    if isinstance(value, list):
        below: Iterable[tuple[Any, Any, Any]] = (
            (number, fragment.get("items"), item) for number, item in enumerate(value)
        )
    elif isinstance(value, Mapping):
        fields, others = fragment.get("properties", {}), fragment.get("additionalProperties")
        below = ((key, fields.get(key, others), item) for key, item in value.items())
    else:
        return
    for step, inner, item in below:
        if isinstance(inner, Mapping):
            yield from lacking(inner, item, has, (*path, step))


def with_namespaces(value: Any, namespace: str, key: str = "") -> Any:
    """A verbatim provider with `namespace` in what has the shape of a reference of ESO."""
    if isinstance(value, list):
        return [with_namespaces(item, namespace) for item in value]
    if not isinstance(value, Mapping):
        return value
    result = {name: with_namespaces(item, namespace, name) for name, item in value.items()}
    if _reference_kind(value, key):
        result.setdefault("namespace", namespace)
    return result


class Reference(NamedTuple):
    """A reference of a provider: its path there, `secret`, `serviceAccount` or `ca`, and itself."""

    path: Path
    kind: str
    value: Mapping[str, Any]


def references(value: Any, path: Path = ()) -> Iterator[Reference]:
    """Everything in a provider's settings that has the shape of a reference of ESO."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from references(item, (*path, number))
    elif isinstance(value, Mapping):
        kind = _reference_kind(value, str(path[-1]) if path else "")
        if kind:
            yield Reference(path, kind, value)
        for name, item in value.items():
            yield from references(item, (*path, name))


def _reference_kind(value: Mapping[str, Any], key: str) -> str | None:
    """References are told by their fields: a selector holds `name` and `key` and nothing but
    `namespace` beside, a ServiceAccount and a certificate authority stand under a key of theirs.
    """
    if "name" not in value:
        return None
    if key in ("serviceAccountRef", "serviceAccount"):
        return "serviceAccount"
    if key == "caProvider":
        return "ca"
    is_selector = value.keys() <= {"name", "key", "namespace"}
    says_where = "key" in value or "namespace" in value or key.lower().endswith("ref")
    return "secret" if is_selector and says_where else None
