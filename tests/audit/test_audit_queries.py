"""`secretkit audit queries`: for each provider, and no input that changes a query."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit.audit import jq, queries
from secretkit.audit.queries import Wanted
from secretkit.target import PROVIDERS

Ran = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_has_its_three_questions(ran: Ran, provider: str) -> None:
    code, out, err = ran("audit", "queries", f"--for={provider}", "--namespace=shop", "--name=db")
    sign = queries.get(provider).comment

    assert (code, err) == (0, "")
    for title in (queries.READS, queries.REFUSED, queries.LOGINS):
        assert title in re.sub(rf"\n{sign} ", " ", out)
    assert "shop" in out
    assert "db" in out


def test_without_for_the_target_says_which(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "apiVersion: secretkit.dev/v1alpha1\n"
    (tmp_path / ".git").mkdir()
    (tmp_path / "secrets.yaml").write_text(
        f"{head}kind: AppSecrets\nmetadata: {{name: shop, namespace: shop}}\n"
    )
    monkeypatch.chdir(tmp_path)
    assert ran("audit", "queries")[::2] == (
        2, f"error: the target names no provider: say which log with --for (known: {', '.join(PROVIDERS)})\n",
    )  # fmt: skip

    (tmp_path / "platform.yaml").write_text(
        f"{head}kind: Platform\nmetadata: {{name: acme}}\nspec: {{targets: {{provider: gke}}}}\n"
    )
    assert ran("audit", "queries") == ran("audit", "queries", "--for=gke")

    (tmp_path / "platform.yaml").write_text(
        f"{head}kind: Platform\nmetadata: {{name: acme}}\nspec: 1\n"
    )
    code, out, err = ran("audit", "queries")
    assert (code, out) == (1, "")
    assert "platform.yaml:4:7" in err


@pytest.mark.parametrize("option", ["--name", "--namespace"])
@pytest.mark.parametrize(
    "text",
    ['a"', "a'", "a\\", "a\n", "a|b", "a) or (1 == 1", "$(id)", "`id`", "A", "", "a*", "a/b", "-a", "a" * 254, "\u00e9"],
)  # fmt: skip
def test_a_name_that_no_secret_has_is_refused(ran: Ran, option: str, text: str) -> None:
    for provider in PROVIDERS:
        code, out, err = ran("audit", "queries", f"--for={provider}", f"{option}={text}")

        assert (code, out) == (2, "")
        assert f"{option}: no Secret has such a name" in err


ANY_TEXT = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20
)


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_a_name_holds_it_stays_one_text_of_the_query(namespace: str, name: str) -> None:
    """The quoting holds by itself, though names are refused before."""
    wanted = Wanted("kubeadm", namespace, name)
    plain = Wanted("kubeadm", "n", "m")
    for provider in ("kubeadm", "openshift", "talos"):
        made, usual = (
            queries.get(provider).queries(one._replace(provider=provider))
            for one in (wanted, plain)
        )
        for one, other in zip(made, usual, strict=True):
            words, known = shlex.split(one.text), shlex.split(other.text)
            assert len(words) == len(known)
            assert [text_less(word) for word in words] == [text_less(word) for word in known]
    for provider in ("eks", "aks"):
        made, usual = (
            queries.get(provider).queries(one._replace(provider=provider))
            for one in (wanted, plain)
        )
        assert [text_less(one.text) for one in made] == [text_less(one.text) for one in usual]


def text_less(query: str) -> str:
    """A query with each text in double quotes left out, by the rules of JSON, jq and KQL alike."""
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', query)


@given(st.text(max_size=20))
@settings(max_examples=30)
def test_a_text_in_a_program_of_jq_is_that_text(text: str) -> None:
    program = shutil.which("jq")
    if program is None:
        pytest.skip("no jq here: install it (Debian: jq)")
    text = text.encode("utf-8", "replace").decode()  # no half of a surrogate pair
    line = {"stage": "ResponseComplete", "verb": "get", "user": {"username": "jane"}, "sourceIPs": ["::1"],
            "objectRef": {"resource": "secrets", "namespace": "n", "name": text}, "responseStatus": {"code": 200}}  # fmt: skip
    other = {**line, "objectRef": {**line["objectRef"], "name": f"{text}x"}}  # type: ignore[dict-item]

    ran = subprocess.run(
        [program, "-c", jq.reads("n", text).rpartition("\n  | ")[0] + " | .objectRef.name"],
        input=f"{json.dumps(line)}\n{json.dumps(other)}\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [json.loads(row) for row in ran.stdout.splitlines()] == [text]
