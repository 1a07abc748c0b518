"""The policy: which step is suggested for a dispute, how much it gives, and who approves it. Pure; nothing is stored.

A policy is data (JSON or YAML, config/dispute_policy.schema.json), the tenant's own or the shipped default. Its rules
are tried in their order over what is known of a dispute; the first that fits makes the suggestion. The class picks the
branch alone: amounts, limits and who approves come from the policy and the ledger, and never from what somebody wrote.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import Any, Literal

import yaml

from hub.disputes.policy_text import parse_yaml
from hub.errors import InvalidError
from hub.ledger.receivables import minor_units
from hub.settings import CONFIG

MONEY_ACTIONS = frozenset({"credit", "discount", "write_off", "correct_and_reissue", "void_duplicate"})
"""Actions that change what is owed: accepting one makes an adjustment."""
GIVING_ACTIONS = frozenset({"credit", "discount", "write_off"})
"""Those of them that give money away: these alone may be approved automatically, within a limit."""
FALLBACK = "no_rule_fits"
"""The name under which a suggestion stands where no rule fits."""
WARNING = "The message says that bank details changed. Call back on a number known before; nothing here changes them."

Role = Literal["member", "admin"]
Approve = Literal["member", "admin", "automatic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that the ledger shows: a sentence with its figures, and the page of this hub that has more."""

    kind: str
    sentence: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerStanding:
    """What the ledger knows of the customer. Money is in the home currency; None: not known."""

    risk: str = "unknown"
    value_12m: Decimal | None = None
    disputes_12m: int = 0
    won_share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a dispute. `amount` None: the whole balance. `home_rate`: home units for one of `currency`.

    `evidence` is by kind: have, missing or not_needed. `is_sure`: the classifier was, or a person said the class.
    """

    code: str | None
    codes: tuple[str, ...] = ()
    p_code: Decimal | None = None
    is_sure: bool = False
    amount: Decimal | None = None
    balance: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    currency: str = ""
    home_rate: Decimal | None = None
    age_days: int = 0
    customer: CustomerStanding = CustomerStanding()
    facts: tuple[Fact, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def disputed(self) -> Decimal:
        """The disputed amount; never more than is open."""
        return self.balance if self.amount is None else min(self.amount, self.balance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy that was checked. `number` 0 is the shipped default; `document` is as it was written."""

    document: Mapping[str, Any]
    number: int = 0

    @property
    def clock(self) -> Mapping[str, int]:
        """Business days from the opening: acknowledge, answer, resolve."""
        found: Mapping[str, int] = self.document["clock"]
        return found

    def approver(self, action: str, amount: Decimal | None, currency: str, home_rate: Decimal | None) -> Role:
        """Who may accept it at least, whatever rule suggested it: an admin above the member's limit."""
        if action not in MONEY_ACTIONS or not amount:
            return "member"
        return "member" if _within(amount, currency, home_rate, self.document["approval"]["member"]) else "admin"

    def may_accept_own(self, action: str, amount: Decimal | None, currency: str, home_rate: Decimal | None) -> bool:
        """Whether whoever proposed it may accept it too."""
        if action not in MONEY_ACTIONS or not amount:
            return True
        return _within(amount, currency, home_rate, self.document["approval"]["own_proposal"])

    def evidence_for(self, code: str | None) -> list[str]:
        """The evidence that a class asks for, where no rule says otherwise."""
        return list(self.document["evidence"].get(code or "", ()))


def suggest(policy: Policy, case: Case) -> dict[str, Any]:
    """The suggestion for a dispute, as JSON data; amounts are decimal strings. It commits nothing."""
    rule = next((each for each in policy.document["rules"] if _fits(each["when"], case)), None)
    if rule is None:
        rule = {
            "name": FALLBACK,
            "action": "escalate",
            "sentence": "No rule of the policy fits; a person decides.",
            "needs": policy.evidence_for(case.code),
        }
    action = rule["action"]
    amount, is_cut = _amount(rule, case) if action in MONEY_ACTIONS else (None, False)
    needed = rule["needs"] if "needs" in rule else policy.evidence_for(case.code)
    missing = [kind for kind in needed if case.evidence.get(kind) not in ("have", "not_needed")]
    warned = any(fact.kind == "bank_details_changed" for fact in case.facts)
    approve = _approval(policy, rule, case, amount)
    # Books that are finer than their currency has coins for leave a remainder, which is a person's to see.
    is_finer = any(_rounded(each, case.currency) != each for each in (case.disputed, case.balance))
    if approve == "automatic" and (missing or warned or not case.is_sure or is_cut or is_finer):
        approve = policy.approver(action, amount, case.currency, case.home_rate)
    return {
        "action": action,
        "amount": None if amount is None else _written(amount),
        "currency": case.currency if amount is not None else None,
        "sentence": rule["sentence"] + (" The policy's limit allows a part of what is disputed." if is_cut else ""),
        "rule": rule["name"],
        "policy_number": policy.number,
        "approve": approve,
        "evidence_needed": list(needed),
        "evidence_missing": missing,
        "facts": [{name: value for name, value in asdict(fact).items() if value} for fact in case.facts],
        **({"warning": WARNING} if warned else {}),
    }


@cache
def default_policy() -> Policy:
    """The policy that holds for a tenant which has none of its own."""
    return read_policy((CONFIG / "dispute_policy.yaml").read_text(encoding="utf-8"))


def read_policy(source: str | Mapping[str, Any], number: int = 0) -> Policy:
    """A policy from YAML text or a JSON document. Raises InvalidError that names each place and what would do."""
    if isinstance(source, str):
        try:
            document: Any = parse_yaml(source)
        except yaml.YAMLError as error:
            raise InvalidError("The policy is no YAML that can be read.", fields={"yaml": _place(error)}) from error
    else:
        document = source
    if problems := dict(_problems(document)):
        raise InvalidError("The policy cannot be used as it is; nothing was stored.", fields=problems)
    return Policy(document=document, number=number)


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a policy."""
    found: Mapping[str, Any] = json.loads((CONFIG / "dispute_policy.schema.json").read_bytes())
    return found


# Which rule fits


def _fits(when: Mapping[str, Any], case: Case) -> bool:
    return all(_CONDITIONS[name](wanted, case) for name, wanted in when.items())


def _has_facts(wanted: list[str], case: Case) -> bool:
    return set(wanted) <= {fact.kind for fact in case.facts}


def _has_evidence(wanted: list[str], case: Case) -> bool:
    return all(case.evidence.get(kind) == "have" for kind in wanted)


_CONDITIONS: dict[str, Any] = {
    "code": lambda wanted, case: case.code in wanted,
    "among": lambda wanted, case: not {case.code, *case.codes}.isdisjoint(wanted),
    "sure": lambda wanted, case: (case.is_sure and case.code is not None) is wanted,
    "p_code": lambda wanted, case: _is_between(case.p_code, wanted),
    "amount": lambda wanted, case: _is_money_between(case.disputed, case.currency, case.home_rate, wanted),
    "percent": lambda wanted, case: _is_between(100 * case.disputed / case.total if case.total else None, wanted),
    "age_days": lambda wanted, case: _is_between(Decimal(case.age_days), wanted),
    "risk": lambda wanted, case: case.customer.risk in wanted,
    "value_12m": lambda wanted, case: _is_money_between(case.customer.value_12m, "", Decimal(1), wanted),
    "disputes_12m": lambda wanted, case: _is_between(Decimal(case.customer.disputes_12m), wanted),
    "won_share": lambda wanted, case: _is_between(case.customer.won_share, wanted),
    "facts": _has_facts,
    "no_facts": lambda wanted, case: {fact.kind for fact in case.facts}.isdisjoint(wanted),
    "evidence": _has_evidence,
    "no_evidence": lambda wanted, case: all(case.evidence.get(kind) != "have" for kind in wanted),
}


def _is_between(value: Decimal | None, bound: Mapping[str, Any]) -> bool:
    """What is not known fits no bound."""
    if value is None:
        return False
    low, high = bound.get("at_least"), bound.get("at_most")
    return (low is None or value >= _exact(low)) and (high is None or value <= _exact(high))


def _is_money_between(
    amount: Decimal | None, currency: str, home_rate: Decimal | None, bound: Mapping[str, Any]
) -> bool:
    if amount is None:
        return False
    low, high = bound.get("at_least"), bound.get("at_most")
    if low is not None:
        limit = _limit(low, currency, home_rate)
        if limit is None or amount < limit:
            return False
    return high is None or _within(amount, currency, home_rate, high)


# Money


def _amount(rule: Mapping[str, Any], case: Case) -> tuple[Decimal, bool]:
    """What a rule gives, in the invoice's currency, and whether its limit cut it."""
    wanted = rule.get("amount", "disputed")
    if wanted == "disputed":
        amount = case.disputed
    elif wanted == "balance":
        amount = case.balance
    else:
        amount = min(_share(case, wanted["percent"]), case.balance)
    bound = rule.get("at_most", {})
    limits = [_share(case, bound["percent"])] if "percent" in bound else []
    if "amount" in bound:
        # Where a limit cannot be reckoned in this currency, nothing is within it.
        limits.append(_limit(bound["amount"], case.currency, case.home_rate) or Decimal(0))
    # What was disputed may be finer than what there are coins for.
    whole = _rounded(amount, case.currency)
    amount = amount if whole == amount else whole
    most = min(limits, default=amount)
    return (amount, False) if amount <= most else (most, True)


def _approval(policy: Policy, rule: Mapping[str, Any], case: Case, amount: Decimal | None) -> Approve:
    wanted: Approve = rule.get("approve", "member")
    if wanted == "member":
        return policy.approver(rule["action"], amount, case.currency, case.home_rate)
    return wanted


def _within(amount: Decimal, currency: str, home_rate: Decimal | None, money: Any) -> bool:
    limit = _limit(money, currency, home_rate)
    return limit is not None and amount <= limit


def _limit(money: Any, currency: str, home_rate: Decimal | None) -> Decimal | None:
    """An amount of the policy in a currency; None where it names none for it, or there is no rate."""
    if isinstance(money, Mapping):
        return _exact(money[currency]) if currency in money else None
    if not home_rate:
        return None
    return _rounded(_exact(money) / home_rate, currency)


def _share(case: Case, percent: Any) -> Decimal:
    return _rounded(case.total * _exact(percent) / 100, case.currency)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    """Down to what the currency has coins for."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_DOWN)


def _exact(number: Any) -> Decimal:
    return Decimal(str(number))


def _written(amount: Decimal) -> str:
    return f"{amount:f}"


# What is wrong with a document


def _problems(document: Any) -> Iterator[tuple[str, str]]:
    from jsonschema import Draft202012Validator  # late: few requests need it

    if not _is_finite(document):
        yield "document", "Numbers must be finite."
        return
    is_sound = True
    for error in sorted(Draft202012Validator(schema()).iter_errors(document), key=lambda each: list(each.path)):
        is_sound = False
        path = ".".join(map(str, error.absolute_path)) or "document"
        yield path, f"{error.message[:300]}."
    if not is_sound:
        return
    seen: set[str] = set()
    for index, rule in enumerate(document["rules"]):
        if rule["name"] in seen or rule["name"] == FALLBACK:
            yield f"rules.{index}.name", f"There is a rule {rule['name']!r} already."
        seen.add(rule["name"])
        action = rule["action"]
        if rule.get("approve") == "automatic":
            if action not in GIVING_ACTIONS:
                yield f"rules.{index}.approve", f"{action} is done by a person, who approves it."
            elif "amount" not in rule.get("at_most", {}):
                yield f"rules.{index}.at_most", "What is approved automatically needs an at_most with an amount."
            if rule["when"].get("sure") is False:
                yield f"rules.{index}.approve", "What the class is not sure of is never approved automatically."
        if action not in MONEY_ACTIONS and ("amount" in rule or "at_most" in rule):
            yield f"rules.{index}.action", f"{action} gives no money: leave out amount and at_most."
        for name, bound in rule["when"].items():
            if isinstance(bound, Mapping) and not _is_ordered(bound):
                yield f"rules.{index}.when.{name}", "at_least is above at_most: this fits nothing."


def _is_finite(part: Any) -> bool:
    if isinstance(part, Mapping):
        return all(map(_is_finite, part.values()))
    if isinstance(part, list):
        return all(map(_is_finite, part))
    return not isinstance(part, float) or math.isfinite(part)


def _is_ordered(bound: Mapping[str, Any]) -> bool:
    numbers = [bound[name] for name in ("at_least", "at_most") if isinstance(bound.get(name), int | float)]
    return len(numbers) < 2 or numbers[0] <= numbers[1]


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"Line {mark.line + 1}: {problem}." if mark else f"{problem}."
