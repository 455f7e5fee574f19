"""Files of credentials: `.env`, properties, logins of registries and hosts, Terraform's."""

import re
from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.looks import names_secret
from secretkit.scan import judging
from secretkit.scan.codes.sk811_file_of_logins import CODE
from secretkit.scan.nodes import Node, Stretch, leaves
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, Verdict, of_a_field, of_a_secret, seen
from secretkit.scan.texts import assignments

_ASSIGNING = lazily(
    r"(?is)(?:\.env(?:[-_.].*)?|.*\.env|.*\.(?:properties|ini|cfg|conf|cnf|tfvars|envrc|toml)|\.?npmrc|"
    r"\.pypirc|\.envrc|\.my\.cnf|\.s3cfg|\.boto|\.yarnrc|\.dockerenv|credentials|pip\.conf)"
)
_DOCKER_FILE = lazily(r"(?is)(?:.*\.)?(?:docker|container)file(?:\..*)?")
_ENV = lazily(r"(?is)[ \t]*(?:ENV|ARG)[ \t]+(.*)")
_PAIR = lazily(r"""([A-Za-z_]\w{0,100})=(?:"([^"\n]*)"|'([^'\n]*)'|(\S*))""")
_NETRC = lazily(r"\bpassword[ \t]+(\S{1,400})")
_STATE = lazily(r"(?is).*\.tfstate(?:\.backup)?")
_MADE = {"random_password": ("result",), "tls_private_key": ("private_key_pem",)}
_DOCKER_CONFIG = ("config.json", ".dockerconfigjson", ".dockercfg", "dockerconfig.json")


def read(file: File) -> Iterator[Seen]:
    base, subject = file.base, f"`{file.base}`"
    if _ASSIGNING.fullmatch(base):
        for one in assignments(file.text):
            key = one.key.rpartition(":")[2].lstrip("_") if base in (".npmrc", "npmrc") else one.key
            verdict = of_a_field(key, one.value)
            if base == "credentials" and names_secret(key) and one.value:
                verdict = _sure(one.value)
            if verdict is not SAFE:
                yield seen(CODE, one.steps, one.node, verdict, subject=subject)
        if base in (".npmrc", "npmrc"):
            yield from _npm(file, subject)
    elif base in (".netrc", "_netrc", "netrc"):
        yield from _matches(file, _NETRC, "password", subject)
    elif base in (".pgpass", "pgpass"):
        yield from _matches(
            file, re.compile(r"(?m)^(?:[^:#\n]+:){4}(.{1,400})$"), "password", subject
        )
    elif base == ".git-credentials":
        pattern = re.compile(r"(?m)^https?://[^:@/\s]{0,200}:([^@\s]{1,400})@")
        yield from _matches(file, pattern, "password", subject)
    elif _DOCKER_FILE.fullmatch(base):
        yield from _of_image(file, subject)


def _npm(file: File, subject: str) -> Iterator[Seen]:
    pattern = re.compile(
        r"(?m)^//[^=\n]{1,300}:_(?:authToken|auth|password)[ \t]*=[ \t]*(\S{1,400})"
    )
    yield from _matches(file, pattern, "_authToken", subject)


def _matches(file: File, pattern: re.Pattern[str], key: str, subject: str) -> Iterator[Seen]:
    for number, row in enumerate(file.rows, 1):
        for count, found in enumerate(pattern.finditer(row)):
            verdict = _sure(found[1])
            node = Node(Stretch(number, found.start(1) + 1, number, found.end(1) + 1), found[1])
            if verdict is not SAFE:
                yield seen(CODE, (key, str(count)), node, verdict, subject=subject)


def _sure(value: str) -> Verdict:
    found = of_a_secret("password", value)
    return SAFE if found.sureness == "placeholder" or value.startswith("$") else found


def _of_image(file: File, subject: str) -> Iterator[Seen]:
    """`ENV` and `ARG` of a Dockerfile."""
    for number, row in enumerate(file.rows, 1):
        line = _ENV.match(row)
        for found in _PAIR.finditer(row, line.start(1)) if line else ():
            value = found[2] or found[3] or found[4] or ""
            verdict = of_a_field(found[1], value)
            if verdict is not SAFE and not value.startswith("$"):
                at = Stretch(number, found.start() + 1, number, found.end() + 1)
                yield seen(CODE, (found[1],), Node(at, value), verdict, subject=subject)


def find(thing: Thing, file: File) -> Iterator[Seen]:
    """Docker's logins and Terraform's state, which are JSON."""
    if thing.kind:
        return
    if file.base in _DOCKER_CONFIG and (thing.node.get("auths") or file.base == ".dockercfg"):
        file.claim(thing.node)
        for where, leaf in leaves(thing.node, thing.steps):
            if where[-1] in ("auth", "password", "identitytoken", "registrytoken"):
                verdict = _sure(leaf.text or "")
                if verdict is not SAFE:
                    yield seen(CODE, where, leaf, verdict, subject=f"`{file.base}`")
    elif file.base.endswith(".tfvars.json"):
        file.claim(thing.node)
        for key, node in thing.node.fields or ():
            steps = (*thing.steps, key)
            yield from judging.of_tree(file, CODE, node, steps, f"`{file.base}`", key=key)
    elif _STATE.fullmatch(file.base):
        file.claim(thing.node)
        yield from _of_state(thing, file)


def _of_state(thing: Thing, file: File) -> Iterator[Seen]:
    """What Terraform wrote down: sensitive outputs, data of Secrets, passwords that it made."""
    subject = f"`{file.base}`"
    outputs = thing.node.get("outputs")
    for name, one in outputs.fields or () if outputs else ():
        if one.word("sensitive") == "true":
            yield from _of_state_value((*thing.steps, "outputs", name), one.get("value"), file)
    resources = thing.node.get("resources")
    for one in resources.items if resources else ():
        kind, name = one.word("type"), one.word("name")
        instances = one.get("instances")
        for instance in instances.items if instances else ():
            steps = (*thing.steps, "resources", kind, name)
            if kind.startswith("kubernetes_secret"):
                for field in ("data", "binary_data"):
                    data = instance.get("attributes", field)
                    for key, value in data.fields or () if data else ():
                        yield from _of_state_value((*steps, field, key), value, file)
            for field in _MADE.get(kind, ()):
                yield from _of_state_value((*steps, field), instance.get("attributes", field), file)
    for key, node in thing.node.fields or ():
        yield from judging.of_tree(file, CODE, node, (*thing.steps, key), subject)


def _of_state_value(steps: tuple[str, ...], value: Node | None, file: File) -> Iterator[Seen]:
    if value is None or not value.text:
        return
    verdict = _sure(value.text)
    file.claim(value)
    if verdict is not SAFE:
        yield seen(CODE, steps, value, verdict, subject=f"`{file.base}`")


def is_of_lines(base: str) -> bool:
    """Whether a file of this name holds logins in lines of its own form."""
    return base in (
        ".netrc",
        "_netrc",
        "netrc",
        ".pgpass",
        "pgpass",
        ".git-credentials",
        ".npmrc",
        "npmrc",
    )


def is_read(file: File) -> bool:
    """Whether a file's assignments are read here."""
    return _ASSIGNING.fullmatch(file.base) is not None or file.base.endswith(".tf")


PLACE = Place(find=find, read=read)
