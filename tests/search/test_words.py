"""How a text is cut, folded and stemmed: what search and similarity both stand on."""

import pytest

from ideaboard.foundation.words import (
    LONGEST,
    beginning_of,
    fold,
    language_of,
    letters_but,
    pieces_of,
    stands_alone,
    stem,
    stems_of,
    tokens_of,
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Smørrebrød", "smorrebrod"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("Đuro", "duro"),
        ("Łódź", "lodz"),
        ("crème", "creme"),
        ("e\u0301tude", "etude"),
        ("İzmir", "izmir"),
        ("ΑΛΛΟΣ", "αλλος".casefold()),
        ("ﬁne", "fine"),
        ("Anna's", "anna"),
        ("don’t", "dont"),
    ],
)
def test_case_accents_and_special_letters_are_forgiven(written, plain):
    assert fold(written) == fold(plain) == plain


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        (("cup", "cups"), "en"),
        (("clean", "cleaned", "cleaning", "cleans"), "en"),
        (("library", "libraries"), "en"),
        (("Becher", "Bechern", "Bechers"), "de"),
        (("Haus", "Häuser", "Häusern", "Hauses"), "de"),
        (("Käse", "Kaese"), "de"),
        (("groß", "große", "grossen", "großes"), "de"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms, language):
    assert len({stem(form, language) for form in forms}) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The queue is too long", "en"),
        ("Die Schlange ist zu lang", "de"),
        ("Hafermilch ohne Aufpreis", "de"),
        ("Größere Becher", "de"),
        ("Oat milk", ""),
        ("", ""),
    ],
)
def test_the_language_is_known_by_small_words(text, language):
    assert language_of(text) == language


def test_each_token_says_where_it_stands():
    text = "C++, a-b and “Größe”: ☕ snake_case l'eau, it's 3.5"
    tokens = tokens_of(text)
    assert [text[start:end] for _, _, start, end in tokens] == [
        "C", "a", "b", "and", "Größe", "☕", "snake", "case", "l", "eau", "it's", "3", "5",
    ]  # fmt: skip
    assert all(word and stem and " " not in word + stem for word, stem, _, _ in tokens)


def test_scripts_without_spaces_are_cut_into_pairs():
    assert [t[0] for t in tokens_of("抹茶ラテ")] == ["抹茶", "茶ラ", "ラテ", "テ"]
    assert [t[0] for t in tokens_of("ร้อน")][-1] == "น"
    assert stands_alone("猫") and not stands_alone("抹茶") and not stands_alone("a") and not stands_alone("☕")


def test_a_word_without_end_costs_no_time_and_no_room():
    for text in ("a" * 100_000, "é\u0301" * 50_000, "a'" * 50_000, "ก" * 20_000):
        assert all(len(word) <= LONGEST and len(stem) <= LONGEST for word, stem, _, _ in tokens_of(text))


@pytest.mark.parametrize("text", ["The cups' sizes, and more", "Größere Becher für alle", "猫 and ☕"])
def test_stems_alone_are_the_stems_of_the_tokens(text):
    assert stems_of(text) == [token[1] for token in tokens_of(text)]


@pytest.mark.parametrize(
    "text",
    ["Oat milk, please: O'Brien's oats", "Smørrebrød und Öl, ØL", "我想要燕麦奶 and Oats", "ⓐ ⑴ A\u030angström ﬁsh"],
)
def test_words_that_begin_otherwise_are_only_counted(text):
    whole = pieces_of(text)
    for letter in "aofs1":
        some = pieces_of(text, letters_but(letter))
        assert [piece[2:] for piece in some] == [piece[2:] for piece in whole]
        for found, piece in zip(some, whole, strict=True):
            assert found == piece or (found[:2] == ("", "") and piece[0][:1] != letter)


BEGINNINGS = ["", "hop", "us", "cap", "nob", "dy", "bau", "koel", "que", "guet", "aer", "vergaes", "stör", "é", "gen"]
ENDINGS = [
    "",
    "ing",
    "ies",
    "ational",
    "ability",
    "ization",
    "bli",
    "eedly",
    "ying",
    "heiten",
    "nisse",
    "erin",
    "lns",
    "en",
]
IRREGULAR = ["skies", "idly", "ugly", "early", "only", "dying", "tying", "canoeing", "queues", "aeeuen", "Straße"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_stem_begins_as_its_word(language):
    for word in [*IRREGULAR, *(begun + ending for begun in BEGINNINGS for ending in ENDINGS)]:
        assert beginning_of(fold(word)).startswith(beginning_of(stem(word, language))[:-1]), word
