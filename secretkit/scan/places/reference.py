"""Objects that name secrets and hold none: what stands in them is judged by marks alone."""

from collections.abc import Iterator

from secretkit.looks import is_filled_in, is_placeholder, sealed_problem
from secretkit.scan import judging
from secretkit.scan.codes.sk813_field import CODE as FIELD
from secretkit.scan.codes.sk817_no_ciphertext import CODE as CIPHERTEXT
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, of_a_field, seen

_NAMES_ONLY = frozenset({
    "ExternalSecret", "ClusterExternalSecret", "PushSecret", "ClusterPushSecret", "SecretStore",
    "ClusterSecretStore", "SecretProviderClass", "CustomResourceDefinition", "Role", "ClusterRole",
    "RoleBinding", "ClusterRoleBinding", "VaultStaticSecret", "VaultDynamicSecret", "VaultAuth",
    "Certificate", "ServiceAccount",
})  # fmt: skip
_SCHEMAS = ("$schema", "openapi", "swagger")  # descriptions and examples of values
_TEMPLATES = (
    ("spec", "target", "template"), ("spec", "externalSecretSpec", "target", "template"),
    ("spec", "template"),
)  # fmt: skip


_OF_STORES = (("spec", "provider", "webhook", "headers"), ("spec", "provider", "fake", "data"))


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if not thing.kind and any(thing.node.get(key) for key in _SCHEMAS):
        file.claim(thing.node)
    sops = thing.node.get("sops")
    if sops is not None and sops.get("mac") and sops.get("version"):
        file.claim(sops)
    if thing.kind == "SealedSecret":
        yield from _sealed(thing, file)
    elif thing.kind in _NAMES_ONLY:
        for path in _TEMPLATES:
            template = thing.node.get(*path, "data")
            if template is not None:
                yield from judging.of_tree(
                    file, FIELD, template, (*thing.steps, *path), thing.subject
                )
        for path in _OF_STORES if thing.kind.endswith("SecretStore") else ():
            node = thing.node.get(*path)
            if node is not None:
                yield from judging.of_tree(file, FIELD, node, (*thing.steps, *path), thing.subject)
        file.claim(thing.node)


def _sealed(thing: Thing, file: File) -> Iterator[Seen]:
    data = thing.node.get("spec", "encryptedData")
    if data is None:
        return
    file.claim(data)
    for key, node in data.fields or ():
        text = node.text or ""
        problem = None if is_filled_in(text) or is_placeholder(text) else sealed_problem(text)
        verdict = SAFE
        if problem:
            looked = of_a_field(key, text)
            cut = text.startswith("Ag") and len(text) > 20  # an example's, cut short
            verdict = looked._replace(
                sureness="sure" if looked is not SAFE and not cut else "likely", what=problem
            )
        steps = (*thing.steps, "encryptedData", key)
        yield seen(CIPHERTEXT, steps, node, verdict, subject=thing.subject)


PLACE = Place(find=find)
