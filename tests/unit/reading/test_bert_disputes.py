"""The second backend: a whole BERT is fine-tuned here, a tiny one made on the spot, and then reads."""

import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast  # noqa: E402

from hub.sdk.classifier import REASONS, LabelledText  # noqa: E402
from hub.sdk.errors import ConfigError  # noqa: E402
from plugins.models.bert_disputes.finetune import finetune  # noqa: E402
from plugins.models.bert_disputes.plugin import BertDisputes  # noqa: E402

pytestmark = pytest.mark.slow

WORDS = [f"word{code.replace('_', '')}" for code in REASONS]
ROWS = [
    {"text": f"{word} number {number}", "label": code, "family": f"{code}-{number}"}
    for number in range(24)
    for word, code in zip(WORDS, REASONS, strict=True)
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A BERT of two layers that has learnt nothing."""
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "number", *WORDS, *map(str, range(24))]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=True).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(tiny, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    record = finetune(str(tiny), ROWS, out, epochs=14, rate=5e-3, longest=16)
    return out, record


@pytest.fixture(scope="module")
def reader(trained):
    return BertDisputes({"folder": str(trained[0])})


def test_it_learns(trained, reader):
    _, record = trained
    assert record["accuracy"] > 0.9
    found = reader.classify([f"{word} number 3" for word in WORDS])
    assert sum(reading.labels[0].code == code for reading, code in zip(found, REASONS, strict=True)) >= 15


def test_its_record_says_what_it_is(trained, tiny):
    out, record = trained
    assert json.loads((out / "disputes.json").read_text()) == record
    assert record["model"] == tiny.name and record["texts"] + record["held_back"] == len(ROWS)
    assert (out / "model.safetensors").exists() and not list(out.rglob("*.bin"))


def test_a_reading_is_whole(reader):
    for reading in reader.classify([f"{WORDS[0]} number 1", "", "\x00", "x " * 500]):
        assert sorted(label.code for label in reading.labels) == sorted(REASONS)
        assert sum(label.p_reason for label in reading.labels) == pytest.approx(1, abs=1e-6)
        assert not reading.is_sure or reading.reasons


def test_spans_lie_in_the_text(reader):
    text = f"Hello,\n{WORDS[4]} number 2"
    spans = reader.classify([text])[0].labels[0].spans
    assert spans and all(0 <= start < end <= len(text) for start, end in spans)


def test_a_tenant_teaches_it_on_top(reader):
    examples = [LabelledText(text=f"{WORDS[0]} number {number}", code="other") for number in range(20)]
    examples += [LabelledText(text=f"{WORDS[5]} number {number}", code=REASONS[5]) for number in range(20)]
    learned = reader.learn(examples)
    assert reader.classify([f"{WORDS[0]} number 21"], learned)[0].labels[0].code == "other"


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="holds no model") as refused:
        BertDisputes({"folder": str(tmp_path)})
    assert refused.value.field == "folder"


def test_unknown_labels_and_too_few_texts_are_refused(tiny, tmp_path):
    with pytest.raises(ValueError, match="too_dear"):
        finetune(str(tiny), [{"text": "a", "label": "too_dear"}], tmp_path)
    with pytest.raises(ValueError, match="too few"):
        finetune(str(tiny), ROWS[:20], tmp_path)
