"""All codes of all stations, for `explain`, the docs and the tests."""

import re
from collections.abc import Iterator
from importlib import import_module
from textwrap import dedent

from secretkit import rules
from secretkit.finding import Code

_FAULTS = (
    "secretkit.load.faults", "secretkit.load.manifest_faults", "secretkit.check.faults",
    "secretkit.check.policy_faults",
    "secretkit.resolve.faults", "secretkit.values.faults", "secretkit.compile.faults",
    "secretkit.pipeline_faults", "secretkit.audit.faults", "secretkit.encryption.faults",
    "secretkit.encryption.configuration_faults", "secretkit.encryption.step_faults",
    "secretkit.sealing.faults",
)  # fmt: skip


_SCAN = "secretkit.scan.codes"  # a folder with a file each, as rules have


def all_codes() -> Iterator[Code]:
    """Every code, sorted."""
    found: list[Code] = [*rules.all_rules(), *import_module(_SCAN).all_codes()]
    for module in _FAULTS:
        found.extend(import_module(module).CODES)
    yield from sorted(found, key=lambda code: code.code)


def find(name: str) -> Code | None:
    """The code of a name, of which no more is imported than its own file; None where there is none."""
    stem = f"{name.lower()}_"
    for family in rules.families():
        for module in rules.modules(family):
            if module.startswith(stem):
                return rules.load(family, module)
    scan = import_module(_SCAN)
    for module in scan.modules():
        if module.startswith(stem):
            of_scan: Code = scan.load(module)
            return of_scan
    for module in _FAULTS:
        for code in import_module(module).CODES:
            if code.code == name.upper():
                found: Code = code
                return found
    return None


def names() -> list[str]:
    """The names of all codes, sorted; rules are known by their files."""
    files = [module for family in rules.families() for module in rules.modules(family)]
    files += import_module(_SCAN).modules()
    faults = (code.code for module in _FAULTS for code in import_module(module).CODES)
    return sorted({*(file.partition("_")[0].upper() for file in files), *faults})


# What an example may use without saying so.
_HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
"""
_STORES = {
    "vault": """\
    vault: {vault: {server: "https://vault.example.com", path: secret, role: shop, serviceAccount: shop-vault}}
""",
    "aws": """\
    aws: {aws: {service: SecretsManager, region: us-east-1, serviceAccount: {name: shop-eso, identity: "arn:aws:iam::111122223333:role/shop"}}}
""",
}


def _usual_stores(example: str) -> str:
    """The usual stores that the example uses, in `from` or in `push`."""
    used = [
        store
        for name, store in _STORES.items()
        if re.search(rf"from: {name}\b|\b{name}: *(\{{|$)", example, re.M)
    ]
    return "  stores:\n" + "".join(used) if used else ""


def as_file(example: str) -> str:
    """The example as a file: a fragment of `spec.secrets`, of `spec`, or a file already."""
    text = dedent(example)
    if text.lstrip().startswith(("apiVersion", "kind")):
        return text.lstrip("\n")
    lines = text.strip("\n")
    if lines.startswith("spec:"):
        body = lines.removeprefix("spec:").strip("\n")
        stores = "" if re.search(r"^  stores:", body, re.M) else _usual_stores(body)
        return _HEAD + stores + body + "\n"
    indented = "\n".join(f"    {line}" if line else line for line in lines.split("\n"))
    return _HEAD + _usual_stores(indented) + "  secrets:\n" + indented + "\n"
