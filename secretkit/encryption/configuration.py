"""An EncryptionConfiguration that stands somewhere: what it means, or why no API server takes it."""

import json
from typing import Any, NamedTuple, NoReturn

from secretkit.compile.encryption_configuration import PLACEHOLDER
from secretkit.encryption import configuration_checks as checks
from secretkit.encryption import configuration_faults as faults
from secretkit.encryption import key_bytes
from secretkit.encryption.configuration_model import LOCAL, Configuration, Entry, Key, Provider
from secretkit.encryption.form import Form
from secretkit.encryption.masking import called, masked, outline
from secretkit.encryption.plugin import plugin
from secretkit.finding import Finding, Rejected
from secretkit.hidden import Hidden
from secretkit.load import decode
from secretkit.load.faults import DOCUMENTS
from secretkit.load.manifests import load_one
from secretkit.load.scalars import kind
from secretkit.model.encryptable import unencryptable
from secretkit.text import Layer, Place, Source, Span, Tree

KINDS = ("identity", "kms", *LOCAL)
_IDENTITIES = (
    ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
    ("v1", "EncryptionConfig"),  # as it was called before Kubernetes 1.13, and is still read
)


class Read(NamedTuple):
    """A configuration that an API server loads, and what it is to be warned of all the same."""

    configuration: Configuration
    warnings: tuple[Finding, ...]


def read_bytes(name: str, content: bytes, *, rendered: bool = False) -> Read:
    """The configuration of a file's bytes, as `read` has it."""
    try:
        source = decode(name, content)
    except Rejected as rejected:
        blank = Source(name, "")
        raise Rejected(_unread(one, blank) for one in rejected.findings) from None
    return read(source, rendered=rendered)


def read(source: Source, *, rendered: bool = False) -> Read:
    """The configuration of a text; in a `rendered` one placeholders may stand for keys.

    Raises Rejected with all for which an API server refuses the text. No finding holds a line of it
    in which a key's bytes stand.
    """
    value = _document(source)
    shown = outline(value)
    reader = _Reader(rendered=rendered)
    found = reader.configuration(value, Place(Tree(shown, (Layer(masked(source), (), shown),))))
    findings = list(reader.form.findings)
    # What could not be taken out of the text has no part in how parts go together.
    for check in (checks.overlaps, checks.plugins, checks.keys):
        findings += check(found)
    if any(one.severity == "error" for one in findings):
        raise Rejected(findings)
    return Read(found, tuple(findings))


def _document(source: Source) -> Any:
    """The one document; raises Rejected where it is none."""
    blank = Source(source.name, "")
    try:
        value = load_one(source)
    except Rejected as rejected:
        raise Rejected(_unread(one, blank) for one in rejected.findings) from None
    if value is None or not isinstance(value, dict):
        problem = "it is empty" if value is None else f"it is {kind(value)}"
        raise Rejected([faults.OTHER.at(Span(blank, 1, 1, 1, 1), problem=problem)])
    if source.text.lstrip().startswith("{"):  # so upstream tells JSON, and then takes no YAML
        try:
            value = json.loads(source.text, parse_constant=_refuse)
        except ValueError:
            problem = "it begins with `{`, and is no JSON"
            raise Rejected([faults.OTHER.at(Span(blank, 1, 1, 1, 1), problem=problem)]) from None
    return value


def _unread(found: Finding, blank: Source) -> Finding:
    """What is wrong with a text, without a line of it."""
    at = found.place
    assert isinstance(at, Span)
    at = at._replace(source=blank)
    if found.code == DOCUMENTS.code:
        return faults.OTHER.at(at, problem="a second document begins here")
    return found._replace(place=at, also=())


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


class _Reader:
    """From a tree to the model, on and on, whatever is wrong on the way."""

    def __init__(self, *, rendered: bool) -> None:
        self.form = Form()
        self._rendered = rendered

    def configuration(self, value: Any, at: Place) -> Configuration:
        said = self.form.mapping(value, at, "the file", ("apiVersion", "kind", "resources"))
        found = tuple(said.get(field) for field in ("apiVersion", "kind"))
        if found not in _IDENTITIES:
            field = "apiVersion" if found[1] == "EncryptionConfiguration" else "kind"
            place = at / field if field in said else at
            problem = (
                "another `apiVersion` or `kind`" if all(found) else "no `apiVersion` or no `kind`"
            )
            self.form.findings.append(faults.OTHER.at(place, problem=f"it has {problem}"))
        entries = self.form.items(said.get("resources"), at / "resources")
        if said.get("resources") in (None, []):
            self.form.missing(
                at, "the file", "resources", "an entry with `resources` and `providers`"
            )
        places = ((entry, at / "resources" / number) for number, entry in enumerate(entries))
        return Configuration(tuple(self._entry(entry, place) for entry, place in places))

    def _entry(self, value: Any, at: Place) -> Entry:
        said = self.form.mapping(value, at, "an entry of `resources`", ("resources", "providers"))
        resources = []
        for number, item in enumerate(self.form.items(said.get("resources"), at / "resources")):
            resources.append(self.form.text(item, at / "resources" / number))
            self._resource(resources[-1], at / "resources" / number)
        providers = [
            self._provider(item, at / "providers" / number)
            for number, item in enumerate(self.form.items(said.get("providers"), at / "providers"))
        ]
        for field, mend in (
            ("resources", "`resources: [secrets]`"),
            ("providers", "what writes first, then all that must be read"),
        ):
            if said.get(field) in (None, []):
                self.form.missing(at, "the entry", field, mend)
        return Entry(tuple(resources), tuple(one for one in providers if one), at)

    def _resource(self, text: str, at: Place) -> None:
        wrong = unencryptable(text)
        if not wrong:
            return
        effect = "does not start with it" if wrong.is_refused else "finds nothing by it"
        mend = wrong.mend if called(text) == f"`{text}`" else "write it like `secrets`"
        found = faults.RESOURCE.at(
            at, resource=called(text)[1:-1], problem=wrong.problem, effect=effect, mend=mend
        )
        self.form.findings.append(found if wrong.is_refused else found._replace(severity="warning"))

    def _provider(self, value: Any, at: Place) -> Provider | None:
        said = self.form.mapping(value, at, "an element of `providers`", KINDS)
        kinds = [name for name in KINDS if said.get(name) is not None]
        if len(kinds) != 1:
            found = " and ".join(f"`{name}`" for name in kinds) or "no provider"
            self.form.findings.append(faults.PROVIDER.at(at, found=found))
        made = [self._one(name, said[name], at) for name in kinds]
        return made[0] if len(made) == 1 else None

    def _one(self, name: str, value: Any, at: Place) -> Provider:
        if name == "kms":
            found = plugin(self.form, value, at / "kms")
            return Provider("kms", at, protocol=found.protocol, name=found.name)
        if name == "identity":
            self.form.mapping(value, at / name, "`identity`", ())
            return Provider(name, at)
        said = self.form.mapping(value, at / name, f"`{name}`", ("keys",))
        keys = self.form.items(said.get("keys"), at / name / "keys")
        if said.get("keys") in (None, []):
            self.form.missing(at / name, f"`{name}`", "keys", "the first of them writes")
        places = ((key, at / name / "keys" / number) for number, key in enumerate(keys))
        return Provider(name, at, tuple(self._key(name, key, place) for key, place in places))

    def _key(self, provider: str, value: Any, at: Place) -> Key:
        said = self.form.mapping(value, at, "a key", ("name", "secret"))
        name = self.form.text(said.get("name"), at / "name")
        text = self.form.text(said.get("secret"), at / "secret")
        for field in ("name", "secret"):
            if said.get(field) in (None, ""):
                self.form.missing(at, "the key", field, "a key is `{name: NAME, secret: BYTES}`")
        secret = None
        if text and not (self._rendered and text == PLACEHOLDER):
            secret = self._bytes(provider, name, Hidden(text.encode()), at / "secret")
        return Key(name, secret, at)

    def _bytes(self, provider: str, name: str, text: Hidden, at: Place) -> Hidden | None:
        secret = key_bytes.decoded(text)
        problem = None
        if key_bytes.is_same(text, Hidden(PLACEHOLDER.encode())):
            problem = "are a placeholder still"
        elif secret is None:
            problem = "are no standard base64"
        else:
            problem = key_bytes.wrong_length(provider, secret)
        if problem:
            self.form.findings.append(faults.BYTES.at(at, name=called(name), problem=problem))
            return None
        return secret
