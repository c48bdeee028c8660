"""Where messages arrive, and the configuration that leads them there."""

import email
import json
import smtplib
import stat
from email.message import EmailMessage

import httpx
import pytest

from config.load import load_config
from config.settings import Settings
from demo.configuration import write_demo_config
from demo.inbox import Mailbox, SlackSink

URLS = {site: f"http://127.0.0.1:{port}/" for port, site in enumerate(("blog", "forum", "shop", "news"), 8001)}


@pytest.mark.local
def test_each_mail_is_kept_as_it_came(tmp_path):
    letter = EmailMessage()
    letter["Subject"] = "Alerte : Marvenne, 19 mentions négatives"
    letter["From"], letter["To"] = "vigie@marvenne.example", "crise@marvenne.example"
    letter.set_content("Voilà.")
    for _ in range(2):
        with Mailbox(tmp_path / "mail") as box:
            host, _, port = box.url.removeprefix("smtp://").partition(":")
            with smtplib.SMTP(host, int(port)) as post:
                post.send_message(letter)
    kept = sorted((tmp_path / "mail").glob("*.eml"))
    assert [path.name for path in kept] == ["001.eml", "002.eml"]
    read = email.message_from_bytes(kept[0].read_bytes(), policy=email.policy.default)
    assert read["Subject"] == letter["Subject"]
    assert read.get_content().strip() == "Voilà."


@pytest.mark.local
def test_each_payload_is_kept_and_rubbish_refused(tmp_path):
    with SlackSink(tmp_path) as sink:
        assert httpx.post(sink.url, json={"text": "négatif"}, trust_env=False).text == "ok"
        refused = httpx.post(sink.url, content=b"{", trust_env=False)
    assert (refused.status_code, refused.text) == (400, "invalid_payload")
    kept = list(tmp_path.iterdir())
    assert [path.name for path in kept] == ["001.json"]
    assert json.loads(kept[0].read_text(encoding="utf-8")) == {"text": "négatif"}


def test_the_configuration_loads_with_four_sources_and_three_channels(tmp_path):
    write_demo_config(tmp_path / "config", {**URLS, "slack": "http://127.0.0.1:9/hook"})
    config = load_config(tmp_path / "config")
    assert [brand.name for brand in config.brands] == ["Marvenne", "Kestrom"]
    assert {source.kind for source in config.sources} == {"blog", "forum", "reviews", "feed"}
    assert all(source.allow_private for source in config.sources)
    assert {channel.kind for channel in config.channels.values()} == {"email", "slack", "file"}
    slack = next(channel for channel in config.channels.values() if channel.kind == "slack")
    assert Settings(home=tmp_path).reveal(slack.webhook) == "http://127.0.0.1:9/hook"
    assert stat.S_IMODE((tmp_path / "slack-webhook").stat().st_mode) == 0o600


def test_writing_the_configuration_again_moves_the_addresses(tmp_path):
    write_demo_config(tmp_path, URLS)
    write_demo_config(tmp_path, {site: url.replace("800", "900") for site, url in URLS.items()})
    assert {source.url[:20] for source in load_config(tmp_path).sources} == {"http://127.0.0.1:900"}
