"""Post in, Mentions out: language, brands, sentiment toward each brand, crisis signals, severity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.models import Brand
from mentions.identity import mention_id
from mentions.model import POLARITY, Evidence, Mention, Post, mention_version
from nlp.brands import BrandFinder
from nlp.classify import Classifier, Reading
from nlp.crisis import read as read_crisis
from nlp.language import LanguageReader
from nlp.passage import Passage, join, passages
from nlp.passage import read as read_passages
from nlp.record import carried_over, stars, weigh_rating
from nlp.severity import severity
from nlp.signals import held, signals
from nlp.threads import Threads

PIPELINE_SERIAL = 4  # raise it when the same post may be judged otherwise: later serials overwrite earlier ones
BY_THREAD, BY_SOURCE = 0.5, 0.6  # probability that a text which names nobody is about the brand


@dataclass(frozen=True, slots=True)
class Subject:
    """One post seen from one brand, before it is judged."""

    post: Post
    brand: Brand
    evidence: Evidence
    passage: Passage
    language: str


class Pipeline:
    """Everything that is understood about posts. Build it with `nlp.build.build_pipeline`.

    `version` is stored with every mention and changes whenever the same post may be judged otherwise;
    `serial` grows with it, so that later judgements win; `model` names the classifier's weights.
    """

    def __init__(
        self,
        *,
        finder: BrandFinder,
        languages: LanguageReader,
        classifier: Classifier,
        version: str,
        zone: ZoneInfo,
        source_languages: Mapping[str, str],
    ) -> None:
        """Take the parts; nothing is loaded here."""
        self.version = version
        self.serial = PIPELINE_SERIAL
        self.model = classifier.version
        self._finder = finder
        self._languages = languages
        self._classifier = classifier
        self._zone = zone
        self._source_languages = source_languages
        self._brands = {brand.name: brand for brand in finder.brands}
        self._zones = {b.name: b.timezone.info if b.timezone else zone for b in finder.brands}

    def understand(
        self,
        posts: Sequence[Post],
        *,
        openers: Mapping[str, tuple[str, ...]],
        source_brands: Mapping[str, str],
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each post, () where no brand is meant.

        `openers` maps a thread's URL to the brands that its opening post names (known from the store; those among
        `posts` are found here); `source_brands` maps a source to the brand that all of it is about.
        """
        threads = Threads(self._finder, posts, openers)
        subjects = [self._subjects(post, threads, source_brands.get(post.source)) for post in posts]
        flat = [subject for group in subjects for subject in group]
        readings = read_passages(self._classifier, [s.passage for s in flat], [s.language for s in flat])
        mentions = iter([self._mention(s, r) for s, r in zip(flat, readings, strict=True)])
        return [tuple(next(mentions) for _ in group) for group in subjects]

    def _subjects(self, post: Post, threads: Threads, source_brand: str | None) -> list[Subject]:
        named = threads.named(post)
        about: dict[str, tuple[Evidence, Passage]] = {
            brand: ("named", passage) for brand, passage in passages(post.title, post.text, named).items()
        }
        whole = join(post.title, post.text)
        if not about and (brand := threads.brand(post)):
            about[brand] = ("thread", Passage(whole, None, BY_THREAD))
        if source_brand in self._brands and source_brand not in about:
            about[source_brand] = ("source", Passage(whole, None, BY_SOURCE))
        if not about:
            return []
        language = self._languages.read(whole, self._source_languages.get(post.source))
        if language == "und" and post.thread_title:
            language = self._languages.read(post.thread_title)
        return [
            Subject(post, self._brands[brand], evidence, passage, language)
            for brand, (evidence, passage) in about.items()
        ]

    def _mention(self, subject: Subject, reading: Reading) -> Mention:
        post, brand, passage = subject.post, subject.brand, subject.passage
        crisis = signals(reading, read_crisis(passage.text, subject.language, post.title))
        rating = stars(post)
        judged = weigh_rating(reading.sentiment, rating)
        label = judged.decided(reading.abstain)
        local = post.published_at.astimezone(self._zones[brand.name])
        return Mention(
            id=mention_id(post.id, brand.name),
            brand=brand.name,
            role=brand.role,
            evidence=subject.evidence,
            passage=passage.text,
            published_hour=local.hour,
            published_weekday=local.weekday(),
            version=mention_version(post.revision, self.serial),
            pipeline=self.version,
            model=self.model,
            language=subject.language,
            sentiment_label=label,
            sentiment_score=round(judged.of(label), 4),
            sentiment_negative=round(judged.negative, 4),
            sentiment_neutral=round(judged.neutral, 4),
            sentiment_positive=round(judged.positive, 4),
            polarity=POLARITY[label],
            severity=severity(
                crisis.probabilities, negative=judged.negative, target=passage.target, flags=crisis.flags
            ),
            crisis_score=crisis.score,
            crisis_labels=crisis.labels,
            crisis_flags=crisis.flags,
            aspects=held(reading.aspects),
            rating=rating,
            **carried_over(post),
        )
