"""Excerpts: values dotted out wherever they are written, marks beneath what is meant, never long."""

import pytest

from secretkit.finding import Rejected
from secretkit.load import load
from secretkit.load.positions import DOTS, Positions
from secretkit.text import Place, Source, Span

PIN = "0777123"  # read differently by YAML 1.1 and 1.2


def marked(text: str, *path: str | int) -> tuple[str, str]:
    """The excerpt at a path, and what its marks stand under."""
    found = Positions().excerpt(Positions().span(Place(load(Source("s", text)), path)))
    return found.text, found.text[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        pytest.param("a: {b: c}\n", ("a", "b"), ("a: {b: c}", "c"), id="nothing hidden"),
        pytest.param("values: {a: kanarienvogel, b: x}\n", ("values", "a"),
                     (f"values: {{a: {DOTS}, b: {DOTS}}}", DOTS), id="a hidden value"),
        pytest.param("values: {a: kanarienvogel, b: x}\n", ("values", "b"),
                     (f"values: {{a: {DOTS}, b: {DOTS}}}", DOTS), id="one behind another"),
        pytest.param("{values: {a: kanarienvogel}, b: c}\n", ("b",),
                     (f"{{values: {{a: {DOTS}}}, b: c}}", "c"), id="what stands behind a hidden value"),
        pytest.param("a: &p kanarienvogel\nvalues: {b: *p}\n", ("a",), (f"a: {DOTS}", DOTS),
                     id="an alias takes it to a hidden place"),
        pytest.param("values: {a: x} # was kanarienvogel\n", ("values",),
                     (f"values: {{a: {DOTS}}} #{DOTS}", "{a: ........}"), id="a comment behind a value"),
        pytest.param("a: b # a note\n", ("a",), ("a: b # a note", "b"), id="a comment behind what is shown"),
        pytest.param("template: {dsn: 'postgres://u:kanarienvogel@db'}\n", ("template", "dsn"),
                     (f"template: {{dsn: {DOTS}}}", DOTS), id="a URL with a password"),
        pytest.param("template: {dsn: 'postgres://u:{{ .password }}@db'}\n", ("template", "dsn"),
                     ("template: {dsn: 'postgres://u:{{ .password }}@db'}", "'postgres://u:{{ .password }}@db'"),
                     id="a URL that takes a password"),
        pytest.param("stores: {headers: {Authorization: Bearer kanarienvogel}}\n", ("stores", "headers"),
                     (f"stores: {{headers: {{Authorization: {DOTS}}}}}", f"{{Authorization: {DOTS}}}"),
                     id="a login in a header"),
        pytest.param("env: {API_KEY: {value: kanarienvogel}, DB_PASSWORD: kanarienvogel, C: db#password}\n",
                     ("env", "C"), (f"env: {{API_KEY: {{value: {DOTS}}}, DB_PASSWORD: {DOTS}, C: db#password}}",
                                    "db#password"), id="a value in place of a reference"),
        pytest.param("auth: {tokenSecretRef: kanarienvogel, secretRef: {clientId: kanarienvogel}}\n", ("auth",),
                     (f"auth: {{tokenSecretRef: {DOTS}, secretRef: {{clientId: {DOTS}}}}}",
                      f"{{tokenSecretRef: {DOTS}, secretRef: {{clientId: {DOTS}}}}}"),
                     id="a login in place of a reference"),
        pytest.param("authSecretRef: {clientId: kanarienvogel, a: {name: x, key: z}}\n", ("authSecretRef", "a"),
                     (f"authSecretRef: {{clientId: {DOTS}, a: {{name: x, key: z}}}}", "{name: x, key: z}"),
                     id="a part of a login in place of a reference"),
        pytest.param("keys: {password: 'prod/db#password'}\n", ("keys", "password"),
                     ("keys: {password: 'prod/db#password'}", "'prod/db#password'"), id="a reference"),
        pytest.param("values:\n  a: |\n    kanarienvogel\n", ("values", "a"), (f"  a: {DOTS}", DOTS),
                     id="a block"),
        pytest.param("keys: [{name: k, state: active, from: kanarienvogel}]\n", ("keys", 0, "from"),
                     (f"keys: [{{name: k, state: active, from: {DOTS}}}]", DOTS),
                     id="a key where its file is meant"),
        pytest.param("db: {name: shop-db, from: vault}\n", ("db", "from"),
                     ("db: {name: shop-db, from: vault}", "vault"), id="the store of a secret"),
    ],
)  # fmt: skip
def test_marks_stand_under_what_is_meant(
    text: str, path: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert marked(text, *path) == expected


APP = "{apiVersion: secretkit.dev/v1alpha1, kind: AppSecrets, "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("spec: {secrets: {db: {password: hunter2}}}", f"spec: {{secrets: {{db: {{password: {DOTS}}}}}}}",
                     id="a value a level too high"),
        pytest.param("spec: {secrets: {db: hunter2}}", f"spec: {{secrets: {{db: {DOTS}}}}}", id="two levels too high"),
        pytest.param("spec: {secrets: hunter2}", f"spec: {{secrets: {DOTS}}}", id="three levels too high"),
        pytest.param("spec: {secrets: {db: [hunter2, {a: hunter2}]}}",
                     f"spec: {{secrets: {{db: [{DOTS}, {{a: {DOTS}}}]}}}}", id="a list in place of an object"),
        pytest.param("spec: {secrets: {db: {from: v, keys: hunter2}}}",
                     f"spec: {{secrets: {{db: {{from: v, keys: {DOTS}}}}}}}", id="a text in place of an object"),
        pytest.param("spec: {secrets: {db: {type: [hunter2], immutable: {a: hunter2}}}}",
                     f"spec: {{secrets: {{db: {{type: [{DOTS}], immutable: {{a: {DOTS}}}}}}}}}",
                     id="other things in place of texts"),
        pytest.param("spec: {secrets: {db: {from: v, kyes: {a: hunter2}}}}",
                     f"spec: {{secrets: {{db: {{from: v, kyes: {{a: {DOTS}}}}}}}}}", id="a mistyped field"),
        pytest.param("spec: {secret: {db: {a: hunter2}}}", f"spec: {{secret: {{db: {{a: {DOTS}}}}}}}",
                     id="a mistyped section"),
        pytest.param("password: hunter2", f"password: {DOTS}", id="at the top"),
        pytest.param("spec: {environments: {prod: {spec: {secrets: {db: {password: hunter2}}}}}}",
                     f"spec: {{environments: {{prod: {{spec: {{secrets: {{db: {{password: {DOTS}}}}}}}}}}}}}",
                     id="in an environment"),
        pytest.param("metadata: {labels: &a {password: x1}}, spec: {secrets: {db: *a}}",
                     f"metadata: {{labels: &a {{password: {DOTS}}}}}, spec: {{secrets: {{db: *a}}}}",
                     id="an alias takes it to a field that nobody knows"),
        pytest.param("spec: {secrets: {db: &a {password: x1}}}, metadata: {labels: *a}",
                     f"spec: {{secrets: {{db: &a {{password: {DOTS}}}}}}}, metadata: {{labels: *a}}",
                     id="an alias takes it to a field that all know"),
        pytest.param("spec: {secrets: {db: {from: v, keys: {password: a/b#c}, refresh: 1h}}}",
                     "spec: {secrets: {db: {from: v, keys: {password: a/b#c}, refresh: 1h}}}", id="what is known"),
        pytest.param("spec: {secrets: {db: null, a: }, patches: {Secret/a: {b: [c, {d: 1}]}}}",
                     "spec: {secrets: {db: null, a: }, patches: {Secret/a: {b: [c, {d: 1}]}}}", id="what may be all"),
    ],
)  # fmt: skip
def test_what_stands_in_a_field_that_nobody_knows_is_hidden(text: str, shown: str) -> None:
    source = Source("s", APP + text + "}\n")

    assert Positions().excerpt(Span(source, 1, 1, 1, 2)).text == _cut(APP + shown + "}")


def _cut(line: str) -> str:
    return line if len(line) <= 160 else line[:160] + "…"


def test_a_platform_s_fields_are_known_too_and_of_other_files_any_is() -> None:
    rest = "spec: {tragets: {a: hunter2}}}"
    shown = {kind: Positions().excerpt(Span(Source("s", f"{{kind: {kind}, {rest}\n"), 1, 1, 1, 2)).text
             for kind in ("Platform", "Deployment", "[]")}  # fmt: skip

    assert shown == {
        "Platform": f"{{kind: Platform, {rest}".replace("hunter2", DOTS),
        "Deployment": f"{{kind: Deployment, {rest}", "[]": f"{{kind: [], {rest}",
    }  # fmt: skip


def test_a_collection_as_a_key_is_hidden_too() -> None:
    source = Source("s", "values: {? {a: kanarienvogel} : b}\n")

    shown = Positions().excerpt(Span(source, 1, 1, 1, 2)).text

    assert shown == f"values: {{? {{a: {DOTS}}} : {DOTS}}}"


def test_all_hidden_values_of_a_length_look_alike() -> None:
    shown = {marked(f"values: {{a: {'x' * size}}}\n", "values", "a") for size in (1, 8, 80, 800)}

    assert len(shown) == 1


@pytest.mark.parametrize(
    "before", [0, 10, 100, 1_000, 100_000], ids=lambda size: f"{size} characters before"
)
def test_a_long_line_is_shown_around_what_is_meant(before: int) -> None:
    text, under = marked(
        f'{{before: "{"a" * before}", key: meant, rest: {"z" * 100_000}}}\n', "key"
    )

    assert under == "meant"
    assert len(text) <= 162


def test_what_is_meant_may_be_longer_than_what_is_shown() -> None:
    text, under = marked(f"key: {'z' * 1_000}\n", "key")

    assert (len(text), under) == (161, "z" * 155)


def test_a_line_without_a_colon_is_not_shown_where_the_text_does_not_parse() -> None:
    with pytest.raises(Rejected) as caught:
        load(Source("s", 'a: "kanarienvogel\nkanarienvogel\n'))

    found = Positions().excerpt(Positions().span(caught.value.findings[0].place))

    assert found.text == ""


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        (f"values: {{a: {{literal: {PIN}}}}}\n", "quote it: the same text between double quotes"),
        (f"stringData: [{PIN}]\n", "quote it: the same text between double quotes"),
        (f"mode: {PIN}\n", f'quote it: "{PIN}"'),
        ("readUnencrypted: yes\n", 'write `true`; where a text is meant, quote it: "yes"'),
        ("readUnencrypted: Off\n", 'write `false`; where a text is meant, quote it: "Off"'),
        ("on: a\n", 'quote it: "on"'),
        ("values: {a: {literal: no}}\n", "quote it: the same text between double quotes"),
    ],
)
def test_the_fix_of_an_ambiguous_text_repeats_it_only_where_it_is_no_value(
    text: str, fix: str
) -> None:
    with pytest.raises(Rejected) as caught:
        load(Source("s", text))

    assert [one.fix for one in caught.value.findings] == [fix]


@pytest.mark.parametrize("key", ["[b]", "{b: c}"])
def test_a_line_with_a_collection_as_key_can_be_shown(key: str) -> None:
    source = Source("s", f"a: {{{key}: d}}\n")
    with pytest.raises(Rejected) as caught:
        load(source)
    positions = Positions()

    assert (
        positions.excerpt(positions.span(caught.value.findings[0].place)).text == source.text[:-1]
    )


def test_a_tab_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        load(Source("s", "a:\n\tb: c\n"))

    assert [one.message for one in caught.value.findings] == [
        "this is not YAML: a tab, where YAML indents by spaces alone"
    ]
