"""A text that came in: believed when the text service signed it, done once, answered with nothing.

Neither the number nor the words go into a log or an error: the view holds them and hands them to one action.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from handrail.actions.inbound import text_came
from handrail.gateways import texts

NO_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@sensitive_post_parameters()
@require_POST
def texts_in(request: HttpRequest) -> HttpResponse:
    """Take a text. 404 without a text service, 403 for a form that it did not sign, else an empty answer.

    What we have to say goes out through the message gate and its rules, never as the answer to this form.
    """
    if not texts.is_set_up():
        return HttpResponse(status=404)
    form = {name: request.POST.getlist(name) for name in request.POST}
    if not texts.is_signed(request.build_absolute_uri(), form, request.headers.get("X-Twilio-Signature", "")):
        return HttpResponse(status=403)
    ref, address = request.POST.get("MessageSid", ""), request.POST.get("From", "")
    if not ref or not address:
        return HttpResponse(status=400)
    text_came(address, request.POST.get("Body", ""), ref=ref, now=timezone.now())
    response = HttpResponse(NO_ANSWER, content_type="text/xml")
    response.headers["Cache-Control"] = "no-store"
    return response
