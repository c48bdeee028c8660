"""From numbers to words: the subject, the lead, the figures on top and the order of the sections."""

from reports.model import LEAST, WeeklyReport
from reports.page import Figure, Page
from reports.sections import (
    accuracy_section,
    coverage_section,
    days_section,
    incidents_section,
    labels_section,
    sentiment_section,
    sources_section,
    stories_section,
    terms_section,
    voice_section,
    worst_section,
)
from reports.words import Language


def lay_out(report: WeeklyReport, language: Language, links: tuple[tuple[str, str], ...] = ()) -> Page:
    """The page of `report` in one language. Sections that count nothing are left out of an empty week."""
    of_mentions = (days_section, sentiment_section, worst_section, labels_section, sources_section)
    of_words = (stories_section, terms_section)
    shown = [incidents_section] if report.incidents else []
    shown += of_mentions if report.now.mentions or report.then.mentions else ()
    shown += [voice_section] if any(voice.mentions for voice in report.voices) else []
    shown += of_words if report.now.mentions else ()
    shown += [accuracy_section, coverage_section]
    return Page(
        language=language.code,
        colon=language.say("colon", {"name": "", "value": ""}),
        read=language.say("read"),
        subject=_subject(report, language),
        title=language.say("title", {"brand": report.brand, "week": report.week, "year": report.year}),
        period=_period(report, language),
        lead=tuple(_lead(report, language)),
        figures=tuple(_figures(report, language)) if report.now.mentions else (),
        sections=tuple(section(report, language) for section in shown),
        footer=language.say("footer"),
        links=links,
    )


def _subject(report: WeeklyReport, language: Language) -> str:
    facts = [language.count("mentions", report.now.mentions) if report.now.mentions else language.say("no-mention")]
    if report.now.negative:
        facts.append(language.count("negatives", report.now.negative))
    if report.incidents:
        facts.append(language.count("incidents", len(report.incidents)))
    values = {"brand": report.brand, "week": report.week, "facts": ", ".join(facts)}
    return " ".join(language.say("subject", values).splitlines())  # a header of a mail


def _period(report: WeeklyReport, language: Language) -> str:
    first, last = report.span.days[0], report.span.days[-1]
    values = {
        "first": language.day(first) if first.year == last.year else f"{language.day(first)} {first.year}",
        "last": f"{language.day(last)} {last.year}",
        "zone": report.zone.key,
    }
    return language.say("period", values)


def _lead(report: WeeklyReport, language: Language) -> list[str]:
    now, then = report.now, report.then
    lines = [] if report.span.whole else [language.say("running", {"until": language.moment(report.span.end)})]
    if not now.mentions:
        lines.append(language.say("empty", {"brand": report.brand}))
    else:
        said = language.count("mentions", now.mentions)
        if now.authors:
            said = language.say("by", {"mentions": said, "authors": language.count("authors", now.authors)})
        key = "volume" if then.mentions else "volume-first"
        change = language.say("change", {"change": _change(report, language)}) if then.mentions >= LEAST else ""
        values = {"said": said, "before": language.number(then.mentions), "change": change}
        tone = {label: language.part(now.of(label), now.mentions) for label in ("negative", "positive")}
        lines += [language.say(key, values), language.say("tone", tone)]
    open_then = len(report.incidents)
    lines.append(language.count("some-incidents", open_then) if open_then else language.say("quiet"))
    return [*lines, *coverage_lines(report, language)]


def coverage_lines(report: WeeklyReport, language: Language) -> list[str]:
    """How many sources are complete, and what it means if some are not."""
    every = len(report.coverage)
    if not every:
        return [language.say("no-source")]
    values = {"n": language.number(report.complete), "all": language.number(every)}
    said = language.say("covered", values, every)
    return [said if report.complete == every else f"{said} {language.say('holes')}"]


def _change(report: WeeklyReport, language: Language) -> str:
    return language.percent(report.now.mentions / report.then.mentions - 1, sign=True)


def _figures(report: WeeklyReport, language: Language) -> list[Figure]:
    now, then = report.now, report.then
    figures = [
        _figure("figure-mentions", language.number(now.mentions), language.number(then.mentions), language),
        _share("figure-negative", now.negative, now.mentions, language, language.share(then.negative, then.mentions)),
        _figure("figure-net", language.net(now), language.net(then), language),
    ]
    if len(report.voices) > 1:
        total = sum(voice.mentions for voice in report.voices)
        figures.append(_share("figure-voice", now.mentions, total, language, None))
    return figures


def _figure(key: str, value: str, before: str, language: Language) -> Figure:
    return Figure(label=language.say(key), value=value, details=(language.say("was", {"value": before}),))


def _share(key: str, part: int, whole: int, language: Language, before: str | None) -> Figure:
    """A share with its n, which stands below when a percentage stands above."""
    of = language.say("of", {"part": language.number(part), "whole": language.number(whole)})
    value = language.share(part, whole)
    was = [] if before is None else [language.say("was", {"value": before})]
    return Figure(label=language.say(key), value=value, details=tuple(([] if value == of else [of]) + was))
