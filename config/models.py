"""What we watch and whom we tell: the models that guard the YAML. Unknown keys are errors."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from config.types import Address, Addresses, Clock, Duration, LanguageCode, Languages, Names, Regex, Secret, Word, Zone

CLASSIFIER = "model"  # the row of nlp.classify.MODELS where nothing is said
NAME_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
URL_PATTERN = r"^https?://[^/\s]+"


class Model(BaseModel):
    """Frozen, and deaf to nothing: a mistyped key is refused with its nearest valid name."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SourceBase(Model):
    """What every kind of source understands; `name`, `kind` and `url` are enough."""

    name: str = Field(pattern=NAME_PATTERN)
    url: str = Field(pattern=URL_PATTERN)
    every: Duration = timedelta(hours=1)
    enabled: bool = True
    language: LanguageCode | None = None
    timezone: Zone | None = None
    since: date | None = None
    brand: str | None = None
    allow_private: bool = False
    delay: Duration | None = None
    keep_authors: bool | None = None
    max_pages: int = Field(default=500, ge=1)


class FeedSource(SourceBase):
    """RSS, Atom or JSON Feed; the page is fetched when the entry is short."""

    kind: Literal["feed"]
    full_text: Literal["auto", "never", "always"] = "auto"
    comments: bool = True


class BlogSource(SourceBase):
    """A blog or news site: feed, WordPress REST, sitemap or listing, found by itself."""

    kind: Literal["blog"]
    comments: bool = True
    include: Names = ()
    exclude: Names = ()


class ForumSource(SourceBase):
    """A board or a whole forum; `engine: auto` recognises it."""

    kind: Literal["forum"]
    engine: str = "auto"
    boards: Names = ()
    max_thread_pages: int = Field(default=50, ge=1)


class ReviewsSource(SourceBase):
    """A product page or a catalogue with reviews in structured data."""

    kind: Literal["reviews"]
    include: Names = ()
    exclude: Names = ()
    rating_best: float = Field(default=5.0, gt=0)


class CssField(Model):
    """A selector (`css`, or `css@attribute`) with an optional regular expression and value map."""

    css: str
    regex: Regex | None = None
    order: Literal["DMY", "MDY", "YMD"] | None = None
    map: dict[str, float] = Field(default_factory=dict)


def _how_written(value: Any) -> str:
    return "CssField" if isinstance(value, dict | CssField) else "str"


# The discriminator makes one error of one mistake, not one for each way of writing.
Selector: TypeAlias = Annotated[
    Annotated[CssField, Tag("CssField")] | Annotated[str, Tag("str")], Discriminator(_how_written)
]


class CssFields(Model):
    """Where each part of an item stands; a plain string is a selector."""

    text: Selector
    title: Selector | None = None
    author: Selector | None = None
    date: Selector | None = None
    rating: Selector | None = None
    url: Selector | None = None
    id: Selector | None = None


class CssSource(SourceBase):
    """Any page, by selectors."""

    kind: Literal["css"]
    item: str
    fields: CssFields
    next: str | None = None
    unit: Literal["article", "post", "comment", "review"] = "post"
    rating_best: float = Field(default=5.0, gt=0)


Source: TypeAlias = Annotated[
    FeedSource | BlogSource | ForumSource | ReviewsSource | CssSource, Field(discriminator="kind")
]


class Examples(Model):
    """Texts that `vigie check` runs: these are about the brand, those are not."""

    positive: Names = ()
    negative: Names = ()


class Brand(Model):
    """A brand to watch. `match`: names, hashtags, handles; `not`: phrases that are somebody else.

    With `context`, a mention counts only if one of these words stands in the same text (homonyms).
    """

    name: Word
    role: Literal["own", "competitor"] = "own"
    timezone: Zone | None = None
    match: Names = Field(min_length=1)
    exclude: Names = Field(default=(), alias="not")
    context: Names = ()
    examples: Examples = Examples()


class Rule(Model):
    """When and whom to warn. Defaults are those of docs/adr/0010 (research: spikes)."""

    name: str = Field(pattern=NAME_PATTERN)
    brands: Names = ()  # empty: every own brand
    tell: Names = ()  # channel names
    from_tier: Literal["notice", "alert", "critical"] = "alert"
    min_count: int = Field(default=4, ge=1)
    min_lift: float = Field(default=1.5, ge=1)
    notice: float = 1.5
    alert: float = 2.0
    critical: float = 3.0
    slow_margin: float = 0.75
    cooldown: Duration = timedelta(hours=24)
    recovery: Duration = timedelta(hours=12)
    misreading: float = Field(default=0.06, ge=0, le=1)

    @model_validator(mode="after")
    def _tiers_rise(self) -> Self:
        if not self.notice <= self.alert <= self.critical:
            raise ValueError(
                f"expected notice <= alert <= critical, got {self.notice:g}, {self.alert:g}, {self.critical:g}"
            )
        return self


class EmailChannel(Model):
    """Mail by SMTP (VIGIE_SMTP_URL)."""

    kind: Literal["email"]
    to: Addresses
    language: Literal["fr", "en"] | None = None


class SlackChannel(Model):
    """Slack by incoming webhook, or by bot token and channel (threads, edits)."""

    kind: Literal["slack"]
    webhook: Secret | None = None
    token: Secret | None = None
    channel: str | None = None
    api_url: str | None = None  # another Slack-compatible server, for tests
    language: Literal["fr", "en"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_bot = self.token is not None and self.channel is not None
        if (self.webhook is not None) == by_bot:
            raise ValueError("expected either 'webhook', or 'token' and 'channel'")
        return self


class FileChannel(Model):
    """One JSON file a message in a folder (relative to VIGIE_HOME)."""

    kind: Literal["file"]
    folder: str
    language: Literal["fr", "en"] | None = None


Channel: TypeAlias = Annotated[EmailChannel | SlackChannel | FileChannel, Field(discriminator="kind")]


class Crawler(Model):
    """Who we say we are, and how gently we come."""

    contact: str = ""  # page or mail address, shown in the user agent
    delay: Duration = timedelta(seconds=2)
    workers: int = Field(default=4, ge=1, le=32)


class HubModel(Model):
    """A sequence-classification model of the Hugging Face hub, or of a folder that was filled from it.

    `labels` gives our label for each of its own, `ignore` for one that is none of ours; `file` is the ONNX file where
    it has several. Absent labels are refused when the model is loaded, with the labels it has.
    """

    hub: Word
    labels: dict[str, Literal["negative", "neutral", "positive", "ignore"]] = Field(default_factory=dict)
    revision: Word | None = None
    file: Word | None = None
    max_tokens: int = Field(default=256, ge=8)


class Understanding(Model):
    """Which classifier reads the mentions: a row of nlp.classify.MODELS with its folder, or a model of the hub."""

    sentiment: str = CLASSIFIER
    folder: str | None = None
    model: HubModel | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.model and self.model_fields_set & {"sentiment", "folder"}:
            raise ValueError("expected either 'sentiment' (with its 'folder'), or 'model'")
        return self


class Schedules(Model):
    """When `vigie serve` does what; crawls follow each source's `every`."""

    collect: Duration = timedelta(minutes=5)
    watch: Duration = timedelta(minutes=5)
    report: Clock = Clock(weekday=0, hour=8, minute=0)
    upkeep: Clock = Clock(weekday=None, hour=3, minute=30)


class Report(Model):
    """The weekly report: to which channels, in which language."""

    tell: Names = ()
    language: Literal["fr", "en"] | None = None


class Mail(Model):
    """Who mails come from."""

    sender: Address = "vigie@localhost"


class Vigie(Model):
    """The main file, `vigie.yaml`."""

    languages: Languages = ("fr", "en")
    timezone: Zone = Zone("Europe/Paris")
    crawler: Crawler = Crawler()
    understanding: Understanding = Understanding()
    schedules: Schedules = Schedules()
    report: Report = Report()
    mail: Mail = Mail()
    keep_authors: bool = False
    retention_days: int = Field(default=730, ge=1)

    @property
    def report_language(self) -> Literal["fr", "en"]:
        """What reports and messages speak where nothing else is said: a language we write, English at last."""
        first = next((code for code in self.languages if code in {"fr", "en"}), "en")
        return self.report.language or ("fr" if first == "fr" else "en")


class Config(Model):
    """Everything under the configuration folder, loaded once and handed down."""

    vigie: Vigie = Vigie()
    brands: tuple[Brand, ...] = ()
    rules: tuple[Rule, ...] = ()
    channels: dict[str, Channel] = Field(default_factory=dict)
    sources: tuple[Source, ...] = ()
