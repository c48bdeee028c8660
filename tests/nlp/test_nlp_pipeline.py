import re
from pathlib import Path

import pytest
from nlp_material import brand, post
from nlp_tiny import write_tiny

from config.models import Config, Understanding, Vigie
from mentions.errors import Stop
from mentions.model import mention_version
from nlp.build import build_pipeline
from nlp.classify import Probabilities
from nlp.pipeline import PIPELINE_SERIAL
from nlp.record import weigh_rating

pytestmark = pytest.mark.local  # loads lingua's models

THREAD = "https://forum.example/t/9"


def understood(pipeline, *posts, openers=None, sources=None):
    return pipeline.understand(posts, openers=openers or {}, source_brands=sources or {})


def test_a_post_about_nobody_gives_no_mention_and_order_is_kept(pipeline):
    first, none, third = understood(
        pipeline, post("Aurélia est top", number=1), post("Il pleut", number=2), post("Aurélia est nulle", number=3)
    )
    assert none == ()
    assert [first[0].post_id[-1], third[0].post_id[-1]] == ["1", "3"]


def test_two_brands_two_mentions_two_verdicts(pipeline):
    (found,) = understood(
        pipeline, post("Le forfait Nova est une arnaque. Aurélia, en revanche, est géniale, je recommande.")
    )
    by = {m.brand: m for m in found}
    assert by["Nova"].sentiment_label == "negative"
    assert by["Maison Aurélia"].sentiment_label == "positive"
    assert (by["Nova"].role, by["Maison Aurélia"].role) == ("competitor", "own")
    assert len({m.id for m in found}) == 2


def test_a_reply_is_about_the_one_brand_its_thread_title_names(pipeline):
    reply = post("Pareil, très déçue.", thread_url=THREAD, thread_title="Problème avec Aurélia", position=7)
    ((mention,),) = understood(pipeline, reply)
    assert (mention.brand, mention.evidence, mention.passage) == ("Maison Aurélia", "thread", "Pareil, très déçue.")


def test_a_word_too_short_to_tell_is_in_the_language_of_its_thread(pipeline):
    reply = post("ok", thread_url=THREAD, thread_title="Problème de livraison chez Aurélia, que faire ?")
    assert understood(pipeline, reply)[0][0].language == "fr"


def test_a_title_that_names_two_brands_decides_nothing(pipeline):
    reply = post("Pareil.", thread_url=THREAD, thread_title="Aurélia ou forfait Nova ?")
    assert understood(pipeline, reply) == [()]


def test_the_opener_may_be_in_the_batch_in_any_order_or_in_the_store(pipeline):
    opener = post("Que pensez-vous d'Aurélia ?", number=1, thread_url=THREAD, position=0)
    reply = post("Rien de bon.", number=2, thread_url=THREAD, position=1)
    for batch in ((opener, reply), (reply, opener)):
        found = dict(zip((p.id for p in batch), understood(pipeline, *batch), strict=True))
        assert [m.evidence for m in found[reply.id]] == ["thread"]
    ((mention,),) = understood(pipeline, reply, openers={THREAD: ("Maison Aurélia",)})
    assert mention.evidence == "thread"
    assert understood(pipeline, reply, openers={THREAD: ("Maison Aurélia", "Nova")}) == [()]


def test_a_comment_hangs_under_its_article(pipeline):
    article = post("Aurélia ouvre une boutique.", number=1, unit="article", canonical_url="https://news.example/a")
    comment = post("Enfin !", number=2, unit="comment", thread_url="https://news.example/a")
    assert [m.evidence for m in understood(pipeline, article, comment)[1]] == ["thread"]


def test_a_reply_that_names_a_brand_is_about_that_one(pipeline):
    reply = post("Allez chez l'opérateur Nova", thread_url=THREAD, thread_title="Aurélia")
    assert [m.brand for m in understood(pipeline, reply)[0]] == ["Nova"]


def test_a_source_about_one_brand(pipeline):
    named, silent = understood(
        pipeline, post("Aurélia est top"), post("Très bon accueil"), sources={"forum": "Maison Aurélia"}
    )
    assert [m.evidence for m in named] == ["named"]
    assert [m.evidence for m in silent] == ["source"]


def test_hour_and_weekday_are_those_of_the_brand(pipeline):
    (found,) = understood(pipeline, post("Aurélia et l'opérateur Nova"))
    by = {m.brand: (m.published_weekday, m.published_hour) for m in found}
    assert by == {"Maison Aurélia": (6, 2), "Nova": (5, 20)}  # Sunday 02:30 in Paris, Saturday 20:30 in New York


@pytest.mark.parametrize(("rating", "stars"), [((4, 5), 4.0), ((10, 10), 5.0), ((1, 0), None), ((7, 5), 5.0)])
def test_rating_is_on_five(pipeline, rating, stars):
    ((mention,),) = understood(pipeline, post("Aurélia", unit="review", rating=rating))
    assert mention.rating == stars


def test_stars_are_heard_only_where_the_text_is_unclear():
    unclear, clear = Probabilities(0.3, 0.4, 0.3), Probabilities(0.9, 0.05, 0.05)
    assert weigh_rating(unclear, 1.0).label == "negative"
    assert weigh_rating(unclear, 5.0).label == "positive"
    assert weigh_rating(clear, 5.0) == clear
    assert weigh_rating(unclear, None) == unclear


def test_every_field_of_a_mention_is_in_order(pipeline):
    ((mention,),) = understood(pipeline, post("Boycottez Aurélia, une arnaque !", revision=3, engagement={"likes": 4}))
    assert mention.version == mention_version(3, PIPELINE_SERIAL)
    assert mention.pipeline == pipeline.version
    assert re.fullmatch(r"[^/]+/lexicon-[^/]+/crisis-\w{8}/brands-\w{8}", mention.pipeline)
    total = mention.sentiment_negative + mention.sentiment_neutral + mention.sentiment_positive
    assert total == pytest.approx(1, abs=1e-3)
    assert mention.sentiment_score == max(
        mention.sentiment_negative, mention.sentiment_neutral, mention.sentiment_positive
    )
    assert mention.polarity == -1
    assert mention.severity > 30
    assert "boycott_call" in mention.crisis_labels
    assert mention.likes == 4
    assert "boycottez" in mention.search_text


def test_the_shipped_model_fills_signals_and_aspects_in_one_reading(tmp_path, config):
    asked = Understanding(sentiment="model", folder=str(write_tiny(tmp_path)))
    pipeline = build_pipeline(Config(vigie=Vigie(understanding=asked), brands=config.brands), tmp_path)
    calm, ((fire,),) = (
        understood(pipeline, post("Boycott Aurélia, plain shop", number=1)),
        understood(pipeline, post("Bad Aurélia. The fire. Late. Bad.", number=2)),
    )
    assert calm[0][0].crisis_labels == ("boycott_call",)
    assert (fire.sentiment_label, fire.crisis_labels) == ("negative", ("product_safety",))
    assert fire.aspects == ("delivery", "safety")
    assert fire.model == pipeline.model
    assert fire.severity > 50 > calm[0][0].severity


def test_below_the_band_of_the_model_a_mention_is_neutral_unless_stars_speak(tmp_path, config):
    asked = Understanding(sentiment="model", folder=str(write_tiny(tmp_path, abstain=0.5)))
    pipeline = build_pipeline(Config(vigie=Vigie(understanding=asked), brands=config.brands), tmp_path)
    text = "Bad good Aurélia"
    ((plain,),) = understood(pipeline, post(text))
    assert (plain.sentiment_label, plain.polarity) == ("neutral", 0)
    assert plain.sentiment_score == plain.sentiment_neutral < 0.5
    ((starred,),) = understood(pipeline, post(text, unit="review", rating=(1, 5)))
    assert starred.sentiment_label == "negative"


def test_understanding_twice_gives_the_same(pipeline):
    batch = (post("Aurélia déçoit"), post("Bravo Aurélia", number=2))
    assert understood(pipeline, *batch) == understood(pipeline, *batch)


def test_the_version_changes_with_the_brands_and_not_with_their_examples():
    plain = Config(brands=(brand(),))
    tried = Config(brands=(brand(examples={"positive": ("Vive Aurélia",)}),))
    other = Config(brands=(brand(exclude=("Aurélia Steiner",)),))
    versions = [build_pipeline(c, Path()).version for c in (plain, tried, other)]
    assert versions[0] == versions[1] != versions[2]


def test_a_model_that_does_not_exist_stops_with_the_choices():
    with pytest.raises(Stop, match="choose one of model, lexicon, onnx"):
        build_pipeline(Config(vigie=Vigie(understanding=Understanding(sentiment="magic"))), Path())
