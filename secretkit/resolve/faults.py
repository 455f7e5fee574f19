"""SK02x and SK03x: the form fits, but no app can be made of it."""

from secretkit.finding import Code

_HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"

VARIABLE = Code(
    code="SK020",
    title="the variable `{name}` {reason}",
    why="variables are `${{app}}`, `${{namespace}}`, `${{env}}` and those of the platform file; the "
    "process's environment is never read",
    fix="define it, or write `$${{{name}}}` for the text itself",
    wrong="""
        db:
          from: vault
          keys:
            password: teams/${team}/db#password  # <- SK020
    """,
    right="""
        db:
          from: vault
          keys:
            password: teams/${app}/db#password
    """,
)
ENVIRONMENT = Code(
    code="SK030",
    title="the base has no `${{env}}`: an environment must be asked for",
    why="a value would hold the name of no environment",
    fix="render with `--env NAME`, or say the value for each environment under `environments`",
    wrong="""
        db:
          from: vault
          keys:
            password: ${env}/db#password  # <- SK030
    """,
    right="""
        db:
          from: vault
          keys:
            password: production/db#password
    """,
)
STRANGER = Code(
    code="SK032",
    severity="warning",
    title="`{name}` is new in the environment `{environment}`{near}",
    why="what an environment says under another name adds something, and what was meant stays as it is",
    fix="write the name as the base has it; if it is meant to be new, give it a name less like another",
    wrong="""
        spec:
          secrets:
            database: {generate: {length: 32}}
          environments:
            staging:
              spec:
                secrets:
                  databse: {generate: {length: 48}}  # <- SK032
    """,
    right="""
        spec:
          secrets:
            database: {generate: {length: 32}}
          environments:
            staging:
              spec:
                secrets:
                  database: {generate: {length: 48}}
    """,
)
NAMESPACE = Code(
    code="SK021",
    title="no namespace is given",
    why="sealed values, subjects of RoleBindings and audit rules depend on it, so none is guessed",
    fix="set `metadata.namespace`",
    wrong=_HEAD + "metadata: {name: shop}  # <- SK021\n",
    right=_HEAD + "metadata: {name: shop, namespace: prod}\n",
)
SHORTCUT = Code(
    code="SK022",
    title="`{field}` stands beside `{shortcut}`, which is short for it",
    why="both say how the store logs in, and only one can be meant",
    fix="keep `{shortcut}` for the usual login, or write all of it under `{field}`",
    wrong=_HEAD
    + """\
metadata: {name: shop, namespace: prod}
spec:
  stores:
    aws:
      aws:
        service: SecretsManager
        region: us-east-1
        serviceAccount: shop-eso
        auth: {jwt: {serviceAccountRef: {name: shop-eso}}}  # <- SK022
""",
    right=_HEAD
    + """\
metadata: {name: shop, namespace: prod}
spec:
  stores:
    aws:
      aws:
        service: SecretsManager
        region: us-east-1
        serviceAccount: {name: shop-eso, identity: "arn:aws:iam::111122223333:role/shop"}
  secrets:
    db: {from: aws, keys: {password: db#password}}
""",
)
DURATION = Code(
    code="SK023",
    title="`{field}` is no duration that Go can hold",
    why="the operator parses it with time.ParseDuration, which ends at 2562047h",
    fix="write a smaller one, such as 720h",
    wrong="""
        db:
          generate: {length: 32}
          refresh: 9999999999h  # <- SK023
    """,
    right="""
        db:
          generate: {length: 32}
          refresh: 720h
    """,
)

UNDECLARED = Code(
    code="SK024",
    title="the environment `{name}` is not one that the platform declares{near}",
    why="the platform's environments are the clusters there are, so this part would never be rendered",
    fix="declare it in the platform file, or use one of {known}",
    wrong="# not text: an app with `environments: {stagin: …}` under a platform that declares `staging`",
)

SHARED = Code(
    code="SK025",
    title="the preset `{preset}` is one ClusterSecretStore for all apps, and would differ between them",
    why="it is written once, so `${{app}}`, `${{namespace}}` and the namespace of an app mean nothing in it",
    fix="name namespaces outright, use `referent: true`, or drop `scope: cluster` so that each app gets "
    "its own",
    wrong='# not text: a cluster-scoped preset with `role: "${app}"` that two apps use',
)

CODES = (VARIABLE, ENVIRONMENT, STRANGER, NAMESPACE, SHORTCUT, DURATION, UNDECLARED, SHARED)
