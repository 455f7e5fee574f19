"""What SK512 says of Docker configs, beside the code with which the kubelet reads them."""

import base64
import json
import subprocess
from typing import NamedTuple

import pytest

from secretkit.rules.sk5_values.sk512_docker_config import problem

from . import programs


def pair(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


A = pair("shop:pw")  # padded


def one(**entry: object) -> str:
    return json.dumps({"auths": {"r": entry}})


def raw(rest: str) -> str:
    return f'{{"auths": {{"r": {{"auth": "{A}"}}}}{rest}}}'


WRAPPED: dict[str, str | bytes] = {
    "auth": one(auth=A),
    "auth without padding": one(auth=A.rstrip("=")),
    "auth that needs none": one(auth=pair("shop:pwd1")),
    "auth with too much padding": one(auth=A + "="),
    "auth with too little padding": one(auth=pair("shop:pw12")[:-1]),
    "auth on two lines": one(auth=A[:4] + "\n" + A[4:]),
    "auth with CRLF": one(auth=A[:4] + "\r\n" + A[4:] + "\r\n"),
    "auth with a blank": one(auth=A[:4] + " " + A[4:]),
    "auth with a blank behind": one(auth=A + " "),
    "auth with a newline behind": one(auth=A + "\n"),
    "auth of URLs": one(auth=base64.urlsafe_b64encode(b"\xff\xfe:\xff\xff").decode()),
    "auth of bytes": one(auth=base64.b64encode(b"\xff:\xff").decode()),
    "auth in the clear": one(auth="shop:pw"),
    "auth without a colon": one(auth=pair("shop")),
    "auth, empty, and a login": one(auth="", username="u", password="p"),
    "auth, wrong, and a login": one(auth="!", username="u", password="p"),
    "auth, a number": one(auth=1),
    "auth, null, and a login": one(auth=None, username="u", password="p"),
    "a login": one(username="u", password="p"),
    "a login and a mail": one(username="u", password="p", email="e"),
    "a mail that is a number": one(username="u", password="p", email=1),
    "a user who is a number": one(username=1, password="p"),
    "a user alone": one(username="u"),
    "a password alone": one(password="p"),
    "an entry that is empty": one(),
    "another case": json.dumps({"AUTHS": {"r": {"Auth": A}}}),
    "another case of a login": one(UserName="u", PASSWORD="p"),
    "a letter that Go folds": json.dumps({"auth\u017f": {"r": {"auth": A}}}),
    "two registries, one empty": json.dumps(
        {"auths": {"r": {"auth": A}, "q": {}}, "credHelpers": {"q": "ecr-login"}}
    ),
    "two registries, one wrong": json.dumps({"auths": {"r": {"auth": A}, "q": {"auth": "!"}}}),
    "two registries, one null": json.dumps({"auths": {"r": {"auth": A}, "q": None}}),
    "two registries, one a text": json.dumps({"auths": {"r": {"auth": A}, "q": "x"}}),
    "helpers alone": json.dumps({"credHelpers": {"q": "ecr-login"}}),
    "auths, null": json.dumps({"auths": None}),
    "auths, a list": json.dumps({"auths": []}),
    "headers": raw(', "HttpHeaders": {"User-Agent": "x"}'),
    "headers, null": raw(', "HttpHeaders": null'),
    "headers, a number": raw(', "HttpHeaders": {"a": 1}'),
    "headers, a text": raw(', "httpheaders": "x"'),
    "doubled": f'{{"auths": {{}}, "auths": {{"r": {{"auth": "{A}"}}}}}}',
    "newlines behind": raw("") + "\n\n",
    "something behind": raw("") + "x",
    "a comma too much": raw(", "),
    "NaN": raw(', "x": NaN'),
    "Infinity": raw(', "x": -Infinity'),
    "a byte order mark": "\ufeff" + raw(""),
    "bytes that are no UTF-8": raw(', "x": "?"').encode().replace(b"?", b"\xff"),
    "half a surrogate pair": raw(', "x": "\\ud800"'),
    "a control character": raw(', "x": "\x01"'),
    "deep": raw(f', "x": {"[" * 500}{"]" * 500}'),
    "empty": "",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
}  # fmt: skip
OLD: dict[str, str | bytes] = {
    "auth": json.dumps({"r": {"auth": A}}),
    "a login": json.dumps({"r": {"username": "u", "password": "p"}}),
    "empty": json.dumps({}),
    "the new form": one(auth=A),
    "an entry of another kind": json.dumps({"r": {"auth": A}, "x": 1}),
    "NaN": f'{{"r": {{"auth": "{A}", "x": NaN}}}}',
}


class Asked(NamedTuple):
    name: str
    content: bytes
    wrapped: bool


def cases() -> list[Asked]:
    named = [(f"new, {name}", text, True) for name, text in WRAPPED.items()]
    named += [(f"old, {name}", text, False) for name, text in OLD.items()]
    return [
        Asked(name, text if isinstance(text, bytes) else text.encode(), wrapped)
        for name, text, wrapped in named
    ]


def test_we_say_what_the_kubelet_makes_of_it() -> None:
    try:
        program = programs.find("credentials")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    asked = cases()
    texts = [
        json.dumps({"Content": base64.b64encode(one.content).decode(), "Wrapped": one.wrapped})
        for one in asked
    ]
    ran = subprocess.run(
        [program], input="\n".join(texts), capture_output=True, text=True, check=True
    )
    has_login = {
        one.name: bool(json.loads(line))
        for one, line in zip(asked, ran.stdout.splitlines(), strict=True)
    }

    said = {one.name: problem(one.content, wrapped=one.wrapped) is None for one in asked}

    assert said == has_login
