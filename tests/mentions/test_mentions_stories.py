"""Stories: what joins, what does not, and that neither order nor time changes it."""

import random
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.model import Unit
from mentions.stories import ALIKE, COMMON, EXCERPT_LEAST, FEW, Arrival, Founder, alike, assign, sketch
from mentions.tokens import search_text

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ARTICLE = """Velmora rappelle quarante mille bouilloires vendues en France et en Belgique depuis le mois de mars.

Selon l'entreprise, le socle peut chauffer anormalement et, dans de rares cas, provoquer un début d'incendie ; trois
clients ont signalé des dégâts matériels, aucun blessé n'est à déplorer. Les appareils concernés portent un numéro de
série qui commence par VK24, gravé sous le socle.

Les acheteurs sont invités à débrancher l'appareil et à demander un remboursement en ligne ou en magasin, sans
présenter de ticket de caisse. La direction de la concurrence dit suivre le dossier avec attention.

L'action de la maison mère a perdu quatre pour cent à la Bourse de Bruxelles dans la matinée de mardi."""
OTHER = """Velmora annonce l'ouverture de douze magasins en France et en Belgique avant la fin de l'année prochaine.

Selon l'entreprise, ces boutiques de centre-ville emploieront près de deux cents personnes ; les premières ouvriront à
Lille, Namur et Nantes. Les syndicats demandent des contrats à temps plein et une prime d'ouverture."""
VOCABULARY = [f"{start}{end}" for start in "bcdfglmnprstv" for end in ("aro", "elin", "iste", "ombe", "urlac")]


def text(body: str, name: str = "a", *, title: str | None = None, unit: Unit = "article") -> Founder:
    return Founder(story_id=name, unit=unit, title=title, search_text=search_text(title, body))


def came(body: str, name: str, *, title: str | None = None, hours: int = 0, unit: Unit = "article") -> Arrival:
    founder = text(body, name, title=title, unit=unit)
    return Arrival(founder=founder, published_at=NOW + timedelta(hours=hours), terms=sketch(founder.words))


def stories(*arrivals: Arrival) -> list[str]:
    found = assign(arrivals, ())
    return [found[one.founder.story_id] for one in arrivals]


def test_a_reprint_with_another_headline_and_a_cut_last_paragraph_joins() -> None:
    reprint = ARTICLE.rpartition("\n\n")[0].upper().replace("ROMPRE", "")
    assert stories(
        came(ARTICLE, "a", title="Velmora rappelle 40 000 bouilloires"),
        came(reprint, "b", title="Attention, votre bouilloire peut prendre feu ! Ce qu'il faut vérifier", hours=3),
        came(OTHER, "c", title="Velmora rappelle 40 000 bouilloires", hours=4),
    ) == ["a", "a", "c"]  # fmt: skip


def test_an_agency_line_and_small_corrections_do_not_part_two_reprints() -> None:
    corrected = ARTICLE.replace("quarante mille", "42 000").replace("trois", "quatre").replace("mardi", "mercredi")
    assert stories(came(ARTICLE, "a"), came(f"BRUXELLES (Dépêche) - {corrected}", "b", hours=1)) == ["a", "a"]


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        ("Livraison rapide et produit conforme", "Livraison rapide mais produit cassé", False),
        ("Livraison rapide et produit conforme", "Livraison rapide et produit conforme", False),  # said by many
        ("Velmora m'a fait attendre deux mois", "velmora m’a fait attendre DEUX mois !!", True),
        ("Velmora m'a fait attendre deux mois", "Velmora m'a fait attendre trois mois", False),
        ("", "", False),
        ("😡", "😡", False),
    ],
)
def test_short_texts_join_only_when_equal_and_the_shortest_never(one: str, other: str, joined: bool) -> None:
    assert (stories(came(one, "a", unit="review"), came(other, "b", unit="review", hours=1))[1] == "a") is joined


def test_a_formula_that_many_say_makes_no_story() -> None:
    said = [came(f"Alerte prix Velmora du jour numéro {n} " + "x " * n + f"stock {n * 7}", f"p{n}") for n in range(60)]
    assert len(set(stories(*said))) == 60


def test_an_excerpt_of_an_article_joins_it_and_a_quoting_post_does_not() -> None:
    teaser = " ".join(ARTICLE.split()[:60])
    assert stories(came(ARTICLE, "a"), came(teaser, "b", hours=1)) == ["a", "a"]
    assert stories(came(teaser, "b"), came(ARTICLE, "a", hours=1)) == ["b", "b"]
    assert stories(came(ARTICLE, "a"), came(teaser, "b", hours=1, unit="post")) == ["a", "b"]
    short = " ".join(ARTICLE.split()[: EXCERPT_LEAST // 2])
    assert stories(came(ARTICLE, "a"), came(short, "b", hours=1)) == ["a", "b"]


def test_a_title_alone_is_compared_and_a_title_never_counts_beside_a_text() -> None:
    headline = "Velmora rappelle quarante mille bouilloires dans cinq pays à la suite de trois départs de feu"
    assert stories(came("", "a", title=headline), came("", "b", title=headline, hours=1)) == ["a", "a"]
    assert text(ARTICLE, title="!!!").words == text(ARTICLE, title="Autre chose").words == text(ARTICLE).words


def test_the_earliest_of_a_batch_founds_and_a_known_story_is_kept() -> None:
    late, early = came(ARTICLE, "a", hours=5), came(ARTICLE, "b", hours=1)
    assert stories(late, early) == ["b", "b"]
    known = Arrival(founder=late.founder, published_at=late.published_at, story_id="old")
    assert stories(known, early) == ["old", "b"]


def test_of_two_founders_the_nearer_one_wins_and_the_smaller_name_breaks_ties() -> None:
    words = ARTICLE.split()
    near, far = text(" ".join(words[:-5]), "near"), text(" ".join(words[:-25]), "far")
    twins = [text(ARTICLE, name) for name in ("y", "x")]
    one = came(ARTICLE, "new")
    assert assign([one], [far, near])["new"] == "near"
    assert assign([one], twins)["new"] == "x"


def test_a_sketch_is_the_same_for_ever() -> None:
    """Stores hold these: another hash would make every old story unfindable."""
    words = search_text("Velmora m'a fait attendre deux mois").split()
    assert sketch(words) == ("55fac5942c3f7655",)  # worked out with whole numbers of Python
    assert len(sketch(search_text(ARTICLE).split())) == 8
    assert sketch(words[: FEW - 1]) == sketch(()) == ()


def prose(rng: random.Random, size: int) -> list[str]:
    return rng.choices(VOCABULARY, k=size)


def copy_of(rng: random.Random, words: list[str]) -> list[str]:
    """An edit that leaves two copies of one text alike: a cut end, or a word changed here and there."""
    if rng.random() < 0.5:
        return words[: len(words) - rng.randrange(len(words) // 10)]
    changed = list(words)
    for _ in range(max(1, len(words) // 100)):
        changed[rng.randrange(len(words))] = rng.choice(VOCABULARY)
    return changed


def fed(arrivals: Sequence[Arrival], size: int) -> dict[str, str]:
    """What comes out of batches of `size`, the founders of earlier ones offered as a store would."""
    told: dict[str, str] = {}
    shelf: dict[str, Founder] = {}
    for start in range(0, len(arrivals), size):
        batch = arrivals[start : start + size]
        wanted = {term for one in batch for term in one.terms}
        offered = [founder for founder in shelf.values() if wanted.intersection(sketch(founder.words))]
        told |= assign(batch, offered)
        shelf |= {
            one.founder.story_id: one.founder for one in batch if told[one.founder.story_id] == one.founder.story_id
        }
    return told


def drifting(rng: random.Random, *, versions: int, changes: int) -> list[str]:
    """Texts of 80 words, each the one before with some words exchanged."""
    words, bodies = prose(rng, 80), []
    for _ in range(versions):
        for _ in range(changes):
            words[rng.randrange(80)] = rng.choice(VOCABULARY)
        bodies.append(" ".join(words))
    return bodies


def partition(told: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(name for name, story in told.items() if story == one) for one in told.values()}


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False), size=st.integers(1, 30))
def test_texts_that_are_clearly_copies_make_the_same_groups_in_any_order(
    seed: int, order: random.Random, size: int
) -> None:
    rng = random.Random(seed)
    arrivals, truth = [], {}
    for group in range(6):
        original = prose(rng, rng.randint(60, 150))
        for number in range(rng.randint(1, 5)):
            name = f"{group}-{number}"
            arrivals.append(came(" ".join(copy_of(rng, original)), name, title=" ".join(prose(rng, 8)), hours=number))
            truth[name] = str(group)
    order.shuffle(arrivals)
    assert partition(fed(arrivals, size)) == partition(truth)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
def test_one_batch_is_told_the_same_whatever_its_order_however_unclear(seed: int, order: random.Random) -> None:
    rng = random.Random(seed)
    bodies = drifting(rng, versions=15, changes=6)
    arrivals = [came(body, f"{number:02}", hours=rng.randrange(3)) for number, body in enumerate(bodies)]
    shuffled = list(arrivals)
    order.shuffle(shuffled)
    assert assign(shuffled, ()) == assign(arrivals, ())


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 10))
def test_no_chain_of_small_changes_drifts_away_from_the_founder(seed: int, size: int) -> None:
    bodies = drifting(random.Random(seed), versions=20, changes=3)
    arrivals = [came(body, f"{number:02}", hours=number) for number, body in enumerate(bodies)]
    told = fed(arrivals, size)
    by_name = {one.founder.story_id: one.founder for one in arrivals}
    assert len(set(told.values())) > 1  # the last is another text than the first, though each step is small
    assert all(alike(one.founder, other.founder) for one, other in pairwise(arrivals))
    for name, story in told.items():
        assert name == story or alike(by_name[name], by_name[story]) >= ALIKE


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), later=st.integers(1, 30))
def test_what_was_told_stays_told_when_more_copies_come_or_it_is_told_again(seed: int, later: int) -> None:
    rng = random.Random(seed)
    original = prose(rng, rng.randint(80, 120))
    first = came(" ".join(original), "first", hours=5)
    story = assign([first], ())["first"]
    # Copies published before the founder, and the founder judged again among them, under any text it may have now.
    known = Arrival(founder=text(" ".join(prose(rng, 50)), "first"), published_at=NOW, story_id=story)
    copies = [came(" ".join(copy_of(rng, original)), f"{n:02}", hours=rng.randrange(9)) for n in range(later)]
    told = assign([*copies, known], [first.founder])
    assert set(told.values()) == {"first"}
    again = [Arrival(founder=one.founder, published_at=NOW, story_id=told[one.founder.story_id]) for one in copies]
    assert assign(again, [first.founder]).items() <= told.items()


@given(st.text(max_size=400), st.text(max_size=400))
def test_likeness_is_symmetric_and_between_0_and_1(one: str, other: str) -> None:
    left, right = text(one), text(other)
    assert 0 <= alike(left, right) == alike(right, left) <= 1
    assert alike(left, left) == float(len(left.words) >= FEW)
    assert len(sketch(left.words)) <= 8


@pytest.mark.local
@pytest.mark.parametrize("said", ["words", "signs"])
def test_endless_texts_do_not_fill_the_memory(said: str) -> None:
    """Eight texts of 20,000 characters, each with four founders like it: held are the shingles of a few."""
    rng = random.Random(1)
    letters = "0123456789abcdef" if said == "words" else [chr(0x4E00 + number) for number in range(9_000)]
    length = 5 if said == "words" else 1
    bodies = [" ".join("".join(rng.choices(letters, k=length)) for _ in range(4_000)) for _ in range(8)]
    founders = [text(f"{body} {n}", f"f{at}-{n}") for at, body in enumerate(bodies) for n in range(4)]
    tracemalloc.start()
    try:
        told = assign([came(body, f"p{at}", hours=at) for at, body in enumerate(bodies)], founders)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert all(story.startswith("f") for story in told.values())
    assert peak < 6_000_000  # bytes; with the tokens of all of them 20 million and more


def test_generated_edits_are_found_as_the_record_of_the_decision_says() -> None:
    """docs/adr/0025: a cut fifth always, one word in twenty changed nearly always, one in five never."""
    rng = random.Random(3)
    found = {0.02: 0, 0.05: 0, 0.2: 0, "cut": 0}
    for number in range(200):
        words = prose(rng, rng.randint(80, 240))
        found["cut"] += stories(came(" ".join(words), "a"), came(" ".join(words[: len(words) * 4 // 5]), "b"))[1] == "a"
        for share in (0.02, 0.05, 0.2):
            edited = [rng.choice(VOCABULARY) if rng.random() < share else word for word in words]
            one, other = came(" ".join(words), "a", unit="post"), came(" ".join(edited), f"b{number}", unit="post")
            found[share] += stories(one, other)[1] == "a"
    assert found["cut"] == found[0.02] == 200
    assert found[0.05] >= 190
    assert found[0.2] == 0
    assert COMMON < 200
