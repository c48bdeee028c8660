"""Stage `vocabulary`: a bilingual WordPiece that keeps accents, and the English body with rows for its new pieces.

The English pieces that our texts use stay; French ones are learnt from French text and added, then emoji and markers.
A new row starts as the mean of the rows of the old pieces of its spelling without accents (research/nlp.md 6b).
"""

import json
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from training.corpus import pairs, texts

log = logging.getLogger(__name__)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MARKERS = ("[T]", "@user", "[url]")
FRENCH = 23_000  # pieces learnt from French text, before those that English has already
SEEN = 2  # times an English piece must be used to stay
EMOJI_SEEN = 8
LETTERS = "abcdefghijklmnopqrstuvwxyzàâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿß0123456789"


def normalizer() -> normalizers.Normalizer:
    """Lower case, accents kept."""
    return normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True)


def tokenizer_of(pieces: Iterable[str]) -> Tokenizer:
    """The tokenizer of these pieces, in their order."""
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=60))  # noqa: S106
    made.normalizer = normalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in (*SPECIAL, *MARKERS)])
    return made


def french_pieces(lines: list[str]) -> list[str]:
    """WordPiece units learnt from French text, the most useful first."""
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106
    learner.normalizer = normalizer()
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    learner.train_from_iterator(
        lines, trainers.WordPieceTrainer(vocab_size=FRENCH, min_frequency=3, show_progress=False)
    )
    return sorted(learner.get_vocab(), key=learner.get_vocab().__getitem__)


def english_pieces(old: Tokenizer, lines: list[str]) -> list[str]:
    """Pieces of the English vocabulary that English texts use at least SEEN times."""
    counts: Counter[int] = Counter()
    for start in range(0, len(lines), 4096):
        for found in old.encode_batch(lines[start : start + 4096], add_special_tokens=False):
            counts.update(found.ids)
    vocabulary = old.get_vocab()
    return [piece for piece, number in vocabulary.items() if counts[number] >= SEEN and not piece.startswith("[")]


def emoji(lines: Iterable[str]) -> list[str]:
    """Pictographs used often enough to have a row of their own."""
    counts = Counter(sign for line in lines for sign in line if unicodedata.category(sign) in {"So", "Sk"})
    return [sign for sign, count in counts.most_common() if count >= EMOJI_SEEN and ord(sign) > 0x2000]  # noqa: PLR2004


def bare(piece: str) -> str:
    """Without accents."""
    parts = unicodedata.normalize("NFD", piece.removeprefix("##"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def starting_rows(pieces: list[str], old: Tokenizer, rows: torch.Tensor) -> torch.Tensor:
    """One row per piece: the old one, or the mean of the old sub-pieces of its bare spelling."""
    vocabulary = old.get_vocab()
    named = {"[T]": "company", "@user": "user", "[url]": "link"}
    made = torch.empty(len(pieces), rows.shape[1])
    for number, piece in enumerate(pieces):
        if piece in vocabulary:
            made[number] = rows[vocabulary[piece]]
            continue
        spelling = named.get(piece, bare(piece))
        ids = old.encode(spelling, add_special_tokens=False).ids
        if piece.startswith("##") and ids:
            first = f"##{spelling}"
            ids = [vocabulary[first]] if first in vocabulary else ids
        made[number] = rows[ids or [vocabulary["[UNK]"]]].mean(dim=0)
    return made


def make(data: Path, body: Path, out: Path) -> dict[str, int]:
    """Write `tokenizer.json` and `embeddings.pt` to `out`; counts of pieces by origin."""
    from safetensors.torch import load_file

    train, _ = pairs(data)
    french = [pair.fr for pair in train] + list(texts(data, "fr"))
    english = [pair.en for pair in train] + list(texts(data, "en"))
    old = Tokenizer.from_file(str(body / "tokenizer.json"))
    old.no_truncation()
    old.no_padding()
    kept = english_pieces(old, english)
    signs = emoji([*french, *english])
    singles = [form for letter in LETTERS for form in (letter, f"##{letter}")]
    added = [piece for piece in french_pieces(french) if piece not in set(kept) and piece not in SPECIAL]
    pieces = list(dict.fromkeys([*SPECIAL, *MARKERS, *kept, *singles, *added, *signs]))
    rows = load_file(body / "model.safetensors")["embeddings.word_embeddings.weight"]
    out.mkdir(parents=True, exist_ok=True)
    tokenizer_of(pieces).save(str(out / "tokenizer.json"))
    torch.save(starting_rows(pieces, old, rows), out / "embeddings.pt")
    figures = {"pieces": len(pieces), "english": len(kept), "french": len(added), "signs": len(signs)}
    (out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    log.info("vocabulary %s", figures)
    return figures
