"""SK814: a token of a provider, wherever it stands."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK814",
    title="this text holds {what}",
    why="its form says whose it is and what it opens; it works from anywhere until it is revoked",
    fix="revoke it at its provider; keep the new one in a store, and read it when the program runs",
    file="notes.txt",
    wrong="""\
# not text: a file that holds a token of GitHub, AWS, Slack or the like
""",
)
