"""What one file says of another: names used must exist, and no name is used twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from config.document import Document, Loc
from config.models import Brand, Channel, Rule, Source, Vigie
from config.problems import Problem, did_you_mean

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """An entry and where it stands; `value` is None (or a default) where it is not `whole`.

    A broken entry keeps its name, so that what refers to it is not called wrong as well.
    """

    document: Document
    loc: Loc
    value: Any
    name: str
    whole: bool = True

    def problem(self, loc: Loc, text: str) -> Problem:
        """A problem at `loc` under this entry."""
        return self.document.problem((*self.loc, *loc), text)


def broken_links(
    vigie: Found[Vigie],
    brands: Sequence[Found[Brand]],
    rules: Sequence[Found[Rule]],
    channels: Sequence[Found[Channel]],
    sources: Sequence[Found[Source]],
) -> Iterator[Problem]:
    """Every name that is used twice or does not exist."""
    for what, group in (("brand", brands), ("rule", rules), ("source", sources)):
        yield from _twice(what, group)
    brand_names = [brand.name for brand in brands]
    channel_names = [channel.name for channel in channels]
    for rule in (rule for rule in rules if rule.whole):
        yield from _unknown(rule, "brands", rule.value.brands, "brand", brand_names)
        yield from _unknown(rule, "tell", rule.value.tell, "channel", channel_names)
    for source in (source for source in sources if source.whole and source.value.brand is not None):
        yield from _unknown(source, "brand", [source.value.brand], "brand", brand_names)
    if vigie.whole:
        report: Found[Vigie] = Found(vigie.document, ("report",), vigie.value, vigie.name)
        yield from _unknown(report, "tell", vigie.value.report.tell, "channel", channel_names)


def _twice(what: str, group: Sequence[Found[Any]]) -> Iterator[Problem]:
    first: dict[str, Found[Any]] = {}
    for found in group:
        earlier = first.setdefault(found.name.casefold(), found)
        if earlier is not found:
            place = f"{earlier.document.file}:{earlier.document.line((*earlier.loc, 'name'))}"
            yield found.problem(("name",), f"the {what} {found.name!r} exists already ({place})")


def _unknown(found: Found[Any], key: str, used: Iterable[str], what: str, valid: Sequence[str]) -> Iterator[Problem]:
    for index, name in enumerate(used):
        if name not in valid:
            hint = did_you_mean(name, valid, f"{what}s")
            yield found.problem((key, index), f"{key}: there is no {what} {name!r}{hint}")
