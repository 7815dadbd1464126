"""The states and territories a place can lie in, by post office letters, and how people write them."""

from handrail.core.accents import without_accents

# Letters, the English name, and after a bar what people write in Spanish, where that differs.
_NAMES = """
    AK Alaska; AL Alabama; AR Arkansas; AS American Samoa|Samoa Americana; AZ Arizona; CA California;
    CO Colorado; CT Connecticut; DC District of Columbia|Distrito de Columbia; DE Delaware; FL Florida;
    FM Federated States of Micronesia|Micronesia; GA Georgia; GU Guam; HI Hawaii|Hawái|Hawai; IA Iowa; ID Idaho;
    IL Illinois; IN Indiana; KS Kansas; KY Kentucky; LA Louisiana|Luisiana; MA Massachusetts; MD Maryland;
    ME Maine; MH Marshall Islands|Islas Marshall; MI Michigan; MN Minnesota; MO Missouri|Misuri;
    MP Northern Mariana Islands|Islas Marianas del Norte; MS Mississippi|Misisipi; MT Montana;
    NC North Carolina|Carolina del Norte; ND North Dakota|Dakota del Norte; NE Nebraska;
    NH New Hampshire|Nuevo Hampshire; NJ New Jersey|Nueva Jersey; NM New Mexico|Nuevo México; NV Nevada;
    NY New York|Nueva York; OH Ohio; OK Oklahoma; OR Oregon|Oregón; PA Pennsylvania|Pensilvania;
    PR Puerto Rico; PW Palau; RI Rhode Island; SC South Carolina|Carolina del Sur; SD South Dakota|Dakota del Sur;
    TN Tennessee; TX Texas|Tejas; UT Utah; VA Virginia; VI Virgin Islands|US Virgin Islands|Islas Vírgenes;
    VT Vermont; WA Washington; WI Wisconsin; WV West Virginia|Virginia Occidental; WY Wyoming
"""

STATES: dict[str, tuple[str, ...]] = {
    letters: tuple(names.split("|"))
    for letters, names in (entry.strip().split(" ", 1) for entry in " ".join(_NAMES.split()).split(";"))
}

# Where the military post office delivers: the Americas, Europe and beyond, the Pacific. They are on no map.
MILITARY = frozenset({"AA", "AE", "AP"})

_BY_NAME: dict[str, str] = {
    without_accents(name).lower(): letters for letters, names in STATES.items() for name in (letters, *names)
}


def state_of(words: str) -> str:
    """The letters of a state from its letters or its name in small letters without accents; empty for none."""
    return _BY_NAME.get(words, "")
