"""The queue: who waits, in the printed order; take the next one, or another one with a reason."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from handrail.actions import ask
from handrail.actions._frame import Refused, Stale
from handrail.actions.reading import read_queue
from handrail.core.access import Actor
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import HelpRequest, Referral, TimelineEntry
from handrail.records.directory.models import CapacityStatement
from handrail.web.desk.legal import legal_clocks
from handrail.web.desk.rows import FLAG_SPRITE, SHOWN, clock_words, due_words, queue_rows
from handrail.web.desk.shell import desk_page
from handrail.web.desk.words import name_of
from handrail.web.doors import is_part
from handrail.web.words import reason_words

POLL_TEMPLATE = "desk/queue.html#queue"
LIST_LENGTH = 4


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The queue page; htmx asks for its middle every 15 seconds."""
    now, actor = timezone.now(), actor_of(request.user)
    read_queue(actor, now=now)
    context = {
        "rows": queue_rows(actor, now=now),
        "most": SHOWN,
        "promise": settings.HANDRAIL_CLOCKS["first_contact"],
        "updated": clock_words(now, ampm=True),
        "sprite": FLAG_SPRITE,
        "show_lists": request.GET.get("lists") == "yes",
    }
    template = POLL_TEMPLATE if is_part(request) else "desk/queue.html"
    if context["show_lists"] and not is_part(request):
        context |= _lists(now)
    return desk_page(request, template, context, here="queue", now=now, actor=actor)


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """The three quiet lists under the queue: a part for htmx, and the queue with them for everybody else."""
    if not is_part(request):
        return redirect("/desk/?lists=yes#lists")
    return render(request, "desk/lists.html", _lists(timezone.now()))


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Give this counselor the first person in the printed order."""
    taken = ask.take_next(actor_of(request.user), now=timezone.now())
    if taken is None:
        messages.info(request, reason_words("nobody_waiting"))
        return redirect("desk_queue")
    return redirect("desk_request", taken.pk)


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, pk: str) -> HttpResponse:
    """Take somebody who is not first: a reason is asked, so that nobody is passed over unseen."""
    now, actor = timezone.now(), actor_of(request.user)
    wanted = get_object_or_404(HelpRequest.objects.visible_to(actor).select_related("person", "owner"), pk=pk)
    if not wanted.in_queue:
        return _already_taken(request, wanted, actor, now)
    first = HelpRequest.objects.visible_to(actor).in_printed_order(now, limit=1).first()
    if request.method == "POST" and first == wanted:
        return take_next(request)
    why, error = request.POST.get("why", ""), ""
    if request.method == "POST":
        try:
            ask.take(wanted, actor=actor, why=why, now=now)
            return redirect("desk_request", wanted.pk)
        except Stale:
            messages.warning(request, who_was_first(wanted, now))
            return redirect("desk_queue")
        except Refused as refused:
            error = reason_words(refused.reason)
    context = {"wanted": wanted, "name": name_of(wanted.person.chosen_name), "is_first": first == wanted}
    context |= {"why": why, "error": error, "due": due_words(wanted.due_at, now)}
    status = 422 if error else 200
    return desk_page(request, "desk/take.html", context, here="queue", now=now, actor=actor, status=status)


def _already_taken(request: HttpRequest, wanted: HelpRequest, actor: Actor, now: datetime) -> HttpResponse:
    """Not in the queue any more: mine is opened, somebody else's is told, with who and when."""
    if wanted.owner is None or str(wanted.owner_id) == actor.id:
        return redirect("desk_request", wanted.pk)
    messages.warning(request, who_was_first(wanted, now))
    return redirect("desk_queue")


def who_was_first(request: HelpRequest, now: datetime) -> str:
    """Say who took a request, and how long ago: "Omar took this 4 s ago"."""
    current = HelpRequest.objects.select_related("owner").get(pk=request.pk)
    entry = TimelineEntry.objects.filter(request=request, kind="step").order_by("-at", "-pk").first()
    seconds = int((now - entry.at).total_seconds()) if entry else 0
    ago = _("%(n)d s ago") % {"n": max(seconds, 1)} if seconds < 90 else _("%(n)d min ago") % {"n": seconds // 60}
    return _("%(name)s took this %(ago)s.") % {"name": current.owner or _("Somebody"), "ago": ago}


def _lists(now: datetime) -> dict[str, object]:
    """What waits on others: programs that have not answered, clocks set by law, rooms nobody has confirmed."""
    waiting = Referral.objects.waiting().select_related("program").order_by("reply_by")
    stale_before = now - timedelta(hours=settings.FRESH_BEDS_HOURS)
    old = CapacityStatement.objects.filter(stated_at__lt=stale_before, kind="beds", program__gone_on=None)
    return {
        "now": now,
        "referrals": [
            {
                "referral": row,
                "due": due_words(row.reply_by, now),
                "is_late": row.reply_by < now,
                "phone": row.program.phone,
            }
            for row in waiting[:LIST_LENGTH]
        ],
        "more_referrals": max(0, waiting[:100].count() - LIST_LENGTH),
        "legal": legal_clocks(now),
        "old_rooms": old.select_related("program").order_by("stated_at")[:LIST_LENGTH],
        "more_rooms": max(0, old[:100].count() - LIST_LENGTH),
    }
