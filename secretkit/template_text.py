"""Go's text/template as External Secrets Operator runs it: what a template reads and calls.

The parser knows the language (actions, pipelines, blocks, variables) and runs nothing. The data is
a flat map of texts, so what can be said of a template is which of its keys it needs.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from secretkit.lazy import lazily

_BUILTINS = """and break call continue eq ge gt html index js le len lt ne not or print printf
println slice urlquery"""
_SPRIG = """abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc
b64dec b64enc base bcrypt biggest buildCustomCert camelcase cat ceil chunk clean coalesce compact
concat contains date dateInZone dateModify date_in_zone date_modify decryptAES deepCopy deepEqual
default derivePassword dict dig dir div divf duration durationRound empty encryptAES ext fail first
float64 floor fromJson genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey
genSignedCert genSignedCertWithKey get has hasKey hasPrefix hasSuffix hello htmlDate htmlDateInZone
htpasswd indent initial initials int int64 isAbs join kebabcase keys kindIs kindOf last list lower
max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact mustDateModify
mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge mustMergeOverwrite
mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll
mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice mustToDate mustToJson
mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify nindent nospace now omit osBase
osClean osDir osExt osIsAbs pick pluck plural prepend push quote randAlpha randAlphaNum randAscii
randBytes randInt randNumeric regexFind regexFindAll regexMatch regexQuoteMeta regexReplaceAll
regexReplaceAllLiteral regexSplit repeat replace rest reverse round semver semverCompare seq set
sha1sum sha256sum sha512sum shuffle snakecase sortAlpha split splitList splitn squote sub subf
substr swapcase ternary title toDate toDecimal toJson toPrettyJson toRawJson toString toStrings trim
trimAll trimPrefix trimSuffix trimall trunc tuple typeIs typeIsLike typeOf uniq unixEpoch unset until
untilStep untitle upper urlJoin urlParse uuidv4 values without wrap wrapWith"""
_OPERATORS = """certSANs filterCertChain filterPEM fromYaml fullPemToPkcs12 fullPemToPkcs12Pass
hexdec jwkPrivateKeyPem jwkPublicKeyPem pemToPkcs12 pemToPkcs12Pass pemTruststoreToPKCS12
pemTruststoreToPKCS12Pass pkcs12cert pkcs12certPass pkcs12key pkcs12keyPass rsaDecrypt toYaml"""

_CHANGING = """ago bcrypt encryptAES genCA genCAWithKey genPrivateKey genSelfSignedCert
genSelfSignedCertWithKey genSignedCert genSignedCertWithKey htpasswd now randAlpha randAlphaNum
randAscii randBytes randInt randNumeric shuffle uuidv4"""
_MAPS = """dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick pluck set
unset values"""
FUNCTIONS = frozenset(f"{_BUILTINS} {_SPRIG} {_OPERATORS}".split())
# What gives another text at each run, so that a Secret changes although nothing did.
RANDOM = frozenset(_CHANGING.split())
# They take a map of any values; the data is a map of texts, which Go refuses to pass.
_OF_MAPS = frozenset(_MAPS.split())
# With these a key that is not there is no surprise.
_FALLBACKS = frozenset(("and", "coalesce", "default", "empty", "not", "or", "ternary"))
_BLOCKS = ("if", "with", "range", "define", "block")

_TOKEN = lazily(
    r"""(?P<space>[ \t\r\n]+)|(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<number>[+-]?(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?i?|\.\d+))
    |(?P<field>\.[^\W\d]\w*)|(?P<variable>\$\w*)|(?P<word>[^\W\d]\w*)
    |(?P<mark>:=|[.|(),=])""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class TemplateError(ValueError):
    """The text is no Go template; the message says why."""


class Template(NamedTuple):
    """What a template needs of its data and of the engine; every tuple sorted."""

    required: tuple[str, ...]  # keys it fails without, or would silently leave empty
    optional: tuple[str, ...]  # keys it asks for and has a fallback for
    whole: bool  # whether it also takes the data as a whole, as in `range .`
    functions: tuple[str, ...]
    on_data: tuple[str, ...]  # functions of maps that are given the data itself
    below: tuple[str, ...]  # keys whose text is asked for a field, as `tls` in `.tls.crt`


class _Operand(NamedTuple):
    kind: str  # dot, variable, word, text, other, pipe
    name: str = ""
    fields: tuple[str, ...] = ()
    pipe: "_Pipe | None" = None


class _Pipe(NamedTuple):
    variables: tuple[str, ...]
    declares: bool
    commands: tuple[tuple[_Operand, ...], ...]


class _Node(NamedTuple):
    kind: str  # action, template, if, with, range, define
    pipe: _Pipe | None
    body: tuple["_Node", ...] = ()
    otherwise: tuple["_Node", ...] = ()


class _Token(NamedTuple):
    kind: str
    text: str
    spaced: bool  # whether space stands before it


def parse(text: str) -> Template:
    """What a template reads and calls; raises TemplateError where Go cannot parse it."""
    reader = _Reader(text)
    nodes, closing = reader.nodes(())
    if closing:
        raise TemplateError(f"`{{{{ {closing} }}}}` closes nothing")
    walk = _Walk()
    walk.all(nodes, {"$": True}, at_root=True, sure=frozenset())
    return walk.result()


def is_template(text: str) -> bool:
    """Whether an engine would run any of it."""
    return "{{" in text


class _Reader:
    """Actions of a text, one after the other, as trees."""

    def __init__(self, text: str) -> None:
        self._actions = _actions(text)
        self._tokens: list[_Token] = []
        self._at = 0

    def nodes(self, ends: tuple[str, ...]) -> tuple[tuple[_Node, ...], str]:
        """Nodes up to a closing word, which is left for the caller; the word is empty at the end."""
        found: list[_Node] = []
        for tokens in self._actions:
            self._tokens, self._at = tokens, 0
            word = self._peek().text if self._peek().kind == "word" else ""
            if word in ("end", "else"):
                if word not in ends:
                    raise TemplateError(f"`{{{{ {word} }}}}` closes nothing")
                self._at += 1
                return tuple(found), word
            found.append(self._node(word))
        return tuple(found), ""

    def _node(self, word: str) -> _Node:
        if word in _BLOCKS:
            self._at += 1
            return self._block(word)
        if word == "template":
            self._at += 1
            self._name(word)
            return _Node("template", self._pipe() if self._more() else None)
        if word in ("break", "continue") and len(self._tokens) == 1:
            return _Node("other", None)
        return _Node("action", self._whole_pipe())

    def _block(self, word: str) -> _Node:
        if word in ("define", "block"):
            self._name(word)
        pipe = None if word == "define" else self._whole_pipe()
        body, closing = self.nodes(("end",) if word in ("define", "block") else ("end", "else"))
        if not closing:
            raise TemplateError(f"`{word}` lacks its `{{{{ end }}}}`")
        otherwise: tuple[_Node, ...] = ()
        if closing == "else":
            if self._more():
                nested = self._next().text
                if nested not in ("if", "with"):
                    raise TemplateError("`else` is followed by what is neither `if` nor `with`")
                otherwise = (self._block(nested),)
            else:
                otherwise, closing = self.nodes(("end",))
                if not closing:
                    raise TemplateError(f"`{word}` lacks its `{{{{ end }}}}`")
        elif self._more():
            raise TemplateError("`end` is followed by more")
        return _Node("define" if word == "block" else word, pipe, body, otherwise)

    def _name(self, word: str) -> None:
        if self._next().kind != "text":
            raise TemplateError(f"`{word}` lacks a name in quotes")

    def _whole_pipe(self) -> _Pipe:
        pipe = self._pipe()
        if self._more():
            raise TemplateError(f"`{self._peek().text}` stands where nothing can")
        return pipe

    def _pipe(self) -> _Pipe:
        variables, declares = self._declarations()
        commands: list[tuple[_Operand, ...]] = []
        while True:
            operands: list[_Operand] = []
            while self._more() and self._peek().text not in ("|", ")"):
                if operands and not self._peek().spaced and self._peek().text != "(":
                    raise TemplateError(f"a space is missing before `{self._peek().text}`")
                operands.append(self._operand())
            if not operands:
                raise TemplateError("an action or a step of a pipeline is empty")
            commands.append(tuple(operands))
            if not self._more() or self._peek().text != "|":
                return _Pipe(variables, declares, tuple(commands))
            self._at += 1

    def _declarations(self) -> tuple[tuple[str, ...], bool]:
        texts = [(token.kind, token.text) for token in self._tokens[self._at : self._at + 4]]
        kinds = ["variable" if kind == "variable" else text for kind, text in texts]
        for length, form in (
            (2, ["variable", ":="]), (2, ["variable", "="]),
            (4, ["variable", ",", "variable", ":="]), (4, ["variable", ",", "variable", "="]),
        ):  # fmt: skip
            if kinds[:length] == form:
                self._at += length
                names = tuple(text for kind, text in texts[:length] if kind == "variable")
                return names, form[-1] == ":="
        return (), False

    def _operand(self) -> _Operand:
        token = self._next()
        match token.kind:
            case "field":
                return _Operand("dot", "", (token.text[1:], *self._fields()))
            case "variable":
                return _Operand("variable", token.text, self._fields())
            case "word" if token.text in ("true", "false", "nil"):
                return _Operand("other")
            case "word":
                return _Operand("word", token.text, self._fields())
            case "text":
                return _Operand("text", _unquoted(token.text))
            case "char" | "number":
                return _Operand("other")
        if token.text == ".":
            return _Operand("dot")
        if token.text == "(":
            pipe = self._pipe()
            if not self._more() or self._next().text != ")":
                raise TemplateError("a parenthesis is not closed")
            return _Operand("pipe", "", self._fields(), pipe)
        raise TemplateError(f"`{token.text}` stands where a value is wanted")

    def _fields(self) -> tuple[str, ...]:
        names = []
        while self._more() and self._peek().kind == "field" and not self._peek().spaced:
            names.append(self._next().text[1:])
        return tuple(names)

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._more() else _Token("", "", False)

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token


def _actions(text: str) -> Iterator[list[_Token]]:
    """The tokens of each action; comments are none."""
    at = text.find("{{")
    while at >= 0:
        at += 2
        if re.match(r"-[ \t\r\n]", text[at : at + 2]):
            at += 2
        if text.startswith("/*", at):
            end = text.find("*/", at)
            close = re.compile(r"(?:[ \t\r\n]-)?\}\}").match(text, end + 2) if end >= 0 else None
            if close is None:
                raise TemplateError("a comment is not closed by `*/}}`")
            at = close.end()
        else:
            tokens, at = _tokens(text, at)
            if not tokens:
                raise TemplateError("an action or a step of a pipeline is empty")
            yield tokens
        at = text.find("{{", at)


def _tokens(text: str, at: int) -> tuple[list[_Token], int]:
    """The tokens of one action, and where it ends."""
    tokens: list[_Token] = []
    spaced = False
    while at < len(text):
        if text.startswith("}}", at):
            return tokens, at + 2
        if spaced and text.startswith("-}}", at):
            return tokens, at + 3
        found = _TOKEN.match(text, at)
        if found is None:
            raise TemplateError(_stranger(text[at], tokens, spaced))
        at = found.end()
        kind = str(found.lastgroup)
        if kind == "space":
            spaced = True
            continue
        if kind == "number" and tokens and not spaced and tokens[-1].kind in ("field", "word"):
            raise TemplateError(_stranger(found[0][0], tokens, spaced))
        tokens.append(_Token(kind, found[0], spaced))
        spaced = False
    raise TemplateError("`{{` is never closed")


def _stranger(character: str, tokens: list[_Token], spaced: bool) -> str:
    if character in "\"'`":
        return "a quote is not closed"
    if character == "-" and tokens and not spaced and tokens[-1].kind == "field":
        return f'`{tokens[-1].text}-…`: a key with a dash is read by `index . "a-key"`'
    if character in "{}":
        return "`{{` is never closed"
    return f"`{character}` has no meaning there"


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])


Scope = dict[str, bool]  # variable -> whether it is the data itself


class _Walk:
    """Gathers what nodes need. Only `.` and `$` outside of `range`, `with` and `define` are data."""

    def __init__(self) -> None:
        self._required: set[str] = set()
        self._optional: set[str] = set()
        self._functions: set[str] = set()
        self._on_data: set[str] = set()
        self._below: set[str] = set()
        self._whole = False

    def result(self) -> Template:
        return Template(
            required=tuple(sorted(self._required)),
            optional=tuple(sorted(self._optional - self._required)),
            whole=self._whole,
            functions=tuple(sorted(self._functions)),
            on_data=tuple(sorted(self._on_data)),
            below=tuple(sorted(self._below)),
        )

    def all(
        self, nodes: tuple[_Node, ...], scope: Scope, *, at_root: bool, sure: frozenset[str]
    ) -> None:
        """`sure` are keys that a condition around has seen."""
        for node in nodes:
            self._node(node, scope, at_root, sure)

    def _node(self, node: _Node, scope: Scope, at_root: bool, sure: frozenset[str]) -> None:
        inner = dict(scope)
        is_block = node.kind in ("if", "with", "range")
        seen: frozenset[str] = frozenset()
        if node.pipe:
            into = inner if is_block else scope
            before = set(self._optional)
            self._optional.clear()
            self._pipe(node.pipe, into, at_root, sure, lenient=node.kind in ("if", "with"))
            seen = frozenset(self._optional)
            self._optional |= before
        if node.kind == "define":
            self.all(node.body, {"$": False}, at_root=False, sure=frozenset())
            return
        if node.kind == "range" and node.pipe:
            inner |= dict.fromkeys(node.pipe.variables, False)
        keeps_dot = at_root and node.kind not in ("with", "range")
        known = sure | seen if node.kind in ("if", "with") else sure
        self.all(node.body, dict(inner), at_root=keeps_dot, sure=known)
        self.all(node.otherwise, dict(inner), at_root=at_root, sure=sure)

    def _pipe(
        self, pipe: _Pipe, scope: Scope, at_root: bool, sure: frozenset[str], *, lenient: bool
    ) -> None:
        for number, command in enumerate(pipe.commands):
            later = {operands[0].name for operands in pipe.commands[number + 1 :]}
            falls_back = lenient or bool(later & _FALLBACKS)
            piped = number > 0 and _is_data(
                _Pipe((), False, pipe.commands[:number]), scope, at_root
            )
            self._command(command, scope, at_root, sure, lenient=falls_back, piped=piped)
        is_data = _is_data(pipe, scope, at_root)
        self._whole |= is_data
        for name in pipe.variables:
            if not pipe.declares and name not in scope:
                raise TemplateError(f"the variable `{name}` is not defined")
            scope[name] = is_data

    def _command(
        self, command: tuple[_Operand, ...], scope: Scope, at_root: bool, sure: frozenset[str],
        *, lenient: bool, piped: bool,
    ) -> None:  # fmt: skip
        first = command[0]
        name = first.name if first.kind == "word" else ""
        falls_back = lenient or name in _FALLBACKS
        rest = command
        if name == "index" and len(command) > 2 and _is_root(command[1], scope, at_root):
            self._functions.add("index")
            if command[2].kind == "text":
                key = command[2].name
                is_soft = lenient or key in sure
                (self._optional if is_soft else self._required).add(key)
            else:
                self._whole = True
            rest = command[3:]
        for operand in rest:
            if operand.kind == "word":
                self._functions.add(operand.name)
            elif operand.pipe:
                self._pipe(operand.pipe, scope, at_root, sure, lenient=falls_back)
            else:
                self._read(operand, scope, at_root, sure)
        given = piped or any(_is_root(operand, scope, at_root) for operand in command[1:])
        if name in _OF_MAPS and given:
            self._on_data.add(name)
        if name and any(_is_root(operand, scope, at_root) for operand in rest[1:]):
            self._whole = True

    def _read(self, operand: _Operand, scope: Scope, at_root: bool, sure: frozenset[str]) -> None:
        if operand.kind == "variable" and operand.name not in scope:
            raise TemplateError(f"the variable `{operand.name}` is not defined")
        is_data = at_root if operand.kind == "dot" else scope.get(operand.name, False)
        if not operand.fields or not is_data or operand.kind not in ("dot", "variable"):
            return
        key = operand.fields[0]
        if len(operand.fields) > 1:
            self._below.add(key)
        (self._optional if key in sure else self._required).add(key)


def _is_root(operand: _Operand, scope: Mapping[str, bool], at_root: bool) -> bool:
    if operand.fields:
        return False
    if operand.kind == "pipe" and operand.pipe:
        return _is_data(operand.pipe, scope, at_root)
    return (operand.kind == "dot" and at_root) or (
        operand.kind == "variable" and scope.get(operand.name, False)
    )


def _is_data(pipe: _Pipe, scope: Mapping[str, bool], at_root: bool) -> bool:
    """Whether a pipeline gives the data itself."""
    last = pipe.commands[-1]
    return len(pipe.commands) == 1 and len(last) == 1 and _is_root(last[0], scope, at_root)
