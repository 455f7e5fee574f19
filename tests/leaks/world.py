"""A repository with a canary in each source of values, and all that a run could leave behind."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import canaries
import certificates
from canaries import Canary, Place

from secretkit.cli import run

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata: {name: %s, namespace: prod}\nspec:\n"
SHOP = """\
  secrets:
    mixed:
      values:
        of-a-file: {file: value}
        of-a-variable: {env: SHOP_VALUE}
        of-sops: {sops: "s.yaml#db.password"}
        of-the-text: {literal: "%s"}
    login:
      type: kubernetes.io/basic-auth
      values: {username: {literal: "%s"}, password: {file: value}}
    plain: {values: {mode: {literal: production}}}
  access: {readers: {group: oncall, secrets: "*"}}
  workloads:
    api: {kind: Deployment, containers: [api], files: {/etc/mixed: mixed}, envFrom: [login]}
"""
PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  environments: {staging: {namespace: "${app}-staging"}}
  encryption:
    resources: [secrets]
    provider: secretbox
    keys: [{name: key-1, state: active, from: {file: keys/key-1}}]
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: prod}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: api, image: api}]}
"""
SEALED = "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"
STAND_IN = '#!/bin/sh\ncat "{answer}"; cat "{answer}" >&2\n'
HOLDERS = ("mixed", "login")  # the Secrets that hold values


class Ran(NamedTuple):
    code: int
    places: tuple[Place, ...]
    out: str
    err: str

    @property
    def where(self) -> set[tuple[str, str]]:
        """Which canary was found in which place."""
        return {(place.canary, place.where) for place in self.places}


class World:
    """What is searched is all below `folder`; what we put there, and may hold canaries, is beside it."""

    def __init__(self, scratch: Path) -> None:
        self.folder = scratch / "world"
        self.root = self.folder / "repository"
        self._outside = scratch / "outside"
        self.file, self.variable = canaries.new("file"), canaries.new("variable")
        self.sops, self.literal = canaries.new("sops"), canaries.plain("literal")
        self.more: tuple[Canary, ...] = ()
        for name in ("home", "tmp", "cache"):
            (self.folder / name).mkdir(parents=True)
        for path in (
            self.root / ".git",
            self.root / "apps/shop",
            self.root / "keys",
            self._outside,
        ):
            path.mkdir(parents=True)
        (self.root / "templates").mkdir()
        (self.root / "platform.yaml").write_text(PLATFORM)
        self.put("bare/platform.yaml", PLATFORM.partition("  encryption:")[0])
        moving = "{name: key-1, state: active, from: {file: keys/key-1}}, {name: key-2, state: next, from: {file: keys/key-2}}"
        text = PLATFORM.replace("{name: key-1, state: active, from: {file: keys/key-1}}", moving)
        self.put("moving.yaml", text)
        (self.root / "deployment.yaml").write_text(WORKLOAD)
        certificates.made(self.root, "cert")
        self.key = Canary("key", ("", ""), os.urandom(32))
        (self._outside / "sops").write_text(STAND_IN.format(answer=self._outside / "answer"))
        (self._outside / "sops").chmod(0o755)
        self.put("apps/shop/s.yaml", f"db: {{password: '{SEALED}'}}\nsops:\n  mac: x\n")
        self.renew()

    @property
    def canaries(self) -> tuple[Canary, ...]:
        return (self.file, self.variable, self.sops, self.literal, self.key, *self.more)

    def renew(self) -> None:
        """Writes the sources; what the canaries are then is what they hold."""
        text = SHOP % (self.literal.halves[0], self.literal.halves[0])
        self.put("apps/shop/secrets.yaml", HEAD % "shop" + text)
        self.put("apps/shop/value", self.file.text)
        self.put("keys/key-1", base64.b64encode(self.key.raw).decode() + "\n")
        answer = json.dumps({"db": {"password": self.sops.text}})
        (self._outside / "answer").write_text(answer)

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "PATH": f"{self._outside}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "SHOP_VALUE": self.variable.text,
            "ETCDCTL": "false",  # there is no cluster, and waiting for none takes seconds
            "KUBECTL": "false",
        }

    def found(self, out: bytes, err: bytes, sources: frozenset[str]) -> tuple[Place, ...]:
        """Every canary, and the digest of every file that holds one, since it lets a value be guessed."""
        places = [
            one
            for one in self._search(self.canaries, out, err)
            if one.where.removeprefix("repository/") not in sources
        ]
        # Not of a random key, which no digest helps to guess.
        held = (one.where for one in places if one.canary != "key")
        files = {name for name in held if (self.folder / name).is_file()}
        digests = (hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in files)
        guesses = tuple(Canary("a digest", (one, one)) for one in digests)
        return (*places, *self._search(guesses, out, err))

    def _search(self, wanted: tuple[Canary, ...], out: bytes, err: bytes) -> Iterator[Place]:
        yield from canaries.search(wanted, out, "stdout")
        yield from canaries.search(wanted, err, "stderr")
        yield from canaries.search_below(wanted, self.folder)

    sources = frozenset({"apps/shop/secrets.yaml", "apps/shop/value", "keys/key-1"})

    def process(
        self, *arguments: str, program: str = "from secretkit.cli import main; main()",
        variables: Mapping[str, str] | None = None, **more: object,
    ) -> Ran:  # fmt: skip
        """A run in a process of its own; `program` is what Python runs."""
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=self.root, env={**self.variables, "PYTHONPATH": os.pathsep.join(sys.path), **(variables or {})},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more,  # type: ignore[call-overload]
        )  # fmt: skip
        places = self.found(done.stdout, done.stderr, self.sources)
        return Ran(done.returncode, places, done.stdout.decode(), done.stderr.decode())

    def asked(self, folder: str = "out") -> set[tuple[str, str]]:
        """Where values are once they were asked for in a folder."""
        return {
            (canary, f"repository/{folder}/shop/secret-{secret}.yaml")
            for secret, held in self.held.items()
            for canary in held
        }

    held: Mapping[str, tuple[str, ...]] = {
        "mixed": ("file", "variable", "sops", "literal"),
        "login": ("file", "literal"),
    }
    printed = frozenset((name, "stdout") for name in ("file", "variable", "sops", "literal"))


def call(world: World, arguments: tuple[str, ...], read: object) -> Ran:
    """A run in this process; `read` gives what came on stdout and stderr."""
    code = run(list(arguments))
    out, err = read()  # type: ignore[operator]
    places = world.found(out.encode(), err.encode(), world.sources)
    return Ran(code, places, out, err)
