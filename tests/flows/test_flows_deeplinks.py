"""Links into Kibana reach every reader: mail, Slack, file, report, terminal; none where no address is set."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.slack import blocks
from alerts.message import incident_message
from config.models import Config
from config.settings import Settings
from dashboards.boards import board_id
from dashboards.views import view_id
from flows import jobs, reporting
from flows.cli_watch import describe
from flows.deeplinks import incident_links, incident_url, week_links
from flows.wiring import House
from state.records import Incident
from tests.alerts.street import HOUR, START, boxes, crawl, crisis, history, weeks
from tests.dashboards.rison_reader import read

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
LIVE = START + 21 * 24 * HOUR
PUBLIC = "https://kibana.example.org/k"


def incident(**changes) -> Incident:
    return Incident(
        **{
            "id": "abc", "brand": "Aubépine", "family": "negative:surge", "rule": "surge", "tier": "alert",
            "state": "open", "opened_at": NOW - 3 * HOUR, "updated_at": NOW, "window_hours": 6, **changes,
        }
    )  # fmt: skip


def opened(url):
    """Page, board, brand, from and to, as Kibana reads them."""
    page, _, hash_part = url.partition("#/view/")
    board, _, query = hash_part.partition("?")
    state = {key: read(value) for key, value in parse_qsl(query)}
    (pill,) = state["_a"]["filters"]
    window = [datetime.fromisoformat(state["_g"]["time"][end]) for end in ("from", "to")]
    return page, board, pill["meta"]["index"], pill["query"]["match_phrase"], *window


def test_a_link_opens_the_incident_board_on_the_brand_and_the_absolute_window_with_a_margin():
    page, board, view, query, start, end = opened(incident_url(Settings(kibana_public_url=PUBLIC), incident()))
    assert (page, board, view) == (f"{PUBLIC}/app/dashboards", "vigie-incident", "vigie-mentions")
    assert query == {"brand": "Aubépine"}
    assert (start, end) == (NOW - 10 * HOUR, NOW + HOUR)
    closed = incident(state="closed", closed_at=NOW + 24 * HOUR, updated_at=NOW + 30 * HOUR)
    assert opened(incident_url(Settings(kibana_public_url=PUBLIC), closed))[5] == NOW + 25 * HOUR


@given(st.text(min_size=1, max_size=60))
def test_a_brand_of_any_name_is_found_again(name):
    url = incident_url(Settings(kibana_public_url=PUBLIC), incident(brand=name))
    assert opened(url)[3] == {"brand": name.encode(errors="replace").decode()}
    assert urlsplit(url).geturl() == url


def test_a_space_has_its_own_boards():
    (link,) = week_links(Settings(kibana_url=PUBLIC, kibana_space="pr-team"), "Aubépine", NOW, NOW + HOUR, "en")
    page, board, view, *_ = opened(link[1])
    assert page == f"{PUBLIC}/s/pr-team/app/dashboards"
    assert (board, view) == ("vigie-pr-team-overview", "vigie-pr-team-mentions")


@pytest.mark.parametrize("space", ["default", "pr-team"])
def test_links_lead_to_the_boards_and_data_views_that_are_deployed(space):
    settings = Settings(kibana_public_url=PUBLIC, kibana_space=space)
    (week,) = week_links(settings, "Aubépine", NOW, NOW + HOUR, "en")
    for key, url in (("incident", incident_url(settings, incident())), ("overview", week[1])):
        assert opened(url)[1:3] == (board_id(key, space), view_id("mentions", space))


def test_the_public_address_comes_first_and_credentials_reach_nobody():
    both = Settings(kibana_url="http://deployer:hush@kibana:5601", kibana_public_url=PUBLIC)
    assert incident_url(both, incident()).startswith(PUBLIC)
    inner = incident_url(Settings(kibana_url="http://deployer:hush@kibana:5601"), incident())
    assert inner.startswith("http://kibana:5601/app/dashboards")
    assert "hush" not in inner


def test_no_setting_no_link():
    assert incident_url(Settings(), incident()) is None
    assert incident_links(Settings())(incident(), "fr") == ()
    assert week_links(Settings(), "Aubépine", NOW, NOW + HOUR, "fr") == ()


def test_an_address_that_makes_no_link_is_told_and_costs_no_alert(caplog):
    assert incident_links(Settings(kibana_public_url="https://me:pw@kibana/"))(incident(), "fr") == ()
    assert "leave user and password out" in caplog.text
    assert "pw" not in caplog.text.replace("password", "")


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Ouvrir cet incident dans Kibana"), ("en", "Open this incident in Kibana")]
)
def test_mail_and_slack_carry_it_in_the_language_of_the_channel(language, words):
    links = incident_links(Settings(kibana_public_url=PUBLIC))(incident(), language)
    url = links[0][1]
    message = incident_message(incident(), language, zone="Europe/Paris", step="opened", links=links)
    assert words in message.text
    assert url in message.text
    assert f'href="{url}"' in message.html.replace("&amp;", "&")
    assert any(f"<{url}|{words}>" in str(block) for block in blocks(message))


def test_the_terminal_shows_it_unbroken():
    settings = Settings(kibana_public_url=PUBLIC)
    assert incident_url(settings, incident()) in describe(incident(), "Europe/Paris", settings).splitlines()
    assert "Kibana" not in describe(incident(), "Europe/Paris", Settings())


@pytest.fixture
def house(request, tmp_path):
    """Three weeks of chatter, then a crisis, on SQLite."""
    with House(Settings(home=tmp_path, config=tmp_path / "config", **request.param)) as home:
        home.config = Config.model_validate(
            {
                "vigie": {"languages": ["fr"], "report": {"tell": ["box"]}},
                "brands": [{"name": "Aubépine", "match": ["Aubépine"]}],
                "rules": [{"name": "surge", "tell": ["box"]}],
                "channels": {"box": {"kind": "file", "folder": "messages"}},
                "sources": [{"name": "forum", "kind": "forum", "url": "http://127.0.0.1/forum"}],
            }
        )
        home.store.upsert([*weeks(21, seen=lambda _: LIVE), *crisis(LIVE + HOUR, 8, 6)], now=LIVE + 9 * HOUR)
        history(home.state, START, LIVE)
        crawl(home.state, LIVE + 9 * HOUR)
        yield home


def both_jobs(house):
    changes, _ = jobs.watch(house, lambda: LIVE + 9 * HOUR)
    assert changes
    monday = (LIVE - timedelta(days=LIVE.weekday())).date()
    files, _ = reporting.report(house, lambda: LIVE + 9 * HOUR, monday)
    return boxes(house.home), files


@pytest.mark.local
@pytest.mark.parametrize("house", [{"kibana_public_url": PUBLIC}], indirect=True)
def test_the_watch_and_the_report_hand_it_to_every_channel(house):
    messages, files = both_jobs(house)
    alert, report = (each["message"] for each in messages)
    (found,) = house.state.incidents.list()
    assert alert["links"] == [["Ouvrir cet incident dans Kibana", incident_url(house.settings, found)]]
    ((words, url),) = report["links"]
    assert words == "Ouvrir cette semaine dans Kibana"
    _, board, _, query, start, end = opened(url)
    assert (board, query) == ("vigie-overview", {"brand": "Aubépine"})
    assert start < LIVE < end
    for file in files:
        assert url in file.read_text(encoding="utf-8").replace("&amp;", "&")


@pytest.mark.local
@pytest.mark.parametrize("house", [{}], indirect=True)
def test_without_a_setting_nobody_reads_of_kibana(house):
    messages, files = both_jobs(house)
    assert "ibana" not in str(messages)
    assert not any("ibana" in file.read_text(encoding="utf-8") for file in files)
