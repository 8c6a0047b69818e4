"""Who stands for a statement: its speaker by a signature, or the account that recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ledger.domain.dates import parse_at
from ledger.domain.entry import Entry
from ledger.domain.events import REGISTER
from ledger.service.keyring import Signature
from viz.site.i18n import Language


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands for a statement, in a sentence."""

    said: str
    """Empty where the register speaks of itself."""
    doubt: str
    """What speaks against its signature; empty if nothing does."""
    key: str
    """The id of the key; empty where nobody signed."""


def standing_of(
    language: Language, zone: ZoneInfo, entry: Entry, signature: Signature | None
) -> Standing:
    """Who stands for an entry."""
    who = {"who": entry.by.name, "account": entry.recorder}
    if signature is None and entry.process == REGISTER:
        return Standing("", "", "")  # what the register says of itself
    if signature is None:
        said = language.gettext("Recorded on behalf of %(who)s by the account %(account)s.")
        return Standing(said % who, "", "")
    key = {"key": f"{signature.key[:8]}…"}
    if signature.worth is None:
        said = language.gettext("Said to be signed by %(who)s, key %(key)s")
        doubt = language.gettext("The signature does not match what stands here.")
        return Standing(said % (who | key), doubt, signature.key)
    if signature.worth == "valid":
        said = language.gettext("Signed by %(who)s, key %(key)s: the signature is good.")
        return Standing(said % (who | key), "", signature.key)
    said = language.gettext("Signed by %(who)s, key %(key)s") % (who | key)
    return Standing(said, _doubt(language, zone, signature), signature.key)


def _doubt(language: Language, zone: ZoneInfo, signature: Signature) -> str:
    assert signature.held is not None
    assert signature.held.since is not None
    if signature.worth == "void":
        return language.gettext(
            "The signature is void: the key had been revoked before this was recorded."
        )
    since = language.instant(parse_at(signature.held.since), zone)
    said = language.gettext(
        "The signature is doubtful: the key was revoked later, and is not trusted since"
        " %(when)s."
    )
    return said % {"when": since}
