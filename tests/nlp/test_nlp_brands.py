import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nlp_material import brand

from nlp.brands import BrandFinder
from nlp.classify import Probabilities, Reading, Target
from nlp.examples import check_examples
from nlp.passage import IN_LIST, IN_TITLE, SAME_CLAUSE, Passage, join, passages
from nlp.passage import read as read_passages


@pytest.fixture(scope="module")
def finder():
    return BrandFinder(
        [
            brand(exclude=("Aurélia Steiner", "vol habité")),
            brand("Nova", ("Nova", "@nova_fr"), context=("forfait", "opérateur")),
            brand("Nova Banque", ("Nova Banque",)),
        ]
    )


def names(finder, text, around=""):
    return [n.brand for n in finder.find(text, around=around)]


@pytest.mark.parametrize(
    "text",
    [
        "J'ai testé l'Aurélia hier",
        "d’AURELIA",
        "Aurélia's staff",
        "les Aurélias",
        "#MaisonAurelia",
        "#BoycottMaisonAurélia maintenant",
        "merci @maisonaurelia",
        "merci @maison_aurelia !",
        "(Maison aurelia)",
        "chez Maison Aurélia.",
    ],
)
def test_spellings_that_name_the_brand(finder, text):
    assert set(names(finder, text)) == {"Maison Aurélia"}


@pytest.mark.parametrize("text", ["Aurélia Steiner est un film", "aurélian", "Le vol habité d'Aurélia", "rien"])
def test_texts_about_somebody_else(finder, text):
    assert names(finder, text) == []


def test_an_excluded_phrase_does_not_hide_the_brand_beside_it(finder):
    assert names(finder, "Aurélia Steiner porte du Maison Aurélia") == ["Maison Aurélia"]


def test_a_homonym_needs_a_word_of_its_context_in_the_text_or_around_it(finder):
    assert names(finder, "La nova a explosé dans le ciel") == []
    assert names(finder, "Nova augmente ses forfaits") == ["Nova"]
    assert names(finder, "Nova, c'est fini", around="Quel opérateur choisir ?") == ["Nova"]
    assert names(finder, "encore @nova_fr") == ["Nova"]


def test_the_longer_of_two_overlapping_names_is_meant(finder):
    assert names(finder, "Nova Banque et son forfait") == ["Nova Banque"]


def test_the_vocabulary_is_bounded_and_names_survive_its_renewal(monkeypatch):
    monkeypatch.setattr("nlp.brands.FULL", 1_000)
    finder, other = BrandFinder([brand()]), BrandFinder([brand("Nova", ("Nova",))])
    for number in range(3_000):
        assert names(finder, f"mot{number} d'Aurélia") == ["Maison Aurélia"]
    assert len(finder._vocab) <= 1_010
    assert names(other, "chez Nova") == ["Nova"]


@given(st.text(max_size=60))
def test_places_point_at_the_text_whatever_surrounds_them(finder, noise):
    text = f"{noise} maison aurélia "
    for named in finder.find(text):
        assert 0 <= named.start < named.end <= len(text)


def read(found, classifier):
    return read_passages(classifier, found, ["fr"] * len(found))


def told(finder, text, title=None):
    return passages(title, text, finder.find(join(title, text)))


def test_each_brand_gets_what_is_said_of_it(finder):
    found = told(
        finder, "Le forfait Nova est nul. On m'a raccroché au nez. Aurélia, par contre, est géniale. Un régal."
    )
    assert found["Nova"].text == "Le forfait Nova est nul. On m'a raccroché au nez."
    assert found["Maison Aurélia"].text == "Aurélia, par contre, est géniale. Un régal."


def test_a_sentence_that_names_two_is_cut_into_clauses(finder):
    found = told(finder, "Le forfait Nova est cher, mais Aurélia est parfaite.")
    assert "parfaite" not in found["Nova"].text
    assert "cher" not in found["Maison Aurélia"].text


def test_what_stands_before_the_first_name_belongs_to_it(finder):
    found = told(finder, "Trois semaines sans réponse. C'est Nova, opérateur. Chez Aurélia on décroche.")
    assert found["Nova"].text == "Trois semaines sans réponse. C'est Nova, opérateur."
    assert found["Maison Aurélia"].text == "Chez Aurélia on décroche."


class Recorder:
    """Reads nothing and keeps what it was asked; negative in a text of several sentences, else positive."""

    name = version = "recorder"
    beside = None

    def __init__(self, *, parts_brands):
        self.parts_brands = parts_brands
        self.asked = []

    def read(self, texts, languages, targets):
        self.asked.append(list(zip(texts, languages, targets, strict=True)))
        moods = [
            Probabilities(0.8, 0.1, 0.1) if text.count(".") > 1 else Probabilities(0.1, 0.1, 0.8) for text in texts
        ]
        return [
            Reading(mood, crisis={"boycott_call": len(text) / 1000}) for mood, text in zip(moods, texts, strict=True)
        ]


def test_who_parts_brands_judges_the_whole_text_but_looks_for_signals_in_the_passage(finder):
    text = "Quitté le forfait Nova. Chez Aurélia on décroche."
    found = told(finder, text)
    passage, nova = found["Maison Aurélia"], found["Nova"]
    parting, plain = Recorder(parts_brands=True), Recorder(parts_brands=False)
    first, second = read([passage, nova], parting), read([passage, nova], plain)
    assert [r.sentiment.label for r in first] == ["negative", "negative"]
    assert [r.sentiment.label for r in second] == ["positive", "positive"]
    assert [r.crisis for r in first] == [r.crisis for r in second]
    assert parting.asked[1][0] == (text, "fr", Target("Aurélia", ("Nova",)))
    assert len(plain.asked) == 1


def test_a_text_about_one_brand_or_nobody_is_read_once(finder):
    parting = Recorder(parts_brands=True)
    read([told(finder, "Quitté le forfait Nova. Enfin.")["Nova"], Passage("Rien.", None, 1.0)], parting)
    read([], parting)
    assert [len(asked) for asked in parting.asked] == [2, 0]


def test_a_long_article_is_about_the_brand_only_where_it_names_it(finder):
    filler = "Il a plu sur la ville toute la journée. " * 40
    found = told(finder, filler + "Aurélia a fermé trois magasins. " + filler)
    assert "fermé trois magasins" in found["Maison Aurélia"].text
    assert len(found["Maison Aurélia"].text) < 300


def test_a_name_inside_a_hashtag_is_no_target_that_could_be_marked(finder):
    assert told(finder, "#BoycottMaisonAurelia maintenant")["Maison Aurélia"].surface is None
    assert told(finder, "#BoycottMaisonAurelia et Aurélia")["Maison Aurélia"].surface == "Aurélia"
    assert told(finder, "vive #MaisonAurelia")["Maison Aurélia"].surface == "#MaisonAurelia"


@pytest.mark.local
@pytest.mark.parametrize(
    "piece", ["Aurélia ", "Aurélia. ", "Aurélia Steiner ", "!?", "#BoycottMaisonAurelia", "(Nova)", "a_"]
)
def test_time_does_not_take_the_square_of_the_length(finder, piece):
    text = (piece * 100_000)[:100_000] + " chez Aurélia"
    before = time.process_time()
    found = told(finder, text)
    assert "Maison Aurélia" in found
    assert time.process_time() - before < 15  # seconds of CPU; the square took minutes


def test_target_probability(finder):
    assert told(finder, "C'est bien.", title="Maison Aurélia")["Maison Aurélia"].target == IN_TITLE
    assert told(finder, "@maisonaurelia bravo")["Maison Aurélia"].target == IN_TITLE
    assert told(finder, "Aurélia est bien.")["Maison Aurélia"].target == SAME_CLAUSE
    many = BrandFinder([brand(n, (n,)) for n in ("Alpha", "Bravox", "Charly", "Deltax")])
    listed = "On trouve Alpha, Bravox, Charly, Deltax en rayon."
    assert passages(None, listed, many.find(listed))["Alpha"].target == IN_LIST


def test_examples_say_what_to_change():
    good = brand(examples={"positive": ("Vive Aurélia",), "negative": ("Aurélie",)})
    assert check_examples([good]) == []
    bad = brand(examples={"positive": ("Vive l'Aurelya",), "negative": ("Aurélia ma sœur",)})
    missed, caught = check_examples([bad])
    assert "add the spelling to `match`" in missed
    assert "add a phrase to `not`" in caught
