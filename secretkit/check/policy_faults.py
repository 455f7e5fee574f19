"""SK44x: an audit Policy that the API server would not start with, or would read otherwise."""

from secretkit.finding import Code

_START = "the API server does not start with it"

FIELD = Code(
    code="SK440",
    title="`{field}` is no field of {where}{near}",
    why="the API server only warns of it and goes on without: the rule then matches more, or logs more, "
    "than it says",
    fix="use one of: {known}",
    source="k8s.io/apiserver, pkg/audit/policy/reader.go",
    wrong="# not text: a Policy whose rule has `omitStage` or `resource`",
)
TYPE = Code(
    code="SK441",
    title="`{field}` is {got}, not {wanted}",
    why=_START,
    fix="write {wanted}; a text that YAML takes for something else stands between quotes",
    wrong="# not text: a Policy with `users: jane`, or with `namespaces: [on]`",
)
HEAD = Code(
    code="SK442",
    title="this is {got}, not kind Policy of audit.k8s.io/v1",
    why=f"{_START}; versions before v1 went with Kubernetes 1.24, and a List is not opened",
    fix="begin with `apiVersion: audit.k8s.io/v1` and `kind: Policy`",
    wrong="# not text: a Policy of `audit.k8s.io/v1beta1`",
)
RULES = Code(
    code="SK443",
    title="the Policy has no rules",
    why=_START,
    fix="to log who did what, and no bodies: `rules: [{{level: Metadata}}]`",
    wrong="# not text: a Policy with `rules: []`",
)
LEVEL = Code(
    code="SK444",
    title="{got}{near}",
    why=f"{_START}; capitals count",
    fix="use one of: `None`, `Metadata`, `Request`, `RequestResponse`",
    wrong="# not text: a Policy whose rule has `level: metadata`, or none",
)
STAGE = Code(
    code="SK445",
    title="there is no stage `{got}`{near}",
    why=f"{_START}; capitals count",
    fix="use one of: `RequestReceived`, `ResponseStarted`, `ResponseComplete`, `Panic`",
    wrong="# not text: a Policy with `omitStages: [Received]`",
)
GROUP = Code(
    code="SK446",
    title="`{got}` is no API group",
    why=f"{_START}; a group is a name in lower case, without its version",
    fix='{mend}; the core group is `""`, and any group is `"*"`',
    wrong="# not text: a Policy with `group: apps/v1`",
)
NAMES = Code(
    code="SK447",
    title="`resourceNames` without `resources`",
    why=f"{_START}; names alone do not say of what",
    fix="add the `resources` that have these names",
    wrong='# not text: a Policy with `resources: [{group: "", resourceNames: [db]}]`',
)
BOTH = Code(
    code="SK448",
    title="the rule has `nonResourceURLs` and {other}",
    why=f"{_START}; a request is for a resource or for another URL, never for both",
    fix="make two rules of it",
    wrong="# not text: a Policy whose rule has `nonResourceURLs` and `namespaces`",
)
URL = Code(
    code="SK449",
    title="`{got}` is no path",
    why=f"{_START}; {{reason}}",
    fix="write `{mend}`",
    wrong="# not text: a Policy with `nonResourceURLs: [healthz]`, or with `/apis/*/v1`",
)
DOCUMENT = Code(
    code="SK450",
    title="{what}",
    why="the API server reads the first document of the file and nothing else",
    fix="keep one document, the Policy, and move its rules into one list",
    wrong="# not text: a Policy in the second document of a file",
)
JSON = Code(
    code="SK451",
    title="the file begins with `{{`, and it is not JSON",
    why="the API server takes what begins so for JSON, and does not start with what YAML alone allows",
    fix="write it as a block, `rules:` on a line of its own, or quote every text and key",
    source="k8s.io/apimachinery, pkg/runtime/serializer",
    wrong="# not text: `{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: None}]}`",
)
NULL = Code(
    code="SK452",
    title="an item of `{field}` is empty",
    why="the API server takes it for an empty text or an empty object, which as `resources` is all of the "
    "core group",
    fix='drop it; where an empty text is meant, write `""`',
    wrong="# not text: a Policy with `resources:` and under it a `-` with nothing behind it",
)
LOOSE = Code(
    code="SK453",
    title="`apiVersion` and `kind` say {got}, not Policy of audit.k8s.io/v1",
    why="the API server does without a `kind` here, and takes both fields in other capitals; other readers "
    "of the file do not",
    fix="begin with `apiVersion: audit.k8s.io/v1` and `kind: Policy`",
    wrong="# not text: a Policy without `kind`",
)

CODES = (
    FIELD,
    TYPE,
    HEAD,
    RULES,
    LEVEL,
    STAGE,
    GROUP,
    NAMES,
    BOTH,
    URL,
    DOCUMENT,
    JSON,
    NULL,
    LOOSE,
)
