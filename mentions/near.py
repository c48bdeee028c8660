"""Near copies: keys of a text that change little when it does."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from mentions.tokens import tokens

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def near_key(text: str) -> str:
    """64-bit SimHash of single tokens and pairs of tokens (Charikar 2002), 16 hexadecimal digits.

    Copies with small changes differ in few bits (`near_distance`); a text without tokens has the key 0.
    """
    words = tokens(text)
    if not words:
        return "0" * 16
    singles = _token_hashes(words)
    pairs = _mixed(singles[:-1] * _FACTOR + singles[1:])
    features = np.concatenate((singles, pairs)).astype(">u8", copy=False)
    bits = np.unpackbits(features.view(np.uint8)).reshape(-1, 64)
    votes = bits.sum(axis=0, dtype=np.uint32)
    return bytes(np.packbits(votes > len(features) // 2)).hex()


def near_distance(one: str, other: str) -> int:
    """Bits in which two near keys differ, 0 to 64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def smallest_runs(words: Sequence[str], width: int, most: int) -> tuple[str, ...]:
    """The `most` smallest different 64-bit hashes of the runs of `width` tokens, ascending, 16 hexadecimal digits.

    A bottom-k sketch (Broder 1997; Cohen and Kaplan 2007): texts that share most runs share many of these.
    """
    singles = _token_hashes(words)
    count = len(words) - width + 1
    runs = singles[:count].copy()
    for place in range(1, width):
        runs = runs * _FACTOR + singles[place : count + place]
    return tuple([f"{number:016x}" for number in np.unique(_mixed(runs))[:most].tolist()])


def numbered_runs(words: Sequence[str], width: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The different runs of `width` tokens, as 64-bit numbers that hold in this process only, ascending.

    Eight bytes a run, where the tokens themselves take a hundred; two runs get one number once in 2^64.
    """
    runs = zip(*(words[place:] for place in range(width)), strict=False)
    return np.unique(np.fromiter(map(hash, runs), dtype=np.int64, count=max(0, len(words) - width + 1)))


def shared_runs(one: "np.ndarray[Any, np.dtype[np.int64]]", other: "np.ndarray[Any, np.dtype[np.int64]]") -> int:
    """How many of their runs two texts share."""
    return len(np.intersect1d(one, other, assume_unique=True))


def _token_hashes(words: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.uint64]]":
    return np.fromiter(map(_token_hash, words), dtype=np.uint64, count=len(words))


@lru_cache(maxsize=16_384)
def _token_hash(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _mixed(numbers: "np.ndarray[Any, np.dtype[np.uint64]]") -> "np.ndarray[Any, np.dtype[np.uint64]]":
    """Spread the bits of each number (the finaliser of splitmix64, Steele et al. 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
