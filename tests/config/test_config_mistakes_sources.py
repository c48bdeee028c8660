"""What a person gets wrong in the file of a source: line, what was expected, nearest name."""

import pytest
from config_written import told_once

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
    "the other suffix": (
        "sources/a.yml",
        "kind: blog\n",
        "sources/a.yml: Vigie reads .yaml files only; rename it to a.yaml",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_mistake_in_a_source_is_told_once_with_its_place(tmp_path, case):
    told_once(tmp_path, *CASES[case])
