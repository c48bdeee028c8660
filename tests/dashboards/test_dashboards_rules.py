"""The dead man's switch: made once, disabled, left to people."""

import json

import pytest
from small_boards import HURRIED
from stub_kibana import KEY, StubKibana

from dashboards.client import connect
from dashboards.rules import dead_mans_switch, place
from mentions.elastic_mapping import FIELD_TYPES
from mentions.errors import Stop

pytestmark = pytest.mark.local


def placed(kibana: StubKibana, *, force: bool = False, hours: int = 24) -> str:
    with connect(kibana.url, api_key=KEY, patience=HURRIED) as space:
        return place(space, dead_mans_switch("vigie-mentions", hours=hours), force=force)


def test_it_is_made_disabled_with_its_connector(kibana: StubKibana) -> None:
    assert placed(kibana) == "made"
    contents = kibana.spaces["default"]
    rule = contents.rules["vigie-silence"]
    assert not rule["enabled"]
    assert (rule["rule_type_id"], rule["consumer"]) == (".es-query", "stackAlerts")
    assert rule["params"]["thresholdComparator"] == "<"
    assert json.loads(rule["params"]["esQuery"])["query"] == {"match_all": {}}
    assert FIELD_TYPES[rule["params"]["timeField"]] == "date"
    assert contents.connectors[rule["actions"][0]["id"]]["connector_type_id"] == ".server-log"


def test_what_people_changed_stays_unless_forced(kibana: StubKibana) -> None:
    placed(kibana)
    rule = kibana.spaces["default"].rules["vigie-silence"]
    rule |= {"enabled": True, "schedule": {"interval": "1h"}}
    assert placed(kibana, hours=48) == "unchanged"
    assert rule["schedule"] == {"interval": "1h"}
    assert placed(kibana, hours=48, force=True) == "replaced"
    assert (rule["params"]["timeWindowSize"], rule["enabled"]) == (48, True)


def test_spaces_have_their_own() -> None:
    rule = dead_mans_switch("vigie-mentions", space="pr", language="fr")
    assert rule.id == "vigie-pr-silence"
    assert rule.body["actions"][0]["id"] != dead_mans_switch("vigie-mentions").body["actions"][0]["id"]
    assert rule.body["name"] == "Vigie : aucune mention depuis 24 heures"


def test_a_missing_privilege_is_named(kibana: StubKibana) -> None:
    kibana.forbidden.add("rule")
    with pytest.raises(Stop, match="Stack Rules: All, and Actions and Connectors: All"):
        placed(kibana)
