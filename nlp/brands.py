"""Which brands a text names, and where: spaCy's PhraseMatcher over a tokeniser made for names.

Names are compared without case and accents. A name of several words is also found glued behind # or @
("#MaisonAurelia", "@maisonaurelia"), inside a longer hashtag ("#BoycottMaisonAurelia"), with a plural s, after an
elision ("l'Aurélia") and before a possessive ("Aurélia's").
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from config.models import Brand
from nlp.words import fold

HASHTAG = re.compile(r"[#@](\w{4,})")
LETTERS = re.compile(r"[^\W_]+")
CHUNK = re.compile(r"\S{200,}")
MARK = re.compile(r"[^\w\s]|_")
FULL = 40_000  # words after which a vocabulary is dropped: spaCy never forgets one, and streams never end
GLUED = 5  # letters a glued name needs before it is looked for inside a longer hashtag
PLURAL = 4  # letters a name needs before "s" may follow


class Named(NamedTuple):
    """A brand named at characters [start, end).

    `handle` when by @ or #, which needs no context; `inside` when it is only a part of that hashtag.
    """

    start: int
    end: int
    brand: str
    handle: bool = False
    inside: bool = False


@cache
def tokenizer() -> tuple[Any, Any]:
    """A spaCy vocabulary whose NORM is our folding, and a tokeniser that parts words from all punctuation."""
    import spacy  # noqa: PLC0415 - heavy, and --help never needs it
    from spacy.attrs import NORM  # noqa: PLC0415
    from spacy.tokenizer import Tokenizer  # noqa: PLC0415

    nlp: Any = spacy.blank("xx")
    nlp.vocab.lex_attr_getters[NORM] = fold
    mark = re.compile(r"[^\w\s]|_(?=\W|$)")
    inside = re.compile(r"[^\w\s]")
    return nlp.vocab, Tokenizer(
        nlp.vocab, prefix_search=re.compile(rf"^(?:{mark.pattern})").search,
        suffix_search=re.compile(rf"(?:{mark.pattern})$").search, infix_finditer=inside.finditer,
    )  # fmt: skip


def roomy_tokenizer() -> tuple[Any, Any]:
    """The tokeniser that all finders share, made anew when its vocabulary is full."""
    if len(tokenizer()[0]) > FULL:
        tokenizer.cache_clear()
    return tokenizer()


def spellings(name: str) -> Iterable[str]:
    """The forms under which a name is looked for."""
    yield name
    if name[-1:].isalpha() and name[-1].lower() != "s" and len(name) >= PLURAL:
        yield f"{name}s"
    joined = glued(name)
    if joined and name[:1] not in "#@":
        yield f"#{joined}"
        yield f"@{joined}"
        yield f"@{'_'.join(LETTERS.findall(fold(name)))}"


def glued(name: str) -> str:
    """The letters and digits of a name, folded."""
    return "".join(LETTERS.findall(fold(name)))


class BrandFinder:
    """Finds the brands of a list. Build it once: every name is compiled."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        """Compile names, exclusions and context words."""
        self.brands = tuple(brands)
        self._needs_context = {b.name for b in brands if b.context}
        self._glued = [(glued(n), b.name) for b in brands for n in b.match if len(glued(n)) >= GLUED]
        self._compile()

    def _compile(self) -> None:
        from spacy.matcher import PhraseMatcher  # noqa: PLC0415 - heavy, and --help never needs it

        self._vocab, self._tokens = roomy_tokenizer()
        self._matcher: Any = PhraseMatcher(self._vocab, attr="NORM")
        self._keys: dict[int, tuple[str, str]] = {}
        for brand in self.brands:
            self._add("name", brand.name, [form for name in brand.match for form in spellings(name)])
            own = [fold(name) for name in brand.match]
            around = [phrase for phrase in brand.exclude if any(name in fold(phrase) for name in own)]
            self._add("around", brand.name, around)
            self._add("elsewhere", brand.name, [phrase for phrase in brand.exclude if phrase not in around])
            self._add("context", brand.name, [form for word in brand.context for form in (word, f"{word}s")])

    def _add(self, role: str, brand: str, phrases: Sequence[str]) -> None:
        docs = [doc for phrase in dict.fromkeys(phrases) if len(doc := self._tokens(phrase.strip()))]
        if docs:
            self._matcher.add(f"{role}\t{brand}", docs)
            self._keys[self._vocab.strings[f"{role}\t{brand}"]] = (role, brand)

    def find(self, text: str, *, around: str = "") -> tuple[Named, ...]:
        """The brands named in `text`, in order. `around` (a thread's title, say) may hold the context words.

        Where two names overlap, the longer one is meant.
        """
        if len(self._vocab) > FULL:
            self._compile()
        seen: dict[str, list[tuple[int, int, str]]] = {"name": [], "around": [], "elsewhere": [], "context": []}
        doc = self._tokens(breathing(text))
        for key, start, end in self._matcher(doc):
            role, brand = self._keys[key]
            last = doc[end - 1]
            seen[role].append((doc[start].idx, last.idx + len(last), brand))
        named = [Named(s, e, b, handle=text[s] in "#@") for s, e, b in seen["name"]]
        named += self._hashtags(text) if "#" in text or "@" in text else []
        if not named:
            return ()
        named = outside(named, seen["around"])
        away = {b for _, _, b in seen["elsewhere"]}
        context = {b for _, _, b in seen["context"]} | (
            self._context(around) if self._needs_context and around else set()
        )
        return longest(
            n for n in named
            if n.brand not in away and (n.handle or n.brand not in self._needs_context or n.brand in context)
        )  # fmt: skip

    def _context(self, text: str) -> set[str]:
        hits = (self._keys[key] for key, _, _ in self._matcher(self._tokens(breathing(text))))
        return {brand for role, brand in hits if role == "context"}

    def _hashtags(self, text: str) -> list[Named]:
        return [
            Named(found.start(), found.end(), brand, handle=True, inside=body != name)
            for found in HASHTAG.finditer(text)
            for name, brand in self._glued
            if (body := fold(found[1]).replace("_", "")).startswith(name) or body.endswith(name)
        ]


def breathing(text: str) -> str:
    """The text with marks of endless chunks as spaces, as long as before: spaCy takes the square of their length."""
    return CHUNK.sub(lambda chunk: MARK.sub(" ", chunk[0]), text)


def outside(named: Sequence[Named], phrases: Sequence[tuple[int, int, str]]) -> list[Named]:
    """The names that share no character with a phrase which means somebody else."""
    covered = {(at, brand) for start, end, brand in phrases for at in range(start, end)}
    return [n for n in named if covered.isdisjoint((at, n.brand) for at in range(n.start, n.end))]


def longest(found: Iterable[Named]) -> tuple[Named, ...]:
    """Without overlaps between different places: the longer name wins; one place may name two brands.

    A hashtag may be read twice for one brand, by a long name and by a short one inside it: the long one counts.
    """
    chosen: dict[tuple[int, int], dict[str, Named]] = {}
    taken: dict[int, tuple[int, int]] = {}  # character -> the place it belongs to
    for named in sorted(set(found), key=lambda n: (n.start - n.end, n.start, n.brand, n.inside)):
        place = (named.start, named.end)
        if all(taken.get(at, place) == place for at in range(*place)):
            taken.update(dict.fromkeys(range(*place), place))
            chosen.setdefault(place, {}).setdefault(named.brand, named)
    return tuple(sorted(named for brands in chosen.values() for named in brands.values()))
