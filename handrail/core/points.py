"""Whether a point can be where an address says it is, and what it was meant to be when it cannot.

The corners of each state are rounded outward by some 30 miles, so that no point near a border is doubted.
"""

from dataclasses import dataclass

# South, north, west and east, in degrees.
_CORNERS = """
    AK 51 72 -180 -129.5; AL 29.5 35.5 -89 -84.5; AR 32.5 37 -95 -89; AS -15 -10.5 -171.5 -168;
    AZ 30.5 37.5 -115.5 -108.5; CA 32 42.5 -125 -113.5; CO 36.5 41.5 -109.5 -101.5; CT 40.5 42.5 -74.5 -71;
    DC 38 39.5 -77.5 -76.5; DE 38 40.5 -76.5 -74.5; FL 24 31.5 -88 -79.5; FM 0.5 10.5 137 164;
    GA 30 35.5 -86 -80; GU 13 14 144 145.5; HI 18.5 29 -178.5 -154; IA 40 44 -97 -89.5;
    ID 41.5 49.5 -117.5 -110.5; IL 36.5 43 -92 -87; IN 37 42.5 -88.5 -84; KS 36.5 40.5 -102.5 -94;
    KY 36 40 -90 -81.5; LA 28.5 33.5 -94.5 -88.5; MA 40.5 43.5 -74 -69.5; MD 37.5 40.5 -80 -74.5;
    ME 42.5 48 -71.5 -66.5; MH 4 15 160 173; MI 41.5 48.5 -90.5 -82; MN 43 50 -98 -89; MO 35.5 41 -96.5 -88.5;
    MP 13.5 21 144 147; MS 29.5 35.5 -92 -87.5; MT 44 49.5 -116.5 -103.5; NC 33 37 -85 -75;
    ND 45.5 49.5 -104.5 -96; NE 39.5 43.5 -104.5 -95; NH 42 45.5 -73 -70; NJ 38.5 42 -76 -73.5;
    NM 31 37.5 -109.5 -102.5; NV 34.5 42.5 -120.5 -113.5; NY 40 45.5 -80.5 -71.5; OH 38 42.5 -85.5 -80;
    OK 33 37.5 -103.5 -94; OR 41.5 47 -125 -116; PA 39 43 -81 -74; PR 17.5 19 -68 -64.5; PW 2 9 131 136;
    RI 40.5 42.5 -72.5 -70.5; SC 31.5 36 -84 -78; SD 42 46.5 -104.5 -96; TN 34.5 37.5 -90.5 -81;
    TX 25.5 37 -107 -93; UT 36.5 42.5 -114.5 -108.5; VA 36 40 -84 -74.5; VI 17.5 19 -65.5 -64;
    VT 42 45.5 -74 -71; WA 45 49.5 -125.5 -116.5; WI 42 47.5 -93.5 -86; WV 36.5 41.5 -83 -77;
    WY 40.5 45.5 -111.5 -103.5
"""


def _box(entry: str) -> tuple[str, tuple[float, float, float, float]]:
    state, *corners = entry.split()
    south, north, west, east = map(float, corners)
    return state, (south, north, west, east)


BOXES: dict[str, tuple[float, float, float, float]] = dict(map(_box, _CORNERS.split(";")))


@dataclass(frozen=True)
class Settled:
    """A point in degrees as it will be used, or none; `problem` says what was wrong with the one that was told.

    `swapped` and `no_minus` were put right; `elsewhere` is a point in the sea, in another state or on no map at all.
    """

    latitude: float | None
    longitude: float | None
    problem: str = ""


def settle(latitude: float, longitude: float, *, state: str) -> Settled:
    """Judge a point by the state of its address: kept, put right where it can only have been meant so, or dropped.

    Zero and zero, the way a missing point is often written, is in no state. Not-a-number is nowhere.
    """
    meant = (
        (latitude, longitude, ""),
        (longitude, latitude, "swapped"),
        (latitude, -longitude, "no_minus"),
        (longitude, -latitude, "swapped"),
    )
    for north, east, problem in meant:
        if is_in(north, east, state=state):
            return Settled(north, east, problem)
    return Settled(None, None, "elsewhere")


def is_in(latitude: float, longitude: float, *, state: str) -> bool:
    """Is this point in the state, or near it? No state that we do not know holds any."""
    box = BOXES.get(state)
    return box is not None and box[0] <= latitude <= box[1] and box[2] <= longitude <= box[3]
