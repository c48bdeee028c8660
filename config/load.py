"""The configuration folder, read once, checked whole: every problem of every file is told at the same time."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from config import models
from config.document import Document, entries, read
from config.links import Found, broken_links
from config.models import Brand, Channel, Config, Model, Rule, Source, Vigie
from config.problems import ConfigError, Problem, did_you_mean, in_words
from mentions.errors import WrongUsage

FILES = ("vigie.yaml", "brands.yaml", "rules.yaml", "channels.yaml")
M = TypeVar("M", bound=BaseModel)


def kinds_of(union: Any) -> dict[str, type[Model]]:
    """The models of a union told apart by `kind`, by the value of `kind`."""
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(get_args(union)[0])}


SOURCE_KINDS = kinds_of(models.Source)
CHANNEL_KINDS = kinds_of(models.Channel)


def load_config(folder: Path) -> Config:
    """Read `folder`; ConfigError tells everything that is wrong in it, WrongUsage that it is no such folder."""
    if not folder.is_dir() or not any((folder / name).is_file() for name in FILES):
        what = "holds no configuration" if folder.is_dir() else "is not there"
        raise WrongUsage(f"the configuration folder {folder} {what}; `vigie init {folder}` writes one to start from")
    reading = _Reading(folder)
    vigie = reading.main()
    brands = reading.listed("brands.yaml", "brands", Brand)
    rules = reading.listed("rules.yaml", "rules", Rule)
    channels = reading.channels()
    sources = reading.sources()
    problems = [*reading.problems, *broken_links(vigie, brands, rules, channels, sources)]
    if problems:
        raise ConfigError(folder, sorted(problems, key=_reading_order))
    return Config(
        vigie=vigie.value,
        brands=tuple(found.value for found in brands),
        rules=tuple(found.value for found in rules),
        channels={found.name: found.value for found in channels},
        sources=tuple(found.value for found in sources),
    )


class _Reading:
    """One pass over the folder, gathering problems."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = list(_strangers(folder))

    def main(self) -> Found[Vigie]:
        document = self._read("vigie.yaml")
        vigie = self._validate(document, (), document.data if document.data is not None else {}, Vigie)
        return Found(document, (), vigie or Vigie(), "vigie", whole=vigie is not None)

    def listed(self, file: str, key: str, model: type[M]) -> list[Found[M]]:
        """The entries of a file that is one list under one key."""
        document = self._read(file)
        if not self._has_only(document, key, list, "a list"):
            return []
        found: list[Found[M]] = []
        for index, data in entries(document, key).items():
            value = self._validate(document, (key, index), data, model)
            name = data.get("name") if isinstance(data, dict) else None
            found += [Found(document, (key, index), value, str(name), whole=value is not None)] if name else []
        return found

    def channels(self) -> list[Found[Channel]]:
        document = self._read("channels.yaml")
        if not self._has_only(document, "channels", dict, "names and their channels"):
            return []
        found: list[Found[Channel]] = []
        for name, data in entries(document, "channels").items():
            if not isinstance(name, str):
                self.problems.append(document.problem(("channels",), f"expected a name, got {name}; put it in quotes"))
                continue
            value = self._by_kind(document, ("channels", name), data, CHANNEL_KINDS)
            found.append(Found(document, ("channels", name), value, name, whole=value is not None))
        return found

    def sources(self) -> list[Found[Source]]:
        found: list[Found[Source]] = []
        for path in sorted((self.folder / "sources").glob("[!.]*.yaml")):
            document = self._read(f"sources/{path.name}")
            if document.root is None and document.file in {problem.file for problem in self.problems}:
                continue
            data = document.data if document.data is not None else {}
            named = {"name": path.stem, **data} if isinstance(data, dict) else data
            value = self._by_kind(document, (), named, SOURCE_KINDS)
            name = str(named["name"]) if isinstance(named, dict) else path.stem
            found.append(Found(document, (), value, name, whole=value is not None))
        return found

    def _read(self, file: str) -> Document:
        if not (self.folder / file).exists():
            return Document(file, None, None)
        document, problems = read(self.folder / file, file)
        self.problems += problems
        return document

    def _has_only(self, document: Document, key: str, shape: type, expected: str) -> bool:
        """Whether the file is `key:` and entries under it; an empty file, or an empty key, has none."""
        data = {} if document.data is None else document.data
        if not isinstance(data, dict):
            self.problems.append(document.problem((), f"expected `{key}:` and under it {expected}"))
            return False
        for other in data:
            if other != key:
                hint = did_you_mean(other, [key], "known keys")
                self.problems.append(document.problem((other,), f"unknown key {other!r}{hint}"))
        inner = data.get(key)
        if inner is not None and not isinstance(inner, shape):
            self.problems.append(document.problem((key,), f"{key}: expected {expected}"))
            return False
        return True

    def _by_kind(self, document: Document, loc: tuple[Any, ...], data: Any, kinds: Mapping[str, Any]) -> Any:
        if not isinstance(data, dict):
            self.problems.append(document.problem(loc, "expected keys and their values, such as `kind: ...`"))
            return None
        kind = data.get("kind")
        if kind is None:
            near = get_close_matches("kind", [str(key) for key in data], 1, 0.7)
            if near:
                told = document.problem((*loc, near[0]), f"unknown key {near[0]!r}; did you mean 'kind'?")
            else:
                told = document.problem(loc, f"the key 'kind' is missing; kinds: {', '.join(sorted(kinds))}")
            self.problems.append(told)
            return None
        if kind not in list(kinds):  # a list, since what was written may be one
            hint = did_you_mean(kind, kinds, "kinds")
            self.problems.append(document.problem((*loc, "kind"), f"unknown kind {kind!r}{hint}"))
            return None
        return self._validate(document, loc, data, kinds[kind])

    def _validate(self, document: Document, loc: tuple[Any, ...], data: Any, model: type[M]) -> M | None:
        try:
            return model.model_validate(data)
        except ValidationError as errors:
            self.problems += [
                document.problem((*loc, *error["loc"]), in_words(error, model))
                for error in errors.errors(include_url=False)
            ]
            return None


def _reading_order(problem: Problem) -> tuple[int, str, int]:
    known = problem.file in FILES
    return FILES.index(problem.file) if known else len(FILES), problem.file, problem.line or 0


def _strangers(folder: Path) -> Iterator[Problem]:
    """Files that look like configuration but that nobody would read."""
    for path in sorted([*folder.glob("[!.]*.y*ml"), *folder.glob("sources/[!.]*.yml")]):
        file = path.relative_to(folder).as_posix()
        if path.suffix == ".yml":
            yield Problem(file, None, f"Vigie reads .yaml files only; rename it to {path.stem}.yaml")
        elif file not in FILES:
            yield Problem(file, None, "Vigie does not read this file" + did_you_mean(file, FILES, "files read"))
