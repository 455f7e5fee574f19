"""A group of commands whose modules are imported when they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Lazy(click.Group):
    """Commands by name with a line about each; `package` holds a module for each, with `command`."""

    def __init__(
        self, *arguments: Any, package: str, about: Mapping[str, str], **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self._package = package
        self._about = about

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self._about)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._about:
            return None
        command: click.Command = import_module(
            f"{self._package}.{cmd_name.replace('-', '_')}"
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from secretkit.finding import closest

        if args and args[0] not in self._about and not args[0].startswith("-"):
            ctx.fail(f"no such command `{args[0]}`{closest(args[0], self._about)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(self._about.items()))
