"""The sections of the page, each from the report to words."""

from mentions.model import LABELS
from mentions.quoting import place, quoted
from reports.model import LEAST, IncidentLine, SourceCoverage, WeeklyReport
from reports.outside import excerpt, safe_link
from reports.page import Bar, Quote, Section, Table
from reports.words import Language

ODDS_SHOWN = 3650  # days: rarer than once in ten years, the estimate is no longer worth a number


def incidents_section(report: WeeklyReport, language: Language) -> Section:
    """The incidents that were open at some time of the week."""
    return Section(
        heading=language.say("h-incidents"), quotes=tuple(_incident(line, language) for line in report.incidents)
    )


def _incident(line: IncidentLine, language: Language) -> Quote:
    key = "incident-" + ("" if line.opened_this_week else "older-") + ("closed" if line.closed_at else "open")
    key = {"incident-older-open": "incident-older"}.get(key, key)
    closed = language.moment(line.closed_at) if line.closed_at else ""
    when = language.say(key, {"opened": language.moment(line.opened_at), "closed": closed})
    days = 10 ** min(line.peak_score, 6)
    rarity = (
        language.say("rarity-years")
        if days > ODDS_SHOWN
        else language.say("rarity-days", {"n": language.number(days)}, max(1, round(days)))
    )
    facts = {
        "observed": language.count("negatives", line.observed),
        "hours": language.count("hours", line.window_hours),
        "expected": language.number(line.expected, 1),
        "rarity": rarity,
    }
    return Quote(text=f"{language.say(f'tier-{line.tier}')}, {when}", facts=language.say("incident-facts", facts))


def days_section(report: WeeklyReport, language: Language) -> Section:
    """One bar a day, as long as its mentions."""
    highest = max((day.mentions for day in report.days), default=0) or 1
    bars = tuple(
        Bar(
            label=language.short_day(day.day),
            total=language.number(day.mentions),
            negative=100 * day.negative / highest,
            neutral=100 * day.neutral / highest,
            positive=100 * day.positive / highest,
            words=language.say("bar", {label: language.number(getattr(day, label)) for label in LABELS}),
        )
        for day in report.days
    )
    legend = tuple((label, language.say(label)) for label in LABELS)
    return Section(heading=language.say("h-days"), bars=bars, legend=legend)


def sentiment_section(report: WeeklyReport, language: Language) -> Section:
    """The labels, this week and before, with their n and the difference in points."""
    now, then = report.now, report.then
    rows = [
        (
            language.say(label),
            language.part(now.of(label), now.mentions),
            language.part(then.of(label), then.mentions),
            language.points(_share(now.of(label), now.mentions), _share(then.of(label), then.mentions)),
        )
        for label in LABELS
    ]
    whole = (
        language.say("total"),
        language.number(now.mentions),
        language.number(then.mentions),
        _growth(report, language),
    )
    net = (language.say("net"), language.net(now), language.net(then), _net_change(report, language))
    head = tuple(language.say(key) for key in ("sentiment", "this-week", "week-before", "difference"))
    return Section(
        heading=language.say("h-sentiment"),
        table=Table(head=head, rows=(*rows, whole, net)),
        note=language.say("note-sentiment", {"n": LEAST}),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST else None


def _growth(report: WeeklyReport, language: Language) -> str:
    now, then = report.now.mentions, report.then.mentions
    if then < LEAST:
        return language.number(now - then, sign=True)
    return language.percent(now / then - 1, sign=True)


def _net_change(report: WeeklyReport, language: Language) -> str:
    enough = min(report.now.mentions, report.then.mentions) >= LEAST
    return language.points(report.now.net, report.then.net) if enough else "–"


def voice_section(report: WeeklyReport, language: Language) -> Section:
    """Ours and the competitors', by mentions and by texts."""
    mentions, stories = (sum(getattr(v, key) for v in report.voices) for key in ("mentions", "stories"))
    rows = tuple(
        (
            voice.brand,
            language.part(voice.mentions, mentions),
            language.part(voice.stories, stories),
        )
        for voice in report.voices
    )
    return Section(
        heading=language.say("h-voice"),
        table=Table(head=(language.say("brand"), language.say("share"), language.say("share-texts")), rows=rows),
        note=language.say("note-voice", {"n": language.number(mentions)}),
    )


def worst_section(report: WeeklyReport, language: Language) -> Section:
    """The mentions that hurt most, with where and when they were said."""
    quotes = tuple(
        Quote(
            text=excerpt(quoted(mention)),
            facts=" · ".join(
                (
                    excerpt(place(mention), 60),
                    language.moment(mention.published_at),
                    language.say("severity", {"n": language.number(mention.severity)}),
                )
            ),
            tags=tuple(language.say(label) for label in mention.crisis_labels),
            url=safe_link(mention.url),
        )
        for mention in report.worst
    )
    if not quotes:
        return Section(heading=language.say("h-worst"), lines=(language.say("no-worst"),))
    return Section(heading=language.say("h-worst"), quotes=quotes, note=language.say("note-worst"))


def labels_section(report: WeeklyReport, language: Language) -> Section:
    """Signs of crisis, counted."""
    if not report.labels:
        return Section(heading=language.say("h-labels"), lines=(language.say("no-labels"),))
    rows = tuple(
        (language.say(line.label), language.number(line.mentions), language.number(line.before))
        for line in report.labels
    )
    head = tuple(language.say(key) for key in ("sign", "this-week", "week-before"))
    return Section(
        heading=language.say("h-labels"), table=Table(head=head, rows=rows), note=language.say("note-labels")
    )


def sources_section(report: WeeklyReport, language: Language) -> Section:
    """The loudest sources and their negatives."""
    rows = tuple(
        (line.source, language.number(line.mentions), language.part(line.negative, line.mentions))
        for line in report.sources
    )
    head = tuple(language.say(key) for key in ("source", "col-mentions", "col-negative"))
    lines = () if rows else (language.say("empty", {"brand": report.brand}),)
    return Section(heading=language.say("h-sources"), lines=lines, table=Table(head=head, rows=rows) if rows else None)


def stories_section(report: WeeklyReport, language: Language) -> Section:
    """Texts that several pages carry."""
    quotes = tuple(
        Quote(
            text=excerpt(story.title or language.say("untitled"), 140),
            facts=f"{language.count('mentions', story.mentions)} {language.count('sites', story.sites)}",
            url=safe_link(story.url),
        )
        for story in report.stories
    )
    return Section(
        heading=language.say("h-stories"), quotes=quotes, lines=() if quotes else (language.say("no-stories"),)
    )


def terms_section(report: WeeklyReport, language: Language) -> Section:
    """Words that are new this week."""
    if not report.terms:
        return Section(heading=language.say("h-terms"), lines=(language.say("no-terms"),))
    rows = tuple(
        (excerpt(row.term, 40), language.number(row.mentions), language.number(row.background)) for row in report.terms
    )
    head = tuple(language.say(key) for key in ("term", "this-week", "four-weeks"))
    return Section(heading=language.say("h-terms"), table=Table(head=head, rows=rows), note=language.say("note-terms"))


def accuracy_section(report: WeeklyReport, language: Language) -> Section:
    """How often people found the labels right this week, or that nobody looked."""
    heading = language.say("h-accuracy")
    asked = (("sentiment", report.sentiment_accuracy), ("h-labels", report.crisis_accuracy))
    rows = tuple(
        (
            language.say(key),
            language.part(told.right, told.judged),
            language.say("range", dict(zip(("low", "high"), map(language.percent, told.interval), strict=True))),
        )
        for key, told in asked
        if told.judged
    )
    if not rows:
        return Section(heading=heading, lines=(language.say("no-verdicts"),))
    head = tuple(language.say(key) for key in ("label", "right", "interval"))
    return Section(heading=heading, table=Table(head=head, rows=rows), note=language.say("note-accuracy"))


def coverage_section(report: WeeklyReport, language: Language) -> Section:
    """Each source, how often it was read, and whether it is complete."""
    heading = language.say("h-coverage")
    if not report.coverage:
        return Section(heading=heading, lines=(language.say("no-source"),))
    head = tuple(language.say(key) for key in ("source", "state", "crawls", "last-success"))
    rows = tuple(_source(line, language) for line in report.coverage)
    reasons = tuple(
        language.say("colon", {"name": line.source, "value": excerpt(line.reason, 140)})
        for line in report.coverage
        if line.reason
    )
    return Section(
        heading=heading, table=Table(head=head, rows=rows), lines=reasons, note=language.say("note-coverage")
    )


def _source(line: SourceCoverage, language: Language) -> tuple[str, ...]:
    outcomes = " / ".join(language.number(n) for n in (line.ok, line.partial, line.failed))
    last = language.moment(line.last_success) if line.last_success else language.say("never")
    return line.source, language.say("complete" if line.complete else "incomplete"), outcomes, last
