"""How FindTreatment.gov numbers the states, and a point in each: its questions need both.

Source: FindTreatment.gov Developer Guide 1.9, table 3 (these are not FIPS codes). The territories have no number, so
they cannot be asked for. The points are those of the capitals, in degrees; they only decide the order of the answer.
"""

from dataclasses import dataclass

_STATES = """
    AL 19 32.38 -86.30; AK 20 58.30 -134.42; AZ 21 33.45 -112.07; AR 22 34.75 -92.29; CA 23 38.58 -121.49
    CO 24 39.74 -104.98; CT 25 41.76 -72.68; DE 26 39.16 -75.52; DC 27 38.91 -77.02; FL 28 30.44 -84.28
    GA 29 33.75 -84.39; HI 30 21.31 -157.86; ID 31 43.62 -116.20; IL 32 39.80 -89.65; IN 33 39.77 -86.16
    IA 34 41.59 -93.60; KS 35 39.05 -95.68; KY 36 38.19 -84.88; LA 37 30.46 -91.19; ME 1 44.31 -69.78
    MD 18 38.98 -76.49; MA 3 42.36 -71.06; MI 2 42.73 -84.56; MN 38 44.95 -93.09; MS 39 32.30 -90.18
    MO 40 38.58 -92.17; MT 4 46.59 -112.02; NE 41 40.81 -96.70; NV 12 39.16 -119.77; NH 42 43.21 -71.54
    NJ 13 40.22 -74.76; NM 43 35.68 -105.94; NY 5 42.65 -73.76; NC 6 35.78 -78.64; ND 44 46.82 -100.78
    OH 7 39.96 -83.00; OK 45 35.49 -97.50; OR 46 44.94 -123.03; PA 8 40.26 -76.88; RI 9 41.83 -71.41
    SC 47 34.00 -81.03; SD 48 44.37 -100.35; TN 10 36.17 -86.78; TX 11 30.27 -97.74; UT 14 40.76 -111.89
    VT 49 44.26 -72.58; VA 50 37.54 -77.44; WA 15 47.04 -122.90; WV 51 38.34 -81.63; WI 16 43.07 -89.40
    WY 52 41.14 -104.82
"""


@dataclass(frozen=True, slots=True)
class AskedState:
    """A state as the locator is asked for it: its own number for it, and a point to begin from."""

    number: int
    point: str


def _asked(entry: str) -> tuple[str, AskedState]:
    state, number, latitude, longitude = entry.split()
    return state, AskedState(int(number), f"{latitude},{longitude}")


ASKED_STATES: dict[str, AskedState] = dict(map(_asked, _STATES.strip().replace("\n", ";").split(";")))
