"""The default classifier: what it says of texts, and what it cannot be made to do."""

import concurrent.futures

import numpy as np
import pytest

from hub.sdk.classifier import REASONS, LabelledText
from hub.sdk.errors import ConfigError
from plugins.models.minilm_disputes import encoder as encoders
from plugins.models.minilm_disputes.plugin import MiniLMDisputes

PLAIN = {
    "We never received this delivery, please send proof of delivery.": "not_received",
    "The unit price is 14.20 but our purchase order says 13.50.": "pricing",
    "Sales tax charged although we sent you our exemption certificate.": "tax_error",
    "You billed freight although the order was freight prepaid.": "freight_charge",
    "This is a duplicate of invoice 4411, which you sent us last month.": "duplicate_invoice",
    "We paid this invoice by wire on 3 March, see the bank reference.": "already_paid",
    "Three of the boxes arrived crushed and the glass is broken.": "quality_damage",
    "Die Rechnung wurde bereits am 3. März überwiesen.": "already_paid",
    "La marchandise est arrivée endommagée, deux cartons sont cassés.": "quality_damage",
    "Todavía no hemos recibido la mercancía de este pedido.": "not_received",
}
ODD = [
    "",
    " ",
    "\n\n",
    "\x00",
    "\ufffd" * 50,
    "🙂" * 40,
    ">" * 100,
    "a" * 30_000,
    "x " * 20_000,
    "1234 5678 90,12",
    "\u202e",
]


@pytest.fixture(scope="module")
def reader():
    return MiniLMDisputes({"threads": 1})


@pytest.mark.parametrize(("text", "code"), PLAIN.items())
def test_plain_reasons_are_read(reader, text, code):
    assert reader.classify([text])[0].labels[0].code == code


def test_a_reading_is_whole(reader):
    for reading in reader.classify([*PLAIN, *ODD]):
        assert sorted(label.code for label in reading.labels) == sorted(REASONS)
        chances = [label.p_reason for label in reading.labels]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1, abs=1e-6) and min(chances) >= 0
        assert not reading.is_sure or reading.reasons
        assert not reading.reasons or reading.reasons[0] == reading.labels[0].code


SEVERAL = {
    "Short paid: 12 units missing per GRN 4471, and the unit price billed is 14.20 where our PO says 13.50, please"
    " credit both.": {"quantity_shortage", "pricing"},
    "VAT was charged at 20% although we gave you our exemption certificate, and the freight charge must come off as"
    " well since terms are DDP.": {"tax_error", "freight_charge"},
    "You billed the March work twice, and the hourly rate is not the one in our contract.": {
        "duplicate_invoice",
        "pricing",
    },
}


@pytest.mark.parametrize(("text", "codes"), SEVERAL.items())
def test_several_reasons_are_told_as_several(reader, text, codes):
    assert set(reader.classify([text])[0].reasons) == codes


def test_one_reason_is_told_as_one(reader):
    assert all(len(reading.reasons) == 1 for reading in reader.classify(list(PLAIN)))


@pytest.mark.parametrize("text", ["inv 4411", "ref 12", "Re: INV-2231 / PO 99-1", "x x x x x x"])
def test_a_name_of_a_document_is_no_reason(reader, text):
    (reading,) = reader.classify([text])
    assert not reading.is_sure and reading.reasons == ()


def test_texts_that_say_nothing_are_never_sure(reader):
    assert not any(reading.is_sure for reading in reader.classify(ODD))


@pytest.mark.parametrize(
    "text",
    [
        "Мы не получили товар по этому счету и не будем платить",
        "我们没有收到这批货物",
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod",
        "qwpo zxcm vbnt ghjk trew plmk oijn",
        "Wij hebben de goederen van deze factuur niet ontvangen",
        "Tätä laskua emme ole tilanneet lainkaan",
    ],
)
def test_other_languages_and_nonsense_are_never_sure(reader, text):
    assert not reader.classify([text])[0].is_sure


def test_spans_lie_in_the_text_that_was_given(reader):
    text = (
        "Hello Tom,\n\nPrice is fine, but the freight was never agreed.\n\nRegards\nAnn\n\n> You owe us 12.50 for tax"
    )
    reading = reader.classify([text])[0]
    assert any("freight" in text[start:end] for start, end in reading.labels[0].spans)
    for label in reading.labels:
        for start, end in label.spans:
            assert 0 <= start < end <= len(text)
            assert ">" not in text[start:end] and "Ann" not in text[start:end]


def test_history_is_not_read(reader):
    said = "We paid this invoice by wire on 3 March, see the bank reference."
    below = "\n\nOn Mon, 3 Mar 2025, Tom wrote:\n> The goods are broken and damaged, the tax is wrong, nothing arrived."
    alone, thread = reader.classify([said, said + below])
    assert [(label.code, label.p_reason) for label in alone.labels] == [
        (label.code, label.p_reason) for label in thread.labels
    ]


def test_a_text_is_read_the_same_whatever_stands_beside_it(reader):
    texts = list(PLAIN)
    together = reader.classify([*texts, "long " * 400])
    for text, beside in zip(texts, together, strict=False):
        alone = reader.classify([text])[0]
        assert alone.labels[0].code == beside.labels[0].code
        assert alone.labels[0].p_reason == pytest.approx(beside.labels[0].p_reason, abs=1e-4)


def test_threads_share_it(reader):
    texts = [*PLAIN, *ODD]
    expected = [reading.labels[0].code for reading in reader.classify(texts)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: reader.classify(texts), range(4)):
            assert [reading.labels[0].code for reading in found] == expected


def test_all_readers_of_a_process_share_one_encoder():
    assert MiniLMDisputes()._encoder is MiniLMDisputes({"threads": 1})._encoder


def test_a_tenants_own_code_is_learnt(reader):
    own = [LabelledText(text=f"ZK{number} QX-17 noted", code="freight_charge") for number in range(15)]
    own += [LabelledText(text=f"VV{number} BR-02 noted", code="tax_error") for number in range(15)]
    learned = reader.learn(own)
    asked = ["ZK99 QX-17 noted", "VV99 BR-02 noted"]
    before = reader.classify(asked)
    after = reader.classify(asked, learned)
    assert [reading.labels[0].code for reading in after] == ["freight_charge", "tax_error"]
    assert [reading.labels[0].code for reading in before] != ["freight_charge", "tax_error"]
    plain = "We never received this delivery, please send proof of delivery."
    assert reader.classify([plain], learned)[0].labels[0].code == "not_received"


def test_what_was_learnt_elsewhere_is_refused(reader):
    with pytest.raises(ValueError, match="not what a dispute classifier learnt"):
        reader.classify(["short paid"], b"nonsense")


def test_a_weight_file_of_somebody_else_is_refused(monkeypatch):
    monkeypatch.setattr(encoders, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ConfigError, match="SHA-256 differs"):
        encoders.Encoder(1)


def test_without_the_extra_it_says_which(monkeypatch):
    monkeypatch.setattr(encoders, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"paypredict\[nlp\]"):
        encoders.Encoder(1)


def test_long_texts_are_read_in_windows(reader):
    encoded = encoders.encoder().encode(["word " * 600])[0]
    assert len(encoded.states) == 600 + 2 * 3
    assert np.isfinite(encoded.states).all()
