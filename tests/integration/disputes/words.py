"""A classifier by single words: a small true thing, quick and plain, for tests of what is around it."""

from hub.sdk.classifier import REASONS, DisputeLabel, LabelledText, Reading

WORDS = {"dear": "pricing", "missing": "quantity_shortage", "late": "late_delivery", "paid": "already_paid"}


class WordsClassifier:
    """Sure where it finds one of its words; not at all of POISON."""

    slug = "words"
    version = "1"
    made = 0
    is_broken = False

    def __init__(self, config):
        if self.is_broken:
            raise OSError("no head.json")
        type(self).made += 1
        self.asked: list[list[str]] = []

    def classify(self, texts, learned=None):
        self.asked.append(list(texts))
        if learned == b"broken":
            raise ValueError("not mine")
        return [self._read(each, learned) for each in texts]

    def learn(self, examples: list[LabelledText]) -> bytes:
        return b"".join(each.code.encode() for each in examples)

    def _read(self, text, learned):
        if "POISON" in text:
            raise RuntimeError("cannot read this")
        found = [code for word, code in WORDS.items() if word in text]
        if learned and not found:
            found = [learned.decode()]
        first = found[0] if found else "other"
        at = next((text.index(word) for word, code in WORDS.items() if code == first and word in text), 0)
        rest = (1 - 0.9) / (len(REASONS) - 1)
        labels = [DisputeLabel(code=first, p_reason=0.9, spans=((at, at + 4),))]
        labels += [DisputeLabel(code=code, p_reason=rest) for code in REASONS if code != first]
        return Reading(labels=tuple(labels), reasons=tuple(found), is_sure=bool(found), language="en")
