"""What a sentence of the library may say: the rules catch a bare fact, and leave a step or a kind word alone."""

import pytest

from handrail.core.plain import ease, grade, why_not_plain, why_not_said, why_not_tied


def test_grade_tells_hard_words_from_plain_ones() -> None:
    assert grade("Call us. We can help you.") < 2
    assert grade("Pharmacological interventions considerably ameliorate opioid dependency trajectories.") > 12


def test_ease_tells_hard_spanish_from_plain() -> None:
    assert ease("Llame al 911. Dele naloxona. Quédese con la persona.") > 70
    assert ease("Las intervenciones farmacológicas contribuyen considerablemente a la mitigación sintomatológica.") < 20


def test_plain_is_said_by_each_languages_own_formula() -> None:
    assert why_not_plain("Call us.", formula="flesch-kincaid", bound=6.0) is None
    assert why_not_plain("Llame ya.", formula="fernandez-huerta", bound=70.0) is None
    assert why_not_plain("Considerable pharmacological interventions.", formula="flesch-kincaid", bound=6.0)


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("Ask for the medicine you want.", "do", None),
        ("If you can, call somebody you trust.", "do", None),
        ("Which medicines do you have?", "do", None),
        ("Walk for a bit.", "do", None),
        ("Take a hot bath for withdrawal.", "do", "clinical_without_evidence"),
        ("Keep naloxone at home.", "do", "clinical_without_evidence"),
        ("Wait 3 days.", "do", "claim_without_evidence"),
        ("We call you back.", "us", None),
        ("You can stop at any time.", "us", None),
        ("We look for your medicine.", "us", None),
        ("Methadone is there for you.", "us", "clinical_without_evidence"),
        ("Tell them that it kills.", "do", "claim_without_evidence"),
        ("Ask what it covers.", "do", None),
        ("We know that it works.", "us", "claim_without_evidence"),
        ("You are not alone in this.", "say", None),
        ("Most people feel like this.", "say", "claim_without_evidence"),
        ("Methadone is good.", "say", "clinical_without_evidence"),
        ("It kills.", "say", "claim_without_evidence"),
        ("You are not alone in this.", "", "no_mark"),
        ("You are not alone in this.", "maybe", "no_mark"),
    ],
)
def test_a_sentence_without_evidence_may_not_state_a_fact(text: str, kind: str, why: str | None) -> None:
    assert why_not_said(text, kind=kind, cites=()) == why


def test_a_cited_sentence_must_share_words_and_figures_with_its_evidence() -> None:
    said = ["Overdose deaths were 3 times as common in the month after leaving treatment."]
    assert why_not_tied("In that month, overdose deaths are 3 times as common.", said) is None
    assert why_not_tied("In that month, overdose deaths are 30 times as common.", said) == "figure_not_in_evidence"
    assert why_not_tied("Puppies like bones.", said) == "not_about_its_evidence"
    assert why_not_tied("About 749,634 people with an overdose.", ["749634 overdoses"]) is None
