"""The apps that a command of the audit log speaks of."""

import os
from pathlib import Path

from secretkit import pipeline
from secretkit.audit import explaining
from secretkit.cli.options import show


def outcome(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None
) -> pipeline.Outcome:
    """What came of the apps below the PATHs."""
    options = pipeline.Options(
        environment=environment,
        platform=platform,
        argocd_path=os.environ.get("ARGOCD_APP_SOURCE_PATH"),
    )
    return pipeline.run(paths or (Path(),), options, explaining.nothing)


def are_wrong(found: pipeline.Outcome) -> bool:
    """Whether an app has errors, which are shown."""
    wrong = [one for one in found.findings if one.severity == "error"]
    if wrong:
        show(pipeline.spots(wrong, found.root), notes=False)
    return bool(wrong)
