"""The second net: words that name a danger, said by the person or by somebody about them, in both languages."""

import pytest

from handrail.core.safety import dangers_in_words


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("he is not breathing", "overdose"),
        ("She overdosed again", "overdose"),
        ("he overdoes tonight I think", "overdose"),
        ("my friend is not responding", "overdose"),
        ("No respira y no despierta", "overdose"),
        ("I want to kill myself", "suicide"),
        ("she wants to kill herself", "suicide"),
        ("he wants to die", "suicide"),
        ("my brother is dying", "suicide"),
        ("mi hija quiere morir", "suicide"),
        ("se quiere matar", "suicide"),
        ("quiere matarse", "suicide"),
        ("Quiero quitarme la vida", "suicide"),
        ("he had a seizure", "sick"),
        ("he is going to kill me", "violence"),
        ("me está pegando", "violence"),
    ],
)
def test_danger_is_heard(text: str, danger: str) -> None:
    assert danger in dangers_in_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "I need a ride to the clinic",
        "necesito hablar con alguien",
        "I do not use anymore",
        "call me at 6",
        "odd day",
    ],
)
def test_ordinary_words_are_no_danger(text: str) -> None:
    assert dangers_in_words(text) == ()
