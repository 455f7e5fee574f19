"""SK42x: what is asked of an encryption cannot be done."""

from secretkit.finding import Code

UNDECLARED = Code(
    code="SK420",
    title="no encryption is declared here",
    why="`encryption` with a `provider` says what the API server encrypts with; without it there is nothing to speak of",
    fix="begin with `secretkit encryption enable FILE --provider PROVIDER`",
    wrong="# not text: `secretkit encryption next` for a file without `encryption`",
)

LAYOUT = Code(
    code="SK436",
    title="the file is laid out in a way that is not edited here",
    why="an anchor, a block text or the like stands where the change would, and nothing else may change",
    fix="write it by hand: `{section}`",
    wrong="# not text: `secretkit encryption rotate` where `keys` is an alias",
)
REFUSED = Code(
    code="SK437",
    title="{why}",
    why="a step out of turn makes stored objects unreadable, and one such object breaks every list of its kind",
    fix="{mend}",
    source="Kubernetes: encrypting confidential data at rest, rotating a key",
    wrong="# not text: `secretkit encryption next` without `--rolled` while a new key can only be read",
)
ORDER = Code(
    code="SK424",
    title="{why}",
    why="nothing would be lost: it is refused for order's sake, so that the file holds no key and no provider "
    "that can never write, and says what is meant",
    fix="{mend}",
    wrong="# not text: `secretkit encryption rotate` while the new key of `enable` can only be read",
)
SHARED = Code(
    code="SK439",
    title="one cluster was looked at, and the step is taken for {names} too",
    why="what has no encryption of its own has this one, and what is seen of one cluster says nothing of another",
    fix="name the environment with `--env`; or look at the cluster of each (`secretkit encryption verify FILE --env "
    "NAME`), and then give your word for all: `--{needs}`",
    wrong="# not text: `secretkit encryption next FILE --etcd` where `environments` have the base's encryption",
)
DECLARED = Code(
    code="SK438",
    title="encryption is declared here already",
    why="`enable` begins from a cluster that stores everything in the clear",
    fix="see `secretkit encryption status FILE` for what comes next",
    wrong="# not text: `secretkit encryption enable` for a file with `encryption`",
)
MANAGED = Code(
    code="SK454",
    title="{cloud} encrypts by itself, in no states of ours",
    why="nobody hands that API server a file: the cloud keeps what is stored readable, and rotates the key itself",
    fix="{mend}",
    wrong="# not text: `secretkit encryption rotate` for a file whose `targets.provider` is `eks`",
)
OWN_KEYS = Code(
    code="SK455",
    title="{tool} encrypts Secrets from its first start, with a key of its own",
    why="a file of ours that lacks this key makes every Secret that is stored unreadable",
    fix="{mend}",
    wrong="# not text: `secretkit encryption enable` for a file whose `targets.provider` is `rke2`",
)

NO_MIGRATION = Code(
    code="SK425",
    title="Kubernetes {release} has no StorageVersionMigration",
    why="the API came with Kubernetes 1.30",
    fix="use the script: `secretkit encryption rewrite FILE --as script`",
    source="Kubernetes: storagemigration.k8s.io",
    wrong="# not text: `secretkit encryption rewrite FILE --as migration` for a target below 1.30",
)
WILDCARD = Code(
    code="SK426",
    title="`{resource}` cannot be migrated: a StorageVersionMigration is for one resource",
    why="what a wildcard stands for is known to the running cluster alone",
    fix="use the script, which asks the cluster: `secretkit encryption rewrite FILE --as script`",
    source="Kubernetes: storagemigration.k8s.io",
    wrong="# not text: `secretkit encryption rewrite FILE --as migration` where `resources` hold `*.*`",
)
NO_VERSION = Code(
    code="SK427",
    title="no version of `{resource}` is known, and below Kubernetes 1.35 a migration names one",
    why="a migration to a version that is not served fails",
    fix="use the script: `secretkit encryption rewrite FILE --as script`",
    source="Kubernetes: storagemigration.k8s.io/v1alpha1",
    wrong="# not text: `secretkit encryption rewrite FILE --as migration` for `widgets.example.com` on 1.34",
)
MANAGED_MIGRATION = Code(
    code="SK428",
    title="`{provider}` sets no feature gates for you, and below Kubernetes 1.37 migrations need one",
    why="StorageVersionMigrator is off by default until Kubernetes 1.37",
    fix="use the script: `secretkit encryption rewrite FILE --as script`",
    source="Kubernetes: StorageVersionMigrator",
    wrong="# not text: `secretkit encryption rewrite FILE --as migration` for a managed cluster on 1.34",
)

CODES = (
    UNDECLARED, NO_MIGRATION, WILDCARD, NO_VERSION, MANAGED_MIGRATION, LAYOUT, REFUSED, DECLARED, ORDER,
    SHARED, MANAGED, OWN_KEYS,
)  # fmt: skip
