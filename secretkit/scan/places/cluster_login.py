"""Logins to clusters: kubeconfigs, kubeadm's tokens and keys."""

from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan import judging
from secretkit.scan.codes.sk809_kubeconfig import CODE
from secretkit.scan.nodes import Node, below, leaves
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, Verdict, of_a_secret, seen

_FIELDS = frozenset({
    "token", "client-key-data", "password", "access-token", "refresh-token", "id-token",
    "client-secret", "certificateKey", "tlsBootstrapToken",
})  # fmt: skip
_KUBEADM = ("InitConfiguration", "JoinConfiguration", "ClusterConfiguration")
_BOOTSTRAP = lazily(r"[a-z0-9]{6}\.[a-z0-9]{16}")


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if thing.kind == "Config" and thing.api == "v1":
        users = thing.node.get("users")
        if users is not None:
            file.claim(users)
            yield from _logins(thing, users, (*thing.steps, "users"))
            for where, user in below(users, (*thing.steps, "users")):
                program = user.get("user", "exec")
                if program is not None:
                    steps = (*where, "exec")
                    yield from judging.of_tree(file, CODE, program, steps, thing.subject)
    elif thing.kind in _KUBEADM and thing.api.startswith("kubeadm.k8s.io"):
        file.claim(thing.node)
        yield from _logins(thing, thing.node, thing.steps)


def _logins(thing: Thing, node: Node, steps: tuple[str, ...]) -> Iterator[Seen]:
    for where, leaf in leaves(node, steps):
        if where[-1] not in _FIELDS:
            continue
        verdict = of_a_secret(where[-1], leaf.text or "")
        if verdict.sureness in ("safe", "placeholder"):
            continue
        what = "a bootstrap token" if _BOOTSTRAP.fullmatch(leaf.text or "") else verdict.what
        yield seen(
            CODE,
            where,
            leaf,
            Verdict("sure", what) if verdict is not SAFE else SAFE,
            subject=thing.subject,
        )


PLACE = Place(find=find)
