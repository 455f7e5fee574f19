"""SK61x: a patch that cannot be applied to what was generated."""

from secretkit.finding import Code

NO_OBJECT = Code(
    code="SK610",
    title="the patch `{patch}` meets {count} of this app{near}",
    why="a patch that meets nothing would be forgotten without a word",
    fix="{mend}",
    wrong="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    unused: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/awz: {spec: {retrySettings: {maxRetries: 5}}}  # <- SK610
""",
    right="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    token: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/aws: {spec: {retrySettings: {maxRetries: 5}}}
""",
)
IDENTITY = Code(
    code="SK611",
    title="the patch changes `{field}` of {kind} `{name}`",
    why="what an object is, whom it serves and which labels are ours decide what other objects and "
    "later runs rely on",
    fix="change it where the file says it, not in a patch",
    wrong="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    token: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/aws:
      metadata: {namespace: kube-system}  # <- SK611
""",
    right="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    token: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/aws:
      metadata: {annotations: {example.com/owner: payments}}
""",
)
FORM = Code(
    code="SK612",
    title="the patch makes {kind} `{name}` one that the API server refuses: {problem}",
    why="a strict apply stops at the first field that its schema does not know",
    fix="{mend}",
    wrong="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    token: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/aws:
      spec: {retrySetings: {maxRetries: 5}}  # <- SK612
""",
    right="""
spec:
  secrets:
    db: {from: aws, keys: {password: db#password}}
    token: {from: vault, keys: {password: db#password}}
  patches:
    SecretStore/aws:
      spec: {retrySettings: {maxRetries: 5, retryInterval: 10s}}
""",
)

CODES = (NO_OBJECT, IDENTITY, FORM)
