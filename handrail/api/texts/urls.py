"""The address of the text service's posts."""

from django.urls import path

from handrail.api.texts.views import texts_in

urlpatterns = [path("in/", texts_in, name="texts_in")]
