"""What a person gets wrong in the YAML, and what is said to them: file, line, what was expected, nearest name."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.load import CHANNEL_KINDS, SOURCE_KINDS, load_config
from config.models import Config, CssField, Source
from config.problems import ConfigError
from mentions.errors import Stop

BRANDS = "brands:\n  - name: Mirabelle\n    match: [Mirabelle]\n"
CHANNELS = "channels:\n  outbox:\n    kind: file\n    folder: messages\n"


def write(folder, files):
    for name, text in {"brands.yaml": BRANDS, "channels.yaml": CHANNELS, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def problems(folder, files):
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, files))
    return [str(problem) for problem in caught.value.problems]


CASES = {
    "unknown key of a source": (
        "sources/forum.yaml",
        "name: forum\nkind: forum\nurl: https://f.example.org\nboardz: [a]\n",
        "sources/forum.yaml:4: unknown key 'boardz'; did you mean 'boards'?",
    ),
    "key of another kind": (
        "sources/blog.yaml",
        "kind: blog\nurl: https://b.example.org\nitem: article\n",
        "sources/blog.yaml:3: unknown key 'item'; known keys: allow_private, brand,",
    ),
    "unknown key that resembles none": (
        "vigie.yaml",
        "zzzzzz: 1\n",
        "known keys: crawler, keep_authors, languages, mail, report, retention_days, schedules, timezone, understanding",
    ),
    "unknown nested key": (
        "vigie.yaml",
        "crawler:\n  delai: 3s\n",
        "vigie.yaml:2: unknown key 'delai'; did you mean 'delay'?",
    ),
    "unknown kind": (
        "sources/a.yaml",
        "# a forum\nurl: https://a.example.org\nkind: form\n",
        "sources/a.yaml:3: unknown kind 'form'; did you mean 'forum'?",
    ),
    "kind that resembles none": (
        "sources/a.yaml",
        "url: https://a.example.org\nkind: 7\n",
        "sources/a.yaml:2: unknown kind 7; kinds: blog, css, feed, forum, reviews",
    ),
    "kind that is a list": (
        "sources/a.yaml",
        "url: https://a.example.org\nkind: [blog]\n",
        "sources/a.yaml:2: unknown kind ['blog']; did you mean 'blog'?",
    ),
    "kind missing": (
        "sources/a.yaml",
        "url: https://a.example.org\n",
        "sources/a.yaml:1: the key 'kind' is missing; kinds: blog, css, feed, forum, reviews",
    ),
    "kind mistyped": (
        "sources/a.yaml",
        "url: https://a.example.org\nkindd: blog\n",
        "sources/a.yaml:2: unknown key 'kindd'; did you mean 'kind'?",
    ),
    "url missing": ("sources/a.yaml", "kind: blog\n", "sources/a.yaml:1: the key 'url' is missing"),
    "empty source": (
        "sources/a.yaml",
        "",
        "sources/a.yaml:1: the key 'kind' is missing; kinds: blog, css, feed, forum, reviews",
    ),
    "source that is a list": (
        "sources/a.yaml",
        "- kind: blog\n",
        "sources/a.yaml:1: expected keys and their values, such as `kind: ...`",
    ),
    "url of another scheme": (
        "sources/a.yaml",
        "kind: blog\nurl: file:///etc/passwd\n",
        "sources/a.yaml:2: url: expected an address that begins with http:// or https://, got 'file:///etc/passwd'",
    ),
    "name with capitals": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nname: My Blog\n",
        "sources/a.yaml:3: name: expected a name of lower-case letters, digits and hyphens, got 'My Blog'",
    ),
    "file name that is no name": (
        "sources/My Blog.yaml",
        "kind: blog\nurl: https://a.example.org\n",
        "sources/My Blog.yaml:1: name: expected a name of lower-case letters, digits and hyphens, got 'My Blog'",
    ),
    "text for a number": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nmax_pages: many\n",
        "sources/a.yaml:3: max_pages: expected a whole number, got 'many'",
    ),
    "number out of range": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nmax_pages: 0\n",
        "sources/a.yaml:3: max_pages: expected a number of at least 1, got 0",
    ),
    "text for yes or no": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nenabled: maybe\n",
        "sources/a.yaml:3: enabled: expected true or false, got 'maybe'",
    ),
    "wrong duration": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nevery: 3 parsecs\n",
        "sources/a.yaml:3: every: expected a duration such as 30s, 5m, 1h30m or 2d (at most 100 years), got '3 parsecs'",
    ),
    "wrong date": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nsince: yesterday\n",
        "sources/a.yaml:3: since: expected a date such as 2026-11-03, got 'yesterday'",
    ),
    "impossible date": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nsince: 2026-02-30\n",
        "sources/a.yaml: is not YAML that Vigie reads: day is out of range for month",
    ),
    "choice with the nearest": (
        "sources/a.yaml",
        "kind: feed\nurl: https://a.example.org\nfull_text: allways\n",
        "sources/a.yaml:3: full_text: expected one of auto, never, always, got 'allways'; did you mean 'always'?",
    ),
    "selector of the wrong type": (
        "sources/a.yaml",
        "kind: css\nurl: https://a.example.org\nitem: p\nfields:\n  text: p\n  title: 5\n",
        "sources/a.yaml:6: fields.title: expected text, got 5; put it in quotes",
    ),
    "unknown key in a selector": (
        "sources/a.yaml",
        "kind: css\nurl: https://a.example.org\nitem: p\nfields:\n  text: p\n  date:\n    css: b\n    ordre: DMY\n",
        "sources/a.yaml:8: unknown key 'ordre'; did you mean 'order'?",
    ),
    "key missing in a selector": (
        "sources/a.yaml",
        "kind: css\nurl: https://a.example.org\nitem: p\nfields:\n  text: p\n  date:\n    order: DMY\n",
        "sources/a.yaml:6: the key 'css' is missing",
    ),
    "broken regular expression": (
        "sources/a.yaml",
        "kind: css\nurl: https://a.example.org\nitem: p\nfields:\n  text: {css: p, regex: '('}\n",
        "sources/a.yaml:5: fields.text.regex: expected a regular expression: missing ), unterminated subpattern at position 0",
    ),
    "brand of a source": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nbrand: Mirabele\n",
        "sources/a.yaml:3: brand: there is no brand 'Mirabele'; did you mean 'Mirabelle'?",
    ),
    "brands of a rule": (
        "rules.yaml",
        "rules:\n  - name: surge\n    brands:\n      - Mirabelle\n      - Zzz\n",
        "rules.yaml:5: brands: there is no brand 'Zzz'; brands: Mirabelle",
    ),
    "channel of a rule": (
        "rules.yaml",
        "rules:\n  - name: surge\n    tell: [outbx]\n",
        "rules.yaml:3: tell: there is no channel 'outbx'; did you mean 'outbox'?",
    ),
    "channel of the report": (
        "vigie.yaml",
        "report:\n  tell: outbocks\n",
        "vigie.yaml:2: tell: there is no channel 'outbocks'; did you mean 'outbox'?",
    ),
    "tiers upside down": (
        "rules.yaml",
        "rules:\n  - name: surge\n    alert: 9\n",
        "rules.yaml:2: expected notice <= alert <= critical, got 1.5, 9, 3",
    ),
    "rules that are no list": ("rules.yaml", "rules:\n  surge: {}\n", "rules.yaml:1: rules: expected a list"),
    "another key beside the list": (
        "rules.yaml",
        "rulez: []\n",
        "rules.yaml:1: unknown key 'rulez'; did you mean 'rules'?",
    ),
    "a list where the key is missing": (
        "rules.yaml",
        "- name: a\n",
        "rules.yaml:1: expected `rules:` and under it a list",
    ),
    "an entry that is no mapping": (
        "rules.yaml",
        "rules:\n  - surge\n",
        "rules.yaml:2: expected keys and their values, got 'surge'",
    ),
    "a rule twice": (
        "rules.yaml",
        "rules:\n  - name: surge\n  - tell: outbox\n    name: surge\n",
        "rules.yaml:4: the rule 'surge' exists already (rules.yaml:2)",
    ),
    "a brand twice": (
        "brands.yaml",
        "brands:\n  - {name: Cerise, match: Cerise}\n  - {name: CERISE, match: Cerise}\n",
        "brands.yaml:3: the brand 'CERISE' exists already (brands.yaml:2)",
    ),
    "a brand without words": (
        "brands.yaml",
        "brands:\n  - name: Cerise\n    match: []\n",
        "brands.yaml:3: match: expected at least one entry, got an empty list",
    ),
    "a number for a word": (
        "brands.yaml",
        "brands:\n  - name: Nokia\n    match:\n      - Nokia\n      - 3310\n",
        "brands.yaml:5: match.1: expected text, got 3310; put it in quotes",
    ),
    "an invisible character": (
        "brands.yaml",
        'brands:\n  - name: "Ceri\\u202ese"\n    match: x\n',
        "brands.yaml:2: name: expected text on one line, got 'Ceri\\u202ese' (it holds U+202E)",
    ),
    "a secret as text": (
        "channels.yaml",
        "channels:\n  outbox: {kind: file, folder: m}\n  team:\n    kind: slack\n    webhook: https://hooks.example.org/SECRET\n",
        "channels.yaml:5: webhook: expected env:NAME or file:PATH; a secret is never written in the YAML itself",
    ),
    "half of Slack": (
        "channels.yaml",
        "channels:\n  outbox: {kind: file, folder: m}\n  team:\n    kind: slack\n    token: env:T\n",
        "channels.yaml:3: expected either 'webhook', or 'token' and 'channel'",
    ),
    "unknown kind of channel": (
        "channels.yaml",
        "channels:\n  outbox: {kind: file, folder: m}\n  team: {kind: emial}\n",
        "channels.yaml:3: unknown kind 'emial'; did you mean 'email'?",
    ),
    "channels as a list": (
        "channels.yaml",
        "channels:\n  - kind: file\n",
        "channels.yaml:1: channels: expected names and their channels",
    ),
    "a key twice": (
        "vigie.yaml",
        "languages: fr\ntimezone: UTC\nlanguages: en\n",
        "vigie.yaml:3: key 'languages' is written twice (first on line 1)",
    ),
    "a quote not closed": (
        "vigie.yaml",
        'timezone: "UTC\n',
        "vigie.yaml:2: is not YAML: while scanning a quoted scalar, found unexpected end of stream",
    ),
    "a tab": ("vigie.yaml", "crawler:\n\tdelay: 2s\n", "(indent with spaces, not tabs)"),
    "a colon too many": ("vigie.yaml", "mail: {sender: a}\ntimezone: a: b\n", "vigie.yaml:2: is not YAML:"),
    "an unknown tag": (
        "vigie.yaml",
        "timezone: !!python/object/apply:os.system ['true']\n",
        "vigie.yaml:1: is not YAML: could not determine a constructor",
    ),
    "two documents": (
        "vigie.yaml",
        "timezone: UTC\n---\ntimezone: UTC\n",
        "vigie.yaml:2: is not YAML: expected a single document",
    ),
    "another encoding": (
        "vigie.yaml",
        "# été\ntimezone: UTC\nmail: {sender: é}\n".encode("latin-1"),
        "vigie.yaml:1: is not UTF-8 (byte 0xe9); save it as UTF-8",
    ),
    "a control character": ("vigie.yaml", "# a\ntimezone: \x07\n", "vigie.yaml:2: is not YAML: a control character"),
    "bytes of something else": ("vigie.yaml", b"\xff\xfe\x00t", "vigie.yaml:1: is not UTF-8 (byte 0xff)"),
    "a misspelt file": ("brand.yaml", BRANDS, "brand.yaml: Vigie does not read this file; did you mean 'brands.yaml'?"),
    "the other suffix": (
        "sources/a.yml",
        "kind: blog\n",
        "sources/a.yml: Vigie reads .yaml files only; rename it to a.yaml",
    ),
    "a zone": (
        "vigie.yaml",
        "timezone: Europe/Pari\n",
        "vigie.yaml:1: timezone: expected an IANA time zone such as Europe/Paris, got 'Europe/Pari'; did you mean 'Europe/Paris'?",
    ),
    "a clock": (
        "vigie.yaml",
        "schedules:\n  report: monday\n",
        "vigie.yaml:2: schedules.report: expected a time such as 'mon 08:00' or '03:30', got 'monday'",
    ),
    "a language by its name": (
        "vigie.yaml",
        "languages: [français]\n",
        "vigie.yaml:1: languages.0: expected a language code of two letters such as fr or en, got 'français'",
    ),
    "no language": (
        "vigie.yaml",
        "languages: []\n",
        "vigie.yaml:1: languages: expected at least one entry, got an empty list",
    ),
    "an address that is none": (
        "channels.yaml",
        "channels:\n  outbox: {kind: file, folder: m}\n  team:\n    kind: email\n    to: [a@example.org, Bob]\n",
        "channels.yaml:5: to.1: expected a mail address such as me@example.org or Me <me@example.org>, got 'Bob'",
    ),
    "nothing for a mapping": (
        "vigie.yaml",
        "crawler:\n",
        "vigie.yaml:1: crawler: expected keys and their values, got nothing",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_mistake_is_told_once_with_its_place(tmp_path, case):
    file, text, expected = CASES[case]
    told = problems(tmp_path, {file: text})
    assert len(told) == 1, told
    assert expected in told[0]


def test_every_mistake_of_every_file_is_told_at_once_in_reading_order(tmp_path):
    files = {
        "vigie.yaml": "timezone: Mars\nlanguges: fr\n",
        "rules.yaml": "rules:\n  - name: a\n    tell: nobody\n    min_count: x\n",
        "sources/b.yaml": "kind: blog\nurl: nope\n",
        "sources/a.yaml": "kind: bog\n",
    }
    told = problems(tmp_path, files)
    assert [line.split(": ")[0] for line in told] == [
        "vigie.yaml:1",
        "vigie.yaml:2",
        "rules.yaml:4",
        "sources/a.yaml:1",
        "sources/b.yaml:2",
    ]
    with pytest.raises(ConfigError, match=rf"^5 problems in {tmp_path}\nvigie.yaml:1: "):
        load_config(tmp_path)


def test_a_broken_brand_does_not_make_its_name_unknown(tmp_path):
    told = problems(
        tmp_path, {"brands.yaml": "brands:\n  - {name: Cerise}\n", "rules.yaml": "rules: [{name: a, brands: Cerise}]\n"}
    )
    assert told == ["brands.yaml:2: the key 'match' is missing"]


def test_two_files_may_not_name_one_source(tmp_path):
    three = "name: site\nkind: blog\nurl: https://a.example.org\n"
    told = problems(tmp_path, {"sources/a.yaml": three, "sources/b.yaml": three})
    assert told == ["sources/b.yaml:1: the source 'site' exists already (sources/a.yaml:1)"]


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_that_is_missing_or_empty_points_to_init(tmp_path, make):
    folder = tmp_path / "nowhere"
    if make:
        folder.mkdir()
    with pytest.raises(Stop, match=f"vigie init {folder}"):
        load_config(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    write(tmp_path, {"vigie.yaml": ""})
    (tmp_path / "vigie.yaml").chmod(0)
    with pytest.raises(ConfigError, match=r"vigie.yaml: cannot be read: Permission denied"):
        load_config(tmp_path)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    write(tmp_path, {})
    (tmp_path / "vigie.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"vigie.yaml: cannot be read: Is a directory"):
        load_config(tmp_path)


def test_three_lines_make_a_source_and_the_file_names_it(tmp_path):
    config = load_config(
        write(tmp_path, {"sources/my-forum.yaml": "kind: forum\nurl: https://f.example.org\n", "sources/.gitkeep": ""})
    )
    (source,) = config.sources
    assert (source.name, source.kind, source.every) == ("my-forum", "forum", timedelta(hours=1))


def test_words_that_yaml_1_1_would_turn_into_something_else_stay_words(tmp_path):
    text = "brands:\n  - name: On\n    match: [On, no, yes, 1_000, 12:30, 0x1F]\n"
    config = load_config(
        write(tmp_path, {"brands.yaml": text, "vigie.yaml": "schedules: {upkeep: 13:30}\nretention_days: 010\n"})
    )
    assert config.brands[0].match == ("On", "no", "yes", "1_000", "12:30", "0x1F")
    assert (config.vigie.schedules.upkeep.hour, config.vigie.retention_days) == (13, 10)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    config = load_config(
        write(tmp_path, {"vigie.yaml": b"\xef\xbb\xbf" + "timezone: UTC\r\nmail: {sender: é@a}\r\n".encode()})
    )
    assert config.vigie.mail.sender == "é@a"


def test_anchors_and_merges_work(tmp_path):
    text = "rules:\n  - &first {name: a, tell: outbox}\n  - {<<: *first, name: b}\n"
    assert [rule.tell for rule in load_config(write(tmp_path, {"rules.yaml": text})).rules] == [
        ("outbox",),
        ("outbox",),
    ]


def test_an_alias_of_itself_is_told(tmp_path):
    assert problems(tmp_path, {"vigie.yaml": "crawler: &a\n  contact: *a\n"})


def test_commented_out_lists_are_empty(tmp_path):
    config = load_config(
        write(tmp_path, {"brands.yaml": "brands:\n#  - name: x\n", "rules.yaml": "", "channels.yaml": "channels:\n"})
    )
    assert (config.brands, config.rules, config.channels) == ((), (), {})


def test_a_configuration_survives_json(tmp_path):
    css = "kind: css\nurl: https://a.example.org\nitem: p\nfields: {text: p, date: {css: b, order: DMY}}\n"
    config = load_config(write(tmp_path, {"sources/a.yaml": css, "vigie.yaml": "schedules: {report: fri 17:00}\n"}))
    assert Config.model_validate_json(config.model_dump_json(by_alias=True)) == config
    assert config.sources[0].fields.date == CssField(css="b", order="DMY")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("[de, fr]", "fr"), ("[en, fr]", "en"), ("[de]", "en"), ("[en]\nreport: {language: fr}", "fr")],
)
def test_reports_speak_a_language_that_we_write(tmp_path, written, spoken):
    assert load_config(write(tmp_path, {"vigie.yaml": f"languages: {written}\n"})).vigie.report_language == spoken


def test_every_kind_of_the_unions_can_be_written():
    assert set(SOURCE_KINDS) == {"feed", "blog", "forum", "reviews", "css"}
    assert set(CHANNEL_KINDS) == {"email", "slack", "file"}
    assert (
        TypeAdapter(Source).validate_python({"name": "a", "kind": "feed", "url": "http://localhost:8000/f"}).kind
        == "feed"
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.text(alphabet=st.sampled_from("abk:[]{}-&*#!|>'\"\n\t ,%@`0.ünull~<<?"), max_size=60),
    st.sampled_from(["vigie.yaml", "rules.yaml", "sources/a.yaml"]),
)
def test_any_text_is_a_configuration_or_a_list_of_problems(tmp_path, text, file):
    write(
        tmp_path,
        {"vigie.yaml": "", "rules.yaml": "", "sources/a.yaml": "kind: blog\nurl: https://a.example.org\n", file: text},
    )
    found = []
    try:
        load_config(tmp_path)
    except ConfigError as error:
        found = [problem.file for problem in error.problems]
    assert set(found) <= {file}


@pytest.mark.local
def test_reading_the_configuration_imports_nothing_heavy():
    code = "import sys, config.load, config.settings; print(*sys.modules)"
    root = Path(__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"scrapy", "spacy", "twisted", "numpy", "sqlalchemy", "prefect", "transformers"} & set(loaded)
