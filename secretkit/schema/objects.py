"""The objects that we emit, as strict fragments: patched ones are held against them.

Facts are those of the CRDs of ESO 2.9 and of Kubernetes 1.34, with what came later than 0.15 marked
as such; tests hold them against the CRDs of every release.
"""

from collections.abc import Callable

from secretkit import generators, stores
from secretkit.fragment import (
    DATA_KEY,
    DURATION,
    NAME,
    Fragment,
    flag,
    free,
    listing,
    mapping,
    not_empty,
    record,
    text,
    whole,
)
from secretkit.model.store import PROVIDERS, REMOVED_PROVIDERS
from secretkit.schema import verbatim


def _any(since: str | None = None) -> Fragment:
    return text("A text.", since=since)


def _interval() -> Fragment:
    return text("How often.", pattern=f"^0$|{DURATION}", example="1h")


def _names(description: str) -> Fragment:
    return mapping(description, _any())


def _metadata() -> Fragment:
    return record("Metadata of the object.", {
        "name": _any(), "namespace": _any(), "labels": _names("Labels."),
        "annotations": _names("Annotations."), "finalizers": listing("Finalizers.", _any()),
        "ownerReferences": listing("Owners.", record("An owner.", {
            "apiVersion": _any(), "kind": _any(), "name": _any(), "uid": _any(),
            "controller": flag("Controls it."), "blockOwnerDeletion": flag("Waits for it."),
        }, required=["apiVersion", "kind", "name", "uid"])),
    }, required=["name"])  # fmt: skip


def _object(fields: dict[str, Fragment], required: list[str]) -> Fragment:
    return record("An object.", {
        "apiVersion": _any(), "kind": _any(), "metadata": _metadata(), **fields,
    }, required=["apiVersion", "kind", "metadata", *required])  # fmt: skip


def _with_spec(spec: Fragment) -> Fragment:
    return _object({"spec": spec}, ["spec"])


def provider(backend: stores.Backend) -> Fragment:
    """The operator's own fields of a provider, without those that are ours."""
    fragment = not_empty(backend.schema)
    fields = {
        name: field for name, field in fragment["properties"].items() if "x-shortcut" not in field
    }
    bare = {key: value for key, value in fragment.items() if key != "dependentRequired"}
    for count in ("x-exactly-one", "x-at-least-one", "x-at-most-one"):
        if count in bare:
            bare[count] = [group for group in bare[count] if group not in backend.shortcuts]
    return {**bare, "properties": fields}


def _store() -> Fragment:
    known = {
        name: {**(verbatim.provider(name) or free("A provider.")), "x-since": feature}
        for name, feature in (*PROVIDERS.items(), *dict.fromkeys(REMOVED_PROVIDERS).items())
    } | {backend.provider_key: provider(backend) for backend in map(stores.get, stores.names())}
    one = {**record("The provider.", known), "minProperties": 1, "maxProperties": 1}
    selector = record("A label selector.", {
        "matchLabels": _names("Labels."),
        "matchExpressions": listing("Expressions.", record("An expression.", {
            "key": _any(), "operator": _any(), "values": listing("Values.", _any()),
        }, required=["key", "operator"])),
    })  # fmt: skip
    interval = {
        **whole("Seconds, or a duration."), "type": ["integer", "string"],
        "x-since-text": "STORE_INTERVAL_TEXT",
    }  # fmt: skip
    return _with_spec(record("The store.", {
        "provider": one,
        "controller": _any(),
        "refreshInterval": interval,
        "retrySettings": record("Retries.", {"maxRetries": whole("How many."), "retryInterval": _any()}),
        "conditions": listing("Namespaces that may use it.", record("A condition.", {
            "namespaceSelector": selector, "namespaces": listing("By name.", _any()),
            "namespaceRegexes": listing("By expression.", _any()),
        })),
    }, required=["provider"]))  # fmt: skip


def _reference(*, find: bool = False) -> Fragment:
    strategies = {
        "conversionStrategy": text("Conversion.", enum=["Default", "Unicode"]),
        "decodingStrategy": text("Decoding.", enum=["Auto", "Base64", "Base64URL", "None"]),
        "nullBytePolicy": text("NUL bytes.", enum=["Ignore", "Fail"], since="NULL_BYTE_POLICY"),
    }
    if find:
        return record("Many secrets.", {
            "name": record("By name.", {"regexp": _any()}), "path": _any(), "tags": _names("By tag."),
            **strategies,
        }, at_least_one=["name", "path", "tags"], example={"path": "shop"})  # fmt: skip
    return record("One secret.", {
        "key": _any(), "property": _any(), "version": _any(),
        "metadataPolicy": text("Metadata.", enum=["None", "Fetch"]), **strategies,
    }, required=["key"])  # fmt: skip


def _store_reference() -> Fragment:
    return record("A store.", {
        "name": text("Its name.", pattern=NAME, maxLength=253, example="vault"),
        "kind": text("Kind.", enum=["SecretStore", "ClusterSecretStore"]),
    })  # fmt: skip


def _source() -> Fragment:
    return record("A source.", {
        "storeRef": _store_reference(),
        "generatorRef": record("A generator.", {
            "apiVersion": _any(), "name": _any(),
            "kind": text("Its kind.", enum=["ClusterGenerator", *generators.kinds()])
            | {"x-since-values": generators.since()},
        }, required=["kind", "name"]),
    }, exactly_one=["storeRef", "generatorRef"])  # fmt: skip


def _template() -> Fragment:
    source = record("An object with templates.", {
        "name": _any(),
        "items": listing("Keys.", record("A key.", {
            "key": text("Key.", pattern=DATA_KEY, example="config.yaml"), "templateAs": text("Use.", enum=["Values", "KeysAndValues"]),
        }, required=["key"])),
    }, required=["name", "items"])  # fmt: skip
    return record("The template.", {
        "engineVersion": text("Engine.", enum=["v2"]),
        "mergePolicy": text("Merging.", enum=["Replace", "Merge"]),
        "type": _any(),
        "metadata": record("Metadata of the Secret.", {
            "labels": _names("Labels."), "annotations": _names("Annotations."),
            "finalizers": listing("Finalizers.", _any(), since="TEMPLATE_FINALIZERS"),
        }),
        "data": _names("Keys."),
        "templateFrom": listing("More templates.", record("A source.", {
            "configMap": source, "secret": source, "literal": _any(), "target": _any(),
            "valuesDecodingStrategy": _any("TEMPLATE_DECODING"),
        })),
    })  # fmt: skip


def _external_secret() -> Fragment:
    rewrite = record("A rewrite.", {
        "regexp": record("By expression.", {"source": _any(), "target": _any()},
                         required=["source", "target"]),
        "transform": record("By template.", {"template": _any()}, required=["template"]),
        "merge": record("Merging.", {
            "strategy": _any(), "into": _any(), "conflictPolicy": _any(),
            "priority": listing("Priority.", _any()),
            "priorityPolicy": _any("REWRITE_PRIORITY_POLICY"),
        }, since="REWRITE_MERGE"),
    })  # fmt: skip
    window = record(
        "A window.", {"schedule": _any(), "duration": _any()}, required=["schedule", "duration"]
    )
    return _with_spec(record("The external secret.", {
        "refreshPolicy": text("Refresh.", enum=["CreatedOnce", "Periodic", "OnChange"],
                              since="REFRESH_POLICY"),
        "refreshInterval": _interval(),
        "secretStoreRef": _store_reference(),
        "syncWindows": record("When it syncs.", {
            "kind": text("Kind.", enum=["allow", "deny"]), "windows": listing("Windows.", window, at_least=1),
        }, required=["kind", "windows"], since="SYNC_WINDOWS"),
        "target": record("The Secret.", {
            "name": _any(),
            "creationPolicy": text("Creation.", enum=["Owner", "Orphan", "Merge", "None", "CreateOrMerge"])
            | {"x-since-values": {"CreateOrMerge": "CREATE_OR_MERGE"}},
            "deletionPolicy": text("Deletion.", enum=["Delete", "Merge", "Retain"]),
            "immutable": flag("Immutable."),
            "manifest": record("Another kind.", {"apiVersion": _any(), "kind": _any()},
                               required=["apiVersion", "kind"], since="TARGET_MANIFEST"),
            "template": _template(),
        }),
        "data": listing("Keys.", record("A key.", {
            "secretKey": text("Key.", pattern=DATA_KEY, maxLength=253, minLength=1),
            "remoteRef": _reference(), "sourceRef": _source(),
        }, required=["remoteRef", "secretKey"])),
        "dataFrom": listing("Sets.", record("A set.", {
            "extract": _reference(), "find": _reference(find=True), "rewrite": listing("Rewrites.", rewrite),
            "sourceRef": _source(),
        }, at_most_one=["extract", "find"], at_least_one=["extract", "find", "sourceRef"])),
    }, at_least_one=["data", "dataFrom"]))  # fmt: skip


def _push_secret() -> Fragment:
    match = record("What goes where.", {
        "secretKey": _any(),
        "remoteRef": record("Where.", {"remoteKey": _any(), "property": _any()}, required=["remoteKey"]),
    }, required=["remoteRef"])  # fmt: skip
    return _with_spec(record("The push.", {
        "refreshInterval": _interval(),
        "updatePolicy": text("Updates.", enum=["Replace", "IfNotExists"]),
        "deletionPolicy": text("Deletion.", enum=["Delete", "None"]),
        "secretStoreRefs": listing("Stores.", record("A store.", {
            "name": _any(), "kind": text("Kind.", enum=["SecretStore", "ClusterSecretStore"]),
            "labelSelector": free("By label."),
        })),
        "selector": record("What is pushed.", {
            "secret": record("A Secret.", {"name": _any(), "selector": free("By label.")}),
            "generatorRef": free("A generator."),
        }),
        "data": listing("Keys.", record("A key.", {
            "match": match, "metadata": free("Metadata."),
            "conversionStrategy": text("Conversion.", enum=["None", "ReverseUnicode"]),
        }, required=["match"])),
        "dataTo": listing("Sets.", free("A set."), since="PUSH_DATA_TO"),
        "template": _template(),
    }, required=["secretStoreRefs", "selector"]))  # fmt: skip


def _sealed_secret() -> Fragment:
    return _with_spec(record("The sealed secret.", {
        "encryptedData": _names("Ciphertext."),
        "template": record("The Secret.", {
            "metadata": record("Metadata of the Secret.", {
                "name": _any(), "namespace": _any(), "labels": _names("Labels."),
                "annotations": _names("Annotations."), "finalizers": listing("Finalizers.", _any()),
            }), "type": _any(), "immutable": flag("Immutable."),
            "data": _names("Templates."),
        }),
    }, required=["encryptedData"]))  # fmt: skip


def _secret() -> Fragment:
    return _object({"type": _any(), "immutable": flag("Immutable."), "data": _names("Values.")}, [])


def _service_account() -> Fragment:
    reference = record("A name.", {"name": _any()}, required=["name"])
    return _object({
        "automountServiceAccountToken": flag("Whether pods get its token."),
        "imagePullSecrets": listing("Pull secrets.", reference),
        "secrets": listing("Secrets.", reference),
    }, [])  # fmt: skip


_KINDS: dict[str, Callable[[], Fragment]] = {
    "SecretStore": _store,
    "ClusterSecretStore": _store,
    "ExternalSecret": _external_secret,
    "PushSecret": _push_secret,
    "SealedSecret": _sealed_secret,
    "Secret": _secret,
    "ServiceAccount": _service_account,
    "Role": lambda: _object({"rules": listing("Rules.", free("A rule."))}, []),
    "RoleBinding": lambda: _object(
        {"roleRef": free("The role."), "subjects": listing("Subjects.", free("A subject."))}, []
    ),
}


def of(kind: str) -> Fragment:
    """The fragment of an emitted kind; that of a generator is its own spec."""
    if kind in _KINDS:
        return _KINDS[kind]()
    schema = generators.get(kind).schema
    fields = {
        # What an older release has in another way, the object itself does not hold there.
        name: {**field, "x-since": field["x-since-many"]} if "x-since-many" in field else field
        for name, field in schema["properties"].items()
    }
    return _with_spec({**schema, "properties": fields})
