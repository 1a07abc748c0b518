"""The page that ends reminders to an address: plain HTML without a script, in the link's language."""

from base64 import b64encode
from hashlib import sha256
from html import escape

_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;"
    "padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem;min-height:2.75rem;cursor:pointer}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the page may do: show itself, and send its own form back."""

_WORDS = {
    "en": {
        "title": "Reminders by e-mail",
        "asked": "Stop reminders of {company} to {address}?",
        "button": "Stop reminders",
        "done": "{company} sends no more reminders to {address}.",
        "note": "Your invoices stay as they are, and people of {company} may still write to you.",
    },
    "de": {
        "title": "Erinnerungen per E-Mail",
        "asked": "Erinnerungen von {company} an {address} beenden?",
        "button": "Erinnerungen beenden",
        "done": "{company} sendet keine Erinnerungen mehr an {address}.",
        "note": "Ihre Rechnungen bleiben, wie sie sind, und Mitarbeitende von {company} können Ihnen weiter schreiben.",
    },
    "es": {
        "title": "Recordatorios por correo",
        "asked": "¿Desea dejar de recibir recordatorios de {company} en {address}?",
        "button": "No recibir más recordatorios",
        "done": "{company} ya no enviará recordatorios a {address}.",
        "note": "Sus facturas no cambian, y el personal de {company} puede seguir escribiéndole.",
    },
    "fr": {
        "title": "Rappels par e-mail",
        "asked": "Ne plus recevoir de rappels de {company} à l’adresse {address} ?",
        "button": "Ne plus recevoir de rappels",
        "done": "{company} n’enverra plus de rappels à {address}.",
        "note": "Vos factures restent inchangées, et le personnel de {company} peut toujours vous écrire.",
    },
}


def asked(language: str, company: str, address: str) -> str:
    """The page before: it asks, and its button says yes."""
    words = _WORDS[language]
    form = f'<form method="post"><button>{escape(words["button"])}</button></form>'
    return _html(language, company, address, "asked", form)


def done(language: str, company: str, address: str) -> str:
    """The page after."""
    return _html(language, company, address, "done", "")


def _html(language: str, company: str, address: str, said: str, form: str) -> str:
    words = {name: escape(text.format(company=company, address=address)) for name, text in _WORDS[language].items()}
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{words["title"]}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{words['title']}</h1><p>{words[said]}</p>{form}"
        f"<p>{words['note']}</p></main></body></html>"
    )
