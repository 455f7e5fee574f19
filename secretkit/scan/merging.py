"""What others say of the same places: gitleaks, and kustomizations that name a file."""

from collections.abc import Iterable, Iterator, Sequence

from secretkit import looks
from secretkit.hidden import Hidden
from secretkit.looks import is_filled_in, is_placeholder
from secretkit.scan import judging
from secretkit.scan.codes.sk803_config_map import CODE as CONFIG_MAP
from secretkit.scan.codes.sk807_generator import CODE as GENERATOR
from secretkit.scan.codes.sk818_generator_file import CODE as FILE
from secretkit.scan.codes.sk819_by_gitleaks import CODE as BY_GITLEAKS
from secretkit.scan.gitleaks import Leak
from secretkit.scan.nodes import Node, Stretch
from secretkit.scan.places import login_file
from secretkit.scan.reading import File, Wanted
from secretkit.scan.seen import SAFE, Seen, Verdict, is_public, of_a_field, of_a_secret, seen
from secretkit.scan.texts import assignments
from secretkit.tokens import Token

_OBJECT = "kubernetes-secret-yaml"  # guesses at what we read
_KEY = "private-key"
_GUESS = "generic-api-key"  # judges a name and its value, as we do of all that has structure


def merged(found: Sequence[Seen], leaks: Iterable[Leak], file: File) -> list[Seen]:
    """The findings with the rules of gitleaks that say the same, and those that it has alone."""
    out = list(found)
    alone: dict[Stretch, Leak] = {}
    for leak in leaks:
        met = [at for at, one in enumerate(out) if _shares(one.at, leak.at)]
        for at in met:
            one = out[at]
            if one.is_found and leak.rule not in one.by.split(", "):
                out[at] = one._replace(by=", ".join(filter(None, (one.by, leak.rule))))
        if not met and not _is_known_better(leak, file):
            alone.setdefault(leak.at, leak)
    numbers: dict[str, int] = {}
    for stretch, leak in alone.items():
        number = numbers[leak.rule] = numbers.get(leak.rule, 0) + 1
        steps = (leak.rule, str(number))
        out.append(
            Seen(BY_GITLEAKS, steps, stretch, "likely", leak.rule, "", Hidden(b""), leak.rule)
        )
    return out


def _is_known_better(leak: Leak, file: File) -> bool:
    """Whether a rule guesses at the structure of what we have read; a comment has none."""
    if leak.rule == _OBJECT:
        return True
    if leak.rule == _KEY:
        text = "\n".join(file.rows[leak.at.line - 1 : leak.at.end_line])
        at = max(text.find("-----BEGIN"), 0)
        return not looks.has_body(text, Token("a private key", at, len(text)))
    row = file.rows[leak.at.line - 1] if leak.at.line <= len(file.rows) else ""
    is_read = (bool(file.documents) and not file.is_broken) or login_file.is_read(file)
    return leak.rule == _GUESS and is_read and "#" not in row


def _shares(ours: Stretch, theirs: Stretch) -> bool:
    """Whether they have a line in common: columns of gitleaks count from the line before."""
    return ours.line <= theirs.end_line and theirs.line <= ours.end_line


def of_wanted(file: File, wanted: Wanted) -> Iterator[Seen]:
    """What a file holds of which a generator makes a Secret or a ConfigMap."""
    subject = f"`{file.base}`, by {wanted.by},"
    whole = Node(Stretch(1, 1, len(file.rows), 10_000), file.text, indent=0)
    if wanted.is_env:
        for one in assignments(file.text):
            if wanted.is_secret:
                verdict = of_a_secret(one.key, one.value)
                if verdict.sureness in ("sure", "likely"):
                    yield seen(GENERATOR, one.steps, one.node, verdict, subject=wanted.by)
            elif not login_file.is_read(file):  # else they were judged as what they are
                verdict = of_a_field(one.key, one.value)
                if verdict is not SAFE:
                    yield seen(CONFIG_MAP, one.steps, one.node, verdict, subject=wanted.by)
    elif wanted.is_secret:
        text = file.text.strip()
        is_sealed = file.documents and file.documents[0].get("sops") is not None
        if text and not (
            is_public(text) or is_placeholder(text) or is_filled_in(text) or is_sealed
        ):
            at = Stretch(1, 1, 1, max(len(file.rows[0]), 1) + 1)
            yield seen(FILE, (), Node(at, file.text), Verdict("sure", "a file"), subject=subject)
    elif not (file.is_yaml or file.is_json):
        lines = whole._replace(at=Stretch(0, 1, len(file.rows), 10_000))
        found = judging.of_rows(CONFIG_MAP, (), file.base, lines, wanted.by)
        yield from (one for one in found if one.is_found)
