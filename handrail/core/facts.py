"""What can be said of a program, and how its source's service codes say it. Unknown is never yes or no.

Source of the codes: SAMHSA National Directory of substance use facilities, 2023, sheet "Service Code Reference".
Source of the list of facts: docs/care.md, F7.

How codes are read:
- a code in `yes` says yes, a code in `no` says no; codes that disagree with each other read as unknown;
- a code that is absent says no only where the survey asks about it by name and the facility answered that
  question at all (`answered_by`): settings, type of care, payment, the medicines used, withdrawal by drug, ages
  and sexes served, programs with federal certification. Everywhere else absence is silence;
- a code in `blurs` is too weak for yes, and enough to keep absence from reading as no;
- among the codes may stand words, `fact=value` (`same_day_start=no`, `bus=Line%2012`), from a source that was asked
  in words (a blank in them is written %20, and % is %25): they outrank what its codes say. A word that names no
  fact, or gives what cannot be said of it, is passed over; two that differ on one fact leave it unknown.

Traps: MC is Medicare and MD is Medicaid; MI is military; SF is self-pay and SS is a sliding fee.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from handrail.core.languages import OTHERS

YES, NO, UNKNOWN = "yes", "no", "unknown"

# What is told of a place besides its facts, and how long it may be. Said by hand, it outranks the source too.
DETAILS: Mapping[str, int] = {
    "name": 200,
    "phone": 40,
    "intake_phone": 40,
    "website": 200,
    "street1": 200,
    "street2": 200,
    "city": 100,
    "zip5": 5,
    "walk_in_hours": 100,
}
WALK_IN_HOURS, DAY_ONE = "walk_in_hours", "day_one"
# What happens on the first day is told in so many steps, each of so many letters.
MOST_STEPS, LONGEST_STEP = 8, 120

# Stands among the codes of a source that did not ask every question of the survey: absence is silence everywhere.
PARTLY = "~"

# The codes of each question whose absence can be read. A facility with one of them answered that question.
ANSWERED_BY: dict[str, frozenset[str]] = {
    "TC": frozenset({"SA", "DT", "HH", "SUMH", "MH"}),
    "SET": frozenset({"HI", "OP", "RES", "HID", "HIT", "OD", "ODT", "OIT", "OMB", "ORT", "RD", "RL", "RS", "PHDT"}),
    "OM": frozenset({"MU", "BU", "NU"}),
    "OT": frozenset(
        {"DB", "BUM", "OTP", "DM", "MM", "UB", "UN", "RPN", "PAIN", "MOA", "NMOA", "DLC", "MWS", "NOOP"}
        | {"BMW", "MMW", "ULC"}
    ),
    "DETOX": frozenset({"ADTX", "BDTX", "CDTX", "MDTX", "ODTX"}),
    "PAY": frozenset({"FSA", "ITU", "MC", "MD", "MI", "NP", "PI", "SF", "SI", "SAMF"}),
    "AGE": frozenset({"CHLD", "YAD", "ADLT", "SNR"}),
    "GN": frozenset({"FEM", "MALE"}),
}


@dataclass(frozen=True)
class FactRule:
    """One thing that can be known of a program. `words` maps a code to a text value, for facts that are not yes or no.

    `group` says where the fact stands on a page: medicine, kind, pay, who, access, licence, rules.
    `both` are codes that say yes together. `within` names a wider fact: where that one is no, this one is no too,
    unless a code says yes.
    """

    key: str
    group: str
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    blurs: frozenset[str] = frozenset()
    answered_by: str = ""
    words: Mapping[str, str] | None = None
    within: str = ""
    is_text: bool = False
    both: frozenset[str] = frozenset()

    def why_not_value(self, value: str) -> str | None:
        """Say why this cannot be a value of the fact: a reason code, or None if it can."""
        if self.is_text:
            return None if 0 < len(value) <= MAX_TEXT else "bad_value"
        allowed = frozenset(self.words.values()) if self.words else frozenset({YES, NO})
        return None if value in allowed else "bad_value"


@dataclass(frozen=True)
class FactValue:
    """What is known of one fact: yes, no, unknown, or a short text; who said it, when, and until when it holds."""

    value: str
    source: str = ""
    observed_on: date | None = None
    expires_on: date | None = None

    @property
    def is_known(self) -> bool:
        """True when somebody has said something that still holds."""
        return self.value != UNKNOWN


@dataclass(frozen=True)
class SaidFact:
    """One fact that somebody said, with when and until when. It outranks the service codes."""

    key: str
    value: str
    source: str
    observed_on: date
    expires_on: date


NOT_KNOWN = FactValue(UNKNOWN)
MAX_TEXT = 200
MEDICINES = ("buprenorphine", "methadone", "naltrexone")


def _rule(
    key: str,
    group: str,
    yes: str = "",
    no: str = "",
    *,
    blurs: str = "",
    answered_by: str = "",
    words: Mapping[str, str] | None = None,
    within: str = "",
    is_text: bool = False,
    both: str = "",
) -> FactRule:
    said, denied, blurred, pair = (frozenset(each.split()) for each in (yes, no, blurs, both))
    return FactRule(key, group, said, denied, blurred, answered_by, words, within, is_text, pair)


_OWNERS = {
    "PVTN": "nonprofit",
    "PVTP": "for_profit",
    "LCCG": "local_government",
    "STG": "state_government",
    "TBG": "tribal",
    "IH": "federal",
    "VAMC": "federal",
    "DDF": "federal",
    "FED": "federal",
}

FACTS: dict[str, FactRule] = {
    rule.key: rule
    for rule in (
        # medicine for opioid use: "uses" is what the survey asks; "starts" only a program can say
        _rule(
            "buprenorphine", "medicine", "BU UB BUM BMW", "NMOA NOOP", blurs="DB BWN BWON BERI BSDM", answered_by="OM"
        ),
        _rule("methadone", "medicine", "MU MM MMW", "NMOA NOOP", blurs="OTP METH DM", answered_by="OM"),
        _rule("naltrexone", "medicine", "NU UN RPN", "NMOA NOOP", blurs="NXN VTRL", answered_by="OM"),
        _rule("starts_buprenorphine", "medicine", "", "NMOA NOOP"),
        _rule("starts_methadone", "medicine", "", "NMOA NOOP"),
        _rule("starts_naltrexone", "medicine", "", "NMOA NOOP"),
        _rule("accepts_own_medicine", "medicine", "MOA", "NMOA"),
        _rule("stops_medicine", "medicine", "NMOA NOOP", "MOA MM BUM OTP BU MU NU UB UN RPN"),
        _rule("accepts_on_buprenorphine", "medicine"),
        _rule("accepts_on_methadone", "medicine"),
        _rule("accepts_on_naltrexone", "medicine"),
        # BMW and MMW are maintenance "for a predetermined time", and RPN is not maintenance: they do not keep people on
        _rule("keeps_buprenorphine", "medicine", "BUM", "NMOA NOOP"),
        _rule("keeps_methadone", "medicine", "MM", "NMOA NOOP"),
        _rule("keeps_naltrexone", "medicine", "", "NMOA NOOP"),
        _rule("same_day_start", "medicine"),
        _rule("no_counseling_condition", "medicine"),
        _rule("treats_opioid_use", "medicine", "OUDO OTP MM BUM", "NOOP AUDO DUO"),
        _rule("naloxone", "medicine", "NOE"),
        # kinds of help
        _rule("otp", "kind", "OTP", "NOOP", blurs="SOTP", answered_by="OT"),
        _rule("detox", "kind", "DT OD RD HID ODTX DB DM", blurs="DLC ULC ADTX BDTX", answered_by="TC"),
        _rule("detox_opioid", "kind", "ODTX DB DM", "NOOP", blurs="DLC ULC", answered_by="DETOX", within="detox"),
        _rule("detox_alcohol", "kind", "ADTX", answered_by="DETOX", within="detox"),
        _rule("detox_benzo", "kind", "BDTX", answered_by="DETOX", within="detox"),
        _rule("detox_outpatient", "kind", "OD", answered_by="SET"),
        _rule("detox_residential", "kind", "RD", answered_by="SET"),
        _rule("detox_hospital", "kind", "HID", answered_by="SET"),
        _rule("residential_short", "kind", "RS", answered_by="SET"),
        _rule("residential_long", "kind", "RL", answered_by="SET"),
        _rule("inpatient", "kind", "HI HIT HID", answered_by="SET"),
        _rule("outpatient", "kind", "OP ORT OIT ODT OMB OD", answered_by="SET"),
        _rule("outpatient_medicine", "kind", "OMB", answered_by="SET", both="UB OP"),
        _rule("intensive_outpatient", "kind", "OIT", answered_by="SET"),
        _rule("day_program", "kind", "ODT PHDT", answered_by="SET"),
        _rule("counseling", "kind", "ICO GCO FCO MCO"),
        _rule("telehealth", "kind", "TELE"),
        _rule("recovery_housing", "kind", "HH", answered_by="TC"),
        _rule("medical_cover", "kind"),
        # privately owned for profit: the survey asks who operates it; "executive" only a program can say
        _rule("private_program", "kind", "PVTP", "LCCG STG TBG FED IH VAMC DDF"),
        _rule("executive", "kind"),
        _rule("walk_in", "kind"),
        # how it is paid
        _rule("medicaid", "pay", "MD", answered_by="PAY"),
        _rule("medicare", "pay", "MC", answered_by="PAY"),
        _rule("private_plan", "pay", "PI", answered_by="PAY"),
        _rule("va", "pay", "MI VAMC", blurs="VAF", answered_by="PAY"),
        _rule("self_pay", "pay", "SF", answered_by="PAY"),
        _rule("state_plan", "pay", "SI", answered_by="PAY"),
        _rule("public_funds", "pay", "FSA SAMF ITU"),
        _rule("sliding_fee", "pay", "SS"),
        _rule("payment_help", "pay", "PA"),
        _rule("free", "pay", "NP", "SF", answered_by="PAY"),
        _rule("up_front_payment", "pay"),
        _rule("up_front_amount", "pay", is_text=True),
        _rule("self_pay_estimate", "pay", is_text=True),
        # who it is for: a special group says yes; its absence does not turn anybody away
        _rule("pregnant", "who", "PW"),
        _rule("kids_stay", "who", "BC"),
        _rule("child_care", "who", "CCC"),
        _rule("teens", "who", "CHLD AD", answered_by="AGE"),
        _rule("adults", "who", "YAD ADLT SNR"),
        _rule("women", "who", "FEM", answered_by="GN"),
        _rule("men", "who", "MALE", answered_by="GN"),
        _rule("veterans", "who", "VET"),
        _rule("lgbtq", "who", "GL"),
        _rule("co_occurring", "who", "CO SUMH"),
        _rule("accepts_leaving_jail", "who", "CJ"),
        _rule("opioid_only", "who", "OUDO"),
        _rule("alcohol_only", "who", "AUDO"),
        _rule("dui_only", "who", "DUO"),
        # getting in and being understood
        _rule("spanish", "access", "SP"),
        _rule("asl", "access", "AH"),
        _rule("interpreter", "access"),
        _rule("wheelchair", "access"),
        _rule("transport", "access", "TA"),
        _rule("languages", "access", words=OTHERS, is_text=True),
        _rule("bus", "access", is_text=True),
        _rule("telehealth_states", "access", is_text=True),
        # licences and owners
        _rule("licence_state", "licence", "STAG STMH STDH HLA"),
        _rule("licence_carf", "licence", "CARF"),
        _rule("licence_jc", "licence", "JC"),
        _rule("licence_otp", "licence", "SOTP"),
        _rule("licence_dea", "licence", "DEA"),
        _rule("licence_number", "licence", is_text=True),
        _rule("enforcement", "licence", is_text=True),
        _rule("inspections", "licence", is_text=True),
        _rule("ownership", "licence", words=_OWNERS),
        # rules of the place
        _rule("phones", "rules", is_text=True),
        _rule("visitors", "rules", is_text=True),
        _rule("pets", "rules", is_text=True),
        _rule("work", "rules", is_text=True),
        _rule("smoking", "rules", words={"SMON": "not_allowed", "SMPD": "in_places", "SMOP": "allowed"}),
    )
}


def read_codes(codes: str) -> dict[str, str]:
    """Read blank-separated service codes into the facts they settle. A fact that is not there is unknown."""
    held = frozenset(codes.split())
    rules: Iterable[FactRule] = FACTS.values()
    known: dict[str, str] = {}
    if "=" in codes:
        known = _words_among(codes.split())
        rules = [rule for rule in rules if rule.key not in known]
    asked = {} if PARTLY in held else ANSWERED_BY
    answered = {category for category, members in asked.items() if not held.isdisjoint(members)}
    for rule in rules:
        value = _read(rule, held, answered)
        if value == UNKNOWN and rule.within and known.get(rule.within) == NO:
            value = NO
        if value != UNKNOWN:
            known[rule.key] = value
    return {key: value for key, value in known.items() if value != UNKNOWN} if "=" in codes else known


def as_word(key: str, value: str) -> str:
    """A source's own word on a fact, as it stands among its codes. Raises ValueError for what cannot be said of it."""
    if not _can_be_said(key, value):
        raise ValueError(f"{key}={value}")
    # A blank would end the word: a text that can be printed holds no other.
    return f"{key}={value.replace('%', '%25').replace(' ', '%20')}"


def _words_among(codes: Iterable[str]) -> dict[str, str]:
    words: dict[str, str] = {}
    for code in codes:
        key, sign, quoted = code.partition("=")
        value = quoted.replace("%20", " ").replace("%25", "%")
        if sign and _can_be_said(key, value):
            words[key] = value if words.get(key, value) == value else UNKNOWN
    return words


def _can_be_said(key: str, value: str) -> bool:
    rule = FACTS.get(key)
    return rule is not None and value.isprintable() and rule.why_not_value(value) is None


def _read(rule: FactRule, held: frozenset[str], answered: set[str]) -> str:
    if rule.words is not None:
        found = {word for code, word in rule.words.items() if code in held}
        if rule.is_text:
            return ", ".join(sorted(found)) or UNKNOWN
        return found.pop() if len(found) == 1 else UNKNOWN
    says_yes, says_no = not held.isdisjoint(rule.yes), not held.isdisjoint(rule.no)
    if rule.both and rule.both <= held:
        says_yes = True
    if says_yes != says_no:
        return YES if says_yes else NO
    if says_yes or rule.answered_by not in answered or not held.isdisjoint(rule.blurs):
        return UNKNOWN
    return NO


def fact_of(facts: Mapping[str, FactValue], key: str) -> FactValue:
    """One fact, unknown when nobody has spoken of it. Raises KeyError for a fact that does not exist."""
    if key not in FACTS:
        raise KeyError(key)
    return facts.get(key, NOT_KNOWN)


# Where care is given, most medicine first: the fact that shows it, and the levels of care that may match.
# A level is a candidate drawn from the setting alone, never a verified level. Source: docs/care.md,
# the table of settings; levels are named after The ASAM Criteria, 4th edition, which does not endorse this.
SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("otp", "otp", "1.7"),
    ("office_moud", "outpatient_medicine", "1.7"),
    ("hospital_withdrawal", "detox_hospital", "4"),
    ("residential_withdrawal", "detox_residential", "3.7 or 3.5"),
    ("outpatient_withdrawal", "detox_outpatient", "1.7 or 2.7"),
    ("hospital_inpatient", "inpatient", "4 or 3.7"),
    ("residential_short", "residential_short", "3.5 or 3.1"),
    ("residential_long", "residential_long", "3.1 or 3.5"),
    ("day_program", "day_program", "2.5"),
    ("intensive_outpatient", "intensive_outpatient", "2.1"),
    ("outpatient", "outpatient", "1.5"),
    ("recovery_housing", "recovery_housing", "RR"),
)


def settings_of(facts: Mapping[str, FactValue]) -> tuple[str, ...]:
    """The settings a program says it has, most medicine first."""
    return tuple(name for name, key, _level in SETTINGS if fact_of(facts, key).value == YES)
