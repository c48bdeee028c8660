"""`kill -9` at thirty random moments of crawl, ingest and watch: after a rerun, all is as if nothing had happened."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from demo.configuration import write_demo_config
from demo.inbox import Mailbox, SlackSink
from demo.scenario import Scenario
from demo.web import DemoWeb
from flows.demo import ROUND
from mentions.filter import MentionFilter
from mentions.model import Mention
from mentions.sqlite import SqliteStore
from state.database import State
from state.records import Incident

ROOT = Path(__file__).parents[2]
ONE_ROUND = Path(__file__).with_name("one_round.py")
KILLS = 30
SEED = 7


@dataclass(frozen=True)
class World:
    """One installation beside the demo web, with its own mailbox and Slack."""

    web: DemoWeb
    home: Path
    environment: dict[str, str]
    mail: Path
    slack: Path

    def start(self, moment: datetime) -> "subprocess.Popen[bytes]":
        self.web.now = moment
        return subprocess.Popen(
            [sys.executable, str(ONE_ROUND), moment.isoformat()],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self, moment: datetime) -> float:
        """Run a round to its end; returns its seconds."""
        began = time.monotonic()
        _, errors = (child := self.start(moment)).communicate(timeout=120)
        assert child.returncode == 0, errors.decode()
        return time.monotonic() - began

    def kill(self, moment: datetime, after: float) -> bool:
        """Start a round and kill it after so many seconds; False if it was over before."""
        child = self.start(moment)
        try:
            child.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
            return True
        return False

    def mentions(self) -> list[Mention]:
        """All of them, without the moments of writing."""
        store = SqliteStore(self.home / "mentions.sqlite")
        try:
            found = store.scan(MentionFilter(gone=True))
            return [replace(mention, indexed_at=None, version=0, revision=0) for mention in found]
        finally:
            store.close()

    def incidents(self) -> list[Incident]:
        with State(f"sqlite:///{self.home}/state.db") as state:
            return sorted((replace(incident, evidence={}) for incident in state.incidents.list()), key=lambda i: i.id)

    def messages(self) -> Counter[str]:
        """How often each message arrived: mails by their id, Slack payloads by their text."""
        mails = [
            re.search(r"^Message-ID: *(\S+)", path.read_text("utf-8", "replace"), re.IGNORECASE | re.MULTILINE)
            for path in self.mail.iterdir()
        ]
        return Counter(
            [found[1] for found in mails if found] + [path.read_text("utf-8") for path in self.slack.iterdir()]
        )


@contextmanager
def world(web: DemoWeb, folder: Path) -> Iterator[World]:
    with ExitStack() as stack:
        mailbox = stack.enter_context(Mailbox(folder / "mail"))
        slack = stack.enter_context(SlackSink(folder / "slack"))
        write_demo_config(folder / "config", {**web.urls, "slack": slack.url})
        environment = {
            **os.environ,
            "VIGIE_HOME": str(folder / "data"),
            "VIGIE_CONFIG": str(folder / "config"),
            "VIGIE_SMTP_URL": mailbox.url,
            "VIGIE_SECRET": "the same key in every installation of this test",
            "PYTHONPATH": str(ROOT),
        }
        yield World(web, folder / "data", environment, folder / "mail", folder / "slack")


def moments(scenario: Scenario) -> list[datetime]:
    found = [scenario.live_from]
    while found[-1] < scenario.end:
        found.append(min(found[-1] + ROUND, scenario.end))
    return found


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_thirty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    dice = random.Random(11)
    with (
        DemoWeb(SEED, Scenario(SEED).end) as web,
        world(web, tmp_path / "calm") as calm,
        world(web, tmp_path / "hit") as hit,
    ):
        rounds = moments(web.scenario)
        killed = 0
        for moment in rounds:
            seconds = calm.finish(moment)
            # The first third only imports modules: nothing can be lost there. A second kill meets half-done work.
            for earliest, latest in ((0.3, 0.9), (0.3, 0.6)):
                in_time = hit.kill(moment, dice.uniform(earliest, latest) * seconds)
                killed += in_time or hit.kill(moment, dice.uniform(0.2, 0.4) * seconds)
            hit.finish(moment)
        assert killed >= KILLS, "too many rounds were over before their kill"
        assert hit.mentions() == calm.mentions()
        assert hit.incidents() == calm.incidents()
        assert len(calm.mentions()) >= 400
        assert calm.incidents()
        assert set(hit.messages()) == set(calm.messages())
        assert sum((hit.messages() - calm.messages()).values()) <= killed
