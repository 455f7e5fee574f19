"""What an audit Policy makes of one request, and who wrote the rule that decides."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from secretkit import pipeline
from secretkit.audit import faults
from secretkit.audit.asking import SOMEBODY, Asked
from secretkit.check.audit_policy import load_policy
from secretkit.compile import audit_policy
from secretkit.finding import Usage
from secretkit.load.positions import Positions
from secretkit.model.app import App
from secretkit.model.audit_policy import STAGES, Hit, Policy, Request, matches_resource
from secretkit.model.control_plane import AuditRule
from secretkit.model.platform import Platform
from secretkit.text import Place, Source, Span, Tree
from secretkit.wiring import Cloud, cloud_of

_BODY_VERBS = ("create", "update", "patch", "delete", "deletecollection")


class Written(NamedTuple):
    """A Policy with what is known of its rules."""

    policy: Policy
    bodies: tuple[Mapping[str, Any], ...]
    about: tuple[str, ...]
    asked: Sequence[tuple[str | None, AuditRule]]  # with the namespaces that they speak of
    tree: Tree | None = None  # of a file


class Answer(NamedTuple):
    """What is logged of a request, and why."""

    asked: Asked
    hit: Hit
    rules: int  # how many the Policy has
    rule: Mapping[str, Any] | None
    about: str
    places: tuple[Span, ...]
    is_file: bool  # whether the places are the rule's own


class Managed(Usage):
    """The cluster's Policy is its cloud's."""

    exit_code = 1
    code = faults.MANAGED.code

    def __init__(self, provider: str, cloud: Cloud) -> None:
        code = faults.MANAGED
        title = code.title.format(cloud=cloud.title)
        fix = code.fix.format(provider=provider)
        super().__init__(f"{title}\nwhy: {code.why.format(logs=cloud.logs)}\nfix: {fix}")


def nothing(one: pipeline.Compiled) -> None:
    """What stays of an app: what it says of the control plane the outcome keeps by itself."""


def of_file(source: Source) -> Written:
    """The Policy of a file; raises Rejected with what is wrong with it."""
    policy, tree = load_policy(source)
    bodies = tuple(tree.value["rules"])
    return Written(policy, bodies, ("",) * len(bodies), (), tree)


def of_outcome(outcome: pipeline.Outcome) -> Written:
    """The Policy that `render` writes; raises Managed where it writes none."""
    apps, platforms = outcome.planes, outcome.platforms
    for app in apps:
        cloud = cloud_of(app.target)
        if cloud and app.target.provider:
            raise Managed(app.target.provider, cloud)
    made = tuple(audit_policy.rules(apps, platforms))
    body = audit_policy.policy(apps, platforms)
    about = tuple("" if one.is_asked else one.about for one in made)
    asked = tuple(_asked(apps, platforms))
    return Written(Policy.of(body), tuple(one.body for one in made), about, asked)


def _asked(
    apps: Sequence[App], platforms: Sequence[Platform]
) -> Iterator[tuple[str | None, AuditRule]]:
    for platform in platforms:
        yield from ((None, rule) for rule in platform.audit)
    for app in apps:
        yield from ((app.namespace, rule) for rule in app.audit)


def answer(written: Written, asked: Asked) -> Answer:
    """What the Policy makes of the request."""
    hit = written.policy.hit(asked.request)
    count = len(written.bodies)
    if hit.number is None:
        return Answer(asked, hit, count, None, "", (), written.tree is not None)
    if written.tree:
        at = [Place(written.tree) / "rules" / hit.number]
    elif written.about[hit.number]:
        at = []
    else:
        at = list(_askers(written.asked, asked.request, hit.level))
    positions = Positions()
    places = tuple(dict.fromkeys(map(positions.span, at)))
    return Answer(
        asked, hit, count, written.bodies[hit.number], written.about[hit.number], places,
        written.tree is not None,
    )  # fmt: skip


def _askers(
    asked: Sequence[tuple[str | None, AuditRule]], request: Request, level: str
) -> Iterator[Place]:
    """Where files ask for this level of this request."""
    for namespace, rule in asked:
        if (
            rule.level != level
            or namespace not in (None, request.namespace)
            or (rule.verbs and request.verb not in rule.verbs)
            or (rule.names and request.name not in rule.names)
        ):
            continue
        for number, kind in enumerate(rule.kinds):
            if kind.group == request.group and matches_resource(
                kind.resource, request.resource, request.subresource
            ):
                yield rule.at / "resources" / number


def parts(answer: Answer) -> tuple[str, ...]:
    """Which parts of a request can be written: metadata, requestBody, responseBody."""
    request, level = answer.asked.request, answer.hit.level
    if level == "None":
        return ()
    found = ["metadata"]
    # What is no resource, and what nobody asks, is not read that far.
    is_read = request.path is None and request.user is not None and request.verb in _BODY_VERBS
    if level in ("Request", "RequestResponse") and is_read:
        found.append("requestBody")
    if level == "RequestResponse":
        found.append("responseBody")
    return tuple(found)


def notes(answer: Answer) -> Iterator[str]:
    """What a reader might not expect."""
    yield from answer.asked.notes
    hit, request = answer.hit, answer.asked.request
    if hit.number is None:
        yield "no rule matches, and what no rule matches is not logged"
    elif hit.level == "None":
        yield "nothing of this request is logged, a refusal of it neither"
    if request.user is None and hit.level != "None":
        if "ResponseStarted" in hit.omit_stages:
            yield "a refused login is written at ResponseStarted alone, which is left out: it is lost"
        else:
            yield "a refused login is written at ResponseStarted alone"
    elif hit.level != "None" and "ResponseComplete" in hit.omit_stages:
        yield "ResponseComplete is left out, where what was answered and refused is written"
    if hit.level == "RequestResponse" and request.verb == "watch":
        yield "what a watch brings is not written, only the answer to one that is refused"


def data(answer: Answer) -> dict[str, Any]:
    """The answer for programs."""
    request, hit = answer.asked.request, answer.hit
    written = parts(answer)
    return {
        "request": _request_data(request),
        "level": hit.level,
        "written": {
            part: part in written for part in ("metadata", "requestBody", "responseBody")
        },
        "omitStages": list(hit.omit_stages),
        "rule": None if hit.number is None else {
            "number": hit.number + 1,
            "of": answer.rules,
            "body": answer.rule,
            "yaml": _rule_text(answer.rule or {}),
            "from": answer.about or ("the file" if answer.is_file else "what was asked for"),
            "places": [
                {"file": at.source.name, "line": at.line, "column": at.column}
                for at in answer.places
            ],
        },
        "notes": list(notes(answer)),
    }  # fmt: skip


def _request_data(request: Request) -> dict[str, Any]:
    who = {
        "user": None if request.user in (None, SOMEBODY) else request.user,
        "groups": list(request.groups),
        "verb": request.verb,
    }
    if request.path is not None:
        return {**who, "path": request.path}
    return {
        **who, "group": request.group, "resource": request.resource,
        "subresource": request.subresource, "namespace": request.namespace, "name": request.name,
    }  # fmt: skip


_PARTS = {
    "metadata": "who did what and when, and the code of the answer",
    "requestBody": "the body of the request",
    "responseBody": "the body of the answer",
}


def text(answer: Answer) -> str:
    """The answer for people."""
    hit, written = answer.hit, parts(answer)
    lines = [f"request: {_request_text(answer.asked.request)}", f"level:   {hit.level}"]
    if written:
        lines.append(f"written: {'; '.join(_PARTS[part] for part in written)}")
        left = [stage for stage in STAGES if stage not in hit.omit_stages]
        omitted = f"; left out: {', '.join(hit.omit_stages)}" if hit.omit_stages else ""
        lines.append(f"stages:  {', '.join(left) or 'none'}{omitted}")
    else:
        lines.append("written: nothing")
    if hit.number is not None and answer.rule is not None:
        lines += [f"rule:    {hit.number + 1} of {answer.rules}, {_from(answer)}", ""]
        lines += [f"  {row}" for row in _rule_text(answer.rule).splitlines()]
    else:
        lines.append(f"rule:    none of {answer.rules}")
    lines += ["", *(f"note: {note}" for note in notes(answer))]
    return "\n".join(lines).rstrip() + "\n"


def _from(answer: Answer) -> str:
    if answer.about:
        return answer.about
    places = ", ".join(f"{at.source.name}:{at.line}:{at.column}" for at in answer.places)
    return f"{'at' if answer.is_file else 'asked for at'} {places}"


def _request_text(request: Request) -> str:
    if request.path is not None:
        what = f"{request.verb} {request.path}"
    else:
        resource = request.resource + (f"/{request.subresource}" if request.subresource else "")
        whole = f"{resource}.{request.group}" if request.group else resource
        where = f" in the namespace {request.namespace}" if request.namespace else ""
        name = f" {request.name}" if request.name else ""
        what = f"{request.verb} {whole}{name}{where}"
    if request.user is None:
        return f"{what}, by nobody: the login was refused"
    who = "somebody" if request.user == SOMEBODY else request.user
    return f"{what}, by {who} in {', '.join(request.groups)}"


def _rule_text(rule: Mapping[str, Any]) -> str:
    from secretkit.emit import yaml

    return yaml.items([dict(rule)], 0)
