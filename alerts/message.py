"""What people read: an incident told in French or English, as mail, plain text and facts. Pure.

The headline gives both numbers, the window and the odds as a bucket of time (research: spikes, section 5).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts import words
from alerts.surprise import RECORD_SCORE
from alerts.words import Language
from state.records import Incident, Step

QUOTE = 280  # characters of a mention that a message shows
SHORT_HISTORY = 28  # days below which the message says how little it knows
DAY = 24  # hours
BAR = 46  # pixels: the highest bar of the week
BLOCKS = " ▁▂▃▄▅▆▇█"

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(("html.j2",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, rendered for every kind of channel.

    `facts` are (name, value) pairs, `mentions` quotes as mappings (text, url, who, when), `links` (words, URL)
    pairs. `thread_key`: messages that share it belong together.
    """

    subject: str
    headline: str
    text: str
    html: str
    facts: tuple[tuple[str, str], ...] = ()
    mentions: tuple[Mapping[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    language: Language = "en"
    thread_key: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The payload of a delivery."""
        return asdict(self)

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Self:
        """The message of a payload."""
        pairs = {name: tuple((one, two) for one, two in payload.get(name, ())) for name in ("facts", "links")}
        return cls(**{**payload, **pairs, "mentions": tuple(payload.get("mentions", ()))})


def incident_message(
    incident: Incident, language: Language, *, zone: str, step: Step, links: tuple[tuple[str, str], ...] = ()
) -> Message:
    """The incident as it stands, told for this step; `zone` is the brand's."""
    label = words.STEPS[language].get(step, step)
    tier = words.TIERS[language][incident.tier]
    colon = "\u00a0: " if language == "fr" else ": "
    said = headline(incident, language, zone=zone) if step != "closed" else closing(incident, language, zone=zone)
    facts = _facts(incident, language, zone)
    quotes = [_quote(each, language, zone) for each in incident.evidence.get("quotes", ())]
    page = {
        "language": language,
        "fr": language == "fr",
        "title": f"{incident.brand}{colon}{label}",
        "tier": tier,
        "closed": step == "closed",
        "critical": incident.tier == "critical",
        "headline": said,
        "bars": _bars(incident),
        "facts": facts,
        "mentions": quotes,
        "links": links,
        "why": _why(incident, language, zone),
        "spark": _spark(incident),
        "colon": colon,
    }
    return Message(
        subject=_one_line(f"[{tier}] {incident.brand}{colon}{label} ({_figures(incident, language)})"),
        headline=said,
        text=PAGES.get_template("incident.txt.j2").render(page=page).strip() + "\n",
        html=PAGES.get_template("incident.html.j2").render(page=page),
        facts=tuple(facts),
        mentions=tuple(quotes),
        links=links,
        language=language,
        thread_key=incident.id,
    )


def trial_message(channel: str, language: Language) -> Message:
    """What `vigie channels test` sends."""
    if language == "fr":
        said = f"Le canal « {channel} » fonctionne : les alertes de Vigie arriveront ici."
        subject = "Vigie : message d’essai"
    else:
        said = f"The channel '{channel}' works: Vigie's alerts will arrive here."
        subject = "Vigie: test message"
    html = PAGES.get_template("trial.html.j2").render(language=language, subject=subject, said=said)
    return Message(subject=subject, headline=said, text=said + "\n", html=html, language=language)


def headline(incident: Incident, language: Language, *, zone: str) -> str:
    """How much, in how long, against what is normal, and how rarely chance alone does that."""
    lift = words.number(incident.observed / max(incident.expected, 0.1), language)
    seen, due = words.number(incident.observed, language), words.number(incident.expected, language)
    when = words.part_of_week(incident.updated_at, zone, language)
    span = words.span(incident.window_hours, language)
    short = incident.window_hours < DAY  # a longer window holds every part of a day
    if language == "fr":
        plural = "s" if incident.observed > 1 else ""
        usual = f"un {when}" if short else "d’ordinaire"
        awaited = words.awaited(incident.expected)
        first = f"{seen} mention{plural} négative{plural} en {span}\u00a0; {due} {awaited} {usual} (×\u202f{lift})."
    else:
        plural = "s" if incident.observed != 1 else ""
        usual = f"for {when}" if short else "as a rule"
        first = f"{seen} negative mention{plural} in {span}; {due} expected {usual} ({lift}×)."
    return f"{first} {_odds(incident, language)}".strip()


def closing(incident: Incident, language: Language, *, zone: str) -> str:
    """How long it was, how much in all, and what was the worst of it."""
    end = incident.closed_at or incident.updated_at
    length = words.duration((end - incident.opened_at) / timedelta(hours=1), language)
    total = words.number(int(incident.evidence.get("total", incident.observed)), language)
    peak = words.number(incident.observed, language)
    span = words.span(incident.window_hours, language)
    opened = words.moment(incident.opened_at, zone, language)
    if language == "fr":
        return f"Retour à la normale après {length} (début\u00a0: {opened}). {total} mentions négatives en tout, {peak} en {span} au plus fort."  # noqa: E501 - one sentence
    return f"Back to normal after {length} (it began {opened}). {total} negative mentions in all, {peak} in {span} at the worst."  # noqa: E501 - one sentence


def _odds(incident: Incident, language: Language) -> str:
    if incident.evidence.get("learning"):
        return (
            "La normale de cette marque n’est pas encore connue\u00a0: c’est une règle simple qui a parlé."
            if language == "fr"
            else "What is normal for this brand is not known yet: a plain rule spoke."
        )
    if incident.score == RECORD_SCORE:
        return "Les pires heures depuis trois semaines." if language == "fr" else "The worst hours in three weeks."
    rare = words.odds(incident.score, language)
    if rare is None:
        return ""
    return (
        f"Au vu des variations habituelles de cette marque, {rare}."
        if language == "fr"
        else f"By this brand's own ups and downs that {rare}."
    )


def _figures(incident: Incident, language: Language) -> str:
    seen, due = words.number(incident.observed, language), words.number(incident.expected, language)
    if language == "fr":
        plural = "s" if incident.observed > 1 else ""
        return f"{seen} négative{plural} en {incident.window_hours}\u00a0h, {due} {words.awaited(incident.expected)}"
    return f"{seen} negative in {incident.window_hours} h, {due} expected"


def _facts(incident: Incident, language: Language, zone: str) -> list[tuple[str, str]]:
    evidence = incident.evidence
    fr = language == "fr"
    share = evidence.get("share")
    rows = [
        ("Début" if fr else "Began", words.moment(incident.opened_at, zone, language)),
        ("Négatives" if fr else "Negative", _ratio(evidence, language) if share is not None else ""),
        ("Auteurs" if fr else "Authors", words.number(evidence["authors"], language) if "authors" in evidence else ""),
        (
            "Sujets" if fr else "Topics",
            ", ".join(words.label(name, language) for name, _ in evidence.get("labels", ())),
        ),
        ("Mots nouveaux" if fr else "New words", ", ".join(evidence.get("terms", ()))),
        ("Sources", ", ".join(f"{name} ({count})" for name, count in evidence.get("sources", ()))),
        ("Couverture" if fr else "Coverage", _coverage(evidence, language)),
    ]
    return [(name, value) for name, value in rows if value]


def _ratio(evidence: Mapping[str, Any], language: Language) -> str:
    negative, mentions = (words.number(evidence[name], language) for name in ("negative", "mentions"))
    share = round(100 * evidence["share"])
    return f"{negative} sur {mentions} ({share}\u00a0%)" if language == "fr" else f"{negative} of {mentions} ({share}%)"


def _coverage(evidence: Mapping[str, Any], language: Language) -> str:
    if "covered" not in evidence:
        return ""
    share = round(100 * evidence["covered"])
    late = ", ".join(evidence.get("late_sources", ()))
    if language == "fr":
        return f"{share}\u00a0% des six dernières heures" + (f"\u00a0; en retard\u00a0: {late}" if late else "")
    return f"{share}% of the last six hours" + (f"; late: {late}" if late else "")


def _why(incident: Incident, language: Language, zone: str) -> str:
    """Which rule spoke, on what history, and when this was written."""
    days = incident.evidence.get("history_days", SHORT_HISTORY)
    at = words.moment(incident.updated_at, zone, language)
    score = words.number(round(incident.score, 1), language)
    if language == "fr":
        short = f" Historique\u00a0: {days} jours seulement." if days < SHORT_HISTORY else ""
        return f"Règle «\u00a0{incident.rule}\u00a0», score {score}, le {at} ({zone}).{short}"
    short = f" History: {days} days only." if days < SHORT_HISTORY else ""
    return f"Rule '{incident.rule}', score {score}, {at} ({zone}).{short}"


def _bars(incident: Incident) -> list[int]:
    """Heights in pixels of the week's bars."""
    counts = incident.evidence.get("spark", ())
    top = max(counts, default=0)
    return [max(round(BAR * count / top), 2) if count else 0 for count in counts]


def _spark(incident: Incident) -> str:
    """The same week in characters."""
    counts = incident.evidence.get("spark", ())
    top = max(counts, default=0)
    return "".join(BLOCKS[-(-8 * count // top)] if top else " " for count in counts)


def _quote(mention: Mapping[str, Any], language: Language, zone: str) -> dict[str, str]:
    """A mention as it is quoted; what it says is never trusted."""
    text = " ".join(str(mention["text"]).split())
    return {
        "text": text if len(text) <= QUOTE else text[: QUOTE - 1].rsplit(" ", 1)[0] + "…",
        "url": mention["url"] if mention["url"].startswith(("http://", "https://")) else "",
        "who": mention["author"] or "",
        "where": mention["site"],
        "when": words.moment(datetime.fromisoformat(mention["published_at"]), zone, language),
    }


def _one_line(text: str) -> str:
    """A header holds no line breaks, whatever a brand is called."""
    return " ".join(text.split())
