"""Making the adapted layers: the file's format, and what of a text the layers see."""

import numpy as np
import torch
from transformers import BertConfig, BertModel

from hub.sdk.classifier import REASONS
from plugins.models.minilm_disputes.adapt import AT_ONCE, Adapting, batches, quantised
from plugins.models.minilm_disputes.encoder import WIDTH, published
from plugins.models.minilm_disputes.onnx_parts import tensors


def test_matrices_are_written_as_the_published_file_has_them():
    model, name = published(), "val_264"
    places = tensors(model)
    bytes_of = {end: model[slice(*places[f"{name}_{end}"])] for end in ("q", "scale")}
    stored = np.frombuffer(bytes_of["q"], dtype=np.int8).reshape(WIDTH, WIDTH)
    scale = np.frombuffer(bytes_of["scale"], dtype=np.float32)
    written, own_scale = quantised(torch.from_numpy((stored * scale).T.copy()))
    assert np.array_equal(written, stored)
    np.testing.assert_allclose(own_scale[0], scale, rtol=1e-6)


def test_each_text_is_learnt_from_once_an_epoch():
    lengths = np.arange(100) % 37
    found = list(batches(lengths, np.random.default_rng(0)))
    assert sorted(np.concatenate(found)) == list(range(100))
    assert max(map(len, found)) == AT_ONCE
    assert [each.tolist() for each in found] == [each.tolist() for each in batches(lengths, np.random.default_rng(0))]


def test_hidden_tokens_say_nothing():
    torch.manual_seed(0)
    tiny = BertConfig(hidden_size=WIDTH, num_hidden_layers=4, num_attention_heads=12, intermediate_size=8, vocab_size=9)
    net = Adapting(BertModel(tiny, add_pooling_layer=False)).eval()
    torch.nn.init.normal_(net.codes.weight)
    states = torch.randn(2, 5, WIDTH)
    mask = torch.tensor([[True, True, False, True, False]] * 2)
    other = torch.where(mask[:, :, None], states, torch.randn(2, 5, WIDTH))
    with torch.no_grad():
        scores, same = net(states, mask), net(other, mask)
        seen = net(states + mask[:, :, None] * torch.randn(2, 5, WIDTH), mask)
    assert scores.shape == (2, len(REASONS))
    torch.testing.assert_close(scores, same)
    assert not torch.allclose(scores, seen)
