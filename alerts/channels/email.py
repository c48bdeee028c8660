"""Mail by SMTP, with the standard library's client."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from alerts.delivery import DeliveryError
from alerts.message import Message
from state.records import Delivery

TIMEOUT = 30.0  # seconds for each step of the conversation
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
PERMANENT = 500  # RFC 5321 section 4.2.1: 5xx will not change, 4xx may


class EmailSender:
    """`url` is smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]."""

    def __init__(self, name: str, url: str | None, sender: str) -> None:
        self._name = name
        self._url = url
        self._sender = sender

    def send(self, delivery: Delivery, message: Message, first: str | None) -> str:
        """Send to the delivery's recipient; the reference is the Message-ID, made from the delivery's key.

        A mail sent twice because its first outcome was unknown carries the same Message-ID, by which most
        mail programs show it once.
        """
        mail = compose(delivery, message, sender=self._sender, first=first)
        try:
            with self._connect() as server:
                server.send_message(mail, from_addr=parseaddr(self._sender)[1], to_addrs=[delivery.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[delivery.recipient]
            raise self._refused(code, said, to=delivery.recipient) from error
        except smtplib.SMTPAuthenticationError as error:
            detail = f"the server refuses user or password of VIGIE_SMTP_URL ({_text(error.smtp_error)})"
            raise DeliveryError(self._name, detail, recoverable=True) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, error.smtp_error, to=delivery.recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(self._name, f"no mail server at {self._place()}: {error}", recoverable=True) from error
        return str(mail["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        if self._url is None:
            detail = "VIGIE_SMTP_URL is not set, e.g. smtp+starttls://user:password@mail.example.org"
            raise DeliveryError(self._name, detail, recoverable=True)
        parts = urlsplit(self._url)
        host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=TIMEOUT)
        )
        try:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _place(self) -> str:
        """Host and port, without the password."""
        parts = urlsplit(self._url or "")
        return f"{parts.hostname}:{parts.port or PORTS.get(parts.scheme, 25)}"

    def _refused(self, code: int, said: bytes | str, *, to: str) -> DeliveryError:
        detail = f"the mail server says {code} {_text(said)} (to {to})"
        return DeliveryError(self._name, detail, recoverable=code < PERMANENT)


def compose(delivery: Delivery, message: Message, *, sender: str, first: str | None) -> EmailMessage:
    """The mail: text and HTML, threaded under the subject's first (RFC 5322 section 3.6.4)."""
    mail = EmailMessage(policy=SMTP_POLICY)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"] = sender
    mail["To"] = delivery.recipient
    mail["Date"] = format_datetime(delivery.created_at)
    mail["Message-ID"] = f"<{delivery.key}@{domain}>"
    if first is not None:
        mail["In-Reply-To"] = first
        mail["References"] = first
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    mail["Content-Language"] = message.language
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def _text(said: bytes | str) -> str:
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())
