"""`vigie store` without a cluster: SQLite, wrong usage, and a cluster that is not there."""

import pytest

pytestmark = pytest.mark.local
ABSENT = "http://vigie:s3cr3t@127.0.0.1:9"


def test_the_embedded_store_is_checked_and_migrates_itself(vigie, tmp_path):
    code, out, err = vigie("store", "check")
    assert (code, err) == (0, "")
    assert out.startswith(f"SQLite, {tmp_path / 'home' / 'mentions.sqlite'}: 0 mentions, ")
    code, out, _ = vigie("store", "migrate")
    assert (code, out) == (0, "SQLite: the schema is up to date\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["migrate", "--ilm"], "are for Elasticsearch"),
        (["migrate", "--drop-old"], "are for Elasticsearch"),
        (["copy", "--from", "sqlite", "--to", "sqlite"], "both sqlite"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(vigie, words, said):
    code, out, err = vigie("store", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [["check"], ["migrate"], ["copy", "--from", "sqlite", "--to", "elastic"]])
def test_an_absent_cluster_is_one_line_without_a_password(vigie, monkeypatch, words):
    monkeypatch.setenv("VIGIE_STORE", "elastic")
    monkeypatch.setenv("VIGIE_ELASTIC_URL", ABSENT)
    code, out, err = vigie("store", *words)
    assert (code, out) == (1, "")
    assert "http://127.0.0.1:9 is not there" in err
    assert len(err.splitlines()) == 1
    assert "s3cr3t" not in err


def test_a_copy_needs_an_address(vigie, monkeypatch):
    monkeypatch.delenv("VIGIE_ELASTIC_URL", raising=False)
    code, _, err = vigie("store", "copy", "--from", "sqlite", "--to", "elastic")
    assert code == 2
    assert "VIGIE_ELASTIC_URL is not set" in err
