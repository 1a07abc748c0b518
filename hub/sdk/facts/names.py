"""Persons and companies: only those of the facts, each in its place."""

import re

from hub.sdk.facts.folding import folded as fold_text
from hub.sdk.facts.lexicon import first_names
from hub.sdk.facts.lexicon import names as known_names
from hub.sdk.facts.mentions import Reading

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_LEGAL = re.compile(
    r"(?<!\w)(?:gmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|ltd|limited|llc|llp|inc|corp|corporation|plc|sarl|sas|sasu|sa|s\.a\.|s\.l\.|sl|slu|srl|"
    r"bv|b\.v\.|nv|oy|ab|as|a/s|spa|s\.p\.a\.|eurl|e\.k\.|eg|se|s\.a\.r\.l\.|s\.a\.s\.)(?!\w)\.?"
)
_ACRONYMS = frozenset(
    (
        "iban",
        "bic",
        "sepa",
        "swift",
        "pdf",
        "vat",
        "ust",
        "mwst",
        "iva",
        "tva",
        "nif",
        "cif",
        "siret",
        "siren",
        "ustid",
        "id",
        "ok",
        "asap",
        "fyi",
        "ps",
        "p.s",
        "re",
        "ref",
        "no",
        "nr",
        "ach",
        "eft",
        "faq",
        "url",
        "html",
        "usd",
        "eur",
        "gbp",
        "chf",
        "pto",
        "usw",
        "z.b",
        "ggf",
        "bzw",
        "inkl",
        "n.b",
        "nb",
        "att",
        "attn",
        "c/o",
        "cc",
        "etc",
        "utc",
        "sr",
        "sra",
        "srta",
        "dna",
        "fao",
        "b2b",
        "ar",
        "eod",
        "cob",
        "aka",
        "n",
        "ndeg",
        "ap",
        "po",
        "pos",
        "cn",
        "gl",
        "erp",
        "bacs",
        "chaps",
        "aba",
        "dd",
        "cfo",
        "nº",
        "n°",
    )
)


def find_names(reading: Reading) -> None:
    """Takes the facts' own names where they stand in full; what they say is no claim."""
    facts, clean = reading.facts, reading.text.clean
    whole = [facts.customer.name, facts.customer.contact, facts.sender.company, facts.sender.name]
    whole += [_without_form(name) for name in (facts.customer.name, facts.sender.company) if name]
    for name in sorted((each for each in whole if each), key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w){_flexible(name)}(?:'?s)?(?!\w)", re.IGNORECASE)
        for match in pattern.finditer(clean):
            if not reading.free(*match.span()):
                continue
            many = " " in name or any(char.isdigit() for char in name)
            if match.group()[0].isupper() or not match.group()[0].isalpha() or name[0].islower():
                reading.take(*match.span())
                if many or match.group()[0].isupper():
                    reading.masked[match.start() : match.end()] = b"\x01" * (match.end() - match.start())


def _without_form(name: str) -> str | None:
    """A company's name of several words without its legal form; None where that is all it has."""
    words = name.split()
    while len(words) > 1 and _LEGAL.fullmatch(fold_text(words[-1]).strip(",")):
        words.pop()
    return " ".join(words).rstrip(",") if 1 < len(words) < len(name.split()) else None


def _flexible(name: str) -> str:
    return r"[\s\-]{1,2}".join(re.escape(part) for part in name.replace("-", " ").split())


class Names:
    """Looks at every word with a capital, and at whom the text greets and who signs it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = reading.words
        facts = reading.facts
        self.theirs = _parts(facts.customer.name, facts.customer.contact)
        self.ours = _parts(facts.sender.company, facts.sender.name)
        self.starts = _sentence_starts(reading.text.clean)

    def judge(self) -> None:
        """Refuses names that the facts do not have, or not there."""
        self._marks()
        self._greeting()
        self._signature()
        self._titles()
        self._companies()
        self._capitals()

    def _marks(self) -> None:
        """A name may lose its accents, and gets none that it does not have."""
        reading, clean, folded = self.reading, self.reading.text.clean, self.reading.text.folded
        facts = reading.facts
        spelled: dict[str, set[str]] = {}
        for name in filter(
            None, (facts.customer.name, facts.customer.contact, facts.sender.company, facts.sender.name)
        ):
            for part in re.findall(r"[^\W\d_]+", name):
                spelled.setdefault(fold_text(part), set()).add(part)
        for match in re.finditer(r"[^\W\d_]+", clean):
            start, end = match.span()
            known = spelled.get(folded[start:end].removesuffix("s"), set()) | spelled.get(folded[start:end], set())
            if not known or not match.group()[0].isupper() or folded[start:end] in self.words.plain:
                continue
            if reading.free(start, end) and not any(_bears(match.group(), part, self.words.language) for part in known):
                reading.refuse(start, end, "name", "the name is spelled otherwise in the facts")

    # --- places -----------------------------------------------------------------------------------------------------

    def _greeting(self) -> None:
        """Whom the text greets is the contact or the customer."""
        reading, folded = self.reading, self.reading.text.folded
        greeting, address = self.words.cues["greeting"], self.words.cues["address"]
        for line in re.finditer(r"[^\n]+", folded):
            text = line.group()
            indent = len(text) - len(text.lstrip())
            match = greeting.match(text, indent)
            if not match or (len(text) > 90 and "," not in text[:60]):
                continue
            stop = re.search(r"[,:!;.–—](?=\s|$)|$", text[match.end() :])
            assert stop
            end = match.end() + stop.start()
            rest = text[match.end() : end]
            if len(rest.split()) > 8:
                continue
            for word in _WORD.finditer(rest):
                name = word.group()
                at = line.start() + match.end() + word.start()
                if (
                    name in self.theirs
                    or name in self.words.lists["greet_plain"]
                    or name.strip(".") in self.words.lists["titles"]
                ):
                    if name in self.theirs:
                        reading.take(at, at + len(name))
                    continue
                if len(name) > 2 and any(each.startswith(name) for each in self.theirs):
                    reading.take(at, at + len(name))  # Sam for Samuel
                elif name in self.ours:
                    reading.refuse(at, at + len(name), "name", "this is the sender's name, not the customer's")
                elif reading.free(at, at + len(name)) and (
                    reading.text.clean[at].isupper()
                    or (
                        len(rest.split()) <= 3 and name not in self.words.plain and not address.fullmatch(match.group())
                    )
                ):
                    reading.refuse(at, at + len(name), "name", "the facts have no such contact or customer")

    def _signature(self) -> None:
        """After the closing words the names are the sender's."""
        reading, folded = self.reading, self.reading.text.folded
        only_theirs = self.theirs - self.ours - self.words.plain
        for line in re.finditer(r"[^\n]+", folded):
            text = line.group().strip()
            match = self.words.cues["closing"].match(text)
            if not match or len(text) - match.end() >= 40 or len(text.split()) > 9:
                continue
            closing = line.start() + len(line.group()) - len(line.group().lstrip()) + match.end()
            signed = re.compile(r"[^\n]*(?:\n\s*[^\n]+){0,2}").match(folded, closing)
            for word in _WORD.finditer(folded, closing, signed.end() if signed else closing):
                if word.group() in only_theirs and reading.text.clean[word.start()].isupper():
                    reading.refuse(*word.span(), "name", "who signs is the sender, not the customer")

    def _titles(self) -> None:
        """After a title stands a name of the facts."""
        reading = self.reading
        titles = "|".join(sorted((re.escape(each) for each in self.words.lists["titles"]), key=len, reverse=True))
        for match in re.finditer(
            rf"(?<!\w)({titles})\.?\s+(?:(?:dr|prof|ing|dipl)\.?\s+)*([^\W\d_]+(?:['-][^\W\d_]+)*)", reading.text.folded
        ):
            word, start, end = match[2], *match.span(2)
            if not reading.free(*match.span(1)):
                # The end of an address, say, that looks like a title.
                continue
            if not reading.text.clean[start].isupper() or not reading.text.clean[match.start()].isupper():
                continue
            if (
                word in self.theirs
                and (other := self._other_title())
                and match[1].strip(".") in self.words.lists[other]
            ):
                reading.refuse(match.start(), end, "name", "the contact is not addressed so")
                continue
            if (
                word in self.theirs
                or word in self.ours
                or word in self.words.lists["greet_plain"]
                or not reading.free(start, end)
            ):
                continue
            reading.refuse(start, end, "name", "the facts have no such person")

    def _other_title(self) -> str | None:
        """Which titles the contact does not have, as far as its own title or its first name tells."""
        contact = fold_text(self.reading.facts.customer.contact or "").replace(".", " ").split()
        if not contact:
            return None
        for kind, other in (("male", "female"), ("female", "male")):
            if contact[0] in self.words.lists[kind]:
                return other
        first = next((word for word in contact if word not in self.words.lists["titles"]), "")
        for kind, other in (("male", "female"), ("female", "male")):
            if len(contact) > 1 and first in first_names(kind):
                return other
        return None

    def _companies(self) -> None:
        """Before a legal form stands the customer's or the sender's name."""
        reading, clean, folded = self.reading, self.reading.text.clean, self.reading.text.folded
        for match in _LEGAL.finditer(folded):
            start, end = match.span()
            if (
                not reading.free(start, end)
                or not clean[start].isupper()
                or (match.group() in ("as", "ab", "sa", "se", "sl") and not clean[start:end].isupper())
                or re.match(r"AS (?:OF|AT)\b", clean[start:])
            ):
                continue
            before = re.search(r"([^\W\d_][\w&'-]*(?: & )?\s+)$", clean[:start])
            if before and before.group()[0].isupper():
                form, word = match.group().strip("."), fold_text(before.group().strip())
                if any(form in party and word in party for party in (self.theirs, self.ours)):
                    continue
                reading.refuse(before.start(), end, "name", "the facts have no such company")

    # --- words with a capital ---------------------------------------------------------------------------------------

    def _capitals(self) -> None:
        reading, clean, folded = self.reading, self.reading.text.clean, self.reading.text.folded
        words = [match for match in _WORD.finditer(clean)]
        for index, match in enumerate(words):
            start, end = match.span()
            if not clean[start].isupper() or not reading.free(start, end) or not _alone(clean, start, end):
                continue
            word = folded[start:end]
            parts = word.replace("-", " ").split()
            if self._is_ours(word) or all(self._is_ours(part) or self._is_plain(part) for part in parts):
                continue
            if all(self._is_plain(part) for part in (word.split("'")[-1], word.split("'")[0])):
                continue
            following = (
                words[index + 1] if index + 1 < len(words) and clean[end : words[index + 1].start()] == " " else None
            )
            before = words[index - 1] if index and clean[words[index - 1].end() : start] == " " else None
            if self._is_name(word, start, before, following):
                reading.refuse(start, end, "name", "the facts have no such name")

    def _is_ours(self, word: str) -> bool:
        bare = word.removesuffix("'s")
        return bare in self.theirs or bare in self.ours or bare.removesuffix("s") in self.theirs | self.ours

    def _is_plain(self, word: str) -> bool:
        if word in self.words.plain or word in self.words.lists["function"] or word in _ACRONYMS or len(word) == 1:
            return True
        return _inflected(word, self.words.language, self.words.plain)

    def _is_name(self, word: str, start: int, before: re.Match[str] | None, following: re.Match[str] | None) -> bool:
        if word in known_names():
            return True
        clean, folded = self.reading.text.clean, self.reading.text.folded
        capital_after = (
            following is not None
            and clean[following.start()].isupper()
            and not self._is_plain(folded[slice(*following.span())])
        )
        if self.words.language == "de":
            if _is_noun(word) or _is_compound(word, self.words.plain):
                return False
            if before is not None:
                previous = folded[slice(*before.span())]
                if previous in _DETERMINERS:
                    return capital_after
                if clean[before.start()].islower() and re.fullmatch(r"\w{3,}(?:e|en|er|es|em)", previous):
                    return capital_after
            if start in self.starts:
                return capital_after
            return True
        if start in self.starts:
            after = folded[following.start() : following.end()] if following is not None else ""
            return capital_after or self.words.cues["after_name"].fullmatch(after) is not None
        return True


_DETERMINERS = frozenset(
    [
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einem",
        "einer",
        "eines",
        "kein",
        "keine",
        "keinen",
        "keiner",
        "keinem",
        "ihr",
        "ihre",
        "ihren",
        "ihrem",
        "ihrer",
        "ihres",
        "unser",
        "unsere",
        "unseren",
        "unserem",
        "unserer",
        "unseres",
        "dieser",
        "diese",
        "dieses",
        "diesen",
        "diesem",
        "jeder",
        "jede",
        "jedes",
        "jeden",
        "jedem",
        "im",
        "am",
        "zum",
        "zur",
        "beim",
        "vom",
        "ins",
        "ans",
        "welche",
        "welcher",
        "welches",
        "etwaige",
        "etwaigen",
        "alle",
        "allen",
        "aller",
        "mein",
        "meine",
        "seine",
        "sein",
        "jene",
    ]
)
_NOUN_ENDS = re.compile(
    r".{2,}(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tat|taten|nis|nisse|nissen|ismus|ment|mente|menten|anz|enz|ling"
    r"|betrag|betrags|betrages|betrage|betragen|rechnung|rechnungen|konto|kontos|konten|zahlung|frist|fristen|datum|tag|tage|tagen|stand"
    r"|eingang|ausgang|stellung|posten|nummer|nummern|buch|buchs|haltung|auszug|auszugs|liste|schreiben|schreibens|verkehr|weg|wege|zeit"
    r"|zeiten|summe|summen|saldo|wert|werte|kosten|grund|grunde|grunden|fall|falle|fallen|teil|teile|seite|seiten|partner|partnerin|partnern"
    r"|abteilung|dienst|dienste|service|team|stelle|stellen|frage|fragen|art|zweck|zwecks|bezug|kopie|kopien|beleg|belege|belegen|ubersicht"
    r"|vermerk|hinweis|hinweise|anliegen|bank|link|links|text|mail|mails|nachricht|nachrichten|beginn|ende|schluss|jahr|jahres|monat|monats"
    r"|woche|wochen|ziel|ziels|plan|satz|satze|gelegenheit|daten|unterlagen|schein|scheine|auftrag|auftrags|anfrage|portal|seite|adresse"
    r"|verbindung|beziehung|leistung|leistungen|lieferung|ware|waren|stuck|punkt|punkte|form|formular|system|prozess|bereich|verzug|ruckstand)"
)


def _is_compound(word: str, plain: frozenset[str]) -> bool:
    """Whether a German word ends in a known one and is no name for that, such as Klärungsbedarf."""
    return any(len(word) - at >= 4 and word[at:] in plain for at in range(4, len(word) - 3))


def _is_noun(word: str) -> bool:
    return _NOUN_ENDS.fullmatch(word) is not None


def _inflected(word: str, language: str, plain: frozenset[str]) -> bool:
    """Whether a word is a plain one with an ending."""
    ends = {
        "en": ("s", "es", "ed", "d", "ing", "ly", "er", "'s", "n't", "ment", "able"),
        "de": ("e", "en", "n", "s", "es", "er", "ern", "em"),
        "es": ("s", "es", "os", "as", "o", "a", "mos", "do", "da", "mente", "ndo", "nos", "le", "les", "lo"),
        "fr": ("s", "e", "es", "x", "nt", "ment", "r", "ons", "ez"),
    }[language]
    return any(
        len(word) - len(end) >= 3 and word.endswith(end) and _stem(word[: -len(end)], plain, language) for end in ends
    )


def _stem(stem: str, plain: frozenset[str], language: str) -> bool:
    if stem in plain:
        return True
    if language == "en":
        return (
            stem + "e" in plain
            or (stem[-1:] == "i" and stem[:-1] + "y" in plain)
            or (len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in plain)
        )
    if language == "es":
        return any(stem + end in plain for end in ("o", "a", "e", "ar", "er", "ir"))
    if language == "fr":
        return any(stem + end in plain for end in ("e", "er", "ir", "re"))
    return stem + "e" in plain or stem + "en" in plain


def _bears(written: str, name: str, language: str) -> bool:
    """Whether each accent that is written is the name's own; one in capitals only may have lost them.

    A Spanish text may give a name its Spanish stress.
    """
    if name.isupper() and len(name) > 1:
        return True
    small, own = written.lower(), name.lower()
    stressed = "áéíóú" if language == "es" else ""
    return all(
        each in (letter, fold_text(letter)) or each in stressed for each, letter in zip(small, own, strict=False)
    )


def _parts(*names: str | None) -> frozenset[str]:
    text = fold_text(" ".join(filter(None, names)).replace("'", "'"))
    return frozenset(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", text)) | frozenset(re.findall(r"[^\W\d_]+", text))


def _alone(clean: str, start: int, end: int) -> bool:
    """Not a part of a token with digits or of an address."""
    return not (start and (clean[start - 1].isdigit() or clean[start - 1] in "_@")) and not (
        end < len(clean) and (clean[end].isdigit() or clean[end] == "_")
    )


def _sentence_starts(clean: str) -> frozenset[int]:
    """Where a capital says nothing: after a full stop, a colon, a bullet or at a line's start."""
    return frozenset(
        match.end()
        for match in re.finditer(
            r"(?:^|[.!?:…|\n\t]|\s[-–—•*·]|[\"'„“«(¿¡])[\s\"'„“«(*\-–—•·|>¿¡]*(?:\d{1,2}[.)]\s+)?", clean
        )
    )
