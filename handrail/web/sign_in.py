"""Staff sign-in: nobody signs up by themselves, and second-factor secrets are sealed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from handrail.records.keys import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a supervisor, never by the public."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class FactorAdapter(DefaultMFAAdapter):
    """Seals TOTP secrets and recovery seeds with the keyring."""

    def encrypt(self, text: str) -> str:
        return seal(text, label="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, label="mfa")
