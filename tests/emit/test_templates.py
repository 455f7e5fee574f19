"""Templates: no value changes a document's structure, and Jinja2 gives the bytes of our own lines."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_yaml import by_pyyaml, by_ruamel, keys, same, trees

from examples import EXAMPLES, Example, outcome
from secretkit import resources
from secretkit.compile.injection import API_VERSIONS
from secretkit.emit import jinja, templates
from secretkit.emit.templates import Templates
from secretkit.finding import Usage
from secretkit.objects import Object
from secretkit.text import Place, Tree

PLACE = Place(Tree(None, ()))
FILES = resources.folder("templates").glob("*.yaml.j2")
STEMS = sorted(path.name.removesuffix(".yaml.j2") for path in FILES)

# Stem -> a kind that it serves, and its apiVersion.
KINDS = {
    "clustersecretstore": ("external-secrets.io/v1", "ClusterSecretStore"),
    "encryptionconfiguration": ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
    "externalsecret": ("external-secrets.io/v1", "ExternalSecret"),
    "generator": ("generators.external-secrets.io/v1alpha1", "VaultDynamicSecret"),
    "policy": ("audit.k8s.io/v1", "Policy"),
    "pushsecret": ("external-secrets.io/v1alpha1", "PushSecret"),
    "role": ("rbac.authorization.k8s.io/v1", "Role"),
    "rolebinding": ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    "sealedsecret": ("bitnami.com/v1alpha1", "SealedSecret"),
    "secret": ("v1", "Secret"),
    "secretstore": ("external-secrets.io/v1", "SecretStore"),
    "serviceaccount": ("v1", "ServiceAccount"),
    "workload": ("apps/v1", "StatefulSet"),
    "workload-patch": ("apps/v1", "Deployment"),
}


def lines_of(stem: str) -> tuple[templates.Line, ...]:
    text = (resources.folder("templates") / f"{stem}.yaml.j2").read_text(encoding="utf-8")
    return templates.parse(text)


@st.composite
def objects(draw: st.DrawFn, stem: str) -> Object:
    """Any object of the template's kind: its named fields in any form, and others beside them."""
    version, kind = KINDS[stem]
    body: dict[str, Any] = {"apiVersion": version, "kind": kind}
    for line in lines_of(stem):
        if line.form == "text" and not line.text.startswith("#"):
            body[line.text.removesuffix(":")] = {}
        elif line.form == "field" and line.path not in (("apiVersion",), ("kind",)):
            *way, last = line.path
            within = body[way[0]] if way else body
            # What is required stands always, so that no section is empty.
            if last in ("name", "provider", "target", "selector", "template") or draw(
                st.booleans()
            ):
                within[last] = draw(trees)
        elif line.form == "rest" and line.path != ("object",):
            within = body[line.path[0]]
            others = draw(st.dictionaries(keys, trees, max_size=3))
            within.update({key: value for key, value in others.items() if key not in within})
    others = draw(st.dictionaries(keys, trees, max_size=2))
    body.update({key: value for key, value in others.items() if key not in body})
    return Object(body, PLACE, patch=stem == "workload-patch")


def test_every_template_is_tried_here() -> None:
    assert sorted(KINDS) == STEMS


@pytest.mark.parametrize("stem", STEMS)
@given(data=st.data())
def test_a_document_parses_back_to_exactly_its_object(stem: str, data: st.DataObject) -> None:
    found = data.draw(objects(stem))
    text = Templates().fill(found)

    # A mapping has no order: a template has its own.
    assert same(_sorted(by_pyyaml(text)), _sorted(found.body))
    assert same(_sorted(by_ruamel(text)), _sorted(found.body))


@pytest.mark.parametrize("stem", STEMS)
@given(data=st.data())
def test_jinja_gives_the_bytes_of_our_own_lines(stem: str, data: st.DataObject) -> None:
    found = data.draw(objects(stem))

    assert by_jinja(stem, found) == Templates().fill(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_jinja_gives_the_bytes_of_every_example(example: Example) -> None:
    filled = Templates()
    for app in outcome(example).apps:
        for found in app.objects:
            stem = templates.stem_of(found.kind, is_patch=found.patch)
            assert by_jinja(stem, found) == filled.fill(found)


def by_jinja(stem: str, found: Object) -> str:
    lines = lines_of(stem)
    source = jinja.source(lines, templates._named(lines))
    body = found.body
    return str(jinja.environment().from_string(source).render({**body, "object": body}))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("kind", "is_patch", "stem"),
    [
        *((kind, False, stem) for stem, (_, kind) in KINDS.items() if stem != "workload-patch"),
        ("Password", False, "generator"),
        *((kind, True, "workload-patch") for kind in API_VERSIONS),
    ],
)
def test_a_kind_has_its_template(kind: str, is_patch: bool, stem: str) -> None:
    assert templates.stem_of(kind, is_patch=is_patch) == stem


ROLE = Object(
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "a: b", "namespace": "shop"},
        "rules": [{"verbs": ["get"]}],
    },
    PLACE,
)


def overlaid(folder: Path, text: str) -> str:
    (folder / "role.yaml.j2").write_text(text, encoding="utf-8")
    return Templates(folder).fill(ROLE)


def test_an_overlay_may_use_all_of_jinja_and_cannot_forget_to_quote(tmp_path: Path) -> None:
    text = """\
apiVersion: {{ apiVersion }}
kind: Role
metadata: {name: {{ metadata.name }}, namespace: {{ metadata.namespace }}}
{% for rule in rules %}
# {{ rule.verbs | length }} verb
rules: [{{ rule }}]
{% endfor %}
"""
    assert by_pyyaml(overlaid(tmp_path, text)) == ROLE.body


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "apiVersion: {{ apiVersion }}\nkind: ClusterRole\nmetadata: {{ metadata }}\n",
            "template role.yaml.j2 changes kind, name or namespace of Role a: b",
            id="another kind",
        ),
        pytest.param(
            "kind: Role\nmetadata:\n  name: {{ metadata.namespace }}\n  namespace: shop\n",
            "template role.yaml.j2 changes kind, name or namespace of Role a: b",
            id="another name",
        ),
        pytest.param(
            "a: {{ b.c | nothing }}\n",
            "template role.yaml.j2, line 1: TemplateAssertionError",
            id="an unknown filter",
        ),
        pytest.param(
            "a: 1\nb: [{{ missing }}]\n",
            "template role.yaml.j2: UndefinedError",
            id="an unknown field",
        ),
        pytest.param(
            "a: [{{ 1 / 0 }}]\n",
            "template role.yaml.j2: ZeroDivisionError",
            id="a sum that fails",
        ),
        pytest.param(
            "a: [{{ range }}]\n",
            "template role.yaml.j2: TypeError",
            id="what is no value",
        ),
        pytest.param(
            "a: [{{ ''.__class__.__mro__ }}]\n",
            "template role.yaml.j2: SecurityError",
            id="a way out of the sandbox",
        ),
    ],
)
def test_an_overlay_that_breaks_the_object_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        overlaid(tmp_path, text)

    assert str(caught.value) == said
