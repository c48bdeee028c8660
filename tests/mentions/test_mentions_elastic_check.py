"""`vigie store check` with few privileges, on a scripted server: what cannot be asked is unknown, not an error."""

import pytest
from loopback_elastic import answering

from mentions.elastic_check import UNKNOWN, examine
from mentions.elastic_client import connect
from mentions.elastic_names import Names
from mentions.elastic_schema import stamped
from mentions.errors import Stop

NAMES = Names()
INDEX = NAMES.partition("202611-x")
DENIED = 403, {"error": {"type": "security_exception", "reason": "denied"}}


def cluster(*denied, meta=None, template=None):
    """Answers of a small cluster that denies the paths beginning so."""
    mappings = {"_meta": meta or stamped(NAMES)["template"]["mappings"]["_meta"]}
    index = {
        "aliases": {NAMES.mentions: {}},
        "mappings": mappings,
        "settings": {"index": {"blocks": {"write": "true"}}},
    }
    answers = {
        "/_cluster/health": {"status": "yellow"},
        "/_nodes": {"nodes": {"a": {"version": "9.5.3"}, "b": {"version": "9.4.1"}, "c": {"version": "9.5.3"}}},
        f"/{INDEX}/_stats": {
            "indices": {INDEX: {"primaries": {"docs": {"count": 7}, "store": {"size_in_bytes": 12_345_678}}}}
        },
        f"/_index_template/{NAMES.template}": {"index_templates": [{"index_template": template or stamped(NAMES)}]},
        f"/{NAMES.mentions}": {INDEX: index},
    }

    def respond(_method, path, _body):
        if path.startswith(denied):
            return DENIED
        return next((200, answer) for start, answer in answers.items() if path.startswith(start))

    return respond


def look(respond):
    with answering(respond=respond) as (url, _), connect(url) as client:
        return examine(client, NAMES)


@pytest.mark.local
def test_all_is_told():
    found = look(cluster())
    assert (found.version, found.health, found.template, found.problem) == (
        "9.4.1, 9.5.3",
        "yellow",
        "up to date",
        None,
    )
    (room,) = found.rooms
    assert (room.documents, room.size, room.partition.blocked, room.partition.live) == (7, 12_345_678, True, True)


@pytest.mark.local
def test_few_privileges_leave_gaps_and_no_error():
    found = look(cluster("/_nodes", f"/{INDEX}", "/_index_template"))
    assert (found.version, found.template, found.problem) == (UNKNOWN, "unknown", None)
    assert (found.rooms[0].documents, found.rooms[0].size) == (None, None)


@pytest.mark.local
def test_without_any_privilege_it_says_which_is_missing():
    with pytest.raises(Stop, match=r"missing privilege .denied."):
        look(cluster("/"))


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({"schema": "other", "version": 1}, "foreign"),
        ({"schema": "mentions", "version": "1"}, "foreign"),
        ({"schema": "mentions", "version": 7, "period": "month"}, "newer Vigie"),
        ({"schema": "mentions", "version": 1, "period": "decade"}, "one index a decade"),
    ],
)
@pytest.mark.local
def test_what_is_wrong_is_told_and_nothing_raised(meta, words):
    assert words in look(cluster(meta=meta)).problem


@pytest.mark.local
def test_a_foreign_template_of_our_name_is_a_problem():
    found = look(cluster(template={"index_patterns": ["vigie-*"], "priority": 100}))
    assert found.template == "foreign"
    assert "foreign: it has our name" in found.problem
