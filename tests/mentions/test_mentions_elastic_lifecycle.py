"""Lifecycles on a scripted server: the minimal node of the real tests has none."""

from typing import Any

import pytest
from loopback_elastic import answering

from mentions.elastic_client import connect
from mentions.elastic_lifecycle import policy, put_lifecycle
from mentions.elastic_names import Names
from mentions.elastic_schema import ensure, stamped
from mentions.errors import Stop

NAMES = Names()
INDEX = NAMES.partition("202611-x")


class Cluster:
    """As much of a cluster as lifecycles touch: one partition, a template, policies."""

    def __init__(self, **policies: Any) -> None:
        self.policies = policies
        self.template: dict[str, Any] | None = None
        self.settings: dict[str, Any] = {}
        self.writes: list[tuple[str, str]] = []

    def respond(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "PUT":
            self.writes.append((method, path))
        if path.startswith("/_ilm/policy"):
            return self._policy(method, path.removeprefix("/_ilm/policy").strip("/"), body)
        if path == f"/_index_template/{NAMES.template}":
            return self._template(method, body)
        if path == f"/{INDEX}/_settings" and method == "PUT":
            self.settings |= body
            return 200, {"acknowledged": True}
        if path == f"/{NAMES.mentions},{NAMES.mentions}-v*":
            mappings = {"_meta": stamped(NAMES)["template"]["mappings"]["_meta"]}
            return 200, {INDEX: {"aliases": {NAMES.mentions: {}}, "mappings": mappings}}
        return 500, {"error": f"not expected: {method} {path}"}

    def _policy(self, method: str, name: str, body: Any) -> tuple[int, Any]:
        if method == "PUT":
            self.policies[name] = body["policy"]
            return 200, {"acknowledged": True}
        if name and name not in self.policies:
            return 404, {"error": {"type": "resource_not_found_exception", "reason": name}}
        return 200, {key: {"policy": value} for key, value in self.policies.items() if not name or key == name}

    def _template(self, method: str, body: Any) -> tuple[int, Any]:
        if method == "PUT":
            self.template = body
            return 200, {"acknowledged": True}
        if self.template is None:
            return 404, {"error": {"type": "resource_not_found_exception", "reason": "no template"}}
        return 200, {"index_templates": [{"name": NAMES.template, "index_template": self.template}]}


@pytest.mark.local
def test_old_partitions_are_merged_and_moved_and_a_new_template_keeps_that():
    cluster = Cluster(other={"phases": {}})
    with answering(respond=cluster.respond) as (url, _), connect(url) as client:
        assert put_lifecycle(client, NAMES) is True
        assert put_lifecycle(client, NAMES) is True
        wanted = {"name": "vigie-mentions", "parse_origination_date": True}
        assert cluster.template["template"]["settings"]["index"]["lifecycle"] == wanted
        assert cluster.settings == {"index.lifecycle": wanted}
        assert cluster.policies["vigie-mentions"] == policy(NAMES)
        cluster.template["template"]["mappings"]["_meta"]["digest"] = "of an older Vigie"
        ensure(client, NAMES)
        assert cluster.template["template"]["settings"]["lifecycle"] == wanted
    assert cluster.policies["other"] == {"phases": {}}


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_no_policy_ever_deletes(period):
    phases = policy(Names(period=period))["phases"]
    assert set(phases) == {"hot", "warm"}
    actions = {action for phase in phases.values() for action in phase["actions"]}
    assert actions == {"set_priority", "forcemerge", "migrate"}
    days = int(phases["warm"]["min_age"].removesuffix("d"))
    assert days >= {"month": 31, "quarter": 92, "year": 366}[period] + 90


@pytest.mark.local
def test_a_policy_of_our_name_that_is_not_ours_stays():
    cluster = Cluster(**{"vigie-mentions": {"phases": {"delete": {}}}})
    with (
        answering(respond=cluster.respond) as (url, _),
        connect(url) as client,
        pytest.raises(Stop, match="policy vigie-mentions is foreign"),
    ):
        put_lifecycle(client, NAMES)
    assert cluster.writes == []


@pytest.mark.parametrize("status", [400, 404, 405])
@pytest.mark.local
def test_where_there_are_none_nothing_is_written(status):
    answer = {"error": "no handler found for uri [/_ilm/policy] and method [GET]"}
    with answering(status, answer) as (url, seen), connect(url) as client:
        assert put_lifecycle(client, NAMES) is False
    assert len(seen) == 1


@pytest.mark.local
def test_a_missing_privilege_is_no_absence():
    with (
        answering(403, {"error": {"type": "security_exception", "reason": "needs read_ilm"}}) as (url, _),
        connect(url) as client,
        pytest.raises(Stop, match="needs read_ilm"),
    ):
        put_lifecycle(client, NAMES)
