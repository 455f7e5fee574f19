"""Kind AppSecrets: the contract of `secrets.yaml`."""

from secretkit import generators, stores
from secretkit.fragment import (
    DATA_KEY,
    DURATION,
    LABEL,
    NAME,
    VARIABLE,
    Fragment,
    flag,
    free,
    listing,
    mapping,
    name,
    not_empty,
    record,
    text,
    whole,
)
from secretkit.schema.control_plane import app_audit, encryption

MODE = r"^0[0-7]{3}$"
REFERENCE = r"^[^#]+(#.+)?$"
API_PATH = r"^[^#]+$"
MOUNT_PATH = "^/[^:]*$"
SECRET_KEY = r"^[^#]+#[-._a-zA-Z0-9]+$"


def labels(what: str) -> Fragment:
    return mapping(f"Labels {what}.", text("A label's value."), example={"team": "payments"})


def annotations(what: str) -> Fragment:
    return mapping(
        f"Annotations {what}.",
        text("An annotation's value."),
        example={"example.com/owner": "payments"},
    )


def metadata() -> Fragment:
    return record(
        "What the app is called and where it lives.",
        {
            "name": text(
                "Name of the app: a DNS label. Every object carries it as `app.kubernetes.io/name`.",
                example="payments", pattern=LABEL, maxLength=63,
            ),
            "namespace": text("Namespace of the app's objects. Needed, unless each environment, here or of the "
                              "platform, gives it. The Namespace itself is not emitted.",
                              example="production", pattern=LABEL, maxLength=63),
            "labels": labels("on every object of the app and on its Secrets"),
            "annotations": annotations("on every object of the app and on its Secrets"),
        },
        required=["name"],
    )  # fmt: skip


def store() -> Fragment:
    """One store: exactly one of the short forms, `provider` or `ref`."""
    fields: dict[str, Fragment] = {}
    for short in stores.names():
        fields[short] = not_empty(stores.get(short).schema)
    fields["provider"] = free(
        "Any provider of External Secrets Operator as it stands: one key, the provider's name.",
        example={"doppler": {"auth": {"secretRef": {"dopplerToken": {"name": "doppler", "key": "token"}}}}},
        minProperties=1, maxProperties=1,
    )  # fmt: skip
    fields["ref"] = record(
        "A store that exists already: used, not emitted.",
        {
            "kind": text("Its kind.", enum=["SecretStore", "ClusterSecretStore"], default="SecretStore",
                         example="ClusterSecretStore"),
            "name": name("Its name.", example="platform"),
        },
        required=["name"], example={"kind": "ClusterSecretStore", "name": "platform"},
    )  # fmt: skip
    forms = list(fields)
    fields["name"] = name("Name of the object, where the key is not the name.", example="aws-main")
    fields["scope"] = text(
        "`namespace` makes a SecretStore, `cluster` a ClusterSecretStore.",
        enum=["namespace", "cluster"], default="namespace", example="cluster",
    )  # fmt: skip
    fields["conditions"] = listing(
        "Which namespaces may use a cluster store; one match admits. Without it, all may.",
        record(
            "One condition; any part of it that matches admits.",
            {
                "namespaces": listing("Namespaces by name.", text("A namespace.", pattern=LABEL, maxLength=63,
                                                                  example="production"),
                                      example=["production"]),
                "namespaceRegexes": listing("Namespaces by Go regular expression. Anchor it.",
                                            text("An expression.", example="^team-a-.*$"),
                                            example=["^team-a-.*$"]),
                "namespaceSelector": record(
                    "Namespaces by label.",
                    {
                        "matchLabels": mapping("Labels that must be equal.", text("A value."),
                                               example={"team": "payments"}),
                        "matchExpressions": listing("Expressions that must all hold.", record("An expression.", {
                            "key": text("Label key.", example="team"),
                            "operator": text("Operator.", enum=["In", "NotIn", "Exists", "DoesNotExist"],
                                             example="In"),
                            "values": listing("Values for In and NotIn.", text("A value.", example="payments"),
                                              example=["payments"]),
                        }, required=["key", "operator"])),
                    },
                    example={"matchLabels": {"team": "payments"}},
                ),
            },
            at_least_one=["namespaces", "namespaceRegexes", "namespaceSelector"],
        ),
        example=[{"namespaces": ["production"]}],
    )  # fmt: skip
    fields["referent"] = flag(
        "Credentials of a cluster store are looked up in the namespace of each ExternalSecret.",
        default=False,
    )
    return record("Where values live.", fields, exactly_one=forms,
                  example={"aws": {"service": "SecretsManager", "region": "us-east-1"}})  # fmt: skip


def _strategies(metadata_policy: bool) -> dict[str, Fragment]:
    fields = {
        "conversionStrategy": text("How characters that no key may hold are replaced.",
                                   enum=["Default", "Unicode"], default="Default", example="Unicode"),
        "decodingStrategy": text("Decoding of the fetched value.", enum=["None", "Base64", "Base64URL", "Auto"],
                                 default="None", example="Base64"),
        "nullBytePolicy": text("What to do where a value holds NUL bytes.", enum=["Ignore", "Fail"],
                               default="Ignore", example="Fail", since="NULL_BYTE_POLICY"),
    }  # fmt: skip
    if metadata_policy:
        fields["metadataPolicy"] = text("`Fetch` reads the tags of the remote secret in place of its value.",
                                        enum=["None", "Fetch"], default="None", example="Fetch")  # fmt: skip
    return fields


def _from() -> Fragment:
    return text("The store to read from: a key of `stores`.", example="vault")


def _rewrite() -> Fragment:
    return listing(
        "Changes to the names of the fetched keys, in order.",
        record("One change.", {
            "regexp": record("Replace by regular expression.", {
                "source": text("Go regular expression.", example="[^a-zA-Z0-9-]"),
                "target": text("Replacement; write groups as `${1}`, escaped as `$${1}` where a letter "
                               "begins the name.", example="_"),
            }, required=["source", "target"]),
            "transform": record("Replace by template.", {
                "template": text("Go template; `.value` is the key.", example="{{ .value | upper }}"),
            }, required=["template"]),
            "merge": record("Merge the values, which are JSON objects.", {
                "strategy": text("`Extract` spreads the keys, `JSON` makes one value.",
                                 enum=["Extract", "JSON"], default="Extract", example="JSON", written=True),
                "into": text("Key of the one value.", default="", example="config", written=True),
                "conflictPolicy": text("What to do with a key that comes twice.", enum=["Error", "Ignore"],
                                       default="Error", example="Ignore", written=True),
                "priority": listing("Keys whose values win, weakest first.", text("A key."), example=["base"]),
                "priorityPolicy": text("Whether every key of `priority` must be there.",
                                       enum=["Strict", "IgnoreNotFound"], default="Strict",
                                       example="IgnoreNotFound", since="REWRITE_PRIORITY_POLICY"),
            }, since="REWRITE_MERGE"),
        }, exactly_one=["regexp", "transform", "merge"]),
        example=[{"regexp": {"source": "-", "target": "_"}}],
    )  # fmt: skip


def reference(description: str, *, rewrite: bool) -> Fragment:
    """`KEY`, `KEY#PROPERTY`, or an object with ESO's own field names."""
    fields = {
        "key": text(
            "Remote key, as the store names it.", example="production/database", minLength=1
        ),
        "property": text("Property of its value, as the store selects it.", example="password"),
        "version": text(
            "Version of the remote secret, as the store names it.", example="AWSCURRENT"
        ),
        **_strategies(True),
        "from": _from(),
    }
    if rewrite:
        fields["rewrite"] = _rewrite()
    return {
        **record(description, fields, required=["key"], example="production/database#password"),
        "type": ["string", "object"],
        "pattern": f"{REFERENCE}|{VARIABLE}",
    }


def find() -> Fragment:
    """An item of `find`: ESO's object, with `name: REGEXP` for short."""
    by_name = record("Remote secrets by name.", {"regexp": text("Go regular expression.",
                                                                example="^production/flags/", minLength=1)},
                     required=["regexp"], minLength=1)  # fmt: skip
    return record("Many remote secrets, each whole under one key.", {
        "name": {**by_name, "type": ["string", "object"], "examples": ["^production/flags/"]},
        "tags": mapping("Remote secrets by tag; all must be there.", text("A tag's value."),
                        at_least=1, example={"app": "payments"}),
        "path": text("Where to look.", example="production/", minLength=1),
        **_strategies(False),
        "rewrite": _rewrite(),
        "from": _from(),
    }, at_least_one=["name", "tags", "path"], example={"name": "^production/flags/"})  # fmt: skip


def one_or_many(item: Fragment) -> Fragment:
    """An item or a list of them. The item's own type keeps its checks; a list checks each item."""
    kinds = item["type"] if isinstance(item["type"], list) else [item["type"]]
    return {**item, "type": [*kinds, "array"], "items": item, "minItems": 1}


def dynamic() -> Fragment:
    fields = {
        "path": text("Full API path of the engine, without `/v1/`.", example="database/creds/payments",
                     pattern=API_PATH),
        "method": text("HTTP method; anything but GET, LIST and DELETE writes.",
                       enum=["GET", "LIST", "DELETE", "POST", "PUT"], default="GET", example="POST"),
        "parameters": free("Body of a write.", example={"ttl": "1h"}),
        "getParameters": mapping("Query of a GET.", listing("Values.", text("A value.")),
                                 example={"region": ["eu"]}, since="VAULT_GET_PARAMETERS"),
        "resultType": text("Which part of the answer becomes keys.", enum=["Data", "Auth", "Raw"],
                           default="Data", example="Auth")
        | {"x-since-values": {"Raw": "VAULT_DYNAMIC_RAW"}},
        "allowEmptyResponse": flag("An answer without data is no error.", default=False),
        "lease": text("How long the credentials live: the TTL of the engine's role. `refresh` is checked "
                      "against it.", example="1h", pattern=DURATION),
        "from": _from(),
    }  # fmt: skip
    return {
        **record("Leased credentials from one read of a Vault engine, as one matched set.", fields,
                 required=["path"], example="database/creds/payments"),
        "type": ["string", "object"],
        "pattern": f"{API_PATH}|{VARIABLE}",
    }  # fmt: skip


def generate() -> Fragment:
    password = generators.get("Password").schema["properties"]
    fields: dict[str, Fragment] = {
        "length": whole("Length of the password.", example=48, default=24, minimum=1,
                        maximum=password["length"]["maximum"]),
        "digits": {**password["digits"]},
        "symbols": {**password["symbols"]},
        "keys": listing("Keys of the Secret, each with a password of its own.",
                        text("A key.", pattern=DATA_KEY, example="session-key"), at_least=1,
                        uniqueItems=True, example=["session-key"], default=["password"])
        | {"x-since-many": "PASSWORD_SECRET_KEYS"},
    }  # fmt: skip
    short = "|".join(fields)
    kinds = list(generators.kinds())
    for kind in kinds:
        generator = generators.get(kind)
        fields[kind] = {
            **generator.schema,
            **({"x-since": generator.since} if generator.since else {}),
        }
    fields["ref"] = record("A generator that exists already.", {
        "kind": text("Its kind.", enum=["ClusterGenerator", *kinds], example="ClusterGenerator")
        | {"x-since-values": generators.since()},
        "name": name("Its name.", example="strong-password"),
    }, required=["kind", "name"])  # fmt: skip
    return record(
        "Values made in the cluster: a password, `{KIND: SPEC}` of any generator, or `{ref: …}`.",
        fields, at_most_one=[short, *kinds, "ref"], example={"length": 48, "symbols": 0},
    )  # fmt: skip


def values() -> Fragment:
    return mapping(
        "A plain Secret: where each value comes from when it is rendered with `--allow-plaintext`.",
        record("One source of a value.", {
            "file": text("File with the value, relative to this file, inside the root.", example="tls/tls.crt"),
            "env": text("Environment variable with the value.", example="TLS_KEY",
                        pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
            "sops": text("FILE#a.b: a file that sops encrypted, relative to this file, inside the root, and the "
                         "keys to a text in it. A key with dots stands in double quotes; FILE alone is the "
                         "whole of a binary file.", example="secrets.enc.yaml#db.password", minLength=1),
            "literal": text("The value itself, for what is not secret.", example="production"),
        }, exactly_one=["file", "env", "sops", "literal"]),
        keys={"pattern": DATA_KEY, "maxLength": 253}, at_least=1,
        example={"tls.crt": {"file": "tls/tls.crt"}, "tls.key": {"env": "TLS_KEY"}},
    )  # fmt: skip


def secret() -> Fragment:
    """One Kubernetes Secret: one source, and what all sources share."""
    fields = {
        "name": name("Name of the Secret, where the key is not the name.", example="payments-db"),
        "from": _from(),
        "find": one_or_many(find()),
        "extract": one_or_many(reference("All properties of one remote secret.", rewrite=True)),
        "dynamic": dynamic(),
        "keys": mapping("Key of the Secret -> where its value is read.",
                        reference("Where one value is read.", rewrite=False),
                        keys={"pattern": DATA_KEY, "maxLength": 253}, at_least=1,
                        example={"username": "production/database#username"}),
        "generate": generate(),
        "sealed": mapping("Key of the Secret -> ciphertext: what `secretkit seal` writes, or the whole line that `kubeseal --raw` prints.",
                          text("Ciphertext, base64 of 300 bytes and more; the example is cut.", example="AgBy8hCi...", minLength=1),
                          keys={"pattern": DATA_KEY, "maxLength": 253}, at_least=1,
                          example={"api-key": "AgBy8hCi..."}),
        "sealedFor": record("What the ciphertext was sealed for: `secretkit seal` writes it.", {
            "scope": text("Where it opens.", enum=["strict", "namespace-wide", "cluster-wide"],
                          default="strict", example="strict"),
            "name": name("Name of the Secret.", example="webhook"),
            "namespace": text("Namespace of the Secret.", example="production", pattern=LABEL, maxLength=63),
            "certificate": text("Fingerprint of the certificate of the last seal.", example="sha256:..."),
            "older": mapping("Key -> fingerprint, of values that were sealed with another certificate; `unknown` "
                             "where nobody recorded it.",
                             text("A fingerprint.", example="sha256:..."),
                             keys={"pattern": DATA_KEY, "maxLength": 253}, example={"api-key": "sha256:..."}),
        }, example={"scope": "strict", "name": "webhook", "namespace": "production"}),
        "values": values(),
        "existing": {"type": "boolean", "const": True,
                     "description": "The Secret is made by others: used, not emitted.", "examples": [True]},
        "refresh": text("How often the operator reads again: a Go duration, `once`, or `onChange`.",
                        example="30m", default="1h", pattern=f"^once$|^onChange$|{DURATION}"),
        "type": text("Type of the Secret.", example="kubernetes.io/tls", default="Opaque", minLength=1),
        "labels": labels("on the Secret; may be templates where an operator makes it"),
        "annotations": annotations("on the Secret; may be templates where an operator makes it"),
        "immutable": flag("The Secret cannot change once it is made.", default=False),
        "expect": listing("Keys that are counted on; consumers are checked against them.",
                          text("A key.", example="api_key", pattern=DATA_KEY), example=["api_key", "db_password"],
                          uniqueItems=True),
        "creationPolicy": text("Who owns the Secret. With `Merge`, `CreateOrMerge` and `None` it has keys of "
                               "others, too: consumers may use what `expect` names, and `envFrom` stays whole.",
                               enum=["Owner", "Orphan", "Merge", "None", "CreateOrMerge"], default="Owner",
                               example="Merge"),
        "deletionPolicy": text("What happens once the remote secret is gone.",
                               enum=["Retain", "Delete", "Merge"], default="Retain", example="Delete"),
        "template": mapping("Key of the Secret -> Go template over the fetched keys. Only these keys stay.",
                            text("A template.", example="postgres://{{ .username }}:{{ .password }}@db/app"),
                            keys={"pattern": DATA_KEY, "maxLength": 253}, at_least=1,
                            example={"url": "postgres://{{ .username }}:{{ .password }}@db/app"}),
        "keep": flag("The fetched keys stay beside those of the template.", default=False),
        "push": mapping("Store -> key of the Secret -> remote key, or REMOTE#PROPERTY, to write it to.",
                        mapping("Key -> remote key.", text("Remote key.", example="shared/api#token",
                                                           pattern=REFERENCE),
                                keys={"pattern": DATA_KEY, "maxLength": 253}, at_least=1),
                        at_least=1, example={"vault": {"api-token": "shared/api#token"}}),
    }  # fmt: skip
    return record(
        "One Kubernetes Secret.", fields,
        exactly_one=["from|find|extract|dynamic|keys", "generate", "sealed", "values", "existing"],
        example={"from": "aws", "keys": {"password": "production/database#password"}},
    )  # fmt: skip


def access() -> Fragment:
    return record("Who may read which Secrets through the API.", {
        "serviceAccount": name("The ServiceAccount that may.", example="payments"),
        "namespace": text("Its namespace, where it is not the app's.", example="jobs", pattern=LABEL, maxLength=63),
        "user": text("The user that may.", example="jane@example.com", minLength=1),
        "group": text("The group that may.", example="payments-oncall", minLength=1),
        "secrets": {"type": ["array", "string"], "pattern": r"^\*$", "minItems": 1, "uniqueItems": True,
                    "items": text("A key of `secrets`.", example="database-credentials"),
                    "description": "Keys of `secrets`, or `\"*\"`: all of them by name, `existing` included.",
                    "examples": [["database-credentials"]]},
        "verbs": listing("What may be done.", text("A verb.", example="get", enum=[
            "get", "list", "watch", "update", "patch", "delete", "create", "deletecollection"]), at_least=1,
            default=["get"], example=["get", "watch"]),
    }, required=["secrets"], exactly_one=["serviceAccount", "user", "group"],
        example={"serviceAccount": "payments", "secrets": ["database-credentials"]})  # fmt: skip


def workload() -> Fragment:
    container = text("A container.", example="api", pattern=LABEL, maxLength=63)
    item = {
        **record("A file and its mode.", {
            "path": text("Path below the mount.", example="db-password"),
            "mode": text("Mode of this file, octal.", example="0400", pattern=MODE),
        }, required=["path"], example="db-password"), "type": ["string", "object"],
    }  # fmt: skip
    file = {
        **record("A mount.", {
            "secret": text("A key of `secrets`.", example="tls-certificates"),
            "key": text("The one key that is mounted as this one file (subPath: it never changes in a running "
                        "pod).", example="tls.crt", pattern=DATA_KEY),
            "mode": text("Mode of the files, octal.", example="0440", default="0444", pattern=MODE),
            "items": mapping("Key of the Secret -> path below the mount. Without it, every key is a file.", item,
                             keys={"pattern": DATA_KEY}, at_least=1, example={"db_password": "db-password"}),
        }, required=["secret"], at_most_one=["key", "items"], example="tls-certificates"),
        "type": ["string", "object"],
    }  # fmt: skip
    env = {
        **record("One key of a Secret.", {
            "secret": text("A key of `secrets`.", example="database-credentials"),
            "key": text("A key of that Secret.", example="password", pattern=DATA_KEY),
        }, required=["secret", "key"], example="database-credentials#password"),
        "type": ["string", "object"], "pattern": f"{SECRET_KEY}|{VARIABLE}",
    }  # fmt: skip
    env_from = {
        **record("All keys of a Secret.", {
            "secret": text("A key of `secrets`.", example="database-credentials"),
            "prefix": text("What the names of the variables begin with.", example="DB_"),
        }, required=["secret"], example="database-credentials"),
        "type": ["string", "object"],
    }  # fmt: skip
    return record("How pods get Secrets.", {
        "kind": text("Kind of the workload.", example="Deployment", enum=[
            "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Rollout"]),
        "name": name("Name of the workload, where the key is not the name.", example="api"),
        "containers": listing("Containers that get them; by default all of the pod's, which only its "
                              "manifest can tell (`--inject FILE`), so `render -o` needs them named.", container, at_least=1,
                              example=["api"]),
        "initContainers": listing("Init containers that get them; by default none.", container,
                                  example=["migrate"]),
        "files": mapping("Absolute mount path -> key of `secrets`, or an object.", file,
                         keys={"pattern": MOUNT_PATH}, example={"/etc/tls": "tls-certificates"}),
        "env": mapping("Variable -> SECRET#KEY, or an object.", env,
                       keys={"pattern": "^[-._a-zA-Z][-._a-zA-Z0-9]*$"},
                       example={"DATABASE_PASSWORD": "database-credentials#password"}),
        "envFrom": listing("Secrets whose every key becomes a variable.", env_from,
                           example=["database-credentials"]),
        "imagePullSecrets": listing("Secrets that images are pulled with.",
                                    text("A key of `secrets`.", example="registry"), example=["registry"]),
        "onRotation": text("What happens when a Secret changes: `restart` annotates for Stakater Reloader, "
                           "`reload` promises that the app reads its files again.",
                           enum=["restart", "reload", "none"], default="none", example="restart"),
    }, required=["kind"], example={"kind": "Deployment", "env": {"PASSWORD": "db#password"}})  # fmt: skip


def spec() -> Fragment:
    named = {"pattern": NAME, "maxLength": 253}
    return record("What the app needs; every section is optional.", {
        "stores": mapping("Where values live: each becomes a SecretStore, named by its key.", store(), keys=named,
                          example={"aws": {"aws": {"service": "SecretsManager", "region": "us-east-1"}}}),
        "secrets": mapping("Each key is the name of one Kubernetes Secret.", secret(), keys=named,
                           example={"db": {"from": "aws", "keys": {"password": "production/db#password"}}}),
        "access": mapping("Each key names a Role and its RoleBinding.", access(), keys=named,
                          example={"reader": {"serviceAccount": "payments", "secrets": ["db"]}}),
        "workloads": mapping("Each key is an entry; its workload's name defaults to it.", workload(), keys=named,
                             example={"api": {"kind": "Deployment", "env": {"PASSWORD": "db#password"}}}),
        "audit": app_audit(),
        "encryption": encryption(),
        "patches": mapping("KIND/NAME of a generated object -> merge patch on it (RFC 7386).",
                           free("A merge patch.", example={"spec": {"retrySettings": {"maxRetries": 5}}}),
                           keys={"pattern": "^[A-Z][A-Za-z]*/.+$"},
                           example={"SecretStore/aws": {"spec": {"retrySettings": {"maxRetries": 5}}}}),
    })  # fmt: skip


def as_patch(fragment: Fragment) -> Fragment:
    """The fragment of a merge patch on what `fragment` describes: all optional, null deletes."""
    patch = {
        key: value
        for key, value in fragment.items()
        if key not in ("required", "x-exactly-one", "x-at-most-one", "x-at-least-one", "const",
                       "minProperties", "maxProperties", "default", "dependentRequired", "dependentSchemas",
                       "uniqueItems")
    }  # fmt: skip
    kinds = patch["type"] if isinstance(patch["type"], list) else [patch["type"]]
    patch["type"] = [*kinds, "null"]
    if "enum" in patch:
        patch["enum"] = [*patch["enum"], None]
    for key in ("additionalProperties", "items"):
        if isinstance(patch.get(key), dict):
            # A merge patch replaces a list whole, so its items are no patches.
            patch[key] = as_patch(patch[key]) if key == "additionalProperties" else patch[key]
    if "properties" in patch:
        patch["properties"] = {key: as_patch(value) for key, value in patch["properties"].items()}
    return patch


def build() -> Fragment:
    """The schema of AppSecrets, with our annotations."""
    environment = record("What differs in one environment: merge patches; null deletes.", {
        "metadata": as_patch(record("Patch on the metadata.", {
            key: value for key, value in metadata()["properties"].items() if key != "name"})),
        "spec": as_patch(spec()),
    })  # fmt: skip
    whole_spec = spec()
    whole_spec["properties"]["environments"] = mapping(
        "Environment -> what differs there.", environment, keys={"pattern": LABEL},
        example={"staging": {"metadata": {"namespace": "staging"}}},
    )  # fmt: skip
    return record("The secrets of one app.", {
        "apiVersion": {"type": "string", "const": "secretkit.dev/v1alpha1",
                       "description": "Version of this format.", "examples": ["secretkit.dev/v1alpha1"]},
        "kind": {"type": "string", "const": "AppSecrets", "description": "Kind of this file.",
                 "examples": ["AppSecrets"]},
        "metadata": metadata(),
        "spec": whole_spec,
    }, required=["apiVersion", "kind", "metadata"])  # fmt: skip
