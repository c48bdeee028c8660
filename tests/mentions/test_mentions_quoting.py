"""What is quoted: different voices first, words as people write them, places that say something."""

from types import SimpleNamespace

import pytest

from mentions.quoting import as_written, place, quoted, voices
from mentions.text import search_text


def said(key, text, author=None, **more):
    fields = {"site": "forum.example", "source": "forum", "title": None, "passage": text, **more}
    return SimpleNamespace(id=key, text=text, search_text=search_text(text), author_key=author, **fields)


def ids(mentions):
    return [mention.id for mention in mentions]


def test_one_quote_per_author_and_per_text():
    first = said("a", "la batterie a fondu sur le chargeur hier", "ann")
    again = said("b", "personne ne me répond au téléphone", "ann")
    copy = said("c", "hier la batterie a fondu sur le chargeur, dit-on", "bob")
    other = said("d", "boycott, tout simplement", "eve")
    assert ids(voices([first, again, copy, other], 2)) == ["a", "d"]
    assert ids(voices([first, again, first, copy, other], 5)) == ["a", "d", "b", "c"]


def test_unknown_authors_are_not_one_person():
    assert ids(voices([said("a", "rouge"), said("b", "vert"), said("c", "")], 3)) == ["a", "b", "c"]


def test_words_are_written_as_people_write_them():
    texts = ["Elle a brûlé, BRÛLÉ !", "brule", "Le rappel d’hier"]
    assert as_written(["brule", "rappel", "absent"], texts) == {
        "brule": "brûlé",
        "rappel": "rappel",
        "absent": "absent",
    }


@pytest.mark.parametrize("site", ["127.0.0.1:8080", "10.0.0.7", "[::1]:80", "localhost:9000"])
def test_a_bare_address_gives_way_to_the_name_of_the_source(site):
    assert place(said("a", "x", site=site)) == "forum"
    assert place(said("a", "x")) == "forum.example"


def test_a_title_does_not_run_into_the_text():
    assert quoted(said("a", "Dangereuse\nElle a fondu.", title="Dangereuse")) == "Dangereuse — Elle a fondu."
    assert quoted(said("a", "Elle a fondu.", title="Dangereuse")) == "Elle a fondu."
