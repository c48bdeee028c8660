"""The channels against real servers on loopback: what they send, and how they fail."""

import json
import socket
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from alerts.channels import CHANNELS, make_channel
from alerts.channels.email import EmailSender
from alerts.channels.file import FileSender
from alerts.channels.slack import SlackSender
from alerts.delivery import DeliveryError
from alerts.message import Message
from config.models import Config, SlackChannel
from config.settings import Settings
from mentions.errors import Stop
from state.records import Delivery

pytestmark = pytest.mark.local

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MESSAGE = Message(
    subject="Aubépine : alerte", headline="Ça monte", text="Ça monte\n", html="<p>Ça monte</p>", language="fr"
)


def delivery(recipient="lea@example.org", key="k" * 40, **changes):
    values = {
        "key": key, "subject": "incident", "step": "opened", "number": 1, "channel": "team", "recipient": recipient,
        "payload": MESSAGE.to_json(), "created_at": NOW, **changes,
    }  # fmt: skip
    return Delivery(**values)


class Mailbox:
    """An SMTP server that answers as it is told to."""

    def __init__(self, **answers):
        self.answers, self.mails = answers, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if "data" in self.answers:
            return self.answers["data"]
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def mail():
    started = []

    def start(**answers):
        box = Mailbox(**answers)

        def log_in(server, session, envelope, mechanism, given):
            good = isinstance(given, LoginPassword) and (given.login, given.password) == (b"us er", b"p@ss")
            return AuthResult(success=good, handled=False)

        extra = {"authenticator": log_in, "auth_require_tls": False, "auth_required": True} if "auth" in answers else {}
        controller = Controller(box, hostname="127.0.0.1", port=free_port(), **extra)
        controller.start()
        started.append(controller)
        return box, f"127.0.0.1:{controller.port}"

    yield start
    for controller in started:
        controller.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_email_carries_both_bodies_and_threads(mail):
    box, place = mail()
    sender = EmailSender("team", f"smtp://{place}", "Vigie <vigie@example.net>")
    first = sender.send(delivery(), MESSAGE, None)
    sender.send(delivery(key="l" * 40), MESSAGE, first)
    (to, opening), (_, later) = box.mails
    assert to == ["lea@example.org"]
    assert first == opening["Message-ID"] == f"<{'k' * 40}@example.net>"
    assert (later["In-Reply-To"], later["References"]) == (first, first)
    assert opening["In-Reply-To"] is None
    assert opening["Subject"] == "Aubépine : alerte"
    assert opening["Auto-Submitted"] == "auto-generated"
    assert opening["Date"].datetime == NOW
    assert [part.get_content_type() for part in opening.iter_parts()] == ["text/plain", "text/html"]
    assert opening.get_body(("plain",)).get_content().strip() == "Ça monte"


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_email_logs_in_with_an_escaped_password(mail):
    box, place = mail(auth=True)
    EmailSender("team", f"smtp://us%20er:p%40ss@{place}", "vigie@example.net").send(delivery(), MESSAGE, None)
    assert len(box.mails) == 1
    with pytest.raises(DeliveryError, match="refuses user or password") as caught:
        EmailSender("team", f"smtp://us%20er:wrong@{place}", "vigie@example.net").send(delivery(), MESSAGE, None)
    assert caught.value.recoverable
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("answers", "recoverable"),
    [
        ({"rcpt": "550 no such user"}, False),
        ({"rcpt": "450 greylisted"}, True),
        ({"data": "554 spam"}, False),
        ({"data": "451 try later"}, True),
    ],
)
def test_email_5xx_is_final_and_4xx_is_not(mail, answers, recoverable):
    _, place = mail(**answers)
    with pytest.raises(DeliveryError, match=next(iter(answers.values()))) as caught:
        EmailSender("team", f"smtp://{place}", "vigie@example.net").send(delivery(), MESSAGE, None)
    assert caught.value.recoverable is recoverable


def test_email_without_a_server_says_where_and_may_try_again():
    for url, said in (
        (f"smtp://u:secret@127.0.0.1:{free_port()}", "no mail server at 127.0.0.1"),
        (None, "VIGIE_SMTP_URL"),
    ):
        with pytest.raises(DeliveryError, match=said) as caught:
            EmailSender("team", url, "vigie@example.net").send(delivery(), MESSAGE, None)
        assert caught.value.recoverable
        assert "secret" not in str(caught.value)


class SlackHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.calls.append((self.path, body, self.headers.get("Authorization")))
        status, headers, answer = self.server.answers.pop(0) if self.server.answers else self.server.usual
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


OK = (200, {"Content-Type": "application/json"}, json.dumps({"ok": True, "channel": "C1", "ts": "17.5"}))


@pytest.fixture
def slack():
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlackHandler)
    server.calls, server.answers, server.usual = [], [], OK
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def by_webhook(slack):
    channel = SlackChannel.model_validate({"kind": "slack", "webhook": "env:HOOK"})
    return SlackSender("team", channel, lambda secret: slack.url + "/hook")


def by_bot(slack):
    channel = SlackChannel.model_validate(
        {"kind": "slack", "token": "env:TOKEN", "channel": "#crise", "api_url": slack.url + "/api"}
    )
    return SlackSender("team", channel, lambda secret: "xoxb-1")


def test_slack_webhook_posts_blocks(slack):
    slack.usual = (200, {}, "ok")
    assert by_webhook(slack).send(delivery("webhook"), MESSAGE, None) is None
    path, body, _ = slack.calls[0]
    assert path == "/hook"
    assert json.loads(body)["text"] == "Ça monte"
    assert json.loads(body)["blocks"][0]["type"] == "header"


@pytest.mark.parametrize(
    ("answer", "recoverable", "after"),
    [
        ((429, {"Retry-After": "7"}, "rate_limited"), True, 7.0),
        ((500, {}, "oops"), True, None),
        ((404, {}, "no_service"), False, None),
        ((400, {}, "invalid_blocks"), False, None),
    ],
)
def test_slack_webhook_failures_have_their_fates(slack, answer, recoverable, after):
    slack.usual = answer
    with pytest.raises(DeliveryError, match=str(answer[0])) as caught:
        by_webhook(slack).send(delivery("webhook"), MESSAGE, None)
    assert (caught.value.recoverable, caught.value.retry_after) == (recoverable, after)
    assert len(slack.calls) == 1
    assert "/hook" not in str(caught.value)


def test_slack_bot_answers_in_the_thread_and_edits_the_first(slack):
    sender = by_bot(slack)
    first = sender.send(delivery("#crise"), MESSAGE, None)
    assert first == "C1:17.5"
    sender.send(delivery("#crise", key="l" * 40), MESSAGE, first)
    assert [path for path, _, _ in slack.calls] == [
        "/api/chat.postMessage",
        "/api/chat.update",
        "/api/chat.postMessage",
    ]
    opening, edit, answer = (json.loads(body) for _, body, _ in slack.calls)
    assert (opening["channel"], opening.get("thread_ts")) == ("#crise", None)
    assert (edit["channel"], edit["ts"]) == ("C1", "17.5")
    assert (answer["channel"], answer["thread_ts"]) == ("C1", "17.5")
    assert json.loads(slack.calls[0][1])["metadata"]["event_payload"] == {"key": "k" * 40}
    assert slack.calls[0][2] == "Bearer xoxb-1"


def test_slack_bot_that_may_not_edit_still_answers(slack):
    slack.answers = [(200, {"Content-Type": "application/json"}, '{"ok":false,"error":"edit_window_closed"}')]
    assert by_bot(slack).send(delivery("#crise"), MESSAGE, "C1:1.0") == "C1:17.5"


@pytest.mark.parametrize(
    ("answer", "recoverable", "after"),
    [
        ((429, {"Retry-After": "30"}, '{"ok":false,"error":"ratelimited"}'), True, 30.0),
        ((200, {}, '{"ok":false,"error":"channel_not_found"}'), False, None),
        ((200, {}, '{"ok":false,"error":"internal_error"}'), True, None),
        ((503, {}, "<html>down</html>"), True, None),
        ((200, {}, "not json"), True, None),
    ],
)
def test_slack_bot_failures_have_their_fates(slack, answer, recoverable, after):
    slack.usual = answer
    with pytest.raises(DeliveryError) as caught:
        by_bot(slack).send(delivery("#crise"), MESSAGE, None)
    assert (caught.value.recoverable, caught.value.retry_after) == (recoverable, after)
    assert "xoxb" not in str(caught.value)


def test_slack_that_is_not_there_or_has_no_secret_may_be_tried_again(slack):
    channel = SlackChannel.model_validate({"kind": "slack", "webhook": "env:HOOK"})

    def missing(_secret):
        raise Stop("the environment variable HOOK is not set")

    for reveal in (missing, lambda secret: f"http://127.0.0.1:{free_port()}/"):
        with pytest.raises(DeliveryError) as caught:
            SlackSender("team", channel, reveal).send(delivery("webhook"), MESSAGE, None)
        assert caught.value.recoverable


def test_file_is_whole_and_written_once(tmp_path):
    sender = FileSender("box", tmp_path / "messages")
    names = {sender.send(delivery(), MESSAGE, None) for _ in range(2)}
    assert {path.name for path in (tmp_path / "messages").iterdir()} == names
    content = json.loads((tmp_path / "messages" / names.pop()).read_text())
    assert Message.from_json(content["message"]) == MESSAGE
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match="cannot be written") as caught:
        FileSender("box", tmp_path / "file").send(delivery(), MESSAGE, None)
    assert caught.value.recoverable


def test_every_kind_of_channel_can_be_made(tmp_path):
    config = Config.model_validate(
        {
            "channels": {
                "a": {"kind": "email", "to": ["a@example.org"]},
                "b": {"kind": "slack", "webhook": "env:NOT_SET_ANYWHERE"},
                "c": {"kind": "file", "folder": "messages"},
            }
        }
    )
    settings = Settings(home=tmp_path, smtp_url=None)
    made = {name: make_channel(name, channel, settings, config) for name, channel in config.channels.items()}
    assert {config.channels[name].kind for name in made} == set(CHANNELS)
    assert made["c"].send(delivery(), MESSAGE, None).endswith(".json")
    assert (tmp_path / "messages").is_dir()
    with pytest.raises(DeliveryError, match="NOT_SET_ANYWHERE"):
        made["b"].send(delivery(), MESSAGE, None)
