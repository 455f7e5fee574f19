"""SK815: a URL with a password."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK815",
    title="this text holds a URL with a password",
    why="URLs are copied into logs, histories and tickets, with what they hold",
    fix="rotate the password; put the login into a Secret, and the URL together where it is used",
    file="notes.txt",
    wrong="""\
Run `psql postgres://shop:hunter2@db.shop.svc/shop` to look around.  # <- SK815
""",
    right="""\
Run `psql postgres://shop@db.shop.svc/shop` to look around.
""",
)
