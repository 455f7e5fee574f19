"""SK818: a file that a kustomize generator makes a Secret of."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK818",
    title="{subject} becomes a Secret, and lies in Git in the clear",
    why="kustomize reads the file as it is when it builds",
    fix="rotate what it holds; take it out of Git, and let an ExternalSecret or a SealedSecret "
    "make the Secret",
    file="token.txt",
    wrong="""\
# not text: a file that `secretGenerator` of a kustomization names under `files`
""",
)
