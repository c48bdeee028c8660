"""One YAML file with the line of every key: YAML 1.2 words (`no`, `on` and `13:30` are text), no key twice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from config.problems import Problem

Loc: TypeAlias = Sequence[int | str]
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads about ten times faster


class _Loader(_Base):  # type: ignore[misc] # either loader, chosen above
    """The safe loader with YAML 1.2's booleans and numbers, so that a brand may be called On."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way of declaring them
        first: [(tag, regex) for tag, regex in rows if tag.rpartition(":")[2] not in {"bool", "int", "float"}]
        for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_WORDS = {  # YAML 1.2's core schema
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "int": (r"^[-+]?[0-9]+$", "-+0123456789"),
    "float": (r"^[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$", "-+.0123456789"),
}
for _word, (_regex, _first) in _WORDS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_word}", re.compile(_regex), list(_first))


def _decimal(loader: Any, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))  # YAML 1.1 would read 010 as eight


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its `data` (None when empty) and where each part of it stands."""

    file: str
    data: Any
    root: yaml.Node | None

    def line(self, loc: Loc = ()) -> int:
        """The line (from 1) of the part at `loc`; parts that are not in the file stop the walk."""
        node, line = self.root, 1 if self.root is None else self.root.start_mark.line + 1
        for part in loc:
            if isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if part not in pairs:
                    continue  # the name of a union's branch, or of a missing key
                line, node = pairs[part][0].start_mark.line + 1, pairs[part][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def problem(self, loc: Loc, text: str) -> Problem:
        """A problem at `loc`."""
        return Problem(self.file, self.line(loc), text)


def read(path: Path, file: str) -> tuple[Document, list[Problem]]:
    """The file and what is wrong with its writing; a file that cannot be parsed is an empty document."""
    empty = Document(file, None, None)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return empty, [Problem(file, None, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return empty, [Problem(file, line, f"is not UTF-8 (byte {error.object[error.start]:#04x}); save it as UTF-8")]
    try:
        return _parse(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return empty, [Problem(file, mark.line + 1 if mark else None, f"is not YAML: {_in_words(error, text)}")]
    except yaml.YAMLError as error:  # a control character: the reader knows its position, not its line
        position = getattr(error, "position", 0)
        return empty, [Problem(file, text.count("\n", 0, position) + 1, "is not YAML: a control character")]
    except (ValueError, RecursionError) as error:
        return empty, [Problem(file, None, f"is not YAML that Vigie reads: {error}")]


def _parse(text: str, file: str) -> tuple[Document, list[Problem]]:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        problems = [Problem(file, line, text) for line, text in _twice(root)] if root else []
        return Document(file, loader.construct_document(root) if root else None, root), problems
    finally:
        loader.dispose()


def _twice(root: yaml.Node) -> Iterator[tuple[int, str]]:
    """Keys written twice in one mapping: YAML silently keeps the last."""
    todo, done = [root], set[int]()
    while todo:
        node = todo.pop()
        if id(node) in done:
            continue
        done.add(id(node))
        if isinstance(node, yaml.MappingNode):
            first: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if isinstance(key, yaml.ScalarNode) and first.setdefault(key.value, line) != line:
                    yield line, f"key {key.value!r} is written twice (first on line {first[key.value]})"
                todo.append(value)
        elif isinstance(node, yaml.SequenceNode):
            todo.extend(node.value)


def _in_words(error: yaml.MarkedYAMLError, text: str) -> str:
    words = ", ".join(part for part in (error.context, error.problem) if part)
    lines, mark = text.split("\n"), error.problem_mark
    if mark and mark.line < len(lines) and "\t" in lines[mark.line]:
        words += " (indent with spaces, not tabs)"
    return words


def entries(document: Document, key: str) -> Mapping[Any, Any]:
    """The entries under the file's one `key`, by position or name; nothing yet is fine."""
    inner = document.data.get(key) if isinstance(document.data, dict) else None
    return inner if isinstance(inner, dict) else dict(enumerate(inner or ()))
