"""SK53x and SK54x: a value that is not sealed, or not as one would wish."""

from secretkit.finding import Code

LAYOUT = Code(
    code="SK534",
    title="the file is laid out in a way that is not edited here",
    why="an anchor or the like stands where the ciphertext would, and nothing else may change",
    fix="write `{secret}` out by itself, then seal again",
    wrong="# not text: `secretkit seal` of a secret that is an alias of another",
)
SOURCE = Code(
    code="SK535",
    title="`{secret}` has another source",
    why="a Secret has one source, and its values would come from there as well",
    fix="seal under another name, or take its source out of the file first",
    wrong="# not text: `secretkit seal --secret db` where `db` has `from`",
)
CHANGED = Code(
    code="SK536",
    title="the values of `{secret}` are sealed for {then}, and this would be {now}",
    why="one object has one scope, name and namespace, so the values that stay would not open any more",
    fix="{mend}, or give all of its values anew with `--replace`: those that are not given go",
    source="sealed-secrets, pkg/crypto/crypto.go: the scope is the label of RSA-OAEP",
    wrong="# not text: `secretkit seal --scope cluster-wide` of a second key of a secret of scope strict",
)
CERTIFICATE = Code(
    code="SK537",
    title="this certificate is {new}, but {where} are sealed with {old}",
    why="a certificate of another cluster seals what this one cannot open, and nobody would see it before a deploy",
    fix="take the right certificate; if this is it, or the controller has a new key, say so with `--new-cert`",
    wrong="# not text: `secretkit seal` with another certificate than that of the values in the file",
)
SHARED = Code(
    code="SK538",
    title="without --env this is sealed for {base}, but the environment {name} has it too, {there}",
    why="an environment without its own ciphertext takes that of the base, and its cluster could not open it",
    fix="seal with `--env {name}` first, then for the base where it is used by itself",
    wrong="# not text: `secretkit seal` without --env where an environment changes the namespace",
)
LEFT = Code(
    code="SK539",
    severity="warning",
    title="in {where} `{secret}` has no longer: {keys}",
    why="{reason}",
    fix="seal these keys as well",
    wrong="# not text: `secretkit seal --env staging` of one of two keys that the base has",
)
VALUE = Code(
    code="SK540",
    title="the value of `{key}` is above 1 MiB",
    why="the API server refuses Secrets above 1,048,576 bytes",
    fix="keep it in a store that is made for files; a whole secrets.yaml is at most 1 MiB, which is about "
    "780 KB of sealed values",
    wrong="# not text: `secretkit seal` of a file above 1 MiB",
)
NEWLINE = Code(
    code="SK541",
    severity="warning",
    title="the value of `{key}` ends with a line end, which is sealed with it",
    why="a password with a line end is another password; `echo` and editors add one",
    fix="use `printf %s`, or say that it is meant with `--keep-newline`",
    wrong="# not text: `echo hunter2 | secretkit seal`",
)
NOTHING = Code(
    code="SK542",
    title="the value of `{key}` is empty",
    why="most often the command before the pipe has failed, and an empty value would take the place of a "
    "good one; where a manifest or a line KEY= says so itself, for a key without a sealed value, this is a warning",
    fix="give its value; if it is meant to be empty, say so with `--allow-empty`",
    wrong="# not text: `secretkit seal --secret webhook --key api-key </dev/null`",
)
MANIFEST = Code(
    code="SK543",
    title="{problem}",
    why="what is read must be whole Secrets, as kubectl would apply them",
    fix="{mend}",
    wrong="# not text: `secretkit seal --from-secret` of a ConfigMap",
)
STRANGE = Code(
    code="SK544",
    severity="warning",
    title="this is not the certificate that the platform names for `{environment}`: {named}",
    why="others seal with that one, and `validate` and `seal --check` judge by it",
    fix="leave out --cert, or write the new certificate to `{cert}`",
    wrong="# not text: `secretkit seal --env staging --cert other.pem`",
)
STALE = Code(
    code="SK545",
    severity="warning",
    title="`{key}` of `{secret}` was sealed with {old}; {where} has {new}",
    why="it opens as long as the controller keeps the old key, and lies open to whoever has got hold of that key",
    fix="change the value where it comes from, then seal it with `--new-cert`",
    source="sealed-secrets: keys are added every 30 days, and none is removed",
    wrong="# not text: `secretkit seal --check` after the controller's key was renewed",
)
UNKNOWN = Code(
    code="SK546",
    severity="info",
    title="nobody recorded which certificate `{key}` of `{secret}` was sealed with",
    why="ciphertext does not tell; `secretkit seal` writes it into `sealedFor`",
    fix="seal it once more, or write the fingerprint into `sealedFor.certificate` if you know it",
    wrong="# not text: `secretkit seal --check` of what kubeseal has sealed",
)
UNTOLD = Code(
    code="SK547",
    severity="warning",
    title="{what} of the manifest of `{secret}` {verdict}",
    why="{reason}",
    fix="{mend}",
    wrong="# not text: `secretkit seal --from-secret` of a Secret with annotations",
)
FOREIGN = Code(
    code="SK548",
    title="the Secret `{secret}` is of the namespace `{namespace}`, and this app is of `{own}`",
    why="sealed here it would be made in `{own}`, and be missing in `{namespace}`",
    fix="leave it out with `--namespace {own}`, and seal it into an app of its own namespace, in another "
    "file, with `--namespace {namespace}`",
    wrong="# not text: `secretkit seal --from-secret k8s/` of Secrets of two namespaces",
)
ENCRYPTED = Code(
    code="SK549",
    title="the Secret `{secret}` is encrypted by sops",
    why="its ciphertext would be sealed as if it were the value, and an app would get that as its password",
    fix="give it decrypted: `sops decrypt {file} | secretkit seal FILE --from-secret -`",
    source="sops: encrypted values begin with ENC[AES256_GCM",
    wrong="# not text: `secretkit seal --from-secret` of a file that sops encrypted",
)
PLACEHOLDER = Code(
    code="SK571",
    title="`{key}` of the Secret `{secret}` holds {what}",
    why="it would be sealed as it stands, and nobody can see or replace it later",
    fix="{mend}",
    wrong="# not text: `secretkit seal --from-secret` of a Secret with `password: ${DB_PASSWORD}`",
)
OF_ANOTHER = Code(
    code="SK572",
    title="{what} the certificate of `{other}`, while the platform names another for `{environment}`",
    why="the cluster of `{environment}` has a key of its own, so it could not open it, and nobody would see "
    "that before a deploy",
    fix="seal with `--env {environment}` and without --cert; if the clusters share a key, name one "
    "certificate for both in the platform file, or say `--new-cert`",
    source="sealed-secrets: each controller makes its own keys",
    wrong="# not text: `secretkit seal --env production --cert certs/staging.pem`",
)
JSON = Code(
    code="SK573",
    title="the file is JSON in a layout that no program writes",
    why="what is put in must leave it JSON, and everything else as it is",
    fix="lay it out as `jq .` does, or make it YAML, then seal again",
    wrong="# not text: `secretkit seal` into a JSON file whose indent differs from line to line",
)

CODES = (
    LAYOUT, SOURCE, CHANGED, CERTIFICATE, SHARED, LEFT, VALUE, NEWLINE, NOTHING, MANIFEST, STRANGE,
    STALE, UNKNOWN, UNTOLD, FOREIGN, ENCRYPTED, PLACEHOLDER, OF_ANOTHER, JSON,
)  # fmt: skip
