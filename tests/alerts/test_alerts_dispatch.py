"""The dispatcher: retries, dead letters, threads, two of them at once; nothing is lost, nobody hides anybody."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery import DeliveryError
from alerts.dispatch import dispatch, wait
from alerts.message import Message
from alerts.outgoing import deliveries_to, delivery_key
from config.models import Config
from state.database import State

pytestmark = pytest.mark.local

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MESSAGE = Message(subject="s", headline="h", text="t", html="")
CHANNELS = Config.model_validate(
    {
        "channels": {
            "mail": {"kind": "email", "to": ["a@example.org", "b@example.org", "a@example.org"]},
            "box": {"kind": "file", "folder": "messages"},
        }
    }
).channels


class Recorder:
    """A channel that does as it is told and remembers what it was asked."""

    def __init__(self, *failures):
        self.failures, self.sent = list(failures), []

    def send(self, delivery, message, first):
        assert message == MESSAGE
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        self.sent.append((delivery.recipient, delivery.number, first))
        return f"ref-{delivery.number}"


@pytest.fixture
def outbox(tmp_path):
    with State(f"sqlite:///{tmp_path}/state.db") as state:
        yield state.outbox


def put(outbox, name="box", number=1, at=NOW, subject="incident"):
    rows = deliveries_to(name, CHANNELS[name], MESSAGE, subject=subject, step="updated", number=number, now=at)
    outbox.add(rows)
    return rows


def failure(**changes):
    return DeliveryError("box", "down", **{"recoverable": True, **changes})


def send(outbox, now=NOW, chance=1.0, **channels):
    return dispatch(outbox, channels, now, chance=lambda: chance)


def test_dispatch_each_recipient_once_and_later_steps_under_the_first(outbox):
    mail = Recorder()
    assert len(put(outbox, "mail")) == 2
    put(outbox, "mail")
    assert send(outbox, mail=mail) == Counter(sent=2)
    assert send(outbox, mail=mail) == Counter()
    put(outbox, "mail", number=2)
    put(outbox, "mail", number=3)
    assert send(outbox, mail=mail) == Counter(sent=2, superseded=2)
    assert sorted(mail.sent[2:]) == [("a@example.org", 3, "ref-1"), ("b@example.org", 3, "ref-1")]


def test_dispatch_waits_longer_each_time_and_gives_up_after_a_day(outbox):
    box, now, waits = Recorder(*[failure()] * 500), NOW, []
    put(outbox)
    while outbox.counts() != {"dead": 1}:
        send(outbox, now, box=box)
        due = outbox.list()[0].due_at
        waits.append((due - now).total_seconds())
        assert send(outbox, due - timedelta(seconds=1), box=box) == Counter()
        now = max(due, now + timedelta(seconds=1))
    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == 900
    assert timedelta(hours=24) <= now - NOW < timedelta(hours=25)
    assert outbox.list("dead")[0].error == "box: down"


def test_dispatch_honours_retry_after_and_permanent_refusals(outbox):
    put(outbox)
    assert send(outbox, box=Recorder(failure(retry_after=3600))) == Counter(retry=1)
    assert outbox.list()[0].due_at == NOW + timedelta(hours=1)
    later = NOW + timedelta(hours=1)
    assert send(outbox, later, box=Recorder(failure(recoverable=False))) == Counter(dead=1)
    put(outbox, subject="other")
    assert send(outbox, later) == Counter(dead=1)
    assert "no channel 'box' any more" in outbox.list("dead", subject="other")[0].error


def test_dispatch_a_broken_channel_hides_nobody(outbox):
    put(outbox, "box")
    put(outbox, "mail")
    mail = Recorder()
    assert send(outbox, box=Recorder(failure()), mail=mail) == Counter(retry=1, sent=2)
    put(outbox, "box", subject="second")
    put(outbox, "mail", subject="second")
    with pytest.raises(ZeroDivisionError):
        send(outbox, box=Recorder(ZeroDivisionError()), mail=mail)
    assert len(mail.sent) == 4
    assert [row.channel for row in outbox.list("leased")] == ["box"]
    assert send(outbox, NOW + timedelta(minutes=6), box=Recorder())["sent"] == 2


def test_dispatch_a_newer_step_takes_the_place_of_one_that_waits(outbox):
    put(outbox)
    send(outbox, box=Recorder(failure(retry_after=7200)))
    put(outbox, number=2, at=NOW + timedelta(hours=1))
    box = Recorder()
    assert send(outbox, NOW + timedelta(hours=1), box=box) == Counter(sent=1, superseded=1)
    assert send(outbox, NOW + timedelta(hours=5), box=box) == Counter()
    assert box.sent == [("messages", 2, None)]


def test_dispatch_two_at_once_send_each_message_once(outbox):
    for number in range(23):
        put(outbox, subject=f"incident-{number:02}")
    box = Recorder()

    class Nosy(Recorder):
        """In the middle of its sending a second dispatcher runs."""

        def send(self, delivery, message, first):
            dispatch(outbox, {"box": box}, NOW, chance=lambda: 1.0)
            return super().send(delivery, message, first)

    nosy = Nosy()
    assert send(outbox, box=nosy)["sent"] == len(nosy.sent)
    assert len(nosy.sent) + len(box.sent) == 23
    assert outbox.counts() == {"sent": 23}


def test_dispatch_killed_after_sending_repeats_that_message_only(outbox):
    put(outbox, subject="a")
    put(outbox, subject="b")

    class Dies(Recorder):
        def send(self, delivery, message, first):
            super().send(delivery, message, first)
            raise KeyboardInterrupt  # nothing after it runs, as after a kill

    dying, box = Dies(), Recorder()
    with pytest.raises(KeyboardInterrupt):
        send(outbox, box=dying)
    assert send(outbox, NOW + timedelta(seconds=10), box=box) == Counter()
    assert send(outbox, NOW + timedelta(minutes=6), box=box) == Counter(sent=2)
    assert len(dying.sent) + len(box.sent) == 3


@given(st.integers(1, 1000), st.none() | st.floats(0, 1e5), st.floats(0, 1, exclude_max=True))
def test_dispatch_waits_are_bounded_and_never_shorter_than_asked(attempts, asked, chance):
    seconds = wait(attempts, asked, chance)
    assert seconds >= max(asked or 0, 5)
    assert seconds <= max(asked or 0, 900)


def test_delivery_keys_differ_in_every_part():
    base = ("s", 1, "c", "r")
    others = [replace_at(base, i, "x" if i != 1 else 2) for i in range(4)]
    assert len({delivery_key(*each) for each in [base, *others]}) == 5


def replace_at(values, index, value):
    return tuple(value if i == index else each for i, each in enumerate(values))
