"""The operator's own admission validators take what we make, and refuse what we refuse."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from examples import EXAMPLES, Example, options
from secretkit import pipeline
from secretkit.load import load
from secretkit.pipeline import Options
from secretkit.target import Target, version
from secretkit.text import Source

from . import programs
from .programs import eso_webhook

TARGET = Target(external_secrets=version(eso_webhook.VERSION))


@pytest.fixture(scope="session")
def webhook() -> Path:
    try:
        return programs.find("eso-webhook")
    except programs.Missing as missing:
        pytest.skip(str(missing))


def verdicts(webhook: Path, bodies: Iterable[dict[str, Any]]) -> dict[str, str]:
    """KIND/NAME -> what the webhook would say against it; empty where it takes it."""
    text = "".join(json.dumps(body) + "\n" for body in bodies)
    ran = subprocess.run([webhook], input=text, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    return {f"{row['kind']}/{row['name']}": row["error"] for row in rows}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_the_webhook_takes_every_object_made_for_its_release(
    webhook: Path, example: Example
) -> None:
    asked = options(example)._replace(target=TARGET)
    outcome = pipeline.run((example.folder,), asked)
    if outcome.has_errors:  # something in it is newer than this release
        codes = {found.code for found in outcome.findings if found.severity == "error"}
        assert codes <= {"SK019", "SK216", "SK238"}
        return
    bodies = [found.body for one in outcome.apps for found in one.objects]

    assert {name: said for name, said in verdicts(webhook, bodies).items() if said} == {}


HEAD = (
    "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
    "metadata: {name: shop, namespace: prod}\nspec:\n"
)
STORE = '  stores: {v: {vault: {server: "https://vault.example.com", path: secret, auth: %s}}}\n'
USED = "  secrets: {db: {from: v, keys: {password: db#p}%s}}\n"
LOGIN = "{tokenSecretRef: {name: t, key: k}}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(
            STORE % "{tokenSecretRef: {name: t, key: k, namespace: other}}" + USED % "", "SK236",
            id="a reference that leaves the namespace",
        ),
        pytest.param(
            STORE % LOGIN + USED % ", creationPolicy: Merge, deletionPolicy: Delete", "SK214",
            id="policies that contradict each other",
        ),
        pytest.param(
            STORE % LOGIN + USED % ", creationPolicy: None, deletionPolicy: Merge", "SK214",
            id="a Secret of nobody that is merged",
        ),
        pytest.param(
            STORE % "{appRole: {roleId: x, secretRef: {name: t, key: k, namespace: other}}}" + USED % "",
            "SK236", id="an AppRole's secret elsewhere",
        ),
    ],
)  # fmt: skip
def test_what_we_refuse_the_webhook_refuses_too(webhook: Path, text: str, code: str) -> None:
    """Each refusal is shown to be needed: the same object, made all the same, is denied."""
    from secretkit.compile import compile_app
    from secretkit.resolve import Context
    from secretkit.resolve.app import resolve

    source = Source("secrets.yaml", HEAD + text)
    assert code in {found.code for found in pipeline.judge(source, Options(target=TARGET))}
    app = resolve(load(source), Context(target=TARGET), lambda _: ())
    bodies = [found.body for found in compile_app(app)]

    assert [said for said in verdicts(webhook, bodies).values() if said] != []
