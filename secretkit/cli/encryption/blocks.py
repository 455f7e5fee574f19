"""The options that describe a provider's block, for `enable` and `move`."""

from collections.abc import Callable
from typing import Any

import click

from secretkit.cli.encryption.calls import FROM_ENV, FROM_FILE, KEY, source, today
from secretkit.finding import Usage

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--provider", required=True, type=click.Choice(["kms", "secretbox", "aesgcm", "aescbc"]),
                 help="What encrypts: kms where there is a plugin, else secretbox."),
    KEY,
    FROM_FILE,
    FROM_ENV,
    click.option("--kms-name", metavar="NAME", help="Name of the KMS plugin, unique in the file."),
    click.option("--endpoint", metavar="SOCKET", help="Its socket, as unix:///var/run/kmsplugin/socket.sock."),
    click.option("--timeout", metavar="DURATION", help="How long a call of it may take; 3s without."),
)  # fmt: skip


def options(command: Any) -> Any:
    """The command with all of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def block(found: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The block that options describe; raises Usage where they do not fit together."""
    from secretkit.encryption import changing

    provider = given["provider"]
    of_plugin = {
        "name": given["kms_name"],
        "endpoint": given["endpoint"],
        "timeout": given["timeout"],
    }
    if provider != "kms":
        if any(of_plugin.values()):
            raise Usage(
                f"--kms-name, --endpoint and --timeout are for a plugin, not for {provider}"
            )
        where = source(given["from_file"], given["from_env"])
        return {
            "provider": provider,
            "keys": [changing.new_key(found, given["name"], where, today())],
        }
    if given["name"] or given["from_file"] or given["from_env"]:
        raise Usage("--key, --from-file and --from-env are for local keys; a KMS has its own")
    if not given["kms_name"]:
        raise Usage("--provider kms needs --kms-name")
    return {"provider": provider, "kms": {key: value for key, value in of_plugin.items() if value}}
