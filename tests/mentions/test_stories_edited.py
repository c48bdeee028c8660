"""A founder that was edited: files and their order do not tell whether a copy of its new text joins."""

from datetime import UTC, datetime, timedelta

from mentions.stories import Arrival, Founder, assign, sketch
from mentions.tokens import search_text

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
OLD = "Velmora rappelle quarante mille bouilloires vendues en France et en Belgique depuis le mois de mars dernier"
NEW = "Velmora dément le rappel annoncé hier et accuse un distributeur de Namur d'avoir mal compris son courrier"


def text(body: str, name: str) -> Founder:
    return Founder(story_id=name, unit="article", title=None, search_text=search_text(body))


def came(body: str, name: str, hours: int) -> Arrival:
    founder = text(body, name)
    return Arrival(founder=founder, published_at=NOW + timedelta(hours=hours), terms=sketch(founder.words))


def test_a_copy_of_either_text_joins_in_the_batch_of_the_edit() -> None:
    edit = Arrival(founder=text(NEW, "first"), published_at=NOW, story_id="first")
    copies = [came(NEW, "early", -3), came(NEW, "late", 3), came(OLD, "old", 1)]
    told = dict.fromkeys(("first", "early", "late", "old"), "first")
    assert assign([*copies, edit], [text(OLD, "first")]) == told
    assert assign([edit, *copies], [text(OLD, "first")]) == told


def test_a_copy_of_the_new_text_joins_as_it_does_in_a_later_batch() -> None:
    edit = Arrival(founder=text(NEW, "first"), published_at=NOW, story_id="first")
    copy = came(NEW, "late", 3)
    assert assign([edit, copy], ())["late"] == assign([copy], [text(NEW, "first")])["late"] == "first"


def test_an_edited_copy_founds_nothing() -> None:
    edit = Arrival(founder=text(NEW, "copy"), published_at=NOW, story_id="first")
    assert assign([edit, came(NEW, "late", 3)], [text(OLD, "first")]) == {"copy": "first", "late": "late"}
