"""SK429, SK495 to SK499: a change of the encryption that would make stored objects unreadable."""

from secretkit.finding import Code

_STEPS = (
    "go one step at a time: `secretkit encryption status` says where things stand, and `next` what "
    "comes after; {behind}"
)
# Where the cluster is further than what stands.
RENDERED = (
    "if only {file} is behind, and every API server went through the steps between (`secretkit encryption "
    "verify` tells), remove that file and run `render -o` again"
)
ON_HOST = "if only this host is behind, materialize what the file said in each step between, as Git has it"

UNREAD = Code(
    code="SK495",
    title="{resources} would be written by {writer}, which the file that stands cannot read",
    why="an API server that still has the old file, or comes back to it, cannot read what another one "
    "writes from now on",
    fix="let it be readable first, on every API server, and write in the step after; " + _STEPS,
    source="Kubernetes: a key must be readable everywhere before it writes anywhere",
    wrong="# not text: a key that is `active` at once where the file that stands does not have it",
)
DROPPED = Code(
    code="SK496",
    title="{resources} could not be read any more: {problem}",
    why="one object that cannot be read breaks every list of its kind, on every API server",
    fix=_STEPS,
    source="Kubernetes: what is stored stays as it was written until it is rewritten",
    wrong="# not text: a key, a provider or a resource that goes while it is what writes",
)
CHANGED = Code(
    code="SK497",
    title="{reader} has other bytes than in the file that stands",
    why="what is stored names its key, so that nothing that was encrypted with the old bytes could be "
    "read",
    fix="put the old bytes back where the key is read from, and give new ones a new name",
    wrong="# not text: a key file that was overwritten under its old name",
)
ADDED = Code(
    code="SK498",
    severity="warning",
    title="{resources} would be encrypted at once",
    why="where there are several API servers, one that still has the old file cannot read what the "
    "first one writes",
    fix="with more than one API server begin with `writeUnencrypted: true`, until each has the file",
    wrong="# not text: `configmaps` that are added to the `resources` of an encryption that writes",
)
STANDING = Code(
    code="SK499",
    title="the file that stands, {file}, cannot be compared with: {problem}",
    why="what it encrypts, and with which keys, decides whether objects stay readable",
    fix="look at it, and move it away if it is none; what the API servers run can be put in its place",
    wrong="# not text: `render -o DIR` where DIR/control-plane holds a file that no API server loads",
)

READER = Code(
    code="SK429",
    severity="warning",
    title="{reader} could no longer read {resources}",
    why="it may have written before it was only read: one object that is left of it breaks every list of its kind, "
    "on every API server, and the file that stands does not tell whether there is one",
    fix="see on each cluster that nothing is left of it: `secretkit encryption verify FILE --etcd` names what is not under "
    "the key that writes. Where something is, put the reader back, and rewrite first",
    source="Kubernetes: what is stored stays as it was written until it is rewritten",
    wrong="# not text: a `previous` key, or `readUnencrypted: true`, that is gone since the last `render -o`",
)

CODES = (UNREAD, DROPPED, CHANGED, ADDED, STANDING, READER)
