"""Every command line that the leak tests try: a base for each command, and each option on it.

A command that is not in the table fails a test. Options are taken from click: a flag is put behind the
bases of its command, a choice once with each of its members, so that a new one is tried by itself.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import click

from secretkit.cli import group

Line: TypeAlias = tuple[str, ...]

RENDER = ("apps",)
FOLDER = ("apps", "-o", "out")
# What each command is called with, in the repository that `world.py` makes.
TABLE: Mapping[str, tuple[Line, ...]] = {
    "init": (("new",),),
    "render": (
        RENDER,
        FOLDER,
        (*RENDER, "--allow-plaintext"),
        (*FOLDER, "--allow-plaintext"),
        (*FOLDER, "--allow-plaintext", "--env", "staging"),
        (*FOLDER, "--allow-plaintext", "--format", "kustomize", "--env", "staging"),
        (*RENDER, "--allow-plaintext", "--inject", "deployment.yaml"),
        (*RENDER, "--allow-plaintext", "--jobs", "2"),
        (*FOLDER, "--allow-plaintext", "--shard", "1/1"),
        (*FOLDER, "--allow-plaintext", "--templates", "templates"),
        (*RENDER, "--allow-plaintext", "--platform", "platform.yaml"),
        ("apps/shop/secrets.yaml", "--allow-plaintext"),
    ),
    "validate": (("apps",), ("apps", "--env", "staging"), ("apps", "--jobs", "2")),
    "list": (("apps",), ("apps", "--env", "staging")),
    "scan": (("apps",), (".", "--gitleaks", "never"), ("apps", "--write-baseline", "base.json")),
    "explain": (("SK505",), ("secrets.NAME.values",), ()),
    "schema": ((), ("app",), ("platform",)),
    "seal": (
        ("apps/shop/secrets.yaml", "--secret", "fresh", "--key", "k", "--from-env", "SHOP_VALUE", "--cert", "cert.pem", "--scope", "cluster-wide"),
        ("apps/shop/secrets.yaml", "--secret", "fresh", "--key", "k", "--from-env", "SHOP_VALUE", "--cert", "gone.pem"),
    ),
    "audit explain": (("apps", "--verb", "get", "--resource", "secrets", "-n", "prod", "--name", "mixed"),),
    "audit queries": (("apps", "--for", "kubeadm", "--name", "mixed"),),
    "encryption status": (("platform.yaml",),),
    "encryption enable": (("bare/platform.yaml", "--provider", "secretbox"),),
    "encryption rotate": (("platform.yaml",),),
    "encryption move": (("platform.yaml", "--provider", "aesgcm"),),
    "encryption disable": (("platform.yaml",),),
    "encryption next": (("moving.yaml",), ("moving.yaml", "--rolled")),
    "encryption back": (("moving.yaml",), ("moving.yaml", "--rewritten")),
    "encryption keygen": (("-o", "key"),),
    "encryption materialize": (("platform.yaml", "-o", "live.yaml"),),
    "encryption rewrite": (("platform.yaml",),),
    "encryption verify": (("platform.yaml",),),
}  # fmt: skip


def commands(
    at: click.Command = group, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Every command of the tree that is no group, by its words."""
    if not isinstance(at, click.Group):
        yield " ".join(words), at
        return
    context = click.Context(at)
    for name in at.list_commands(context):
        found = at.get_command(context, name)
        assert found
        yield from commands(found, (*words, name))


def lines() -> Iterator[Line]:
    """All command lines, sorted by command."""
    for name, command in commands():
        words = tuple(name.split())
        bases = TABLE.get(name, ())
        yield (*words, "--help")
        for base in bases:
            yield (*words, *base)
            for option in _options(command):
                if option.is_flag and option.opts[0] not in base:
                    yield (*words, *base, option.opts[-1])
        for option in _options(command):
            if isinstance(option.type, click.Choice):
                for base in bases:
                    if option.opts[0] not in base:
                        for choice in option.type.choices:
                            yield (*words, *base, option.opts[0], str(choice))


def _options(command: click.Command) -> Iterator[click.Option]:
    for found in command.params:
        if isinstance(found, click.Option):
            yield found
