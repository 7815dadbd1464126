"""Staff sign-in, second factor and the lock: only the pages we use."""

from allauth.account import views as account
from django.urls import include, path

from handrail.web import sign_in

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("signup/", sign_in.no_sign_up, name="account_signup"),
    path("home/", sign_in.home, name="home_of_role"),
    path("theme/", sign_in.theme, name="theme"),
    path("awake/", sign_in.awake, name="awake"),
    path("lock/", sign_in.lock, name="lock"),
    path("2fa/", include("allauth.mfa.urls")),
]
