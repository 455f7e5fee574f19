"""SK520: what stands under `sealed` is ciphertext."""

import base64
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Sealed
from secretkit.rules import Rule

# Of the right form and plainly nobody's: the length of an RSA key, zeros, and room for the tag.
FAKE = base64.b64encode(b"\x01\x00" + bytes(256 + 16)).decode()


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Sealed):
            continue
        from secretkit.looks import sealed_problem

        for key, text in secret.origin.data.items():
            problem = sealed_problem(text)
            if problem:
                yield RULE.at(secret.origin.at / key, key=key, problem=problem)


RULE = Rule(
    code="SK520",
    title="the ciphertext of `{key}` {problem}",
    why="the controller cannot open it, and one bad key keeps the whole Secret from being made; if "
    "it is a value in the clear, it lies open in Git",
    fix="seal the value with `secretkit seal`, or copy the whole line that `kubeseal --raw` prints",
    source="sealed-secrets, pkg/crypto/crypto.go",
    find=find,
    wrong="""
        webhook:
          sealed:
            api-key: AgBy8hCi...  # <- SK520
    """,
    right=f"""
        webhook:
          sealed:
            api-key: {FAKE}
    """,
)
