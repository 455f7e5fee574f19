"""SK479 to SK494: what is wrong with an EncryptionConfiguration, or with the keys that go into one."""

from secretkit.finding import Code

_ROTATE = (
    "make a key with `secretkit encryption keygen` and rotate to it (`secretkit encryption rotate`): beside a "
    "new one this one may be read, and write until the new one does"
)

OTHER = Code(
    code="SK480",
    title="this is no EncryptionConfiguration: {problem}",
    why="an API server that is started with it does not come up",
    fix="write one document with `apiVersion: apiserver.config.k8s.io/v1` and "
    "`kind: EncryptionConfiguration`",
    source="k8s.io/apiserver: loadConfig",
    wrong="# not text: a Secret, a list or an empty file in place of the configuration",
)
FIELD = Code(
    code="SK481",
    title="`{field}` is no field of {what}",
    why="from Kubernetes 1.31 on the API server does not start with it; older ones pass over it, and "
    "whatever it should say",
    fix="{mend}",
    source="k8s.io/apiserver: the file is decoded strictly",
    wrong="# not text: `metadata` in an EncryptionConfiguration, or `cacheSize` for `cachesize`",
)
FORM = Code(
    code="SK482",
    title="`{field}` is {found} where {wanted} belongs",
    why="the API server cannot decode the file, and does not start with it",
    fix="{mend}",
    wrong="# not text: `name: 20261101` in an EncryptionConfiguration, a number where a text belongs",
)
MISSING = Code(
    code="SK483",
    title="{what} has no `{field}`",
    why="the API server does not start without it",
    fix="add it: {mend}",
    wrong="# not text: an entry of an EncryptionConfiguration with an empty list of `providers`",
)
PROVIDER = Code(
    code="SK484",
    title="an element of `providers` holds {found}",
    why="each element is one provider, and the API server does not start with another number",
    fix="write each provider as an element of its own: `kms`, `secretbox`, `aesgcm`, `aescbc` or "
    "`identity: {{}}`",
    wrong="# not text: `providers: [{identity: {}, secretbox: {...}}]` in an EncryptionConfiguration",
)
RESOURCE = Code(
    code="SK485",
    title="`{resource}` cannot be encrypted: {problem}",
    why="the API server {effect}",
    fix="{mend}",
    source="k8s.io/apiserver: validateResourceNames",
    wrong="# not text: `resources: [events.events.k8s.io]` in an EncryptionConfiguration",
)
OVERLAP = Code(
    code="SK486",
    title="`{resource}` is covered by `{other}` already",
    why="{why}, so the API server does not start",
    fix="{mend}",
    source="k8s.io/apiserver: overlapping and masked resources",
    wrong="# not text: an entry for `secrets` after one for `*.*` in an EncryptionConfiguration",
)
TWICE = Code(
    code="SK487",
    severity="warning",
    title="`{resource}` stands in two entries",
    why="their providers are joined without a word, and the first entry alone writes: what the second "
    "one asks for does not happen",
    fix="keep it in one of them",
    wrong="# not text: two entries for `secrets` in an EncryptionConfiguration",
)
KMS = Code(
    code="SK488",
    title="the KMS plugin {name} {problem}",
    why="{why}",
    fix="{mend}",
    source="k8s.io/apiserver: validateKMSConfiguration",
    wrong="# not text: a `cachesize` beside `apiVersion: v2` in an EncryptionConfiguration",
)
KMS_NAME = Code(
    code="SK489",
    title="two KMS plugins are called {name}",
    why="{why}",
    fix="give each a name of its own, and a plugin one entry with all its resources",
    wrong="# not text: one plugin in two entries of an EncryptionConfiguration",
)
BYTES = Code(
    code="SK490",
    title="the bytes of the key {name} {problem}",
    why="it takes standard base64 of 32 bytes, of aesgcm and aescbc also of 16 or 24; with anything else "
    "the API server does not start",
    fix="make a key with `secretkit encryption keygen`, whose line stands for it as it is; one that "
    "encrypted anything must be found again",
    source="k8s.io/apiserver: validateKey",
    wrong="# not text: a key file that holds 33 bytes in base64, since `echo` added a newline to them",
)
SHORT = Code(
    code="SK479",
    severity="warning",
    title="the key {name} has {size} bytes, and not 32",
    why="the API server takes it, but it is no AES-256, and `keygen` makes none such: it came from "
    "somewhere else",
    fix=_ROTATE,
    source="k8s.io/apiserver: AESConfiguration",
    wrong="# not text: a key of aescbc that is 16 bytes in base64",
)
WEAK = Code(
    code="SK491",
    severity="warning",
    title="the key {name} was not made at random: {problem}",
    why="whoever holds a copy of etcd can guess it",
    fix=_ROTATE,
    wrong="# not text: the sample key of a tutorial, or a password in base64",
)
NAMES = Code(
    code="SK492",
    severity="warning",
    title="keys cannot be told apart: {problem}",
    why="{why}",
    fix="give each key bytes and a name of its own, never used before, such as key-20261120-1",
    wrong="# not text: two keys of one name, or of the same bytes, in an EncryptionConfiguration",
)
UNREADABLE = Code(
    code="SK493",
    title="the bytes of the key `{name}` cannot be had: {problem}",
    why="an EncryptionConfiguration with a placeholder keeps the API server from starting",
    fix="put the key where `from` says on this host, or pass `--key {name}=file:PATH`, "
    "`--key {name}=env:VAR` or `--key {name}=-`",
    wrong="# not text: `secretkit encryption materialize` on a host where the file of `from` is not there",
)
EXPOSED = Code(
    code="SK494",
    severity="warning",
    title="the file of the key `{name}` can be read by others",
    why="whoever reads it can decrypt every copy of etcd",
    fix="give it to root, and take it from all others: `chmod 0600`",
    wrong="# not text: a key file of mode 0644",
)

SAME_BYTES = "a rotation from one to the other would change nothing"

CODES = (
    OTHER, FIELD, FORM, MISSING, PROVIDER, RESOURCE, OVERLAP, TWICE, KMS, KMS_NAME, BYTES, SHORT, WEAK, NAMES,
    UNREADABLE, EXPOSED,
)  # fmt: skip
