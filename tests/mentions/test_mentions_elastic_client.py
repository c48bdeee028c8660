"""Every way a connection to Elasticsearch fails, on real loopback servers: one line, the right fate, no password."""

import socket
from contextlib import closing

import pytest
from loopback_elastic import answering, make_certificate

from mentions.elastic_client import connect, in_words, shown
from mentions.errors import Stop, Transient

PASSWORD = "s3cr3t-Word"


def failure(url, **options):
    """The error of one call, its message on one line and without secrets."""
    with (
        pytest.raises((Stop, Transient)) as caught,
        in_words(url),
        closing(connect(url, timeout=2, **options)) as client,
    ):
        client.cluster.health()
    text = str(caught.value)
    assert "\n" not in text
    assert PASSWORD not in text
    assert len(text) < 600
    return caught.value


def error(kind, reason, **more):
    cause = {"type": kind, "reason": reason, **more}
    return {"error": {"root_cause": [cause], **cause}, "status": 400}


EIGHT = error(
    "media_type_header_exception",
    "Invalid media-type value on headers [Accept]",
    caused_by={
        "type": "status_exception",
        "reason": "Accept version must be either version 8 or 7, but found 9. "
        "Accept=application/vnd.elasticsearch+json; compatible-with=9",
    },
)
DENIED = error("security_exception", "action [indices:data/write/bulk] is unauthorized for user [vigie]")
FLOOD = error("cluster_block_exception", "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded];")
READ_ONLY = error("cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)];")
LONG = error("illegal_argument_exception", "no good " * 200)


@pytest.mark.parametrize(
    ("status", "body", "fate", "words"),
    [
        (400, EIGHT, Stop, "this is Elasticsearch 8, Vigie needs 9"),
        (401, error("security_exception", "missing authentication"), Stop, "refuses the credentials"),
        (403, DENIED, Stop, "missing privilege (action [indices:data/write/bulk] is unauthorized"),
        (403, READ_ONLY, Transient, "takes no writes (index [x] blocked by: [FORBIDDEN/8/index write (api)];)"),
        (429, FLOOD, Transient, "free disk space"),
        (429, error("es_rejected_execution_exception", "rejected"), Transient, "too much to do"),
        (503, error("master_not_discovered_exception", "no master"), Transient, "no master"),
        (502, b"<html>Bad gateway</html>", Transient, "502"),
        (504, {}, Transient, "504"),
        (406, {"error": "Content-Type header is not supported"}, Stop, "OpenSearch?"),
        (400, error("illegal_argument_exception", "mapper [id] cannot be changed"), Stop, "mapper [id] cannot be"),
        (400, LONG, Stop, "no good no good"),
        (404, error("index_not_found_exception", "no such index [x]"), Stop, "no such index [x]"),
        (405, {"error": "Incorrect HTTP method"}, Stop, "405"),
    ],
)
@pytest.mark.local
def test_each_answer_has_its_fate_and_one_line(status, body, fate, words):
    kind = {"Content-Type": "text/html"} if isinstance(body, bytes) else {}
    with answering(status, body, kind) as (url, _):
        found = failure(url.replace("//", f"//vigie:{PASSWORD}@"))
    assert type(found) is fate
    assert words in str(found)


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7.0), ("soon", None), ("-1", None), ("999999", None), (None, None)]
)
@pytest.mark.local
def test_the_hint_of_a_busy_server_is_kept(said, seconds):
    with answering(429, error("x", "y"), {"Retry-After": said}) as (url, _):
        assert failure(url).retry_after == seconds


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-Elastic-Product": None}, {"version": {"distribution": "opensearch"}}),
        ({"X-Elastic-Product": None, "Content-Type": "text/html"}, b"<html>hello</html>"),
        ({"X-Elastic-Product": None}, b"no json"),
    ],
)
@pytest.mark.local
def test_another_service_is_no_elasticsearch(headers, body):
    with answering(200, body, headers) as (url, _):
        found = failure(url)
    assert type(found) is Stop
    assert "Elasticsearch 9" in str(found)


@pytest.mark.local
def test_absent_silent_and_rude_servers_are_transient():
    with socket.create_server(("127.0.0.1", 0)) as free:
        silent = f"http://vigie:{PASSWORD}@127.0.0.1:{free.getsockname()[1]}"
        assert "in time" in str(failure_within(silent))
    found = failure(silent)
    assert type(found) is Transient
    assert "refused" in str(found)
    with answering(raw=b"") as (url, _):
        found = failure(url)
    assert type(found) is Transient
    assert "https://" in str(found)


def failure_within(url):
    with pytest.raises(Transient) as caught, in_words(url):
        connect(url, timeout=0.2).cluster.health()
    return caught.value


@pytest.mark.local
def test_http_and_https_are_not_confused():
    with answering() as (url, _):
        found = failure(url.replace("http://", f"https://u:{PASSWORD}@"))
    assert type(found) is Stop
    assert "write http://" in str(found)
    with answering(raw=b"\x15\x03\x03\x00\x02\x02\x46") as (url, _):  # the alert of a TLS server
        found = failure(url)
    assert type(found) is Stop
    assert "write https://" in str(found)


@pytest.mark.local
def test_a_self_signed_certificate_needs_its_authority(tmp_path):
    good = make_certificate(tmp_path / "good.pem")
    with answering(body={"status": "green"}, certificate=good) as (url, seen):
        found = failure(url)
        assert type(found) is Stop
        assert "VIGIE_ELASTIC_CA" in str(found)
        with in_words(url):
            client = connect(url.replace("//", f"//vigie:{PASSWORD}@"), ca=good)
            assert client.cluster.health()["status"] == "green"
            client.close()
        assert seen[-1].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("given", "words"), [({"host": "10.1.2.3"}, "another name"), ({"days": -1}, "has expired")], ids=["name", "expired"]
)
@pytest.mark.local
def test_a_wrong_certificate_is_named(tmp_path, given, words):
    path = make_certificate(tmp_path / "cert.pem", **given)
    with answering(certificate=path) as (url, _):
        found = failure(url, ca=path)
    assert type(found) is Stop
    assert words in str(found)


def test_an_authority_that_cannot_be_read_is_named(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (empty, tmp_path / "absent.pem", tmp_path):
        with pytest.raises(Stop, match="VIGIE_ELASTIC_CA"):
            connect("https://127.0.0.1:9200", ca=path)


@pytest.mark.parametrize(
    "url",
    [
        f"https://u:{PASSWORD}@host:port",
        f"https://u:{PASSWORD}@",
        f"https://u:{PASSWORD}@[::1:9200",
        f"ftp://u:{PASSWORD}@h:1",
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(url):
    with pytest.raises(Stop, match="VIGIE_ELASTIC_URL") as caught:
        connect(url)
    assert PASSWORD not in str(caught.value)


def test_one_way_to_sign_in():
    with pytest.raises(Stop, match="keep one"):
        connect("https://u:p@h:9200", api_key="abc")
    with pytest.raises(Stop, match="copy it again"):
        connect("https://h:9200", api_key="abc def\n")


@pytest.mark.parametrize(
    ("user", "options", "header"),
    [
        ("vi%40gie:s3%3Acr%2Ft@", {}, "Basic dmlAZ2llOnMzOmNyL3Q="),  # vi@gie:s3:cr/t
        ("", {"api_key": "bm90aGluZw=="}, "ApiKey bm90aGluZw=="),
        ("", {"api_key": "id:key"}, "ApiKey aWQ6a2V5"),
        ("", {}, None),
    ],
)
@pytest.mark.local
def test_credentials_are_sent_as_given(user, options, header):
    with answering(body={"status": "green"}) as (url, seen):
        client = connect(url.replace("//", f"//{user}") + "/behind/a/proxy/", **options)
        client.cluster.health()
        client.close()
    assert seen[0].headers.get("authorization") == header
    assert seen[0].path.startswith("/behind/a/proxy/_cluster/health")


@pytest.mark.local
def test_the_client_itself_never_tries_twice():
    with answering(503, {}) as (url, seen):
        failure(url)
    assert len(seen) == 1


def test_addresses_are_shown_without_secrets():
    assert shown("https://u:p%40@es.example.org:9200/x?token=1") == "https://es.example.org:9200/x"
    assert shown("http://[::1]:9200") == "http://[::1]:9200"
    assert PASSWORD not in shown(f"https://u:{PASSWORD}@[::1:9200")


def test_fates_of_our_own_pass():
    with pytest.raises(Stop, match="as it was"), in_words("http://h:1"):
        raise Stop("as it was")
