"""The Kibana client: each error one line that says what to do, retries only where they are safe."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from certificates import certificate
from stub_kibana import KEY, StubKibana, serving

from dashboards.client import PATIENCE, Space, connect
from mentions.errors import Stop, Transient

pytestmark = pytest.mark.local

RECORD = {
    "type": "index-pattern",
    "id": "vigie-mentions",
    "attributes": {"title": "vigie-mentions", "name": "é"},
    "references": [],
    "coreMigrationVersion": "8.8.0",
    "typeMigrationVersion": "7.11.0",
}
LOGIN = b"<html><head><title>Sign in to\n Example</title></head></html>"


def space(kibana: StubKibana, name: str = "default", **more: Any) -> Space:
    """A client that notes its pauses instead of sleeping, and always draws one half."""
    made = connect(more.pop("url", kibana.url), space=name, **{"api_key": KEY, **more})
    pauses: list[float] = []
    made._asking = type(made._asking)(made.where, name, PATIENCE, pauses.append, lambda: 0.5)
    kibana.pauses = pauses
    return made


def test_the_version_is_read_with_a_key_or_with_a_name_and_password(kibana: StubKibana) -> None:
    assert space(kibana).version().number == (9, 5)
    with_password = kibana.url.replace("//", "//%C3%A9lo:p%40ss@")
    assert str(space(kibana, url=with_password, api_key=None).version()) == "9.5.4"


@pytest.mark.parametrize(
    ("version", "said"),
    [("8.19.3", "is 8.19.3, Vigie's boards need 9.0 or newer"), ("nine", "a version that says nothing")],
)
def test_an_older_kibana_is_named(version: str, said: str) -> None:
    with serving(StubKibana(version)) as kibana, pytest.raises(Stop, match=said):
        space(kibana).version()


def test_credentials_that_are_wrong_hide_the_version_and_are_named(kibana: StubKibana) -> None:
    with pytest.raises(Stop, match=r"does not accept the credentials .*VIGIE_KIBANA_API_KEY"):
        space(kibana, api_key="bm8=").version()
    with pytest.raises(Stop, match=r"does not accept the credentials \(401\)"):
        space(kibana, api_key=None).board("vigie-overview")


@pytest.mark.parametrize(
    ("status", "body", "headers", "fate", "said"),
    [
        (200, LOGIN, {"Content-Type": "text/html"}, Stop, "answers 200 with a page “Sign in to Example”"),
        (302, b"", {"Location": "/login", "Content-Type": "text/html"}, Stop, "a proxy or login stands before Kibana"),
        (404, LOGIN, {"Content-Type": "text/html"}, Stop, "VIGIE_KIBANA_URL lacks the base path"),
        (200, b"{not json", {}, Stop, "what is not JSON"),
        (200, b"\xff\xfe", {"Content-Type": "image/png"}, Stop, "what is not JSON"),
        (200, b"[]", {}, Stop, "answers, but not as Kibana"),
        (200, b'{"cluster_name": "x"}', {}, Stop, "answers, but not as Kibana"),
        (200, b'{"status": {}, "version": "5.0"}', {}, Stop, "does not accept the credentials"),
        (
            400,
            b'{"error": {"type": "x"}}',
            {"X-Elastic-Product": "Elasticsearch"},
            Stop,
            "is Elasticsearch, not Kibana",
        ),
        (500, b'{"message": "boom"}', {}, Transient, r"failed to tell its version \(500 boom\)"),
        (418, b'{"message": "tea"}', {}, Stop, r"refuses to tell its version \(418\): tea"),
    ],
)
def test_answers_that_are_no_answers_of_kibana(
    kibana: StubKibana, status: int, body: bytes, headers: dict[str, str], fate: type[Exception], said: str
) -> None:
    kibana.answer("GET /api/status", status, body, headers=headers)
    with pytest.raises(fate, match=said) as error:
        space(kibana).version()
    assert "\n" not in str(error.value)
    assert kibana.pauses == []


def test_nobody_there(kibana: StubKibana) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://someone:secret@127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Transient, match=r"is not there .*correct VIGIE_KIBANA_URL") as error:
            space(kibana, url=url, api_key=None).version()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_kibana_is_asked_again_with_jitter(kibana: StubKibana, status: int) -> None:
    kibana.answer("GET /api/status", status, b"not ready yet", headers={"Content-Type": "text/html"}, times=3)
    assert space(kibana).version().number == (9, 5)
    assert kibana.pauses == [0.25, 0.5, 1.0]


def test_retry_after_is_honoured_and_an_endless_one_is_not_waited_for(kibana: StubKibana) -> None:
    kibana.answer("GET /api/status", 503, headers={"Retry-After": "7"})
    assert space(kibana).version()
    assert kibana.pauses == [7.0]
    kibana.answer("GET /api/status", 429, headers={"Retry-After": "3600"})
    with pytest.raises(Transient, match="has too much to do") as error:
        space(kibana).version()
    assert (error.value.retry_after, kibana.pauses) == (3600.0, [])


def test_retry_after_may_be_a_date(kibana: StubKibana) -> None:
    kibana.answer(
        "GET /api/status", 503, headers={"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=9))}
    )
    assert space(kibana).version()
    assert 7 < kibana.pauses[0] <= 9
    kibana.answer("GET /api/status", 503, headers={"Retry-After": "soon"})
    assert space(kibana).version()
    assert kibana.pauses == [0.25]


def test_a_kibana_that_does_not_answer_in_time(kibana: StubKibana) -> None:
    kibana.holds = "status"
    with pytest.raises(Transient, match="did not answer in time"):
        space(kibana, timeout=0.2).version()
    kibana.released.set()


def test_a_kibana_that_stays_busy_is_left(kibana: StubKibana) -> None:
    kibana.answer("GET /api/status", 503, times=99)
    with pytest.raises(Transient, match="is not ready"):
        space(kibana).version()
    assert len(kibana.pauses) == PATIENCE.attempts - 1


def test_a_space_that_does_not_exist_gets_the_nearest_name(kibana: StubKibana) -> None:
    space(kibana, "marketing").must_exist()
    with pytest.raises(Stop, match=r"has no space marketin; did you mean marketing\?"):
        space(kibana, "marketin").must_exist()
    with pytest.raises(Stop, match="there are: default, marketing"):
        space(kibana, "xyz").must_exist()


def test_what_is_missing_is_left_out_of_an_export(kibana: StubKibana) -> None:
    client = space(kibana)
    keys = [("dashboard", "vigie-overview"), ("index-pattern", "vigie-mentions")]
    assert client.export(keys) == {}
    assert client.load([RECORD]).done == ("vigie-mentions",)
    assert client.export(keys)["index-pattern", "vigie-mentions"]["attributes"] == RECORD["attributes"]


@pytest.mark.parametrize(
    "objects", [[{"type": "dashboard", "id": "b"}], [{"type": "dashboard", "id": "b", "error": {"statusCode": 500}}]]
)
def test_what_an_export_cannot_read_is_not_taken_for_missing(kibana: StubKibana, objects: list[Any]) -> None:
    kibana.answer("_export", 400, {"message": "Error transforming objects", "attributes": {"objects": objects}})
    with pytest.raises(Stop, match=r"refuses to export boards \(400\): Error transforming"):
        space(kibana).export([("dashboard", "b"), ("dashboard", "c")])


def test_a_missing_privilege_is_named(kibana: StubKibana) -> None:
    kibana.forbidden |= {"dashboard", "tag", "rule"}
    client = space(kibana, "marketing")
    with pytest.raises(Stop, match=r"may not read the board b in the space marketing \(403\).*Analytics > Dashboard"):
        client.board("b")
    with pytest.raises(Stop, match="Kibana privilege Management > Tag Management: All"):
        client.load([{**RECORD, "type": "tag"}])
    with pytest.raises(Stop, match="Stack Rules"):
        client.rule("r")
    denied = {"type": "dashboard", "id": "b", "error": {"statusCode": 403, "message": "Unable to bulk_get dashboard"}}
    kibana.answer("_export", 400, {"message": "Error fetching objects", "attributes": {"objects": [denied]}})
    with pytest.raises(Stop, match=r"may not export boards .*Analytics > Dashboard: All"):
        client.export([("dashboard", "b")])


def test_an_import_that_failed_with_200_is_a_failure_with_reasons(kibana: StubKibana) -> None:
    lost = {**RECORD, "id": "b", "references": [{"type": "tag", "id": "t", "name": "tag-t"}]}
    result = space(kibana).load([RECORD, lost, {**RECORD, "id": "c", "type": "canvas"}])
    assert result.done == ("vigie-mentions",)
    assert result.failed == {
        "b": "it refers to what is not in this space: tag t",
        "c": "this Kibana does not know the type",
    }


def test_an_identifier_of_another_space_is_a_failure(kibana: StubKibana) -> None:
    space(kibana, "marketing").load([RECORD])
    assert "another space holds this identifier" in space(kibana).load([RECORD]).failed["vigie-mentions"]


@pytest.mark.parametrize(
    "answer", [{"success": False, "successCount": 0}, {"success": False, "errors": []}, {"statusCode": 200}]
)
def test_an_import_without_success_or_reason_fails(kibana: StubKibana, answer: dict[str, Any]) -> None:
    kibana.answer("_import", 200, answer)
    assert set(space(kibana).load([RECORD]).failed) == {"vigie-mentions"}


def test_a_newer_document_and_a_conflict_have_their_line(kibana: StubKibana) -> None:
    with pytest.raises(Stop, match="belongs to a more recent version of Kibana"):
        space(kibana).load([{**RECORD, "typeMigrationVersion": "99.0.0"}])
    kibana.answer("PUT", 409)
    with pytest.raises(Transient, match="another writes it at this moment"):
        space(kibana).put_board("b", {"title": "t"})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: connect("http://"), "is no address"),
        (lambda _: connect("http://h:70000"), "is no address"),
        (lambda _: connect("http://u:p@h", api_key=KEY), "keep one of them"),
        (lambda tmp: connect("https://h", ca=tmp / "none.pem"), "none.pem cannot be used .*No such file"),
        (lambda tmp: connect("https://h", ca=_written(tmp / "x.pem")), "no certificate in it"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, make: Callable[[Path], Space], said: str) -> None:
    with pytest.raises(Stop, match=said):
        make(tmp_path)


def _written(path: Path) -> Path:
    path.write_text("no pem", encoding="utf-8")
    return path


def test_tls_is_verified_and_an_own_authority_accepted(kibana: StubKibana, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with serving(StubKibana(), tls=context) as secure:
        with pytest.raises(Stop, match="nobody known signed: set VIGIE_KIBANA_CA"):
            space(secure).version()
        assert space(secure, ca=pem).version().number == (9, 5)
        with pytest.raises(Transient, match="https://"):
            space(secure, url=secure.url.replace("https", "http")).version()
    context.load_cert_chain(other := certificate(tmp_path, "127.0.0.9"))
    with serving(StubKibana(), tls=context) as elsewhere, pytest.raises(Stop, match="certificate for another name"):
        space(elsewhere, ca=other).version()
    with pytest.raises(Stop, match="speaks http, not https"):
        space(kibana, url=kibana.url.replace("http", "https")).version()


def test_a_base_path_is_kept(kibana: StubKibana) -> None:
    kibana.answer("GET /kibana/api/status", 200, {"version": {"number": "9.4.0"}, "status": {}})
    assert space(kibana, url=f"{kibana.url}/kibana/").version().number == (9, 4)
