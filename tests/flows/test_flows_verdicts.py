"""`vigie verdict`, `vigie verdicts`, `vigie stories`: given, told again, exported, erased, scored, reported."""

import json
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import load_settings
from flows import cli_verdicts
from flows.ingestion import Ingestion, ingest_file
from flows.wiring import House
from mentions.filter import MentionFilter
from mentions.intake import IntakeOptions
from mentions.model import Mention, RawItem
from mentions.store import EraseRequest
from state.database import State

pytestmark = pytest.mark.local

Run = Callable[..., tuple[int, str, str]]
NOW = datetime.now(UTC)
TEXTS = (
    "Velmora ne répond jamais, c'est une honte et je ne reviendrai pas.",
    "Velmora est parfait, merci à toute l'équipe pour son accueil charmant !",
    "Velmora, un mail que personne ne lit.",
)
DISPATCH = (
    "Velmora rappelle quarante mille bouilloires vendues en France depuis le mois de mars dernier. Le socle peut "
    "chauffer anormalement et provoquer un début d'incendie dans de rares cas, selon un communiqué de l'entreprise."
)


@pytest.fixture
def house(config: Path) -> Iterator[House]:
    """The installation that the commands of the test speak to, with three mentions."""
    with House(load_settings(config=None)) as opened:
        read(opened, *TEXTS)
        yield opened


def read(house: House, *texts: str, at: datetime = NOW) -> None:
    rooms = Ingestion(
        spool=house.spool, store=house.store, brandless=house.state.posts, pipeline=house.pipeline,
        default=IntakeOptions(secret=b"0123456789abcdef"), options={}, source_brands={},
    )  # fmt: skip
    with house.spool.open("forum", at) as writer:
        for number, text in enumerate(texts):
            writer.write(
                RawItem(
                    source="forum", unit="post", url=f"https://forum{number}.example.org/t/1", text=text,
                    published=NOW - timedelta(hours=10 - number), published_rule="css", published_precision="second",
                    fetched_at=at, extractor="test",
                )
            )  # fmt: skip
    ingest_file(house.spool.sealed()[-1], rooms, at)


def stored(house: House) -> list[Mention]:
    return sorted(house.store.scan(MentionFilter()), key=lambda mention: mention.published_at)


def exported(vigie: Run, tmp_path: Path, *options: str) -> tuple[list[dict[str, object]], str]:
    file = tmp_path / "verdicts.jsonl"
    code, out, err = vigie("verdicts", "export", str(file), *options)
    assert (code, out) == (0, "")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()], err


def test_a_verdict_is_noted_told_again_changed_and_exported(vigie: Run, house: House, tmp_path: Path) -> None:
    first, second, _ = stored(house)
    words = ("verdict", first.id, "--sentiment", "negative", "--crisis", "service_failure,boycott_call", "--by", "Ana")
    assert vigie(*words)[1].startswith(
        f"noted: {first.id} (Velmora), by Ana\nthe model had said: {first.sentiment_label}"
    )
    assert vigie(*words)[1].startswith("known already: ")
    vigie("verdict", second.id, "--sentiment", "neutral", "--by", "Ana")
    vigie("verdict", second.id, "--sentiment", "positive", "--by", "Ana")
    vigie("verdict", second.id, "--crisis", "none", "--by", "Bob")
    lines, err = exported(vigie, tmp_path)
    assert "wrote 3 verdicts" in err
    assert "left out" not in err
    assert [{k: v for k, v in line.items() if k not in ("judged_at", "text", "id")} for line in lines] == [
        {
            "lang": "fr", "brand": "Velmora", "sentiment": "negative", "crisis": ["boycott_call", "service_failure"],
            "model": first.model,
        },
        {"lang": "fr", "brand": "Velmora", "sentiment": "positive", "model": first.model},
        {"lang": "fr", "brand": "Velmora", "crisis": [], "model": first.model},
    ]  # fmt: skip
    assert [line["text"] for line in lines] == [TEXTS[0], TEXTS[1], TEXTS[1]]
    assert all(datetime.fromisoformat(str(line["judged_at"])).tzinfo for line in lines)
    code, out, _ = vigie("verdicts", "list")
    assert code == 0
    assert out.rstrip().endswith("3 verdicts")


def test_what_is_exported_is_what_vigie_quality_reads(vigie: Run, house: House, tmp_path: Path) -> None:
    for mention, label in zip(stored(house), ("negative", "positive", "neutral"), strict=True):
        vigie("verdict", mention.id, "--sentiment", label, "--crisis", "none")
    exported(vigie, tmp_path)
    code, out, err = vigie("quality", str(tmp_path / "verdicts.jsonl"), "--model", "lexicon", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["confusion"]


def test_a_mention_erased_or_edited_since_is_left_out_and_counted(vigie: Run, house: House, tmp_path: Path) -> None:
    erased, edited, kept = stored(house)
    for mention in (erased, edited, kept):
        vigie("verdict", mention.id, "--sentiment", "negative")
    house.store.erase(EraseRequest(url=erased.url))
    read(house, TEXTS[0], "Velmora : j'ai changé d'avis, tout est rentré dans l'ordre.", at=NOW + timedelta(hours=1))
    house.store.erase(EraseRequest(url=erased.url))
    lines, err = exported(vigie, tmp_path)
    assert [line["text"] for line in lines] == [kept.text]
    assert "left out 1 verdict: the mention was edited since" in err
    assert "left out 1 verdict: the mention was erased since" in err
    code, out, _ = vigie("verdicts", "export", "-")
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == [kept.id]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sentiment", "bad"), "expected one of negative, neutral, positive"),
        (("--crisis", "none,product_safety"), "'none': expected none, or labels joined by commas"),
        (("--crisis", "fire"), "product_safety"),
        (("--crisis", ","), "expected none, or labels joined by commas"),
        ((), "at least one of --sentiment and --crisis"),
        (("--sentiment", "neutral", "--by", " "), "expected a name"),
    ],
)
def test_wrong_words_are_refused_with_the_right_ones(
    vigie: Run, house: House, words: tuple[str, ...], said: str
) -> None:
    code, _, err = vigie("verdict", stored(house)[0].id, *words)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
    assert house.state.verdicts.list() == []


def test_an_unknown_mention_is_told(vigie: Run, house: House) -> None:
    code, _, err = vigie("verdict", "202611-nobody", "--sentiment", "neutral")
    assert code == 1
    assert "no mention has the id 202611-nobody" in err


def test_without_a_name_the_account_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_verdicts.os, "getuid", lambda: 987_654)
    assert cli_verdicts.person(None) == "uid 987654"
    assert cli_verdicts.person("  Ana \n Lee ") == "Ana Lee"


def test_the_weekly_report_counts_the_verdicts_of_its_week(vigie: Run, house: House, tmp_path: Path) -> None:
    first, second, _ = stored(house)
    wrong = next(label for label in ("negative", "positive") if label != second.sentiment_label)
    vigie("verdict", first.id, "--sentiment", first.sentiment_label)
    vigie("verdict", second.id, "--sentiment", wrong)
    given = house.state.verdicts.list()[0].judged_at  # at night it is another week in the zone of the brand
    year, week, _ = given.astimezone(house.config.vigie.timezone.info).isocalendar()
    code, _, err = vigie("report", "--week", f"{year}-W{week:02d}")
    assert code == 0, err
    (page,) = (tmp_path / "home" / "reports").glob("*.fr.txt")
    assert "1 sur 2" in page.read_text(encoding="utf-8").partition("JUSTESSE DES ÉTIQUETTES")[2]


def test_both_counts_stand_in_the_terminal(vigie: Run, house: House) -> None:
    read(house, *TEXTS, DISPATCH, f"(Dépêche) {DISPATCH}")
    assert "of 5 mentions (4 stories); " in vigie("mentions")[2]
    assert "of 4 mentions (4 stories); " in vigie("mentions", "--no-copies")[2]
    code, out, _ = vigie("stories")
    assert code == 0
    assert "2 mentions on 2 sites" in out
    assert out.startswith("Velmora: 5 mentions, 4 stories since 7d\n")
    (line,) = vigie("stories", "--json")[1].splitlines()
    assert json.loads(line)["mentions"] == 2
    code, out, _ = vigie("mentions", "--story", json.loads(line)["story_id"], "--format", "jsonl")
    assert len(out.splitlines()) == 2
    assert out_of_three(vigie) == ["Velmora: 5 mentions, 4 stories since 7d", "  none of 3 mentions or more"]
    assert vigie("stories", "--since", "2099-01-01")[1].startswith("no mention since 2099-01-01; --since")


def out_of_three(vigie: Run) -> list[str]:
    return list(vigie("stories", "--least", "3")[1].splitlines())


def test_a_post_about_two_brands_is_no_copy(vigie: Run, config: Path) -> None:
    with (config / "brands.yaml").open("a", encoding="utf-8") as brands:
        brands.write("  - name: Nordane\n    match: [Nordane]\n    role: competitor\n")
    with House(load_settings(config=None)) as opened:
        read(opened, f"{DISPATCH} Nordane n'est pas concernée, selon Nordane.")
        assert {mention.brand for mention in opened.store.scan(MentionFilter())} == {"Velmora", "Nordane"}
    assert vigie("stories", "--json")[1] == ""


def test_the_command_told_with_a_story_can_be_pasted(vigie: Run, config: Path) -> None:
    with (config / "brands.yaml").open("a", encoding="utf-8") as brands:
        brands.write("  - name: \"L'Aile d'or\"\n    match: [\"L'Aile d'or\"]\n    role: competitor\n")
    text = DISPATCH.replace("Velmora", "L'Aile d'or")
    with House(load_settings(config=None)) as opened:
        read(opened, text, f"(Dépêche) {text}")
    (told,) = [line for line in vigie("stories")[1].splitlines() if "vigie mentions" in line]
    program, *words = shlex.split(told)
    assert program == "vigie"
    assert len(vigie(*words, "--format", "jsonl")[1].splitlines()) == 2


def test_a_state_of_yesterday_holds_verdicts_of_today(vigie: Run, house: House) -> None:
    vigie("verdict", stored(house)[0].id, "--sentiment", "neutral", "--by", "Ana")
    with State(house.settings.state_url) as state:
        assert [one.by for one in state.verdicts.list()] == ["Ana"]
