"""One Kubernetes Secret, by its source."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from secretkit.hidden import Hidden
from secretkit.text import Place

TOKEN_TYPE = "kubernetes.io/service-account-token"

# The keys that the API server demands of a type: (all of these, or one of these).
TYPE_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "kubernetes.io/tls": (("tls.crt",), ("tls.key",)),
    "kubernetes.io/dockerconfigjson": ((".dockerconfigjson",),),
    "kubernetes.io/dockercfg": ((".dockercfg",),),
    "kubernetes.io/basic-auth": (("username", "password"),),
    "kubernetes.io/ssh-auth": (("ssh-privatekey",),),
}


class Refresh(NamedTuple):
    """When the operator reads again: `Periodic` with an interval, `CreatedOnce` or `OnChange`."""

    policy: str
    interval: int  # nanoseconds; 0 unless Periodic
    at: Place


class Fetch(NamedTuple):
    """A read from a store: `kind` is `find`, `extract` or `key`."""

    kind: str
    store: str | None  # key of a store, None where nothing names one
    remote: Mapping[str, Any]  # ESO's own object
    rewrite: tuple[Mapping[str, Any], ...]
    key: str | None  # key of the Secret, for `key`
    at: Place


class Dynamic(NamedTuple):
    """Leased credentials: one read of an engine."""

    store: str | None
    path: str
    spec: Mapping[str, Any]  # method, parameters, getParameters, resultType, allowEmptyResponse
    lease: int | None  # nanoseconds
    at: Place


class External(NamedTuple):
    """Fetched by the operator, in the order of `fetches` and then `keys`."""

    store: str | None  # the secret's own `from`
    fetches: tuple[Fetch, ...]
    dynamic: Dynamic | None
    keys: tuple[Fetch, ...]

    @property
    def reads(self) -> tuple[Fetch, ...]:
        """Every plain read, in order."""
        return (*self.fetches, *self.keys)


class Generated(NamedTuple):
    """Made in the cluster: by a generator of ours, or by one that exists (`ref`)."""

    kind: str
    name: str
    spec: Mapping[str, Any] | None  # None for a ref
    makes: tuple[str, ...] | None  # keys, None where unknown
    makes_tokens: bool
    at: Place
    renamed: tuple[str, str] | None = None  # a key that the generator makes, and what it becomes


UNKNOWN = "unknown"  # of a certificate that nobody recorded


class Sealed(NamedTuple):
    """Ciphertext of sealed-secrets, and what it was sealed for."""

    data: Mapping[str, str]
    scope: str
    name: str
    namespace: str
    recorded: bool  # whether `sealedFor` says so
    at: Place
    certificate: str | None = None  # fingerprint of the one of the last seal
    older: Mapping[str, str] = {}  # key -> fingerprint, where it is another

    def sealed_with(self, key: str) -> str | None:
        """The fingerprint of the certificate that a value was sealed with, where that is known."""
        found = self.older.get(key, self.certificate)
        return None if found == UNKNOWN else found


class Value(NamedTuple):
    """One value in the clear: its source and, once read, itself."""

    key: str
    source: str  # file, env, sops or literal
    argument: str  # path or variable; empty for a literal
    hidden: Hidden | None
    at: Place
    rest: tuple[str, ...] = ()  # what stands behind the `#`, where the source has that


class Plain(NamedTuple):
    """A Secret whose values are in the clear."""

    values: tuple[Value, ...]
    at: Place

    @property
    def is_literal(self) -> bool:
        return all(value.source == "literal" for value in self.values)


class Existing(NamedTuple):
    """Made by others."""

    at: Place


Origin: TypeAlias = External | Generated | Sealed | Plain | Existing


class Push(NamedTuple):
    """Keys of the Secret written to a store: (key, remote key, property)."""

    store: str
    data: tuple[tuple[str, str, str | None], ...]
    at: Place


class Secret(NamedTuple):
    """One Secret of the app's namespace, and how it comes to be."""

    key: str
    name: str
    origin: Origin
    refresh: Refresh
    type: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    immutable: bool
    expect: tuple[str, ...]
    creation_policy: str
    deletion_policy: str
    template: Mapping[str, str]
    keep: bool
    push: tuple[Push, ...]
    at: Place
    said: frozenset[str] = frozenset()  # fields that the file sets

    @property
    def read_values(self) -> Mapping[str, Value]:
        """The values in the clear by their key; none where the source is another."""
        if not isinstance(self.origin, Plain):
            return {}
        return {value.key: value for value in self.origin.values}

    @property
    def literals(self) -> Mapping[str, Hidden]:
        """The values that stand in the file itself, by their key."""
        return {
            key: value.hidden
            for key, value in self.read_values.items()
            if value.source == "literal" and value.hidden is not None
        }

    @property
    def is_minted(self) -> bool:
        """Whether a generator feeds it, so that each sync makes new values."""
        origin = self.origin
        return isinstance(origin, Generated) or (
            isinstance(origin, External) and origin.dynamic is not None
        )

    @property
    def is_operators(self) -> bool:
        """Whether External Secrets Operator makes it."""
        return isinstance(self.origin, External | Generated)

    @property
    def reads(self) -> tuple[Fetch, ...]:
        """Every plain read from a store."""
        return self.origin.reads if isinstance(self.origin, External) else ()

    @property
    def leased(self) -> Dynamic | None:
        """The leased credentials in it, if any."""
        return self.origin.dynamic if isinstance(self.origin, External) else None

    @property
    def makes_tokens(self) -> bool:
        """Whether a generator makes values in it that end by themselves."""
        return isinstance(self.origin, Generated) and self.origin.makes_tokens

    @property
    def is_whole(self) -> bool:
        """Whether all of the Secret comes from here, so that no keys of others stand in it."""
        return self.creation_policy in ("Owner", "Orphan") and not isinstance(self.origin, Existing)

    @property
    def template_texts(self) -> tuple[tuple[str, Place], ...]:
        """Every text that a template engine runs over the fetched keys, with its place."""
        fields = {"template": self.template}
        if self.is_operators:
            fields |= {"labels": self.labels, "annotations": self.annotations}
        elif not isinstance(self.origin, Sealed):
            return ()
        return tuple(
            (text, self.at / field / key)
            for field, texts in fields.items()
            for key, text in texts.items()
        )

    @property
    def data_keys(self) -> frozenset[str] | None:
        """Keys that a template may rely on: fetched, or said by `expect`; None if nothing is said."""
        fetched = self.fetched_keys
        if fetched is not None:
            return fetched
        if not self.expect:
            return None
        return frozenset(self.expect) | {read.key for read in self.reads if read.key}

    @property
    def is_made_once(self) -> bool:
        """Whether its values stay what they were first, as far as we know."""
        if not self.is_operators:
            return True
        return self.refresh.policy == "CreatedOnce"

    @property
    def fetched_keys(self) -> frozenset[str] | None:
        """Keys that the source makes before any template; None where they cannot be known."""
        match self.origin:
            case External() as origin:
                if origin.fetches or origin.dynamic:
                    return None
                return frozenset(fetch.key for fetch in origin.keys if fetch.key)
            case Generated() as origin:
                return None if origin.makes is None else frozenset(origin.makes)
            case Sealed() as origin:
                return frozenset(origin.data)
            case Plain() as origin:
                return frozenset(value.key for value in origin.values)
            case Existing():
                return None

    @property
    def known_keys(self) -> frozenset[str] | None:
        """All keys of the Secret, where they are known for certain; `expect` does not close the set."""
        if not self.is_whole:
            return None
        fetched = self.fetched_keys
        if self.template and not self.keep and self.is_operators:
            return frozenset(self.template)
        return None if fetched is None else fetched | frozenset(self.template)

    @property
    def counted_keys(self) -> frozenset[str] | None:
        """Keys that consumers may rely on: known, or said by `expect`; None where nothing is said."""
        known = self.known_keys
        if known is not None:
            return known
        if not self.expect:
            return None
        named = {read.key for read in self.reads if read.key}
        return frozenset((*self.expect, *self.template, *(self.fetched_keys or named)))
