"""What a directory file says of one program: the value that crosses from a gateway to the records."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from itertools import chain, count

_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Facility:
    """One row of a directory file, cleaned. `key` is stable from year to year; `line` is where it stood.

    `walk_in_hours` and `day_one` are None where the file was not asked for them: what is known of them then stays.
    """

    line: int
    key: str
    organization: str
    name: str
    street1: str
    street2: str
    city: str
    state: str
    zip5: str
    county: str
    phone: str
    intake_phone: str
    website: str
    codes: str
    latitude: float | None = None
    longitude: float | None = None
    walk_in_hours: str | None = None
    day_one: tuple[str, ...] | None = None

    def fingerprint(self) -> str:
        """A hash of everything said here but where it stood; equal when nothing has changed."""
        said: tuple[object, ...] = (
            *(self.organization, self.name, self.street1, self.street2, self.city, self.state, self.zip5),
            *(self.county, self.phone, self.intake_phone, self.website, self.codes, self.latitude, self.longitude),
        )
        if self.walk_in_hours is not None or self.day_one is not None:
            said += (self.walk_in_hours, self.day_one)
        return hashlib.sha256("\x1f".join(str(part) for part in said).encode()).hexdigest()


def plain(text: str) -> str:
    """Text for comparing: lower case, no accents, one blank between words."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", flat.lower()).strip()


def stable_key(name1: str, name2: str, street1: str, zip5: str, *, street2: str = "") -> str:
    """The key by which a program is known again next year.

    The National Directory has no facility number. Name and ZIP alone join different programs; the phone
    and the suite change from year to year. Name, second name, street and ZIP tell 12,736 of the 12,744 rows
    of 2023 apart, so `street2` is added only for a row that would otherwise share its key (six more), and a
    number to it where the suite is the same as well (the last two).
    """
    parts = [plain(name1), plain(name2), plain(street1), zip5]
    if street2:
        parts.append(plain(street2))
    # Not a secret: a short, stable name for a public row.
    return hashlib.sha1("|".join(parts).encode(), usedforsecurity=False).hexdigest()


# An address is seen by others in a history, so the words of the field are left out of it.
_TELLING = re.compile(
    r"addict|alcohol|detox|drug|dui|dwi|heroin|hepatitis|hiv|methadone|narcotic|opiate|opioid|otp|recover|rehab"
    r"|sober|substance|suboxone|withdrawal|abuse|abstinence|clean|behavior|mental|psych|treatment|bupren|correction"
)


def page_address(row: Facility, *, taken: set[str]) -> str:
    """The last part of a program page's address: name, city and a few letters of the key. Adds itself to `taken`.

    Make it once and keep it: an address that somebody was given must not break when a name changes.
    """
    words = [word for word in plain(row.name).split() if not _TELLING.search(word)]
    name = "-".join(words)[:44].strip("-")
    city = "-".join(plain(row.city).split())[:22].strip("-")
    stem = "-".join(part for part in (name, city) if part)
    # Several lists may have one name, city and key: then a number tells them apart.
    endings = chain((row.key[:length] for length in (4, 6, 8, 12)), (f"{row.key[:8]}-{number}" for number in count(2)))
    address = next(address for ending in endings if (address := f"{stem}-{ending}") not in taken)
    taken.add(address)
    return address
