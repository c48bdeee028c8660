"""What is YAML, what is not, and that nothing in it turns into something else."""

import pytest
from config_written import problems, told_once, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import load_config
from config.problems import ConfigError

CASES = {
    "impossible date": (
        "sources/a.yaml",
        "kind: blog\nurl: https://a.example.org\nsince: 2026-02-30\n",
        "sources/a.yaml: is not YAML that Vigie reads: day is out of range for month",
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
}


@pytest.mark.parametrize("case", CASES)
def test_one_mistake_of_form_is_told_once_with_its_place(tmp_path, case):
    told_once(tmp_path, *CASES[case])


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
