"""SK01x and SK02x: the file is YAML, but not of our form."""

from secretkit.finding import Code

_HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"

UNKNOWN = Code(
    code="SK010",
    title="unknown field `{field}` in {where}{near}",
    why="a misspelt field would do nothing, and nobody would see it",
    fix="known here: {known}",
    wrong="""
        db:
          generate: {length: 32}
          labls: {team: core}  # <- SK010
    """,
    right="""
        db:
          generate: {length: 32}
          labels: {team: core}
    """,
)
TYPE = Code(
    code="SK011",
    title="`{field}` is {got}, not {wanted}",
    why="the field takes {wanted}",
    fix="{mend}",
    wrong="""
        db:
          generate: {length: 32}
          labels: {version: 1.30}  # <- SK011
    """,
    right="""
        db:
          generate: {length: 32}
          labels: {version: "1.30"}
    """,
)
REQUIRED = Code(
    code="SK012",
    title="{where} lacks `{field}`",
    why="{about}",
    fix="add `{field}`, for example {example}",
    wrong=_HEAD + "metadata: {namespace: prod}  # <- SK012\n",
    right=_HEAD + "metadata: {name: shop, namespace: prod}\n",
)
FORM = Code(
    code="SK014",
    title="`{field}` is not {wanted}",
    why="another form would be refused later, or read as something else; the field is: {about}",
    fix="write it like `{example}`",
    wrong="""
        db:
          generate: {length: 32}
          refresh: 1d  # <- SK014
    """,
    right="""
        db:
          generate: {length: 32}
          refresh: 24h
    """,
)
COUNT = Code(
    code="SK015",
    title="{where} has {got}, but takes {wanted} of {known}",
    why="they exclude each other, or one of them is needed to mean anything",
    fix="{mend}",
    wrong="""
        db:
          generate: {length: 32}
          existing: true  # <- SK015
    """,
    right="""
        db:
          generate: {length: 32}
    """,
)
SIZE = Code(
    code="SK016",
    title="`{field}` is {got}",
    why="the field takes {wanted}",
    fix="{mend}",
    wrong="""
        db:
          generate: {length: 0}  # <- SK016
    """,
    right="""
        db:
          generate: {length: 32}
    """,
)
NAME = Code(
    code="SK017",
    title="`{got}` cannot be a key of {where}: it is not {wanted}",
    why="it names something, and no such name is taken",
    fix="rename it, for example {example}",
    wrong="""
        Data_Base:  # <- SK017
          existing: true
    """,
    right="""
        data-base:
          existing: true
    """,
)
KIND = Code(
    code="SK018",
    title="this is {got}, not kind AppSecrets of secretkit.dev/v1alpha1{near}",
    why="a file that is named is taken for one of ours",
    fix="begin with `apiVersion: secretkit.dev/v1alpha1` and `kind: AppSecrets`",
    wrong="apiVersion: secretkit.dev/v2  # <- SK018\nkind: AppSecrets\nmetadata: {name: shop}\n",
    right=_HEAD + "metadata: {name: shop, namespace: prod}\n",
)
CHOICE = Code(
    code="SK013",
    title="`{field}` cannot be {got}{near}",
    why="the field takes one of a closed set",
    fix="one of {known}",
    wrong="""
        db:
          generate: {length: 32}
          creationPolicy: owner  # <- SK013
    """,
    right="""
        db:
          generate: {length: 32}
          creationPolicy: Owner
    """,
)

SINCE = Code(
    code="SK019",
    title="{what} needs {part} {first}, and the target is {now}",
    why="the operator's older CRD does not know it: a strict apply refuses it, others drop it silently",
    fix="raise `targets.{target}` once the cluster runs it, or do without",
    source="CRDs of the releases, compared release by release",
    wrong="# not text: a field that is newer than the release in `targets` of the platform file",
)

PLATFORM_KIND = Code(
    code="SK026",
    title="this is {got}, not kind Platform of secretkit.dev/v1alpha1",
    why="a platform.yaml that names secretkit, or is given by `--platform`, is taken for one of ours",
    fix="begin with `apiVersion: secretkit.dev/v1alpha1` and `kind: Platform`",
    wrong="# not text: `--platform FILE` with a file of another kind",
)

UNTRIED = Code(
    code="SK031",
    severity="warning",
    title="{part} {release} is none of the releases that the output was tried with",
    why="{oldest} to {newest} were tried; what another one knows is a guess",
    fix="set the release that the cluster runs; if this is it, try the output on a cluster first",
    wrong="""apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  targets: {externalSecrets: "9.9"}  # <- SK031
""",
    right="""apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  targets: {externalSecrets: "2.9"}
""",
)
POLICY = Code(
    code="SK027",
    title="`{name}` {what}, so no severity can be set for it{near}",
    why="a misspelt code would silence nothing, and faults of form, of patches and of what would be lost "
    "cannot be silenced",
    fix="drop it, or name the code of a rule: `secretkit explain` lists them",
    wrong="""apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  policy: {SK999: "off"}  # <- SK027
""",
    right="""apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  policy: {SK310: "off"}
""",
)

SECRET = Code(
    code="SK029",
    title="`{field}` in {where} would hold the key itself",
    why="whoever reads the repository could read every Secret of the cluster, and its history keeps "
    "what was in it once",
    fix="take it out, make another key in its place if it was ever pushed, and say where the bytes "
    "lie on the control-plane host: `from: {{file: PATH}}` or `from: {{env: NAME}}`",
    source="Kubernetes, encrypting confidential data at rest",
    wrong="""
        spec:
          encryption:
            provider: secretbox
            keys:
              - {name: key-1, state: active, secret: <base64>}  # <- SK029
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-1, state: active, from: {file: /etc/kubernetes/keys/key-1}}
    """,
)

CODES = (
    UNKNOWN,
    TYPE,
    REQUIRED,
    CHOICE,
    FORM,
    COUNT,
    SIZE,
    NAME,
    KIND,
    SINCE,
    PLATFORM_KIND,
    UNTRIED,
    POLICY,
    SECRET,
)
