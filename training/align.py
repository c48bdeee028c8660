"""Stage `align`: French sentences are brought to where the English teacher puts their English side.

The student reads the French sides and some of the English ones; each must give the frozen teacher's vector of the
English side: mean squared error (Reimers and Gurevych 2020) plus contrast within the batch. Judged by top-1 retrieval
on pairs held apart.
"""

import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from training.checkpoint import Checkpoint, schedule
from training.corpus import Pair, pairs
from training.encoder import DEVICE, bilingual_body, by_length, encode, english_body, packaged_body, padded, pooled

BATCH, TOKENS, LONGEST = 96, 4096, 96
RATE_ROWS, RATE_BODY = 1.5e-3, 2e-4
SHARP = 20.0  # inverse temperature of the contrast
ENGLISH = 3  # one English sentence in so many is read by the student too: it knows them already
STEPS_NOTED, STEPS_JUDGED = 50, 400


@torch.no_grad()
def retrieval(body: BertModel, tokenizer: Tokenizer, held: list[Pair]) -> float:
    """Share of English sentences whose nearest French one is their own, and the other way round, averaged."""
    sides = []
    for lines in ([p.en for p in held], [p.fr for p in held]):
        rows = encode(tokenizer, lines, LONGEST)
        with torch.autocast(DEVICE.type, torch.bfloat16):
            found = [pooled(body, *padded(rows[start : start + 50])).float().cpu() for start in range(0, len(rows), 50)]
        sides.append(functional.normalize(torch.cat(found), dim=-1))
    near = sides[0] @ sides[1].T
    own = torch.arange(len(held))
    return float(((near.argmax(1) == own).float().mean() + (near.argmax(0) == own).float().mean()) / 2)


def loss_of(student: Tensor, taught: Tensor) -> Tensor:
    """Squared error between directions, scaled to their width, plus contrast in the batch."""
    student, taught = functional.normalize(student.float(), dim=-1), functional.normalize(taught.float(), dim=-1)
    near = SHARP * student @ taught.T
    own = torch.arange(len(student), device=near.device)
    return (student - taught).square().sum(-1).mean() * 4 + functional.cross_entropy(near, own)


def align(data: Path, vocabulary: Path, out: Path, *, epochs: float, seed: int = 7) -> float:
    """Train over `epochs` of the pairs; weights to `out/body.pt`. The retrieval at the end."""
    torch.manual_seed(seed)
    tokenizer = Tokenizer.from_file(str(vocabulary / "tokenizer.json"))
    old = Tokenizer.from_file(str(packaged_body() / "tokenizer.json"))
    old.no_truncation()
    old.no_padding()
    train, held = pairs(data)
    order = [row for number in range(int(epochs + 1)) for row in random.Random(seed + number).sample(
        range(len(train)), len(train))][: int(epochs * len(train))]  # fmt: skip
    ours = [encode(tokenizer, [p.en for p in train], LONGEST), encode(tokenizer, [p.fr for p in train], LONGEST)]
    theirs = encode(old, [p.en for p in train], LONGEST)
    lengths = [max(len(ours[0][row]), len(ours[1][row])) for row in range(len(train))]
    batches = list(by_length(order, lengths, BATCH, TOKENS))
    shuffled = random.Random(seed)
    for start in range(0, len(batches), 100):  # length sorted within a stretch: mix them again
        stretch = batches[start : start + 100]
        shuffled.shuffle(stretch)
        batches[start : start + 100] = stretch
    body, teacher = bilingual_body(vocabulary).to(DEVICE), english_body().eval().to(DEVICE)
    rows = [body.embeddings.word_embeddings.weight]
    rest = [p for name, p in body.named_parameters() if "word_embeddings" not in name]
    optimizer = torch.optim.AdamW(
        [{"params": rows, "lr": RATE_ROWS}, {"params": rest, "lr": RATE_BODY}], weight_decay=0.01, fused=True
    )
    rates = [RATE_ROWS, RATE_BODY]
    kept = Checkpoint(out, body, optimizer)
    first, started = kept.resume(), time.monotonic()
    body.eval()  # no dropout: the target is a point
    for step, group in enumerate(batches[first:], first):
        for part, rate in zip(optimizer.param_groups, rates, strict=True):
            part["lr"] = rate * schedule(step, len(batches))
        with torch.autocast(DEVICE.type, torch.bfloat16):
            with torch.no_grad():
                taught = pooled(teacher, *padded([theirs[row] for row in group]))
            some = len(group[::ENGLISH])
            found = pooled(body, *padded([ours[0][row] for row in group[::ENGLISH]] + [ours[1][row] for row in group]))
        loss = 0.3 * loss_of(found[:some], taught[::ENGLISH]) + 0.7 * loss_of(found[some:], taught)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(body.parameters(), 1.0)
        optimizer.step()
        if step % STEPS_NOTED == 0:
            kept.note(step=step, of=len(batches), loss=round(loss.item(), 4), seconds=round(time.monotonic() - started))
        if step % STEPS_JUDGED == STEPS_JUDGED - 1:
            kept.note(step=step, retrieval=retrieval(body, tokenizer, held))
        kept.save(step + 1)
    found_at_end = retrieval(body, tokenizer, held)
    kept.note(step=len(batches), retrieval=found_at_end)
    torch.save({name: value.cpu() for name, value in body.state_dict().items()}, out / "body.pt")
    return found_at_end
