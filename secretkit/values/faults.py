"""SK50x and SK55x: a value in the clear that cannot be had."""

from secretkit.finding import Code

MISSING = Code(
    code="SK501",
    title="the value of `{key}` cannot be read: {what}",
    why="a Secret without it would be applied as if it were whole",
    fix="{mend}",
    wrong="# not text: `file: tls.key` where no such file lies beside secrets.yaml",
)
OUTSIDE = Code(
    code="SK502",
    title="the file of `{key}` {what}",
    why="a pull request could otherwise have CI read any file of the machine, or hang on a pipe",
    fix="keep it inside the repository, as a plain file and without a symlink that leaves the root",
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
    wrong="# not text: `render` of a secret with `file`, `env` or `sops` sources without the flag",
)

NO_SOPS = Code(
    code="SK550",
    title="the sops file of `{key}` cannot be decrypted: {what}",
    why="secretkit starts the program `sops` for it, and looks for it in the folders of PATH; one that "
    "lies inside the repository is never started, since a pull request could have brought it",
    fix="install sops (https://github.com/getsops/sops) where `render --allow-plaintext` runs",
    source="secretkit, values in the clear",
    wrong="# not text: `sops: secrets.enc.yaml#password` on a machine without sops",
)
NO_KEY = Code(
    code="SK551",
    title="no key at hand decrypts the sops file of `{key}`",
    why="sops found no age, PGP, KMS or Vault key that opens the file's data key: a variable such as "
    "SOPS_AGE_KEY_FILE is not set, a login has ended, or the file is encrypted for others",
    fix="run `sops decrypt FILE` by hand to see which keys it tried; give the key to whoever renders, or "
    "add theirs with `sops updatekeys FILE`",
    source="sops, exit code 128",
    wrong="# not text: a sops file, and SOPS_AGE_KEY_FILE naming the key of somebody else",
)
TAMPERED = Code(
    code="SK552",
    title="the sops file of `{key}` was changed without sops",
    why="its checksum (`mac`) does not fit what it holds, clear parts included, so somebody edited or "
    "merged it by hand; nothing of it can be trusted",
    fix="take the file as it was from Git, and change it with `sops edit FILE`",
    source="sops, exit code 51: MAC mismatch",
    wrong="# not text: a sops file in which a clear line was edited, or `mac` removed",
)
DAMAGED = Code(
    code="SK553",
    title="a ciphertext in the sops file of `{key}` is damaged",
    why="each value is encrypted under its own path, so a changed character, or a value that was moved "
    "or whose key was renamed by hand, opens no more",
    fix="take the file as it was from Git, and change it with `sops edit FILE`",
    source="sops, exit code 25",
    wrong="# not text: a sops file with a character of an ENC[...] changed",
)
NOT_SOPS = Code(
    code="SK554",
    title="the file of `{key}` is not one that sops encrypted: {what}",
    why="`sops` reads encrypted files alone; a file in the clear that somebody forgot to encrypt would "
    "otherwise pass as one that is safe in Git",
    fix="encrypt it with `sops encrypt --in-place FILE` and rotate what stood there in the clear; a file "
    "that is to be read as it is goes under `file`",
    source="sops: sops metadata not found",
    wrong="# not text: `sops: secrets.yaml#password` where the file holds no `sops` section",
)
SOPS_FAILED = Code(
    code="SK555",
    title="sops did not decrypt the file of `{key}`: {what}",
    why="a Secret without it would be applied as if it were whole; what sops says may quote the file, so "
    "it is not repeated",
    fix="run `sops decrypt FILE` by hand, which says why",
    source="sops, exit codes",
    wrong="# not text: a sops file whose KMS does not answer within a minute",
)
NO_PATH = Code(
    code="SK556",
    title="there is nothing at the path of `{key}` in its sops file: {what}",
    why="a Secret without it would be applied as if it were whole",
    fix="write the keys from the top of the file on with dots between, `FILE#db.password`; a key that has "
    'dots stands in double quotes, `FILE#stringData."tls.crt"`, and an item of a list is its number '
    "from 0",
    source="secretkit, values in the clear",
    wrong="# not text: `sops: secrets.enc.yaml#db.pasword` where the file has `db.password`",
)
NO_TEXT = Code(
    code="SK557",
    title="what `{key}` names in its sops file is {what}, not text",
    why="a Secret holds bytes, and sops keeps what a number or a date means but not how it was written: "
    "1.10 comes back as 1.1, 0400 as 256 and 2020-01-01 with a time of day; a mapping has no bytes at all",
    fix="quote the value in the file (`sops edit FILE`), or name the text inside it",
    source="sops: values keep the types of YAML and JSON",
    wrong="# not text: `sops: secrets.enc.yaml#port` where the file has `port: 5432`",
)
ELSEWHERE = Code(
    code="SK559",
    title="the sops file of `{key}` would send a login where nobody has said: {what}",
    why="sops logs in where the file says, with the token or the cloud's login of whoever renders, so a "
    "pull request could send it to a server of its own, or have it do something else",
    fix="check that key in the file; if the Vault is yours, set VAULT_ADDR to its address",
    source="sops, keys in HashiCorp Vault and in clouds",
    wrong="# not text: a sops file with `hc_vault` keys, and VAULT_ADDR not set",
)
SPELLING = Code(
    code="SK564",
    title="the `sops` section in the file of `{key}` is not as sops writes it: {what}",
    why="it says where sops sends your login, and sops may read more in an odd spelling than a check of "
    "it sees; so no file with one is given to it",
    fix="take the file as it was from Git, or write the section anew with `sops updatekeys FILE`",
    source="secretkit, values in the clear",
    wrong='# not text: a sops file in which a key of that section is quoted, `"vault_address": ...`',
)
CLEAR = Code(
    code="SK565",
    title="the value of `{key}` lies in its sops file in the clear",
    why="`encrypted_regex`, `unencrypted_suffix` or the like leaves it as it is, so that a secret can be "
    "read in Git although the file looks encrypted",
    fix="have sops encrypt it (mend the rule in .sops.yaml, then `sops encrypt` once more) and rotate it; "
    "what is no secret stands under `literal`",
    source="sops, encrypting only parts of a file",
    wrong="# not text: `sops: s.enc.yaml#pass_unencrypted`",
)

EXPIRY = Code(
    code="SK562",
    title="certificate number {number} in `{key}` {problem}",
    why="clients refuse a certificate outside of its time; of a literal `validate` says so, while a file "
    "or a variable is opened by `render --allow-plaintext` alone, which has no clock",
    fix="renew it; better, let something that renews it make the Secret (cert-manager: `existing: true`)",
    source="RFC 5280, 4.1.2.5",
    wrong="# not text: a literal `tls.crt` whose time is over, or ends within 30 days (a warning)",
)

CODES = (
    MISSING, OUTSIDE, LARGE, RESERVED, CLOSED, NO_SOPS, NO_KEY, TAMPERED, DAMAGED, NOT_SOPS,
    SOPS_FAILED, NO_PATH, NO_TEXT, ELSEWHERE, EXPIRY, SPELLING, CLEAR,
)  # fmt: skip
