"""The command line: one file per command, imported when it is called."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import click

from secretkit import __version__
from secretkit.cli.groups import Lazy
from secretkit.finding import Usage

_COMMANDS = {
    "init": "A commented secrets.yaml to start from.",
    "render": "Compile secrets.yaml into manifests.",
    "validate": "Check secrets.yaml; never writes.",
    "scan": "Secrets in the clear, anywhere in a tree.",
    "list": "Apps, their secrets and where these come from.",
    "explain": "A rule or a field, with an example of wrong and right.",
    "schema": "Print a JSON Schema.",
    "seal": "Seal values into secrets.yaml, offline.",
    "audit": "The audit log: which rule a request meets, and queries.",
    "encryption": "Encryption at rest: keys, rotation, proof.",
}


@click.command(
    cls=Lazy,
    package="secretkit.cli",
    about=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="secretkit %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug, values redacted.")
def group(debug: bool) -> None:
    """Kubernetes secrets from one short file per app.

    \b
    secretkit render PATH        print the manifests of the apps below PATH
    secretkit validate PATH      check them, as CI does
    secretkit explain SK204      what a finding means and how to mend it
    """


def main() -> NoReturn:
    """Runs the command line and ends: exit 0 fine, 1 the input has errors, 2 wrong usage or unreadable."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):  # the same bytes in any locale
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", newline="\n", errors="backslashreplace")
    code = run(sys.argv[1:])
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # all is done: taking the interpreter apart is a sixth of a cold start


def run(arguments: list[str]) -> int:
    """Runs one command line and gives its exit code; no traceback reaches a user."""
    debug = "--debug" in arguments
    if debug:  # it may stand anywhere
        arguments = [word for word in arguments if word != "--debug"]
    stdout = sys.stdout
    try:
        result = group.main(arguments or ["--help"], prog_name="secretkit", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return 2
    except Usage as error:
        _say(f"error[{error.code}]: {error}" if error.code else f"error: {error}")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _quiet()
        return 130
    except SystemExit as error:
        # Click ends so after shell completion, and on a broken pipe, with another stdout.
        return 141 if sys.stdout is not stdout else int(error.code or 0)
    except BrokenPipeError:
        _quiet()
        return 141
    except OSError as error:  # the system's own words name a path, never what it holds
        place = f"{error.filename}: " if error.filename else ""
        _say(f"error: {place}{(error.strerror or type(error).__name__).lower()}")
        _quiet()
        return 2
    except Exception as error:
        _say(_bug(error, debug))
        return 2


def _open_streams() -> None:
    """Gives stdout and stderr that a caller closed somewhere to go."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _say(text: str) -> None:
    """Last words on stderr; where even these find no room, the exit code speaks alone."""
    with suppress(OSError):
        click.echo(text, err=True)


def _quiet() -> None:
    """Leaves stdout such that the interpreter's last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: Exception, debug: bool) -> str:
    """What a user sees of a bug of ours. An exception's own text may quote a value, so it is left out."""
    import traceback

    where = traceback.extract_tb(error.__traceback__)
    last = f"{where[-1].name}, line {where[-1].lineno}" if where else "unknown"
    text = f"error: a bug in secretkit ({type(error).__name__} in {last}); please report it"
    if not debug:
        return f"{text}; --debug shows where"
    rows = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in where]
    return "\n".join([text, *rows])
