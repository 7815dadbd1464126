"""The people of the tests: tasha and omar counsel, priya supervises, luis and ana take in, sam guards, eli edits."""

from dataclasses import dataclass

from handrail.core.access import Actor
from handrail.records.accounts.models import Staff
from handrail.records.directory.models import Program
from tests import build


@dataclass(frozen=True)
class Cast:
    """Staff by name, the programs that luis and ana answer for, and everybody as core sees them."""

    tasha: Staff
    omar: Staff
    priya: Staff
    luis: Staff
    ana: Staff
    sam: Staff
    eli: Staff
    river_house: Program
    oak_street: Program

    def actor(self, name: str) -> Actor:
        """Somebody as an actor: cast.actor("tasha")."""
        member: Staff = getattr(self, name)
        return member.actor()


def make_cast() -> Cast:
    """Everybody, with the password handrail-demo."""
    river_house, oak_street = build.program("River House"), build.program("Oak Street Clinic")
    return Cast(
        tasha=build.staff("tasha", role="counselor", shown_name="Tasha R."),
        omar=build.staff("omar", role="counselor", shown_name="Omar V.", languages="en,es"),
        priya=build.staff("priya", role="supervisor", shown_name="Priya N."),
        luis=build.staff("luis", role="intake", shown_name="Luis M.", program=river_house),
        ana=build.staff("ana", role="intake", shown_name="Ana T.", program=oak_street),
        sam=build.staff("sam", role="steward", shown_name="Sam W."),
        eli=build.staff("eli", role="editor", shown_name="Eli B."),
        river_house=river_house,
        oak_street=oak_street,
    )
