"""What changed between two texts, marked word by word so that a tutor can read it."""

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.alignment import matches
from app.core.differences import texts, words

OLD = "We read 4,100 vacancies from the internet. Twelve employers checked the list."
NEW = (
    "We read 4,100 vacancies from the public employment service. Twelve employers checked the "
    "list. Small firms are missing."
)


def without(tag: str, html: str) -> str:
    """The text that is left when one kind of change is taken out."""
    left = re.sub(rf"<{tag}>.*?</{tag}>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", left).split())


def test_new_words_are_underlined_and_removed_ones_crossed_out() -> None:
    assert texts(OLD, NEW).html == (
        "<p>We read 4,100 vacancies from the <del>internet</del> <ins>public employment service"
        "</ins>. Twelve employers checked the list<ins>. Small firms are missing</ins>.</p>\n"
    )


def test_the_same_text_has_no_marks() -> None:
    same = texts(OLD, OLD + "\n")

    assert (same.html, same.changed) == (f"<p>{OLD}</p>\n", False)


def test_lists_headings_and_emphasis_stay_what_they_are() -> None:
    old = "## Plan\n\n- Train **sixteen** people\n- Sign with firms\n\nThe end."
    new = "## The plan\n\n- Train **eighteen** people, [see](https://a.example/b)\n\nThe end."

    assert texts(old, new).html == (
        "<h2><del>Plan</del> <ins>The plan</ins></h2>\n"
        "<ul>\n<li>Train <strong><del>sixteen</del> <ins>eighteen</ins></strong> people<ins>,"
        '</ins> <a href="https://a.example/b" rel="noopener nofollow"><ins>see</ins></a></li>\n'
        "<li><del>Sign with firms</del></li>\n</ul>\n<p>The end.</p>\n"
    )


def test_a_removed_paragraph_stands_where_it_was() -> None:
    html = texts("One stays.\n\nTwo goes away.\n\nThree stays.", "One stays.\n\nThree stays.").html

    assert html == ("<p>One stays.</p>\n<p><del>Two goes away.</del></p>\n<p>Three stays.</p>\n")


def test_a_table_can_be_added() -> None:
    html = texts("", "| a | b |\n|---|---|\n| c | d |").html

    assert html.count("<ins>") == 4
    assert "<td><ins>d</ins></td>" in html


def test_what_people_typed_is_never_markup() -> None:
    risky = "x <script>alert(1)</script> <ins>"
    marks = "\x01fake\x02 \x03deleted\x04"

    assert "<script" not in texts(risky, f"{risky} {marks}").html + words(risky, marks).html
    assert words("", marks).html == "<ins>fake deleted</ins>"
    assert words("a", "a <b>").html == "a <ins>&lt;b&gt;</ins>"


def test_a_word_or_two_that_stayed_do_not_break_up_a_rewritten_sentence() -> None:
    html = words("ordinary people gave the old answers", "every expert wrote the new books").html

    assert html == (
        "<del>ordinary people gave the old answers</del> "
        "<ins>every expert wrote the new books</ins>"
    )


lines = st.text(alphabet="ab c.,*_-#\n|>1", max_size=60)


@given(old=lines, new=lines)
def test_both_texts_can_be_read_out_of_the_marks(old: str, new: str) -> None:
    html = words(old, new).html

    def letters(text: str) -> str:
        return "".join(text.split())

    assert letters(without("ins", html)) == letters(old.replace(">", "&gt;"))
    assert letters(without("del", html)) == letters(new.replace(">", "&gt;"))


@given(old=lines, new=lines)
@example(old="", new="see 1.ba")
@example(old="*a b*", new="*a* b")
def test_tags_never_cross(old: str, new: str) -> None:
    unclosed: list[str] = []
    for slash, tag in re.findall(r"<(/?)(\w+)[^>]*>", texts(old, new).html):
        if slash:
            assert unclosed.pop() == tag
        elif tag not in {"br", "hr"}:
            unclosed.append(tag)
    assert unclosed == []


@given(
    a=st.lists(st.sampled_from("abcde"), max_size=80),
    b=st.lists(st.sampled_from("abcde"), max_size=80),
)
def test_what_two_sequences_share_is_the_same_and_in_order(a: list[str], b: list[str]) -> None:
    end_a = end_b = 0
    for i, j, length in matches(a, b):
        assert a[i : i + length] == b[j : j + length]
        assert (i >= end_a, j >= end_b, length > 0) == (True, True, True)
        end_a, end_b = i + length, j + length


def ten_thousand_words(seed: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    vocabulary = [f"word{n}" for n in range(5000)]
    often = [1 / (n + 1) for n in range(5000)]
    return chance.choices(vocabulary, often, k=10_000)


def edited(given_words: list[str]) -> list[str]:
    chance = random.Random(7)  # noqa: S311 -- repeatable, not secret
    return [chance.choice(given_words) if chance.random() < 0.05 else word for word in given_words]


class Word(str):
    """A word that counts how often it is looked at."""

    __slots__ = ()
    looks = 0

    def __eq__(self, other: object) -> bool:
        Word.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Word.looks += 1
        return str.__hash__(self)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ten_thousand_words(1), edited(ten_thousand_words(1))),
        (ten_thousand_words(1), ten_thousand_words(2)),
        (["la", "le"] * 5000, ["le", "la", "lo"] * 3333),
    ],
    ids=["edited", "another", "three words"],
)
def test_the_work_grows_with_the_length_and_not_with_its_square(
    old: list[str], new: list[str]
) -> None:
    Word.looks = 0

    matches([Word(word) for word in old], [Word(word) for word in new])

    assert 0 < Word.looks < 100 * (len(old) + len(new))  # each with each would be 100 million
