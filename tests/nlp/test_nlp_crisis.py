import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentions.model import CRISIS_LABELS
from nlp.crisis import DECIDED, load, read

POSITIVE = {
    "boycott_call": (
        ("fr", "Boycottez cette enseigne, n'achetez plus rien chez eux !"),
        ("fr", "Résiliez tous vos abonnements, qu'ils comprennent."),
        ("en", "Please boycott this brand."),
        ("en", "Take your money elsewhere, everyone should cancel."),
    ),
    "product_safety": (
        ("fr", "Mon fils a fini aux urgences après avoir mangé leur dessert."),
        ("fr", "Le chargeur a pris feu pendant la nuit"),
        ("en", "The company issued a recall over salmonella."),
        ("en", "My kettle caught fire and burned my hand."),
    ),
    "data_security": (
        ("fr", "Fuite de données : nos mots de passe se retrouvent en ligne."),
        ("fr", "Ils revendent nos données à des tiers"),
        ("en", "Huge data breach, customer records leaked."),
        ("en", "My account was hacked and they do nothing"),
    ),
    "fraud_deception": (
        ("fr", "Prélevé deux fois sans mon accord, c'est une escroquerie"),
        ("fr", "De faux avis partout sur leur page"),
        ("en", "They charged my card without asking, total scam"),
        ("en", "Hidden fees everywhere and false advertising"),
    ),
    "legal_regulatory": (
        ("fr", "La DGCCRF ouvre une enquête sur l'enseigne"),
        ("fr", "Condamnée à une amende de deux millions d'euros"),
        ("en", "A class action lawsuit was filed yesterday"),
        ("en", "The regulator fined them for misleading customers"),
    ),
    "discrimination_harassment": (
        ("fr", "Le vigile a tenu des propos racistes à ma fille"),
        ("fr", "Une salariée dénonce du harcèlement au magasin"),
        ("en", "Staff refused entry to my sister because of her wheelchair"),
        ("en", "Their new ad is plainly sexist"),
    ),
    "labour_conflict": (
        ("fr", "Les salariés sont en grève depuis lundi"),
        ("fr", "Plan social : 300 suppressions de postes"),
        ("en", "Workers walked out over unpaid overtime"),
        ("en", "The firm announced layoffs this morning"),
    ),
    "service_outage": (
        ("fr", "Panne générale ce matin, plus rien ne fonctionne"),
        ("fr", "Site inaccessible depuis hier soir"),
        ("en", "The app is down again, servers down for hours"),
        ("en", "Nationwide outage since 9am"),
    ),
    "service_failure": (
        ("fr", "Ils refusent de me rembourser et le SAV est injoignable"),
        ("fr", "Trois mails, aucune réponse du service client"),
        ("en", "They refused to refund me and nobody answers the phone"),
        ("en", "Lost my luggage and hung up on me"),
    ),
    "ethics_governance": (
        ("fr", "Leurs sous-traitants pratiquent le travail des enfants"),
        ("fr", "Pots-de-vin et évasion fiscale au sommet du groupe"),
        ("en", "Their supplier uses forced labour"),
        ("en", "The CEO resigned over a bribery case"),
    ),
    "environment_animal": (
        ("fr", "L'usine déverse ses déchets dans la rivière"),
        ("fr", "C'est du greenwashing, rien d'autre"),
        ("en", "They dump toxic waste into the river"),
        ("en", "Hens suffering in cages: animal cruelty"),
    ),
}

HARMLESS = (
    ("fr", "Une tuerie, ce tiramisu, c'est de la bombe !"),
    ("fr", "Le film raconte un scandale de corruption et un procès, superbe scénario."),
    ("fr", "8 € le café, c'est de l'arnaque à ce prix-là."),
    ("fr", "Colis en retard de deux jours, mais bien arrivé."),
    ("fr", "Je n'ai jamais eu de panne avec cette voiture."),
    ("fr", "Aucun risque d'intoxication ici, tout est propre."),
    ("fr", "Dommage qu'il n'existe pas en bleu."),
    ("fr", "Quels sont vos horaires le dimanche ?"),
    ("fr", "Une place de grève ensoleillée"),
    ("fr", "Produit non testé sur les animaux, sans huile de palme, j'adore."),
    ("en", "Their brownies are to die for, killer deal too."),
    ("en", "The movie is about a data breach and a lawsuit, great plot."),
    ("en", "A bit expensive for what it is, rip off pricing."),
    ("en", "Never had an outage in three years."),
    ("en", "It was not a scam, everything came on time."),
    ("en", "My parcel came one day late, no big deal."),
    ("en", "Amazing customer service, quick refund!"),
    ("en", "As far as I recall, the union of flavours is striking."),
    ("en", "Workout burns calories like nothing else"),
    ("en", "Cruelty free and not tested on animals, love it"),
)


@pytest.mark.parametrize(
    ("label", "language", "text"), [(label, *case) for label, cases in POSITIVE.items() for case in cases]
)
def test_the_label_is_given_with_the_sentence_that_carried_it(label, language, text):
    found = read(text, language)
    assert label in found.labels
    assert found.carried[label] in text
    assert found.score >= found.probabilities[label] >= DECIDED


def test_every_label_is_tried():
    assert set(POSITIVE) == set(CRISIS_LABELS)


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_harmless_text_gives_no_label(language, text):
    assert read(text, language).labels == ()


def test_fiction_in_the_title_covers_the_whole_text():
    text = "On y suit un procès pour corruption."
    assert "legal_regulatory" in read(text, "fr").labels
    assert read(text, "fr", title="Critique de la série").labels == ()


@pytest.mark.parametrize(
    ("flag", "language", "text"),
    [
        ("amplification", "fr", "Faites tourner, signez la pétition"),
        ("amplification", "en", "please retweet"),
        ("brand_is_victim", "fr", "Quelqu'un se fait passer pour la marque"),
        ("brand_is_victim", "en", "beware of phishing emails"),
        ("hearsay", "fr", "Paraît-il qu'ils ferment"),
        ("hearsay", "en", "Apparently they are closing"),
        ("resolved", "fr", "Finalement remboursée, merci"),
        ("resolved", "en", "update: resolved, they refunded me"),
    ],
)
def test_flags(flag, language, text):
    assert flag in read(text, language).flags


def test_a_question_is_less_than_a_claim():
    asked, claimed = (
        read(t, "fr").probabilities["fraud_deception"] for t in ("Une escroquerie ?", "Une escroquerie !")
    )
    assert asked < claimed


def test_saying_it_twice_in_other_words_makes_it_surer():
    once = read("Fuite de données.", "fr").probabilities["data_security"]
    assert (
        read("Fuite de données. Ils ont été piratés, vol massif de données.", "fr").probabilities["data_security"]
        > once
    )
    assert read("Fuite de données. Fuite de données.", "fr").probabilities["data_security"] == once


@settings(deadline=None)  # the rules load at the first text of a language
@given(st.text(max_size=100), st.sampled_from(["fr", "en", "de", "und"]))
def test_any_text_gives_all_probabilities(text, language):
    found = read(text, language)
    assert set(found.probabilities) == set(CRISIS_LABELS)
    assert all(0 < p < 1 for p in found.probabilities.values())


def test_languages_without_rules_share_one_index():
    assert load("qq") is load("zz") is load("und")
    assert load("fr") is load("fr") is not load("en")
