"""Where a French text seems to name a private person, or to say how to reach one.

    Écrivez à Mme Exemple, 12 bis rue des Lilas, 06 00 00 00 00 ou nom@courriel.example.
             named_person  postal_address        phone              email

Signs, not proof: a surname without a title is not seen, and a title may belong to somebody who
speaks for a public body. Whoever records is warned and decides; nothing is refused. The time
taken grows with the length of the text and with nothing else: every repetition in a pattern has
a small bound, so that no text, however hostile, makes it try one place over and over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

Sign = Literal["email", "phone", "postal_address", "named_person", "iban", "nir"]


class Finding(NamedTuple):
    """A sign of a person: what sort, and where in the text, as [start, stop)."""

    what: Sign
    start: int
    stop: int


def find(text: str) -> tuple[Finding, ...]:
    """The signs of private persons in a text, in their order; none overlap."""
    found: list[Finding] = []
    for hint, searches in _SEARCHES:
        # Most texts hold no digit and no title: then nothing that needs one is looked for.
        if hint(text):
            for what, search in searches:
                found += [Finding(what, *span) for span in search(text)]
    if len(found) < 2:
        return tuple(found)
    kept: list[Finding] = []
    # Of two that overlap, the one that begins first; the longer of two that begin together.
    for one in sorted(found, key=lambda f: (f.start, -f.stop)):
        if not kept or one.start >= kept[-1].stop:
            kept.append(one)
    return tuple(kept)


_DASHES = r"\-\u2010\u2011\u2012\u2013"
_APOSTROPHE = "['’]"
_CAPITAL = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ"
_LETTER = rf"{_CAPITAL}a-zàâäçéèêëîïôöùûüÿæœ"
_NAME = rf"[{_CAPITAL}][{_LETTER}]{{1,30}}(?:[{_DASHES}'’][{_LETTER}]{{1,30}}){{0,3}}"
_SURELY = (
    r"(?:rue|ruelle|avenue|av\.|boulevard|bd\.?|bld\.?|impasse|allée|faubourg|lotissement)"
)
"""What a number stands before only in an address."""
_MAYBE = (
    r"(?:place|pl\.|chemin|route|quai|cours|square|passage|sentier|venelle|esplanade|promenade|mail|"
    r"hameau|résidence|cité|villa|voie|chaussée|montée|rond-point|traverse)"
)
"""What may also be counted, or be something else: « 3 cours d’école », « 1 place de jeu »."""
_WAY = rf"(?:{_SURELY}|{_MAYBE})"
_OF = rf"(?:de\s(?:la\s|l{_APOSTROPHE}\s?)?|du\s|des\s|d{_APOSTROPHE}\s?)"

# -- e-mail -------------------------------------------------------------------------------

_EMAIL = re.compile(
    r"(?<![\w.%+-])(?P<who>[\w%+-][\w.%+-]{0,63})"
    r"(?:@|\s?[(\[]\s?(?:at|arobase|chez|a|@)\s?[)\]]\s?)"
    r"(?P<host>[^\W_][\w-]{0,62})(?P<rest>(?:\.[^\W_][\w-]{0,62}){0,4})"
)
_BODIES = """accueil assemblee cabinet concertation conciliation conseil contact courrier
democratie dialogue direction dpd dpo enquete environnement info information infos mairie
mediateur noreply participation presse protocole publicite quartier quartiers rgpd secretariat
service services urbanisme ville"""
_OFFICES = frozenset(_BODIES.split())
"""What an address of a body begins with: nobody in particular reads it."""


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        plain = text[match.end("who")] == "@"
        # « @ville » is the name of an account; « nom (at) domaine » hides an address.
        if plain and not match["rest"]:
            continue
        if re.split(r"[.\-_+]", match["who"].lower(), maxsplit=1)[0] not in _OFFICES:
            yield match.span()


# -- telephone ----------------------------------------------------------------------------

# Each pattern says first how it begins: other places are then passed over four times as fast.
_PHONE = re.compile(
    rf"(?=[+(0])(?<![\d+])(?<!\d[\s.,/{_DASHES}])"
    rf"(?:(?:\(?(?:\+|00)\s?33\)?[\s.{_DASHES}]?(?:\(0\)[\s.{_DASHES}]?)?)|0)"
    r"(?:"
    rf"(?P<one>[1-79])(?P<gap>[\s./{_DASHES}]{{0,2}})\d\d(?:(?P=gap)\d\d){{3}}"
    rf"|[1-79]\d\d[\s.]\d{{3}}[\s.]\d{{3}}"
    rf"|[1-79]\d{{2}}[\s.]\d\d[\s.]\d\d[\s.]\d\d"
    rf")(?![\d])(?![\s.,/{_DASHES}]\d)"
)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    # Numbers in 08 are services: nobody is reached at home by one.
    return (match.span() for match in _PHONE.finditer(text))


# -- postal address -----------------------------------------------------------------------

_STREET = re.compile(
    r"(?=[0-9])(?<![\w.,/])(?!(?:19|20)\d\d\s)\d{1,4}(?:\s?(?:bis|ter|quater|[A-D]))?\s?,?\s"
    rf"(?:(?P<sure>(?i:{_SURELY}))|(?i:{_MAYBE}))\s(?P<of>{_OF})?"
    rf"(?P<name>[{_LETTER}0-9][{_LETTER}0-9'’{_DASHES}]{{1,40}})(?:\s{_NAME}){{0,3}}"
)
_POST = re.compile(
    rf"(?=[0-9BC])(?<!\w)(?:(?:B\.?P\.?|C\.?S\.?)\s?\d{{2,6}}"
    rf"|(?<![\d]\s)(?:0[1-9]|[1-8]\d|9[0-58])\d{{3}}\s(?P<town>{_NAME}))(?!\w)"
)
_COUNTED = re.compile("(?:ais|ains?|iens?|éens?|ois|aises|oises|iennes|Euros?|Habitants?)$")
"""What follows a number that only looks like a postcode: « 44000 Nantais »."""


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _STREET.finditer(text):
        # « 2 cours fraîches », « 3 cours d’école », « 1 rue sur 4 » are no addresses.
        if (match["sure"] and match["of"]) or match["name"][0].isupper():
            yield match.span()
    for match in _POST.finditer(text):
        if not (match["town"] and _COUNTED.search(match["town"])):
            yield match.span()


# -- named person -------------------------------------------------------------------------

_TITLED = re.compile(
    r"(?=[MDPmdp])(?<![\w.])(?:M\.|MM\.|Mr\.?|Mme\.?|MME|Mmes|Mlles?|[Mm]onsieur|[Mm]adame"
    r"|[Mm]ademoiselle|[Mm]essieurs|[Mm]esdames|Dr\.?|[Dd]octeure?|Me|[Mm]aître|Pr\.?|[Pp]rofesseure?)\s{1,2}"
    rf"(?:(?:[{_CAPITAL}]\.\s?){{1,2}})?"
    rf"(?:(?:de|du|des|van|von|ben|el|al)\s|d{_APOSTROPHE})?"
    rf"(?P<name>{_NAME})(?:\s(?:de\s|du\s|d{_APOSTROPHE})?{_NAME}){{0,2}}"
)
_HOLDERS = """adjoint adjointe adjoints administrateur administratrice architecte bourgmestre
chef commissaire conseiller conseillers conseillère consul coordinateur coordinatrice
directeur directrice défenseur délégué déléguée député député-maire députée députée-maire et
garant garante gouverneur inspecteur inspectrice juge la le les maire maires ministre
médiateur médiatrice ou premier première procureur procureure préfet préfète président
présidente présidents rapporteur rapporteure recteur rectrice responsable référent référente
secrétaire sous-préfet sous-préfète sénateur sénatrice too tous tout tout-le-monde toute
toutes trésorier trésorière vice-président vice-présidente"""
_OFFICE = frozenset(_HOLDERS.split())
"""What follows a title when an office is meant, or nobody: « Madame la Présidente »."""
_NAMED_AFTER = re.compile(
    rf"(?i:{_WAY}|pont|école|collège|lycée|crèche|gymnase|stade|salle|parc|fondation|prix|"
    rf"hôpital|clinique|bibliothèque|médiathèque)\s(?:{_OF})?$"
)
_BEFORE = 40


def _named(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        if match["name"].lower() in _OFFICE:
            continue
        # A street or a school bears the name of somebody who is not meant.
        if not _NAMED_AFTER.search(text[max(0, match.start() - _BEFORE) : match.start()]):
            yield match.span()


# -- numbers that belong to one person ------------------------------------------------------

_IBAN = re.compile(
    r"(?=[A-Z])(?<!\w)[A-Z]{2}\d{2}(?:\s?[0-9A-Z]{4}){2,7}(?:\s?[0-9A-Z]{1,3})?(?!\w)"
)
_CORSICA = {"2A": "19", "2B": "18"}
_NIR = re.compile(
    r"(?=[1278])(?<!\d)[1278]\s?\d\d\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?\d[\dAB]\s?\d{3}\s?\d{3}"
    r"\s?\d\d(?!\d)"
)


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Source: ISO 13616: read as a number with its head last, it is 1 modulo 97."""
    for match in _IBAN.finditer(text):
        plain = re.sub(r"\s", "", match[0])
        if int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1:
            yield match.span()


def _nirs(text: str) -> Iterator[tuple[int, int]]:
    """Source: INSEE: the key is 97 less the number modulo 97; 2A counts as 19, 2B as 18."""
    for match in _NIR.finditer(text):
        plain = re.sub(r"\s", "", match[0])
        number = plain[:5] + _CORSICA.get(plain[5:7], plain[5:7]) + plain[7:13]
        if number.isdecimal() and 97 - int(number) % 97 == int(plain[13:]):
            yield match.span()


_Search = Callable[[str], Iterator[tuple[int, int]]]
_SEARCHES: tuple[tuple[Callable[[str], object], tuple[tuple[Sign, _Search], ...]], ...] = (
    (re.compile(r"[@(\[]").search, (("email", _emails),)),
    (
        re.compile("[0-9]").search,
        (("phone", _phones), ("postal_address", _addresses), ("iban", _ibans), ("nir", _nirs)),
    ),
    (
        re.compile(
            "M|D[ro]|Pr|onsieur|adame|ademoi|essieurs|esdames|aître|octeur|rofess"
        ).search,
        (("named_person", _named),),
    ),
)
"""What a text must hold for a search to be worth it, and the searches."""
