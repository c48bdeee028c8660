"""Long texts as overlapping windows of tokens, and windows of like length as batches: what every model row reads.

The tokenizer is the `tokenizers` library, on which the fast tokenizers of transformers run, used without the latter:
its import takes most of a second and gives nothing here. Texts are encoded one by one, on one thread.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentions.errors import Stop

PADDED = 1_024  # tokens of a batch, padding included: more gains no speed and costs memory
MOST = 600  # windows of one text, some 250,000 characters of prose: of more, MOST are read, evenly spread
SLOW_FUSIONS = ["SkipLayerNormFusion"]  # measured: its kernel takes four times as long as the two steps it joins


class Window(NamedTuple):
    """At most `max_tokens` tokens of the text number `owner`; `offsets` are characters of that text."""

    owner: int
    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]


def load_tokenizer(path: Path, max_tokens: int, overlap: int) -> Any:
    """A tokenizer that cuts to `max_tokens` and gives the rest as windows that share `overlap` tokens.

    Stop if the file cannot be read. Nothing is asked of any hub.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - paid for when a row needs it

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise Stop(f"model folder {path.parent}: {path.name} cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens, stride=min(overlap, max_tokens // 4))
    return tokenizer


def load_session(path: Path) -> Any:
    """An onnxruntime session on one thread: many processes scale better than many threads on small models.

    Stop if the file cannot be read.
    """
    import onnxruntime  # noqa: PLC0415 - heavy: paid for when the row is chosen

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # batches differ in shape: patterns would be kept and never used again
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
        )
    except Exception as error:  # onnxruntime's own exceptions share no better parent
        raise Stop(f"model folder {path.parent}: {path.name} cannot be read: {error}") from error


def windows(tokenizer: Any, texts: Sequence[str]) -> list[Window]:
    """The windows of all texts, in order; a text without tokens has one without tokens.

    Of a text with more than MOST, so many are read from its first to its last, evenly spread: the time is bounded.
    """
    found = []
    for owner, text in enumerate(texts):
        whole = tokenizer.encode(text)
        parts = [whole, *whole.overflowing]
        if len(parts) > MOST:
            parts = [parts[round(at * (len(parts) - 1) / (MOST - 1))] for at in range(MOST)]
        found += [Window(owner, part.ids, part.type_ids, part.offsets) for part in parts]
    return found


def batches(pieces: Sequence[Window]) -> Iterator[list[Window]]:
    """Windows of similar length together, at most PADDED tokens a batch; those without tokens are left out."""
    group: list[Window] = []
    for piece in sorted((p for p in pieces if p.ids), key=lambda p: len(p.ids)):
        if group and len(piece.ids) * (len(group) + 1) > PADDED:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def padded(rows: Sequence[Sequence[int]], filling: int) -> "NDArray[np.int64]":
    """[n, s] of rows that may differ in length."""
    table = np.full((len(rows), max(map(len, rows))), filling, dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def feed(group: Sequence[Window], pad: int) -> "dict[str, NDArray[np.int64]]":
    """Inputs of a batch under the names that Hugging Face exporters give them."""
    return {
        "input_ids": padded([piece.ids for piece in group], pad),
        "attention_mask": padded([[1] * len(piece.ids) for piece in group], 0),
        "token_type_ids": padded([piece.types for piece in group], 0),
    }
