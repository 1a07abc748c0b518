"""Links, e-mail addresses, bank accounts and telephone numbers: each must be one of the facts."""

import re

from hub.sdk.facts.mentions import Reading

_URL = re.compile(r"(?:[a-z][a-z0-9+.\-]{1,14}://|www\.|mailto:|tel:|hxxps?:)[^\s<>\"\[\]{}|\\^]+", re.IGNORECASE)
_EMAIL = re.compile(
    r"[\w.+\-%]+\s?(?:@|\(at\)|\[at\]|＠)\s?[\w\-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w\-]+)+", re.IGNORECASE
)
_DOMAIN = re.compile(
    r"(?<![\w@.])(?:[\w\-]+\.)+[^\W\d_]{2,24}(?::\d+)?(?:[/?#][^\s<>\"\[\]{}|\\^]*)?(?![\w])", re.IGNORECASE
)
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\S*)?(?![\w])")
_IBAN = re.compile(
    r"(?<!\w)(?:[A-Z]{2}[ \-]?\d{2}(?:[ \-]?[A-Z0-9]{4}){2,7}(?:[ \-]?[A-Z0-9]{1,4})?"
    r"|[A-Za-z]{2}\d{2}[A-Za-z0-9]{10,30})(?!\w)"
)
_IBAN_PART = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ A-Z0-9]*[*.…xX•\-_ ]{2,}[ *.…xX•\-_]*)(\d{2,})(?!\w)")
_BIC = re.compile(
    r"\b(?:BIC|SWIFT)\b(?:\s*(?:/|-)?\s*(?:BIC|SWIFT|code|Code|Nr\.?))*\s*[:=]?\s*([A-Za-z]{4}\s?[A-Za-z]{2}\s?[A-Za-z0-9]{2}\s?(?:[A-Za-z0-9]{3})?)\b"
)
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\(?\d(?:[ \-/.()–]{0,3}\d){5,16}(?![\w])")
_EDGE = ".,;:!?)'\"»”…"
_WORDS_THAT_END = re.compile(r"\.(?:[A-Z])")
_KNOWN_ENDS = frozenset(
    [
        "com",
        "net",
        "org",
        "info",
        "biz",
        "io",
        "co",
        "ai",
        "app",
        "dev",
        "xyz",
        "top",
        "site",
        "online",
        "shop",
        "store",
        "pay",
        "link",
        "page",
        "cloud",
        "click",
        "live",
        "email",
        "support",
        "services",
        "finance",
        "money",
        "bank",
        "legal",
        "law",
        "inc",
        "ltd",
        "llc",
        "gmbh",
        "company",
        "group",
        "world",
        "today",
        "eu",
        "uk",
        "de",
        "fr",
        "es",
        "at",
        "ch",
        "it",
        "nl",
        "be",
        "lu",
        "pl",
        "pt",
        "us",
        "ca",
        "mx",
        "ru",
        "cn",
        "jp",
        "in",
        "br",
        "au",
        "nz",
        "se",
        "no",
        "dk",
        "fi",
        "ie",
        "cz",
        "sk",
        "hu",
        "ro",
        "bg",
        "gr",
        "tr",
        "example",
        "test",
        "local",
        "localhost",
        "invalid",
    ]
)


def find_addresses(reading: Reading) -> None:
    """Takes what is right and refuses the links and e-mail addresses that are not; the rest is left to others."""
    _links(reading)
    _own_bank(reading)
    _phones(reading)


def _plain_link(link: str) -> str:
    """A link as it is compared: scheme and host are the same in any case, a last slash says nothing."""
    scheme, mark, rest = link.partition("://")
    if not mark:
        return link.rstrip("/")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")


def _links(reading: Reading) -> None:
    clean = reading.text.clean
    known = {_plain_link(link) for link in reading.facts.links}
    bare = {link.partition("://")[2] for link in known if "://" in link}
    mails = {link.removeprefix("mailto:").partition("?")[0].lower() for link in reading.facts.links if "@" in link}
    # The facts' own links first, wherever they stand whole: they may hold any characters.
    for link in sorted(known, key=len, reverse=True):
        for match in re.finditer(re.escape(link), clean, re.IGNORECASE if "/" not in link.partition("://")[2] else 0):
            rest = re.match(r"/?[.,;:!?)'\"»”>\]…]*(?=\s|$|<|>|\|)", clean[match.end() :])
            before = clean[match.start() - 1 : match.start()]
            if rest and not re.match(r"[\w/.@\-]", before) and reading.free(match.start(), match.end()):
                reading.take(match.start(), match.end() + (1 if rest.group().startswith("/") else 0))
                reading.masked[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    for pattern, code, reason in (
        (_URL, "link", "this address is not one of the facts' links"),
        (_EMAIL, "email", "this e-mail address is not in the facts"),
        (_IP, "link", "this address is not one of the facts' links"),
        (_DOMAIN, "link", "this address is not one of the facts' links"),
    ):
        for match in pattern.finditer(clean):
            found = match.group().rstrip(_EDGE)
            start, end = match.start(), match.start() + len(found)
            if not reading.free(start, end):
                continue
            if pattern is _DOMAIN and not _is_domain(reading, found, start):
                continue
            if pattern is _IP and _is_dates(found):
                continue
            plain = _plain_link(found)
            if plain in known or plain in bare or found.lower().removeprefix("mailto:") in mails:
                reading.take(start, end)
            else:
                reading.refuse(start, end, code, reason)


def _is_dates(found: str) -> bool:
    return any(int(part) > 255 for part in re.findall(r"\d+", found))


def _is_domain(reading: Reading, found: str, start: int) -> bool:
    """Whether words joined by full stops are an address: not "z.B.", "Nr.Rechnung", "paid.Thank", nor an invoice."""
    host = re.split(r"[/?#:]", found)[0]
    labels = host.split(".")
    last = labels[-1]
    if any(_same(host, part) for part in _names(reading)):
        return False
    if "/" in found or host.lower().startswith("xn--") or ".xn--" in host.lower():
        return last.lower() in _KNOWN_ENDS or len(host) > 6
    if last.lower() in _KNOWN_ENDS and last == last.lower():
        return len(labels[0]) > 1
    return False


def _names(reading: Reading) -> list[str]:
    facts = reading.facts
    words = " ".join(
        filter(None, (facts.customer.name, facts.sender.company, facts.customer.contact, facts.sender.name))
    )
    return words.split()


def _same(one: str, other: str) -> bool:
    return one.lower().strip(".,") == other.lower().strip(".,")


def _own_bank(reading: Reading) -> None:
    clean = reading.text.clean
    iban = reading.facts.bank.iban if reading.facts.bank else None
    if iban:
        own = re.compile(r"(?<!\w)" + r"[ \-]?".join(map(re.escape, iban)) + r"(?![ \-]?\d|\w)", re.IGNORECASE)
        for match in own.finditer(clean):
            if reading.free(match.start(), match.end()):
                reading.take(match.start(), match.end())


def find_other_banks(reading: Reading) -> None:
    """Refuses accounts that are not the facts'."""
    clean = reading.text.clean
    iban = reading.facts.bank.iban if reading.facts.bank else None
    for match in _IBAN.finditer(clean):
        start, end = match.span()
        digits = sum(char.isdigit() for char in match.group())
        if not reading.free(start, end) or digits < 8:
            continue
        found = match.group()
        # Words that follow an account number may look like more of it.
        while (cut := re.search(r"[ \-][^\W\d_]+$", found)) is not None:
            found = found[: cut.start()]
        reading.refuse(start, start + len(found), "bank", "this account is not the one of the facts")
    for match in _IBAN_PART.finditer(clean):
        if not reading.free(*match.span()):
            continue
        if iban and iban.endswith(match.group(1)) and iban.startswith(match.group()[:4]):
            reading.take(*match.span())
        else:
            reading.refuse(*match.span(), "bank", "this account is not the one of the facts")
    for match in _BIC.finditer(clean):
        if reading.free(*match.span(1)) and match.group(1).isupper():
            reading.refuse(*match.span(1), "bank", "the facts give no BIC")


def _phones(reading: Reading) -> None:
    phone = reading.facts.sender.phone
    if not phone:
        return
    for match in _PHONE.finditer(reading.text.clean):
        if reading.free(*match.span()) and _same_phone(match.group(), phone):
            reading.take(*match.span())


def _same_phone(one: str, other: str) -> bool:
    """Whether two numbers are the same; where one has a country code and the other none, but for that."""
    (first, abroad), (second, too) = _dialled(one), _dialled(other)
    if abroad == too:
        return first == second
    long, short = (first, second) if abroad else (second, first)
    return long.endswith(short.removeprefix("0")) and 1 <= len(long) - len(short.removeprefix("0")) <= 3


def _dialled(phone: str) -> tuple[str, bool]:
    digits = re.sub(r"\D", "", phone.replace("(0)", ""))
    if phone.strip().startswith("+"):
        return digits, True
    if digits.startswith("00"):
        return digits[2:], True
    return digits, False
