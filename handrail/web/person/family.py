"""The family wall at the person's door: leaving a message, and the person's own say over who may reach them."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from handrail.actions import family as wall
from handrail.records.casebook.models import HelpRequest
from handrail.web.person.status import GET_POST, act_and_back, ask_again, did, go_back, inside
from handrail.web.person.status_forms import MessageForm
from handrail.web.typed import uuid_of, whole_number


@require_http_methods(GET_POST)
@inside
def message(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Leave words for the person they care about. We never say whether we know that person."""
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and did(
        form, "message", lambda: wall.leave_message(row, text=form.cleaned_data["message"], now=now)
    ):
        return go_back(request, _("Your message is kept. They decide if they want it."))
    return ask_again(request, "person/status_message.html", form)


@require_POST
@inside
def family(request: HttpRequest, row: HelpRequest, now: datetime) -> HttpResponse:
    """Read a message or not, stop telling something, or take the whole yes back. All of it counts at once."""
    post, actor = request.POST, row.actor()
    link_id, message_id = uuid_of(post.get("link", "")), whole_number(post.get("message"), most=2**53)
    do = post.get("do", "")
    if do in ("read", "no"):
        wants = do == "read"
        said = _("The message is below.") if wants else _("We keep it from you. They do not learn that.")
        return act_and_back(
            request,
            lambda: wall.answer_message(
                row, actor=actor, link_id=link_id, message_id=str(message_id), wants=wants, now=now
            ),
            said,
        )
    if do in ("in_touch", "where"):
        return act_and_back(
            request,
            lambda: wall.stop_telling(row, actor=actor, link_id=link_id, scope=do, now=now),
            _("Done. We do not tell them that any more."),
        )
    if do == "take_back":
        return act_and_back(
            request,
            lambda: wall.unlink(row, actor=actor, link_id=link_id, now=now),
            _("Done. Nothing from them reaches you, and they learn nothing."),
        )
    return redirect("status")
