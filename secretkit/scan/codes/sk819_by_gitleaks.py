"""SK819: what gitleaks alone finds."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK819",
    severity="warning",
    title="gitleaks takes this for a secret (its rule `{what}`)",
    why="gitleaks knows the forms of more providers' tokens than are built in here",
    fix="revoke the value if it is real, and keep it in a store; else say so on its line: `# "
    "secretkit:allow`",
    file="notes.txt",
    wrong="""\
# not text: a token that only a rule of gitleaks knows
""",
)
