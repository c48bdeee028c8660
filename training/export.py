"""Stage `export`: the tuned reader as int8 ONNX.

Rows of the vocabulary are int8 with one scale each; matrix products are quantised by onnxruntime as they run, one
scale per output channel. Activations are unsigned 8 bits; weights keep 7 bits where `narrow` is asked for, because
processors without VNNI add products in 16 bits and would overflow (onnxruntime documentation, "Quantize ONNX models").
"""

import hashlib
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn

from training.model import Logits, Reader

OUTPUTS = ("sentiment", "crisis", "aspects", "extras", "carried")


class Int8Rows(nn.Module):
    """An embedding table of int8 rows, each with its scale."""

    def __init__(self, weight: Tensor) -> None:
        """Round `weight`, [pieces, width]."""
        super().__init__()
        scales = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (weight / scales).round().to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors of token numbers, [n, s, width]."""
        rows: Tensor = self.rows[ids]
        scales: Tensor = self.scales[ids]
        return rows.float() * scales


class Plain(nn.Module):
    """The reader with an attention that every exporter knows."""

    def __init__(self, reader: Reader) -> None:
        """Take the reader's parts; its rows become int8."""
        super().__init__()
        self.reader = reader
        reader.body.embeddings.word_embeddings = Int8Rows(reader.body.embeddings.word_embeddings.weight.detach())

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Logits:
        """See Reader."""
        return self.reader(input_ids, attention_mask)


def export(reader: Reader, out: Path, *, narrow: bool = False) -> str:
    """Write `out/model.onnx`; the first 12 hexadecimal digits of its SHA-256."""
    out.mkdir(parents=True, exist_ok=True)
    reader.body.config._attn_implementation = "eager"  # noqa: SLF001 - the fusion below knows this form
    whole, fused, small = (out / name for name in ("whole.onnx", "fused.onnx", "model.onnx"))
    reader.cpu()
    ids = torch.tensor([[2, 10, 11, 12, 3], [2, 13, 14, 3, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Plain(reader).eval(), (ids, mask), str(whole), input_names=["input_ids", "attention_mask"],
        output_names=list(OUTPUTS), opset_version=17, dynamo=False,
        dynamic_axes={
            "input_ids": axes, "attention_mask": axes, **{name: {0: "texts"} for name in OUTPUTS[:-1]},
            "carried": {0: "texts", 2: "tokens"},
        },
    )  # fmt: skip
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    options.enable_skip_layer_norm = False  # measured: its kernel takes four times as long as the two steps it joins
    made = optimize_model(str(whole), "bert", num_heads=12, hidden_size=384, optimization_options=options, opt_level=0)
    made.save_model_to_file(str(fused))
    quantize_dynamic(
        str(fused), str(small), per_channel=True, reduce_range=narrow, weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Attention", "Gemm"],
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip
    onnx.checker.check_model(str(small))
    for path in (whole, fused):
        path.unlink()
    return hashlib.sha256(small.read_bytes()).hexdigest()[:12]
