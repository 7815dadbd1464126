"""The code a person keeps: ten letters and numbers that are hard to misread, written 4-4-2.

Source: Crockford's base 32, which leaves out I, L, O and U. Ten characters are 50 bits.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_GROUPS = ((0, 4), (4, 8), (8, 10))
# What people type when they read a 0 or a 1 from paper.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SPACERS = str.maketrans(dict.fromkeys(" \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014", ""))


def make_code(random_bytes: bytes) -> str:
    """Turn ten random bytes into a code without hyphens: five even bits from each byte.

    Raises ValueError unless there are exactly ten bytes.
    """
    if len(random_bytes) != LENGTH:
        raise ValueError(f"a code needs {LENGTH} random bytes")
    return "".join(ALPHABET[byte & 31] for byte in random_bytes)


def normal_code(text: str) -> str | None:
    """Read a typed code: case, spaces and hyphens do not matter. None when it cannot be a code."""
    code = text.translate(_SPACERS).upper().translate(_MISREAD)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code


def show_code(code: str) -> str:
    """Write a code the way a person reads it: K7M4-R2QX-9T. Raises ValueError when it is not a code."""
    normal = normal_code(code)
    if normal is None:
        raise ValueError("this is not a code")
    return "-".join(normal[start:end] for start, end in _GROUPS)
