"""Staff sign-in: nobody signs up by themselves, second-factor secrets are sealed, a page left alone locks."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from handrail.actions.accounts import choose_theme
from handrail.core.access import DOORS
from handrail.records.accounts.models import Staff
from handrail.records.keys import seal, unseal
from handrail.web.browser_keeps import SEEN_COOKIE
from handrail.web.doors import is_idle, stay_awake

MFA_LABEL = "mfa"  # what binds a sealed second factor to its place
# The demo's cast, printed on its sign-in page. project/sample.py makes these accounts, in the demo only.
DEMO_PASSWORD = "handrail-demo"  # noqa: S105 - made public on purpose
DEMO_SIGN_INS = (
    ("tasha", _("counselor")),
    ("omar", _("counselor")),
    ("priya", _("supervisor")),
    ("luis", _("intake, River House")),
    ("ana", _("intake, Oak Street Clinic")),
    ("sam", _("privacy steward")),
    ("eli", _("directory editor")),
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by a supervisor, never by the public."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the name is allauth's
        return False

    def post_login(self, request: HttpRequest, user: Staff, **options: Any) -> HttpResponse:
        """Somebody who has just signed in is not idle."""
        response: HttpResponse = super().post_login(request, user, **options)
        stay_awake(request, response)
        return response


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals TOTP secrets and recovery seeds with the keyring."""

    def encrypt(self, text: str) -> str:
        return seal(text, label=MFA_LABEL)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, label=MFA_LABEL)


class SignIn(LoginView):  # type: ignore[misc]
    """The sign-in page; in the demo it prints who one may be."""

    def get_form(self, form_class: Any = None) -> Any:
        """The form without words inside its fields: the label above says the same and stays."""
        form = super().get_form(form_class)
        for field in form.fields.values():
            field.widget.attrs.pop("placeholder", None)
        return form

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        demo = {"demo_sign_ins": DEMO_SIGN_INS, "demo_password": DEMO_PASSWORD} if settings.IS_DEMO else {}
        data: dict[str, Any] = super().get_context_data(**context) | demo
        return data


def no_sign_up(_request: HttpRequest) -> HttpResponse:
    """There is no such page: accounts are made by a supervisor."""
    raise Http404


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to its own door."""
    return redirect(f"/{DOORS[staff_of(request).role][0]}/")


@require_POST
@login_required
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark for whoever is signed in."""
    choose_theme(staff_of(request), is_dark=request.POST.get("theme") == "dark")
    return redirect(_safe_next(request))


@require_POST
@login_required
def awake(request: HttpRequest) -> HttpResponse:
    """The page says somebody is typing or reading at it. A page already locked stays locked."""
    response = HttpResponse(status=204)
    if not is_idle(request):
        stay_awake(request, response)
    return response


@require_http_methods(["GET", "POST"])
@login_required
def lock(request: HttpRequest) -> HttpResponse:
    """The lock page. Opening it locks; the right password unlocks and goes back to where one was."""
    error = ""
    if request.method == "POST":
        if not ratelimit.consume(request, action="reauthenticate", user=request.user):
            error = str(_("Too many tries. Wait ten minutes, or sign out and ask a supervisor."))
        elif request.user.check_password(request.POST.get("password", "")):
            response = redirect(_safe_next(request))
            stay_awake(request, response)
            return response
        else:
            error = str(_("That is not your password. Try again."))
    context = {"error": error, "next": _safe_next(request)}
    page = render(request, "account/lock.html", context, status=422 if error else 200)
    page.delete_cookie(SEEN_COOKIE)
    return page


def staff_of(request: HttpRequest) -> Staff:
    """The member of staff who is signed in. Only for views that nobody else reaches."""
    staff: Staff = request.user  # type: ignore[assignment]
    return staff


def _safe_next(request: HttpRequest) -> str:
    """Where to go back to: a page of ours, or the role's own door."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours and wanted.startswith("/") else "/account/home/"
