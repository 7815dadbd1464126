"""In the demo, where no text leaves: answer one as the person would, so that STOP and its kin can be tried by hand."""

from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from handrail.actions._frame import require
from handrail.actions.inbound import text_came
from handrail.records.accounts.models import actor_of
from handrail.records.casebook.models import Message
from handrail.web.typed import uuid_of

HEARD = {
    "stop": _("They said stop. It holds from now."),
    "start": _("They said messages are OK again."),
    "yes": _("They said yes. The desk sees it first."),
    "later": _("They said later. The desk tries again then."),
    "help": _("They asked for help. They get our number, and the desk reads it."),
    "note": _("The desk reads what they wrote."),
    "unknown": _("Nobody has this number any more. It is only counted."),
}


def may_answer() -> bool:
    """True in the demo alone, where every text stays in the outbox."""
    return bool(settings.IS_DEMO and settings.HANDRAIL_GATEWAYS == "fake")


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Take a text as if the person had sent it: the same action as the text service's own door."""
    require(actor_of(request.user), "see_outbox")
    if not may_answer():
        raise Http404
    message = get_object_or_404(Message, pk=uuid_of(request.POST.get("message", "")), channel="text")
    heard = text_came(message.to, request.POST.get("words", ""), ref=f"demo-{uuid4().hex}", now=timezone.now())
    messages.info(request, str(HEARD.get(heard, "")))
    return redirect("steward_outbox")
