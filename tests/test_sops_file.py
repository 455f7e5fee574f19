"""Files of sops: read where they are spelled as sops spells them, refused where they are not.

That the real sops reads more than stands there is shown in tests/cluster/test_sops.py.
"""

import json
from typing import Any

import pytest

from secretkit.sops_file import Key, NoSection, Unparsed, Unusual, form_of, read
from secretkit.sops_keys import elsewhere

C = "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"
OURS = "https://vault.example.com:8200"
VAULT = {
    "vault_address": OURS, "engine_path": "transit", "key_name": "k",
    "created_at": "2026-01-01T00:00:00Z", "enc": "vault:v1:x",
}  # fmt: skip
REST = {"lastmodified": "2026-01-01T00:00:00Z", "mac": C, "version": "3.11.0"}


def as_json(section: Any, **beside: Any) -> str:
    return json.dumps({"a": C, **beside, "sops": section})


def as_yaml(
    key: str = "vault_address", before: str = "a: b\n", head: str = "sops:", value: str = OURS
) -> str:
    return (
        f"{before}{head}\n    hc_vault:\n        - {key}: {value}\n          engine_path: transit\n"
        f'          key_name: k\n          created_at: "2026-01-01T00:00:00Z"\n          enc: vault:v1:x\n'
        f"    mac: {C}\n    version: 3.11.0\n"
    )


def as_ini(
    line: str = f"hc_vault__list_0__map_vault_address = {OURS}", before: str = "[db]\na = b\n"
) -> str:
    return (
        f"{before}\n[sops]\n{line}\nhc_vault__list_0__map_engine_path = transit\n"
        "hc_vault__list_0__map_key_name    = k\nhc_vault__list_0__map_created_at = x\n"
        f"hc_vault__list_0__map_enc = vault:v1:x\nmac = {C}\nversion = 3.11.0\n"
    )


def as_env(line: str = f"sops_hc_vault__list_0__map_vault_address={OURS}") -> str:
    return (
        f"A={C}\n#{C}\n{line}\nsops_hc_vault__list_0__map_engine_path=transit\n"
        "sops_hc_vault__list_0__map_key_name=k\nsops_hc_vault__list_0__map_created_at=x\n"
        f"sops_hc_vault__list_0__map_enc=vault:v1:x\nsops_mac={C}\nsops_version=3.11.0\n"
    )


def keys(name: str, text: str) -> list[Key]:
    return list(read(text.encode(), form_of(name)).keys)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.yaml", as_yaml()),
        ("s.yml", "\ufeff" + as_yaml().replace("\n", "\r\n")),
        ("s.yaml", as_yaml().replace("    mac", "    kms: []\n    pgp: null\n    mac")),
        ("s.yaml", as_yaml() + "---\n" + as_yaml()),
        (
            "s.yaml",
            as_yaml(before="b: {c: !x d, <<: {e: f}}\na: ['<<']\n'q r': \u00fc\n# sops: x\n"),
        ),
        ("s.json", as_json({"hc_vault": [VAULT], "kms": None, "age": [], **REST})),
        (
            "s.json",
            as_json(
                {"hc_vault": [VAULT], "mac_only_encrypted": True, "shamir_threshold": 2, **REST}
            ),
        ),
        ("tls.key", json.dumps({"data": C, "sops": {"hc_vault": [VAULT], **REST}})),
        ("s.env", as_env()),
        ("s.ini", as_ini()),
        ("s.ini", as_ini(before="[x]\n`sops=` = [sops]\n; [sops]\n").replace("\n", "\r\n")),
    ],
)
def test_a_key_as_sops_writes_it_is_read(name: str, text: str) -> None:
    (address,) = {key.fields["vault_address"] for key in keys(name, text)}

    assert address == OURS
    assert elsewhere(keys(name, text), OURS + "/") is None


def test_keys_in_groups_are_read() -> None:
    groups: list[dict[str, Any]] = [
        {"hc_vault": [VAULT, VAULT], "age": None},
        {"age": [{"recipient": "x", "enc": "y"}]},
    ]
    flat = "".join(
        f"sops_key_groups__list_{at}__map_{kind}__list_{number}__map_{field}={value}\n"
        for at, group in enumerate(groups)
        for kind, listed in group.items()
        for number, one in enumerate(listed or ())
        for field, value in one.items()
    )
    expected = [
        Key("hc_vault", VAULT),
        Key("hc_vault", VAULT),
        Key("age", {"recipient": "x", "enc": "y"}),
    ]

    assert keys("s.json", as_json({"key_groups": groups, **REST})) == expected
    assert keys("s.env", flat + "sops_version=3.11.0\n") == expected


SEVERAL = "the file has several, or its name is spelled otherwise"
UNKNOWN = "it has a key that sops does not write"
BESIDE = "a key beside it has a tag, is no text or merges others"
MARKED = "it has a tag, or a mapping or a list on one line"
ANCHOR = "the file has an anchor or an alias"
QUOTED = "a key in it is quoted, or is no plain word"
STRANGE = "the file has characters that YAML escapes"
NO_LINE = "a line in it is not `key = value`, as sops writes it at the end of the file"
FLAT = "hc_vault__list_0__map_vault_address"
ELSE = "http://elsewhere"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        # JSON: what Go folds, doubles and lists of another make.
        ("s.json", as_json({"hc_vault": [{**VAULT, "vault_addre\u017fs": ELSE}]}), UNKNOWN),
        ("s.json", as_json({"hc_vault": [{**VAULT, "VAULT_ADDRESS": ELSE}]}), UNKNOWN),
        ("s.json", as_json({"HC_VAULT": [VAULT]}), UNKNOWN),
        ("s.json", as_json({"hc_vault": [VAULT]}, **{"\u017fops": {}}), SEVERAL),
        ("s.json", as_json({"hc_vault": [VAULT]}, SOPS={}), SEVERAL),
        ("s.json", as_json({"hc_vault": [VAULT]}).replace('"a"', '"sops"'), SEVERAL),
        ("s.json", as_json({"hc_vault": [VAULT]}).replace('"key_name"', '"vault_address"'), "it has a key twice"),
        ("s.json", as_json({"hc_vault": VAULT}), "it is not made of mappings and lists as sops makes them"),
        ("s.json", as_json(None), "it is not made of mappings and lists as sops makes them"),
        ("s.json", as_json({"hc_vault": [{**VAULT, "vault_address": [ELSE]}]}), "a value in it is not a text"),
        ("s.json", as_json({"kms": [{"arn": "a", "context": "b"}]}), "a value in it is not a text"),
        ("tls.key", as_json({"hc_vault": [{"vault_addre\u017fs": ELSE}]}), UNKNOWN),
        # YAML: tags, quotes, anchors, aliases, merge keys, flow style, directives, further documents.
        ("s.yaml", as_yaml('!!binary "dmF1bHRfYWRkcmVzcw=="'), QUOTED),
        ("s.yaml", as_yaml('"v\\x61ult_address"'), QUOTED),
        ("s.yaml", as_yaml("'vault_address'"), QUOTED),
        ("s.yaml", as_yaml("!!str vault_address"), QUOTED),
        ("s.yaml", as_yaml("&a vault_address"), ANCHOR),
        ("s.yaml", as_yaml("*k", before="a: &k vault_address\n").replace("*k:", "*k :"), ANCHOR),
        ("s.yaml", as_yaml("<<", value="*a", before=f"a: &a {{vault_address: '{ELSE}'}}\n"), ANCHOR),
        ("s.yaml", as_yaml("<<", value="{}"), UNKNOWN),
        ("s.yaml", as_yaml(value="*a", before=f"a: &a {ELSE}\n"), ANCHOR),
        ("s.yaml", as_yaml(value="!!str " + OURS), MARKED),
        ("s.yaml", as_yaml(value="&a " + OURS), ANCHOR),
        ("s.yaml", as_yaml(value=">-\n            " + OURS),
         "a text in it is folded or has other letters than sops writes"),
        ("s.yaml", as_yaml("key_name").replace("key_name: k", "key_name: l"), "it has a key twice"),
        ("s.yaml", f"a: b\nsops: {{hc_vault: [{{vault_address: '{ELSE}'}}]}}\n", MARKED),
        ("s.yaml", f"{{a: b, sops: {{hc_vault: [{{vault_address: '{ELSE}'}}]}}}}\n", SEVERAL),
        ("s.yaml", as_yaml(head="sops: &a"), ANCHOR),
        ("s.yaml", as_yaml(head='"sops":'), SEVERAL),
        ("s.yaml", as_yaml(head='"s\\x6fps":'), SEVERAL),
        ("s.yaml", as_yaml(head="!!binary c29wcw==:"), BESIDE),
        ("s.yaml", as_yaml(head="*s :", before="a: &s sops\n"), ANCHOR),
        ("s.yaml", as_yaml(before="a: &a {sops: {}}\n<<: *a\n"), ANCHOR),
        ("s.yaml", as_yaml(before="!!binary c29wcw==: {}\n"), BESIDE),
        ("s.yaml", as_yaml(before="? [a]\n: b\n"), BESIDE),
        ("s.yaml", as_yaml(before=f"<<: {{sops: {{hc_vault: [{{vault_address: '{ELSE}'}}]}}}}\n"), BESIDE),
        ("s.yaml", as_yaml(before="sops: {}\n"), SEVERAL),
        ("s.yaml", "%TAG ! tag:yaml.org,2002:\n---\n" + as_yaml(), "the file has a YAML directive"),
        ("s.yaml", as_yaml(before="a: b # \u2028sops: {}\n"), STRANGE),
        ("s.yaml", as_yaml(before="a: b # \x85sops: {}\n"), STRANGE),
        ("s.yaml", as_yaml(before="a: b # \rsops: {}\n"), STRANGE),
        ("s.yaml", as_yaml() + "---\n" + as_yaml("'vault_address'"), QUOTED),
        # dotenv: names that are cut, folded and counted.
        ("s.env", as_env(f"sops_hc_vault__list_0__map_vault_addre\u017fs={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_hc_vault__list_0__map_VAULT_ADDRESS={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_hc_vault__list_00__map_vault_address={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_hc_vault__list_99999999__map_vault_address={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_HC_VAULT__list_0__map_vault_address={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_hc_vault__list_0__map_vault_address ={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_hc_vault__list_0__map_context__map_a={ELSE}"), UNKNOWN),
        ("s.env", as_env(f"sops_kms__list_0__map_context__map_a__list_0={ELSE}"), UNKNOWN),
        ("s.env", as_env() + as_env(), "it has a key twice"),
        # ini: delimiters, quotes, lines that go on, sections.
        ("s.ini", as_ini(f"{FLAT} : {ELSE}"), NO_LINE),
        ("s.ini", as_ini(f"{FLAT}: {OURS} = x"), NO_LINE),
        ("s.ini", as_ini(f'"{FLAT}" = {ELSE}'), NO_LINE),
        ("s.ini", as_ini(f"`{FLAT}` = {ELSE}"), NO_LINE),
        ("s.ini", as_ini(f'{FLAT} = "{ELSE}"'), NO_LINE),
        ("s.ini", as_ini(f'{FLAT} = """{ELSE}"""'), NO_LINE),
        ("s.ini", as_ini(f"{FLAT} = \\\n{ELSE}"), NO_LINE),
        ("s.ini", as_ini(f"\x1c{FLAT} = {ELSE}"), NO_LINE),
        ("s.ini", as_ini(f"unencrypted_suffix = x\\\n{FLAT} = {OURS}"), NO_LINE),
        ("s.ini", as_ini(f"; {FLAT} = {ELSE}"), NO_LINE),
        ("s.ini", as_ini() + f"[more]\n{FLAT} = {ELSE}\n", NO_LINE),
        ("s.ini", as_ini(before="[sops] ; x\na = b\n"), SEVERAL),
        ("s.ini", as_ini(before="[SOPS]\n"), SEVERAL),
        ("s.ini", as_ini().replace("[sops]", "[sops]x"), SEVERAL),
        ("s.ini", as_ini(f"{FLAT.upper()} = {ELSE}"), UNKNOWN),
    ],
)  # fmt: skip
def test_a_section_that_is_spelled_otherwise_is_refused(name: str, text: str, what: str) -> None:
    with pytest.raises(Unusual) as caught:
        read(text.encode(), form_of(name))

    assert caught.value.what == what


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("s.yaml", "a: [", Unparsed), ("s.json", "{", Unparsed), ("s.json", "[]", Unparsed),
        ("s.json", '{"a": NaN}', Unparsed), ("s.json", "[" * 100_000, Unparsed),
        ("s.yaml", "[" * 100_000, Unparsed), ("s.env", "A", Unparsed), ("s.yaml", "", NoSection),
        ("s.yaml", "a: b", NoSection), ("s.yaml", "- sops: x", NoSection), ("s.json", "{}", NoSection),
        ("s.env", "A=b", NoSection), ("s.ini", "[db]\na = b", NoSection), ("s.env", "", NoSection),
    ],
)  # fmt: skip
def test_what_has_no_section_says_so(name: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(text.encode(), form_of(name))


def test_bytes_that_are_no_utf_8_are_unparsed() -> None:
    with pytest.raises(Unparsed):
        read(as_yaml().encode("utf-16"), "yaml")


def test_values_stand_as_they_are_written() -> None:
    yaml = as_yaml(before="a: [1.10, {b: c}]\n? e\n: |\n  f\n0: g\n")
    ini = as_ini(before="x = y\n[db]\n; c\n`a=b` = c\nlong  = d\n")

    found = read(yaml.encode(), "yaml").values
    of_ini = read(ini.encode(), "ini").values

    assert {key: found[key] for key in "ae0"} == {
        "a": ["1.10", {"b": "c"}], "e": "f\n", "0": "g",
    }  # fmt: skip
    assert of_ini == {"DEFAULT": {"x": "y"}, "db": {"a": "b` = c", "long": "d"}}
    assert read(as_env().encode(), "dotenv").values["A"] == C


@pytest.mark.parametrize(
    ("kind", "fields", "what"),
    [
        ("hc_vault", {**VAULT, "vault_address": OURS + "/"}, None),
        ("hc_vault", {**VAULT, "engine_path": "teams/a_b/transit-1", "key_name": "k.1"}, None),
        ("hc_vault", {**VAULT, "vault_address": ELSE}, "`vault_address` is not that of VAULT_ADDR"),
        ("hc_vault", {**VAULT, "vault_address": ""}, "`vault_address` is not that of VAULT_ADDR"),
        ("hc_vault", {"enc": "x"}, "`vault_address` is not that of VAULT_ADDR"),
        ("azure_kv", {"vault_url": "https://shop.vault.azure.net", "name": "k", "version": "0a"}, None),
        ("azure_kv", {"vault_url": "https://shop.vault.azure.net:443/", "name": "k", "version": ""}, None),
        ("azure_kv", {"vault_url": "https://shop.managedhsm.azure.net/", "name": "k", "version": "0"}, None),
        ("azure_kv", {"vault_url": "https://shop.vault.usgovcloudapi.net", "name": "k", "version": "0"}, None),
        ("azure_kv", {"vault_url": "https://shop.vault.azure.net", "name": "../secrets/x", "version": ""},
         "`name` or `version` is not that of a key in Key Vault"),
        ("kms", {"arn": "arn:aws:kms:eu-west-1:123456789012:key/mrk-0a", "role": "", "aws_profile": "x"}, None),
        ("kms", {"arn": "arn:aws-us-gov:kms:us-gov-west-1:1:alias/a/b",
                 "role": "arn:aws-us-gov:iam::1:role/path/ci@x"}, None),
        ("kms", {"arn": "arn:aws:kms:a.example.com/#:1:key/x"}, "`arn` is not that of a key in AWS KMS"),
        ("kms", {"arn": "arn:aws:kms:x@a.example.com:1:key/x"}, "`arn` is not that of a key in AWS KMS"),
        ("kms", {"arn": "arn:aws:kms:a:1:key/x", "role": "arn:x"}, "`role` is not the ARN of a role in AWS"),
        ("gcp_kms", {"resource_id": "projects/example.com:p/locations/global/keyRings/r/cryptoKeys/k"}, None),
        ("gcp_kms", {"resource_id": "projects/p/locations/global/keyRings/r/cryptoKeys/k?x"},
         "`resource_id` is not that of a key in Google's KMS"),
        ("hckms", {"key_id": "tr-west-1:0aaa-1"}, None),
        ("hckms", {"key_id": "a.example.com:0"}, "`key_id` is not that of a key in Huawei's KMS"),
        ("age", {"recipient": ELSE, "enc": "x"}, None),
        ("pgp", {"fp": "x", "enc": "y"}, None),
    ],
)  # fmt: skip
def test_a_login_goes_where_it_is_said_to(
    kind: str, fields: dict[str, str], what: str | None
) -> None:
    assert elsewhere([Key("age", {}), Key(kind, fields)], OURS) == what


@pytest.mark.parametrize(
    "path",
    ["../../auth/token/revoke-self", "..", ".", "", "/", "a//b", "a/../b", "./a", "/a", "a%2fb", "a?b", "a#b", "a b", "a\n",
     "%2e%2e/a", "a/..", "\u00e4"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["engine_path", "key_name"])
def test_a_key_of_vault_leads_to_no_other_path(field: str, path: str) -> None:
    assert (elsewhere([Key("hc_vault", {**VAULT, field: path})], OURS) or "").startswith(
        f"`{field}`"
    )


def test_the_name_of_a_key_of_vault_is_no_path() -> None:
    assert elsewhere([Key("hc_vault", {**VAULT, "key_name": "a/b"})], OURS)


@pytest.mark.parametrize("address", ["", "/"])
def test_without_an_address_of_the_caller_s_none_is_right(address: str) -> None:
    said = elsewhere([Key("hc_vault", {**VAULT, "vault_address": address})], address)

    assert said == "`vault_address` is not that of VAULT_ADDR"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.vault.azure.net", "https://example.com", "https://shop.vault.azure.net.example.com",
        "https://example.com/.vault.azure.net", "https://x@shop.vault.azure.net", "https://.vault.azure.net",
        "https://shop.vault.azure.net@example.com", "https://shop.vault.azure.net:8443", "", "https://vault.azure.net",
        "https://a.b.vault.azure.net", "https://shop.vault.azure.net/?x", "https://example.com#.vault.azure.net",
        "https://shop.vault.azure.net\n", "https://example.com\\.vault.azure.net", "https://evilvault.azure.net",
    ],
)  # fmt: skip
def test_an_azure_login_goes_to_microsoft_alone(url: str) -> None:
    said = elsewhere([Key("azure_kv", {"vault_url": url, "name": "k", "version": ""})], OURS)

    assert said == "`vault_url` is not a Key Vault under a name of Microsoft's"
