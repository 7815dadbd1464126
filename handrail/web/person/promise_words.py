"""What the person reads first about the time that was named: kept so far, late, or not named at all."""

from django.utils.translation import gettext_lazy as _

from handrail.web.person.words import STAGE_SENTENCES, StageSentence

_LATE = _("We are late. We are sorry.")
_LATE_UNTIL = _("We are late. We are sorry. The new time is %(next)s.")
_FIRST_IN_LINE = _("If we are late, this page will say so. You stay first in line.")

# By (what has become of the time, why nobody reaches out now or "free" when somebody could, is a new time known).
NEW: dict[tuple[str, str, bool], StageSentence] = {
    ("late", "free", False): StageSentence(
        _LATE,
        _LATE,
        _("We said %(due)s. A person will reach you as soon as one is free. You can call us now and go first in line."),
    ),
    ("late", "hours", True): StageSentence(
        _LATE_UNTIL, _LATE, _("We said %(due)s. We reach you only in the hours you picked.")
    ),
    ("late", "hours", False): StageSentence(
        _LATE, _LATE, _("We said %(due)s. We reach you only in the hours you picked.")
    ),
    ("late", "nobody", True): StageSentence(
        _LATE_UNTIL, _LATE, _("We said %(due)s. Nobody is on shift right now. You stay first in line.")
    ),
    ("late", "nobody", False): StageSentence(
        _LATE,
        _LATE,
        _("We said %(due)s. Nobody is on shift right now, and we do not know yet when the next person starts."),
    ),
    ("broken", "nobody", True): StageSentence(
        _("We can't reach you by %(due)s. We are sorry. The new time is %(next)s."),
        _LATE,
        _("Nobody is on shift before then. You stay first in line."),
    ),
    ("broken", "nobody", False): StageSentence(
        _("We can't reach you by %(due)s. We are sorry."),
        _LATE,
        _("Nobody is on shift right now, and we do not know yet when the next person starts."),
    ),
    ("no_time", "nobody", False): StageSentence(
        _("We can't say yet when a person will reach you. We are sorry."),
        _("We have your request."),
        _("Nobody is on shift right now. As soon as we know who comes next, the time stands here."),
    ),
    ("no_time", "free", False): StageSentence(
        _("We have your request."),
        _("We have your request."),
        _("The time stands here in a minute or two. Please check again."),
    ),
}
# A time that can still be kept, by the way the person picked; "" is every other way.
ON_TIME: dict[str, StageSentence] = {
    "": STAGE_SENTENCES["new"],
    "code": StageSentence(
        _("We have your request. Look here for news by %(due)s."), _("We have your request."), _FIRST_IN_LINE
    ),
}
# The same on the page right after asking, whose heading says already that we have it.
JUST_ASKED: dict[str, StageSentence] = {
    channel: StageSentence(
        head,
        _("We have your request."),
        _("If we are late, your private page will say so. You will be first in line."),
    )
    for channel, head in {
        "text": _("A person will text you by %(due)s."),
        "call": _("A person will call you by %(due)s."),
        "email": _("A person will email you by %(due)s."),
        "code": _("Look here for news by %(due)s."),
    }.items()
}
NOBODY_ON = _("Nobody is on shift right now. The next person comes on before that time.")
WROTE = StageSentence(
    _("%(who)s wrote to you at %(wrote)s."),
    _("We wrote to you at %(wrote)s."),
    _("Write back when it is safe. You can also call us and go first in line."),
)
INTERPRETER = _("Nobody who is on then speaks %(language)s. We call an interpreter to join.")

LATE_AGAIN = StageSentence(
    _LATE, _LATE, _("We said you would hear from us by %(due)s. You can call us now and go first in line.")
)
LATE_AGAIN_NOBODY_ON = StageSentence(
    _LATE, _LATE, _("We said you would hear from us by %(due)s. Nobody is on shift right now.")
)
