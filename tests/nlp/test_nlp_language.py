import pytest

from nlp.language import code_of

pytestmark = pytest.mark.local  # loads lingua's models


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je suis très déçue par ce produit, il ne marche pas.", "fr"),
        ("I am really happy with this product, it works well.", "en"),
        ("Das Produkt ist leider sehr schnell kaputt gegangen.", "de"),
        ("El producto no funciona, estoy muy decepcionado.", "es"),
    ],
)
def test_languages_are_told_apart(languages, text, language):
    assert languages.read(text) == language
    assert languages.read(text, "en" if language != "en" else "fr") == language


@pytest.mark.parametrize("text", ["", "👍👍", "ok", "12 !!"])
def test_unsure_is_und_unless_a_hint_helps(languages, text):
    assert languages.read(text) == "und"
    assert languages.read(text, "fr-FR") == "fr"


@pytest.mark.parametrize(
    ("told", "code"),
    [("fr", "fr"), ("FR-CA", "fr"), ("en_GB", "en"), ("fra", "fr"), ("und", None), ("tlh", None), (None, None)],
)
def test_tags_become_two_letters_or_nothing(told, code):
    assert code_of(told) == code


@pytest.mark.parametrize("text", ["Это очень плохо", "とても悪い", "هذا سيء جدا", "tlhIngan maH Qapla' batlh"])
def test_other_scripts_and_unknown_languages_are_und(languages, text):
    assert languages.read(text) == "und"
