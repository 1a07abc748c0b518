"""Which language a short text is in, told by its commonest words."""

import re

from hub.sdk.classifier import UNKNOWN_LANGUAGE

_WORDS = {
    "en": "the of and to is are was were we our you your not have has for with this that on in at as by from be been"
    " please no it its will can cannot do does did did't don't any all per an which been only but than still yet"
    " invoice paid payment received delivery order price credit due wrong missing short goods delivered",
    "de": "der die das und ist sind war wir unser unsere uns sie ihr ihre nicht haben hat für mit dieser diese dieses"
    " auf im am an als von vom zu zur zum ein eine einen einer kein keine bitte noch nur aber bei nach wurde wurden"
    " wird werden es den dem des laut bereits statt ohne rechnung bezahlt zahlung erhalten lieferung bestellung preis"
    " gutschrift ware fehlt falsch doppelt berechnet vereinbart rechnungen steuer",
    "fr": "le la les des du de et est sont nous notre nos vous votre vos ne pas avons avez a été pour avec cette ce ces"
    " sur dans au aux un une en par que qui il elle mais déjà selon sans merci veuillez facture payé payée paiement"
    " reçu livraison commande prix avoir marchandise manque manquant erreur tva réglée réglé n'a d'une n'est n'avons",
    "es": "el la los las del de y es son nos nuestro nuestra su sus no hemos ha han para con esta este estos en por que"
    " un una al se lo pero ya según sin favor gracias factura pagada pagado pago recibido recibida entrega pedido"
    " precio abono mercancía falta faltan error iva está fue hay cobrado facturado",
    "it": "il lo gli della delle di e è sono noi nostro nostra vostra vostro non abbiamo avete per con questa questo"
    " nel alla un una che ma già fattura pagamento ordine prezzo consegna merce grazie ricevuto manca",
    "nl": "de het een en is zijn wij onze ons u uw niet hebben heeft voor met deze dit op in aan van te bij nog maar"
    " geen factuur betaald betaling levering bestelling prijs ontvangen graag wordt werd",
    "pt": "o os as da do dos das e é são nós nosso nossa seu sua não temos foi para com esta este em por que um uma ao"
    " mas já fatura pagamento pago encomenda preço entrega recebido obrigado mercadoria falta",
    "pl": "i w na nie jest to z do za się przez faktura faktury proszę zapłata zamówienie cena dostawa towar że",
    "sv": "och är vi vår inte har för med den det på i av att en ett som men faktura betalning order pris leverans",
    "da": "og er vi vores ikke har for med den det på i af at en et som men faktura betaling ordre pris levering",
    "cs": "a je jsme není na v z se že pro faktura prosím platba objednávka cena dodávka zboží nebylo jsou",
    "tr": "ve bir bu için değil fatura ödeme sipariş fiyat teslimat biz olarak lütfen mal ile",
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(language for language, listed in _WORDS.items() if word in listed.split())
    for words in _WORDS.values()
    for word in words.split()
}
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MARKS = {"ß": "de", "ä": "de", "ö": "de", "ü": "de", "ç": "fr", "œ": "fr", "ê": "fr", "è": "fr", "à": "fr"} | {
    "ñ": "es", "¿": "es", "¡": "es", "ó": "es", "í": "es", "á": "es", "ã": "pt", "õ": "pt", "ł": "pl", "ż": "pl",
    "å": "sv", "ø": "da", "ě": "cs", "ř": "cs", "ğ": "tr", "ş": "tr", "ı": "tr",
}  # fmt: skip
LEAST_LATIN = 0.7
"""Of the letters; with fewer a text is in none of the languages told here."""


def language_of(text: str) -> str:
    """ISO 639-1 code of the language with the most words found, or UNKNOWN_LANGUAGE; a few words can mislead it."""
    if not text.isascii():
        letters = [letter for letter in text if letter.isalpha()]
        if sum(letter < "\u0250" for letter in letters) < LEAST_LATIN * len(letters):
            return UNKNOWN_LANGUAGE
    lowered = text.lower()
    scores = dict.fromkeys(_WORDS, 0.0)
    for word in _TOKEN.findall(lowered.replace("’", "'")):
        for language in _LANGUAGES_OF.get(word, ()):
            scores[language] += 1
    if not lowered.isascii():
        for mark, language in _MARKS.items():
            scores[language] += 0.7 * (mark in lowered)
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 1 else UNKNOWN_LANGUAGE
