"""SK604: no app's folder lies where the overlays do."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK604",
    title="an app cannot be called `{name}` where overlays are written",
    why="`render --format kustomize` writes an overlay for each environment into the folder of that name",
    fix="give the app another name, such as `{name}-app`, or render each environment with `--env`",
    wrong="# not text: `render -o DIR --format kustomize` of an app `overlays` with environments",
)
