"""What a person gets wrong in vigie.yaml, brands, rules and channels: file, line, what was expected, nearest name."""

import pytest
from config_written import BRANDS, told_once

CASES = {
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
    "a misspelt file": ("brand.yaml", BRANDS, "brand.yaml: Vigie does not read this file; did you mean 'brands.yaml'?"),
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
def test_one_mistake_of_meaning_is_told_once_with_its_place(tmp_path, case):
    told_once(tmp_path, *CASES[case])
