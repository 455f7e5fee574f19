"""SK340: the workload is in the files of `--inject`."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK340",
    title="{kind} `{name}` is in none of the `--inject` files{hint}",
    why="the files are taken for all workloads of an app, so what is missing would get no secrets",
    fix="add its manifest with `--inject FILE`; name, kind, API group and namespace must fit",
    wrong="# not text: `--inject` of files that hold one workload of an app and not the other",
)
