"""The written texts under demo/texts, read into drafts that have no time and no author yet."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

Site: TypeAlias = Literal["blog", "forum", "shop", "news"]
Unit: TypeAlias = Literal["article", "post", "comment", "review"]
About: TypeAlias = Literal["own", "rival", "homonym", "other"]

FOLDER = Path(__file__).parent / "texts"
ABOUT: Mapping[str, About] = {"o": "own", "r": "rival", "h": "homonym", "x": "other"}
MOOD = {"+": 1, "0": 0, "-": -1, "": 0}
GOOD, MIDDLING = 4, 3


@dataclass(slots=True, kw_only=True)
class Draft:
    """One written text. `speaker` tells apart the people of one thread; `replies_to` names one of them.

    `mood` is the author's feeling toward the brand that the text is `about`. `options` may hold `edited` and
    `deleted` (hours after the start of the live days) and `text` (what an edit makes of it).
    """

    site: Site
    unit: Unit
    thread: str
    lang: str
    text: str
    about: About
    mood: int
    speaker: str
    title: str | None = None
    rating: int | None = None
    replies_to: str | None = None
    crisis: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What posts hang under: a forum topic, an article, a product. `place` is its board, section or brand."""

    key: str
    site: Site
    title: str
    lang: str
    place: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def read(name: str) -> Any:
    """One file of the folder; the C loader reads it twenty times faster where libyaml is there."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader


def slug(title: str) -> str:
    """A title as the last part of an address: ASCII, lower case, hyphens, at most eight words."""
    plain = unicodedata.normalize("NFKD", title.replace("œ", "oe")).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower())[:8])


def code(text: str) -> tuple[About, int]:
    """`o-` reads: about our own brand, and angry."""
    return ABOUT[text[0]], MOOD[text[1:]]


def said(site: Site, thread: str, lang: str, row: list[Any]) -> Draft:
    """`[speaker, code, text, options]`; the speaker `B>A` is B who answers A; options may change the language."""
    who, marks, text, *rest = row
    options: Mapping[str, Any] = rest[0] if rest else {}
    about, mood = code(marks)
    speaker, _, replies_to = str(who).partition(">")
    unit: Unit = "post" if site == "forum" else "comment"
    return Draft(
        site=site, unit=unit, thread=thread, lang=options.get("lang", lang), text=text.strip(), about=about, mood=mood,
        speaker=speaker, replies_to=replies_to or None, options=options,
    )  # fmt: skip


def article(site: Site, row: Mapping[str, Any]) -> tuple[Thread, Draft]:
    """An article of the blog or the news site, and the thread that it opens."""
    about, mood = code(row["code"])
    lang, title = row.get("lang", "fr"), row["title"]
    key = row.get("key") or slug(title)
    thread = Thread(key=key, site=site, title=title, lang=lang, place=row.get("section", "Essais"), facts=row)
    draft = Draft(
        site=site, unit="article", thread=key, lang=lang, text=row["text"].strip(), about=about, mood=mood,
        speaker=row.get("author", ""), title=title, options=row,
    )  # fmt: skip
    return thread, draft


def review(product: Thread, row: list[Any]) -> Draft:
    """`[stars, language, title, text, options]`; what it is about follows from the product's brand."""
    stars, lang, title, text, *rest = row
    mood = 1 if stars >= GOOD else 0 if stars == MIDDLING else -1
    return Draft(
        site="shop", unit="review", thread=product.key, lang=lang, text=text.strip(), about=product.facts["about"],
        mood=mood, speaker="", title=title or None, rating=stars, options=rest[0] if rest else {},
    )  # fmt: skip


def forum_threads() -> Iterator[tuple[Thread, list[Draft]]]:
    """Every everyday topic with its posts, the opener first."""
    for row in read("forum"):
        lang = row.get("lang", "fr")
        key = row.get("key") or slug(row["title"])
        thread = Thread(key=key, site="forum", title=row["title"], lang=lang, place=row["board"])
        yield thread, [said("forum", key, lang, post) for post in row["posts"]]


def articles(site: Site) -> Iterator[tuple[Thread, list[Draft]]]:
    """Every article of the blog or the news site, then its comments."""
    for row in read(site):
        thread, opener = article(site, row)
        yield thread, [opener, *(said(site, thread.key, thread.lang, line) for line in row.get("comments", ()))]


def products() -> Iterator[tuple[Thread, list[Draft]]]:
    """Every product of the shop with its everyday reviews."""
    written = read("reviews")
    for row in read("products"):
        about = {"Marvenne": "own", "Kestrom": "rival"}.get(row["brand"], "other")
        facts = {**row, "about": about}
        thread = Thread(key=row["key"], site="shop", title=row["name"], lang="fr", place=row["brand"], facts=facts)
        yield thread, [review(thread, line) for line in written.get(row["key"], ())]


def crisis(known: Mapping[str, Thread]) -> tuple[list[Thread], list[Draft]]:
    """The planted crisis in the order of its events: new threads, and drafts on new and old ones.

    `known` holds the everyday threads by `site/key`.
    """
    rows = read("crisis")
    threads = dict(known)
    fresh: list[Thread] = []
    for row in rows["threads"]:
        thread = Thread(
            key=row["key"], site="forum", title=row["title"], lang=row.get("lang", "fr"), place=row["board"]
        )
        threads[f"forum/{thread.key}"] = thread
        fresh.append(thread)
    drafts: list[Draft] = []
    for row in rows["events"]:
        if isinstance(row, dict):
            thread, draft = article(row["site"], row)
            threads[f"{thread.site}/{thread.key}"] = thread
            fresh.append(thread)
        else:
            thread = threads[row[0]]
            draft = (
                review(thread, row[1:])
                if thread.site == "shop"
                else said(thread.site, thread.key, thread.lang, row[1:])
            )
        draft.crisis = True
        drafts.append(draft)
    return fresh, drafts
