"""SK811: a file that holds credentials."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK811",
    title="{subject} holds `{key}` in the clear: {what}",
    why="such files are for one machine; in Git everyone who can read the repository has the login",
    fix="rotate the value; take the file out of Git (`git rm --cached`), list it in .gitignore, "
    "and commit a sample without values",
    file=".env",
    wrong="""\
DB_HOST=db.shop.svc
DB_PASSWORD=hunter2  # <- SK811
""",
    right="""\
DB_HOST=db.shop.svc
DB_PASSWORD=
""",
)
