"""What the check says of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One part of the text that the facts do not bear out.

    `start` and `end` count characters of the text checked (of the subject, where `in_subject`); `span` is what stands
    there. `code` is one of CODES; `reason` is a sentence for the writer and the person who approves.
    """

    start: int
    end: int
    span: str
    code: str
    reason: str
    in_subject: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All refusals of a text, in its order; `language` is the ISO 639-1 code it was read in, or "und"."""

    refusals: tuple[Refusal, ...]
    language: str

    @property
    def passes(self) -> bool:
        """Whether nothing was refused."""
        return not self.refusals


CODES = {
    "amount": "an amount that no invoice, total or allowance has",
    "bank": "bank details or a way of payment that the facts do not give",
    "characters": "hidden, look-alike or unreadable characters",
    "currency": "a currency that the facts do not have there",
    "date": "a date that the facts do not have there",
    "days": "a number of days, weeks or months that is not so",
    "deadline": "a day or time by which something is asked that the facts do not give",
    "discount": "a discount, waiver or goodwill that is not allowed, or another than is",
    "email": "an e-mail address that the facts do not give",
    "fee": "a fee or charge that is not allowed, or another than is",
    "feelings": "feelings, blame or shaming",
    "history": "a past that the facts do not tell: calls, promises, earlier reminders",
    "instruction": "what belongs to the making of the text and not into it",
    "interest": "interest that is not allowed, or at another rate",
    "language": "words in another language than the text's, or in none that can be checked",
    "legal": "law, court, collection, credit records or authorities",
    "link": "an address that the facts do not give",
    "markup": "markup in what is plain text",
    "name": "a person or company that the facts do not have there",
    "number": "a figure that no fact has",
    "pairing": "a true fact beside the wrong invoice, or called what it is not",
    "other": "the affairs of other customers",
    "percent": "a percentage that is not allowed",
    "phone": "a telephone number that is not the sender's",
    "placeholder": "a place left to be filled",
    "promise": "a plan, extension or concession that the facts do not give",
    "reference": "an invoice or reference number that the facts do not have",
    "statement": "what somebody does, did or will do, and no fact tells",
    "status": "a state of an invoice or a payment that is not so",
    "threat": "a consequence that is threatened",
}
