import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.classify import Target
from nlp.lexicon import FOLDER, LexiconClassifier, entries, load
from nlp.phrases import read_yaml

JUDGE = LexiconClassifier()


def label(text, language, target=None):
    return JUDGE.read([text], [language], [Target(target) if target else None])[0].sentiment.label


@pytest.mark.parametrize(
    "text",
    [
        "Je recommande vivement, service impeccable !",
        "Une vraie tuerie ce dessert",
        "Rien à redire, livraison rapide.",
        "Pas mal du tout, je suis agréablement surpris",
        "Je n'ai jamais été déçu par cette enseigne",
        "😍😍",
        "Aucun problème, tout fonctionne très bien",
        "Ce n'est que du bonheur",
    ],
)
def test_french_praise(text):
    assert label(text, "fr") == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "Service client lamentable, je suis très déçue",
        "Ce produit n'est vraiment pas bon",
        "Ça marche pas, c'est nul",
        "Merci bravo, encore une fois trois semaines de retard",
        "Le décor est joli mais l'accueil est exécrable et la chambre sale",
        "Ce film n'a aucun intérêt",
        "À fuir !!!",
    ],
)
def test_french_blame(text):
    assert label(text, "fr") == "negative"


@pytest.mark.parametrize(
    "text", ["Not bad at all", "I can't complain, works great", "Highly recommend this place", "❤️"]
)
def test_english_praise(text):
    assert label(text, "en") == "positive"


@pytest.mark.parametrize(
    "text",
    ["The food was not good", "Worst airline ever", "Thanks for nothing @brand", "never again, total waste of money"],
)
def test_english_blame(text):
    assert label(text, "en") == "negative"


@pytest.mark.parametrize(
    ("text", "language"),
    [("Quels sont les horaires d'ouverture du magasin ?", "fr"), ("What time does the store open?", "en"), ("", "fr")],
)
def test_questions_and_nothing_are_neutral(text, language):
    assert label(text, language) == "neutral"


def test_comparison_depends_on_the_target():
    text = "Aurélia est bien mieux que Nova"
    assert label(text, "fr", "Nova") == "negative"
    assert label(text, "fr", "Aurélia") == "positive"


def test_leaving_one_for_the_other_depends_on_the_target():
    text = "I am leaving Nova for Aurelia"
    assert label(text, "en", "Nova") == "negative"
    assert label(text, "en", "Aurelia") == "positive"


def test_degree_and_shouting_raise_what_is_heard():
    faint, loud = JUDGE.read(["C'est décevant", "C'est très décevant !"], ["fr", "fr"], [None, None])
    assert loud.sentiment.negative > faint.sentiment.negative


@settings(deadline=None)  # the lists load at the first text of a language
@given(st.text(max_size=80), st.sampled_from(["fr", "en", "de", "und"]))
def test_probabilities_sum_to_one_on_any_text(text, language):
    (found,) = JUDGE.read([text], [language], [Target(text[:5])])
    assert abs(sum(found.sentiment) - 1) < 1e-9
    assert min(found.sentiment) > 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lists_are_long_and_weights_lie_between_minus_and_plus_four(language):
    found = entries(read_yaml(FOLDER / f"{language}.yaml"))
    assert len({term for term, _ in found}) >= 1_200
    assert all(-4 <= cue.weight <= 4 for _, cue in found)
    assert load((language,)) is load((language,))


def test_version_follows_the_lists():
    assert JUDGE.version.startswith("lexicon-")


def test_languages_without_words_share_one_index():
    assert load(("qq",)) is load(("zz",)) is load(())
