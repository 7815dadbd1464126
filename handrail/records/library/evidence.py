"""What our pages rest on: each finding or rule in our own words, with its source and its dates. Read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from handrail.records.library.articles import CONTENT


@dataclass(frozen=True)
class Evidence:
    """One finding in our own words, with the paper or page it rests on."""

    id: str
    says: str
    source: str
    year: int
    identifier: str
    verified: bool
    topic: str
    strength: str
    checked_on: date
    expires_on: date
    figure: str = ""
    note: str = ""

    @property
    def is_law(self) -> bool:
        """A rule rather than a finding: it can change overnight."""
        return self.strength == "law"

    def holds_on(self, day: date) -> bool:
        """True while a page may rest on it: its source was seen, and its day to be looked at again has not passed."""
        return self.verified and day <= self.expires_on

    @property
    def url(self) -> str:
        """Where the source can be read, when its identifier leads there."""
        if self.identifier.startswith("doi:"):
            return "https://doi.org/" + self.identifier.removeprefix("doi:")
        if self.identifier.startswith("PMC"):
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.identifier}/"
        return self.identifier if self.identifier.startswith("https://") else ""


@cache
def evidence() -> Mapping[str, Evidence]:
    """Every finding a page may cite, by id."""
    with (CONTENT / "evidence.toml").open("rb") as file:
        return {key: Evidence(id=key, **row) for key, row in tomllib.load(file).items()}
