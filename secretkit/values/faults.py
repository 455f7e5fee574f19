"""SK50x: a value in the clear that cannot be had."""

from secretkit.finding import Code

MISSING = Code(
    code="SK501",
    title="the value of `{key}` cannot be read: {what}",
    why="a Secret without it would be applied as if it were whole",
    fix="put it there before `render --allow-plaintext`; a path is relative to this file",
    wrong="# not text: `file: tls.key` where no such file lies beside secrets.yaml",
)
OUTSIDE = Code(
    code="SK502",
    title="the file of `{key}` lies outside the root or is not a regular file",
    why="a pull request could otherwise have CI read any file of the machine",
    fix="keep the file inside the repository, without a symlink that leaves it",
    wrong="# not text: `file: ../../../etc/shadow`",
)
LARGE = Code(
    code="SK503",
    title="the value of `{key}` is above 1 MiB",
    why="the API server refuses Secrets above 1,048,576 bytes",
    fix="split it, or keep it in a store that is made for files",
    wrong="# not text: a file above 1 MiB",
)
RESERVED = Code(
    code="SK504",
    title="the variable of `{key}` is one of those that secretkit never reads",
    why="credentials of CI, of a cloud or of our own stand there, and a pull request could name them",
    fix="pass the value in a variable with a name of its own",
    wrong="# not text: `env: AWS_SECRET_ACCESS_KEY`",
)
CLOSED = Code(
    code="SK505",
    title="the values of `{secret}` are in the clear: `render` reads them with `--allow-plaintext` alone",
    why="rendered values end up in files, caches and logs, so only the command line may ask for them",
    fix="add `--allow-plaintext`, or keep the values in a store, or seal them",
    wrong="# not text: `render` of a secret with `file` or `env` sources without the flag",
)

CODES = (MISSING, OUTSIDE, LARGE, RESERVED, CLOSED)
