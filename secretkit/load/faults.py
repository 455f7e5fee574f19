"""SK0xx: the text is not the YAML that we read."""

from secretkit.finding import Code

_APP = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"

SYNTAX = Code(
    code="SK001",
    title="this is not YAML: {problem}",
    why="the file cannot be read from here on",
    fix="mend the syntax; indentation, an open quote or a missing colon are the usual causes",
    wrong=_APP + "metadata: {name: shop, namespace: prod\nspec: {}  # <- SK001\n",
    right=_APP + "metadata: {name: shop, namespace: prod}\nspec: {}\n",
)
DUPLICATE = Code(
    code="SK002",
    title="`{key}` stands twice in one mapping",
    why="parsers keep one of the two without a word, and not all the same one",
    fix="keep one of them, or join what they say",
    wrong="""
        db:
          existing: true
        db:  # <- SK002
          existing: true
    """,
    right="""
        db:
          existing: true
    """,
)
DOCUMENTS = Code(
    code="SK003",
    title="a second document begins here",
    why="a secrets.yaml holds one app, so what follows would be passed over",
    fix="move it to a file of its own",
    wrong=_APP + "metadata: {name: shop, namespace: prod}\n---  # <- SK003\nkind: AppSecrets\n",
    right=_APP + "metadata: {name: shop, namespace: prod}\n",
)
TAG = Code(
    code="SK004",
    title="{what} is not part of our YAML",
    why="what a tag or a merge key means differs between YAML 1.1 and 1.2 parsers",
    fix="write the value out; anchors and aliases for whole values are fine",
    wrong="""
        db:
          existing: !!bool true  # <- SK004
    """,
    right="""
        db:
          existing: true
    """,
)
AMBIGUOUS = Code(
    code="SK005",
    title="YAML 1.1 reads this as {old}, YAML 1.2 as {new}",
    why="kubectl and many editors read YAML 1.1, so the two would not mean the same file",
    fix="{mend}",
    source="YAML 1.1 type repository; YAML 1.2.2 section 10.3",
    wrong="""
        db:
          existing: yes  # <- SK005
    """,
    right="""
        db:
          existing: true
    """,
)
LIMIT = Code(
    code="SK006",
    title="the file is over the limit of {limit}",
    why="inputs come from pull requests of strangers, so their size and depth are bounded",
    fix="split the app, or drop what was generated into it",
    wrong="# not text: a file above 1 MiB, 100,000 nodes after aliases, or 100 levels of nesting",
)
ENCODING = Code(
    code="SK007",
    title="the file is no plain UTF-8 text: {problem}",
    why="other encodings and control characters read differently on other machines, or not at all",
    fix="save it as UTF-8 without NUL bytes and control characters",
    wrong="# not text: a file in UTF-16 or Latin-1, or with a NUL byte",
)
EMPTY = Code(
    code="SK008",
    title="the file is empty",
    why="there is no app in it, and an empty result would let a GitOps host prune everything",
    fix="start with `secretkit init`",
    wrong="# not text: a file without a document",
)
KEY = Code(
    code="SK009",
    title="a key of a mapping is {what}, not a string",
    why="JSON and Kubernetes know only strings as keys",
    fix="quote it: {quoted}",
    wrong="""
        db:
          generate: {length: 32}
          labels: {1: x}  # <- SK009
    """,
    right="""
        db:
          generate: {length: 32}
          labels: {"1": x}
    """,
)

CODES = (SYNTAX, DUPLICATE, DOCUMENTS, TAG, AMBIGUOUS, LIMIT, ENCODING, EMPTY, KEY)
