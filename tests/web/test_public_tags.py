"""The small tags: clock times that do not break, ages, numbers to dial, and the parts that draw a form."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, engines
from django.template.loader import render_to_string

from handrail.web.templatetags.handrail import ago, clock, tel

NOW = datetime(2026, 11, 22, 7, 9, tzinfo=UTC)


class Question(forms.Form):
    way = forms.ChoiceField(
        label="How can we reach you safely?",
        choices=[("text", "Text me"), ("code", "I have no safe phone")],
        widget=forms.RadioSelect,
        help_text="Pick the way that is safest for you.",
        error_messages={"required": "Choose how to reach you"},
    )
    name = forms.CharField(label="What should we call you?", required=False)
    moves = forms.BooleanField(label="I move around", required=False)


def drawn(form: forms.Form, name: str, **extra: object) -> str:
    return render_to_string("forms/field.html", {"field": form[name], **extra})


def test_clock_time_does_not_break_and_names_another_day() -> None:
    plain = clock(Context(), NOW)
    assert ">2:09\N{NO-BREAK SPACE}AM</time>" in plain
    assert ">Nov\N{NO-BREAK SPACE}24, 2:09\N{NO-BREAK SPACE}AM</time>" in clock(Context(), NOW + timedelta(days=2), NOW)
    assert ">12:09\N{NO-BREAK SPACE}AM</time>" in clock(Context({"time_zone": "America/Denver"}), NOW)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "just now"), (1, "1 min ago"), (59, "59 min ago"), (60, "1 h ago"), (1439, "23 h ago"), (2880, "2 days ago")],
)
def test_ages(minutes: int, words: str) -> None:
    assert ago(NOW - timedelta(minutes=minutes), NOW) == words


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("911", "tel:911"), ("1-800-555-0100", "tel:+18005550100"), ("(555) 555-0142", "tel:+15555550142")],
)
def test_numbers_to_dial(number: str, dialled: str) -> None:
    assert tel(number) == dialled


def test_question_is_one_group_with_its_name_hint_and_error() -> None:
    form = Question({})
    form.fields["way"].hints = {"code": "I will check back with a code."}
    html = drawn(form, "way", heading=True)
    assert "<legend><h1>How can we reach you safely?</h1></legend>" in html
    assert '<div class="field wrong">' in html, "the red edge is on a wrapper, since a border on fieldset breaks"
    assert 'aria-describedby="id_way_helptext id_way_error"' in html
    assert 'id="id_way_error">Error: Choose how to reach you' in html
    assert 'I have no safe phone<span class="hint">I will check back with a code.</span>' in html
    assert html.count('type="radio"') == 2


def test_every_widget_has_its_label() -> None:
    form = Question({"way": "text", "name": "Bird"})
    assert '<label for="id_name">' in drawn(form, "name")
    assert 'value="Bird"' in drawn(form, "name")
    assert '<label for="id_moves">' in drawn(form, "moves")
    assert "wrong" not in drawn(form, "way")


def test_summary_of_errors_links_to_the_first_control_and_takes_focus() -> None:
    html = render_to_string("forms/error_summary.html", {"form": Question({})})
    assert 'href="#id_way_0"' in html
    assert "autofocus" in html
    assert render_to_string("forms/error_summary.html", {"form": Question()}).strip() == ""


def test_unknown_icon_is_an_empty_drawing_not_a_broken_page() -> None:
    html = engines["django"].from_string('{% icon "no-such" %}').render()
    assert html.startswith("<svg")
