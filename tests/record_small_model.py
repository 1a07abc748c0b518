"""Record what the small model answers, for the tests that have no time to ask it: python -m tests.record_small_model

`drafts` are reminders that it was asked to write from facts that stand in the question: it invents others beside them.
`answers` are what it answers to the questions of plugins/models/llm_writer. They are kept as they came.
"""

import json
from pathlib import Path

import httpx

from hub.sdk.wording import LANGUAGES
from hub.sdk.writer import TONES
from plugins.models.llm_writer.prompt import messages
from tests.small_model import serving
from tests.unit.writers.sheets import PAGE, task

RECORDED = Path(__file__).parent / "fixtures" / "small_model.json"
QUESTION = {
    "en": "Write a {tone} payment reminder by mail from Ana Ruiz of Northwind Ltd to Jo Doe of Acme GmbH. Invoice"
    f" INV-1042 of 8 February 2026 over EUR 1,250.00 was due on 10 March 2026 and is 21 days overdue. Link: {PAGE}",
    "de": "Schreibe eine Zahlungserinnerung ({tone}) von Ana Ruiz, Northwind Ltd, an Jo Doe, Acme GmbH. Die Rechnung"
    f" INV-1042 vom 8. Februar 2026 über 1.250,00 EUR war am 10. März 2026 fällig, seit 21 Tagen. Link: {PAGE}",
    "fr": "Écris un rappel de paiement ({tone}) d'Ana Ruiz, Northwind Ltd, à Jo Doe, Acme GmbH. La facture INV-1042 du"
    f" 8 février 2026 de 1 250,00 EUR était à payer au 10 mars 2026, en retard de 21 jours. Lien : {PAGE}",
    "es": "Escribe un recordatorio de pago ({tone}) de Ana Ruiz, Northwind Ltd, a Jo Doe, Acme GmbH. La factura"
    f" INV-1042 del 8 de febrero de 2026 de 1250,00 EUR vencía el 10 de marzo de 2026, hace 21 días. Enlace: {PAGE}",
}


def main() -> None:
    with serving() as base:
        drafts = [
            {"language": language, "tone": tone, "text": ask(base, [("user", question.format(tone=tone))], seed)}
            for language, question in QUESTION.items()
            for seed, tone in enumerate(TONES)
        ]
        answers = [
            {"language": language, "tone": tone, "text": ask(base, messages(task(language=language, tone=tone)), 1)}
            for language in LANGUAGES
            for tone in TONES[1::2]
        ]
    RECORDED.write_text(json.dumps({"drafts": drafts, "answers": answers}, ensure_ascii=False, indent=1) + "\n")


def ask(base: str, conversation: list[tuple[str, str]], seed: int) -> str:
    roles = {"human": "user"}
    said = [{"role": roles.get(role, role), "content": text} for role, text in conversation]
    body = {"model": "small", "messages": said, "max_tokens": 90, "temperature": 0.7, "seed": seed}
    answer = httpx.post(f"{base}/chat/completions", json=body, timeout=300)
    return answer.raise_for_status().json()["choices"][0]["message"]["content"]


if __name__ == "__main__":
    main()
