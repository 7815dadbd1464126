"""The private records, gathered so that Django finds them. One file for each step of the way."""

from handrail.records.casebook.choices import Consent, Disclosure, Option, Referral
from handrail.records.casebook.family import FamilyLink
from handrail.records.casebook.people import Draft, Person
from handrail.records.casebook.received import ReceivedText
from handrail.records.casebook.requests import HelpRequest, TimelineEntry
from handrail.records.casebook.tasks import Heartbeat, Message, Task

__all__ = [
    "Consent",
    "Disclosure",
    "Draft",
    "FamilyLink",
    "Heartbeat",
    "HelpRequest",
    "Message",
    "Option",
    "Person",
    "ReceivedText",
    "Referral",
    "Task",
    "TimelineEntry",
]
