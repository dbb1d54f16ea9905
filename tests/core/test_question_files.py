"""Questions in files: what a format holds comes back as it went out, and the rest is said."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.aiken import looks_like_aiken, read_aiken
from app.core.errors import RuleBroken
from app.core.gift import read_gift, true_or_false
from app.core.gift_writing import written_gift
from app.core.moodle_xml import read_moodle_xml
from app.core.moodle_xml_writing import written_moodle_xml
from app.core.question_content import (
    Accepted,
    Amount,
    Choosing,
    Content,
    Essay,
    Gap,
    Gaps,
    Item,
    Matching,
    Numerical,
    Option,
    Ordering,
    Pair,
    QuestionKind,
    Short,
    Unit,
    new_key,
)
from app.core.question_files import Portable, letters_of, likeness, plain_text, portable

#: Whatever somebody types, with all that the formats take for signs of their own.
words = (
    st.text(st.sampled_from("ab é~=#{}:\\n%*[]()<>&;/|-.\n\"'$1"), min_size=1, max_size=14)
    .map(lambda typed: "\n".join(line.strip() for line in typed.split("\n")).strip())
    .filter(lambda typed: bool(typed) and "->" not in typed and "[[" not in typed)
)
line = words.map(lambda typed: " ".join(typed.split()))
said: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}), words.map(lambda typed: {"en": typed})
)


def option(
    text: str, *, right: bool, feedback: dict[str, str], share: float | None = None
) -> Option:
    return Option(key=new_key(), text={"en": text}, right=right, feedback=feedback, share=share)


@st.composite
def a_single(draw: st.DrawFn) -> Content:
    texts = draw(st.lists(words, min_size=2, max_size=4))
    partly = draw(st.booleans())
    return Choosing(options=[
        option(text, right=not n, feedback=draw(said),
               share=(100.0 if not n else 25.0) if partly else None)
        for n, text in enumerate(texts)
    ])  # fmt: skip


@st.composite
def a_multiple(draw: st.DrawFn) -> Content:
    right = draw(st.integers(1, 7))
    options = [option(draw(words), right=True, feedback=draw(said)) for _ in range(right)]
    options += [
        option(draw(words), right=False, feedback={}) for _ in range(draw(st.integers(1, 3)))
    ]
    return Choosing(options=options, penalty=float(draw(st.integers(0, 100))))


@st.composite
def a_short(draw: st.DrawFn) -> Content:
    more = [Accepted(pattern=one, share=50) for one in draw(st.lists(line, max_size=2))]
    return Short(accepted=[Accepted(pattern=draw(line), feedback=draw(said)), *more])


numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 4) + 0.0)


@st.composite
def a_numerical(draw: st.DrawFn) -> Content:
    first = Amount(value=draw(numbers), tolerance=abs(draw(numbers)), feedback=draw(said))
    return Numerical(amounts=[first, Amount(value=draw(numbers), share=50)])


@st.composite
def a_matching(draw: st.DrawFn) -> Content:
    sides = draw(st.lists(st.tuples(words, words), min_size=2, max_size=4))
    pairs = [
        Pair(left_key=new_key(), right_key=new_key(), left={"en": a}, right={"en": b})
        for a, b in sides
    ]
    alone = Pair(left_key=new_key(), right_key=new_key(), right={"en": draw(words)})
    return Matching(pairs=[*pairs, alone])


@st.composite
def an_ordering(draw: st.DrawFn) -> Content:
    items = [Item(key=new_key(), text={"en": one}) for one in draw(st.lists(words, min_size=2))]
    return Ordering(items=items[:5], whole=draw(st.booleans()))


@st.composite
def a_gap(draw: st.DrawFn, key: str) -> Gap:
    if draw(st.booleans()):
        return Gap(key=key, accepted=[Accepted(pattern=draw(line), feedback=draw(said))])
    wrong = draw(st.lists(words, min_size=1, max_size=3))
    options = [option(draw(words), right=True, feedback=draw(said))]
    return Gap(key=key, options=options + [option(w, right=False, feedback={}) for w in wrong])


def asked(kind: QuestionKind, content: Content, text: str, explanation: dict[str, str]) -> Portable:
    return portable(kind, content, {"en": text}, explanation, category="M 1/Safety", tags=["a b"])


@st.composite
def a_question(draw: st.DrawFn) -> Portable:
    kinds = {
        QuestionKind.SINGLE: a_single(),
        QuestionKind.MULTIPLE: a_multiple(),
        QuestionKind.SHORT: a_short(),
        QuestionKind.NUMERICAL: a_numerical(),
        QuestionKind.MATCHING: a_matching(),
        QuestionKind.ORDERING: an_ordering(),
        QuestionKind.ESSAY: st.just(Essay()),
        QuestionKind.TRUE_FALSE: st.builds(
            lambda a, b, is_true: true_or_false("en", (a, b), is_true=is_true),
            st.one_of(st.just(""), words), st.one_of(st.just(""), words), st.booleans(),
        ),
        QuestionKind.GAPS: a_gap("1").map(lambda gap: Gaps(gaps=[gap])),
    }  # fmt: skip
    kind = draw(st.sampled_from(list(kinds)))
    text = f"{draw(words)} [[1]] {draw(words)}" if kind is QuestionKind.GAPS else draw(words)
    return asked(kind, draw(kinds[kind]), text, draw(said))


def facts(question: Portable | None) -> object:
    assert question
    return likeness(question), question.explanation, question.category, question.tags


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(a_question(), min_size=1, max_size=3))
def test_what_goes_out_as_gift_comes_in_as_it_was(questions: list[Portable]) -> None:
    text, report = written_gift(questions, "en")

    back = read_gift(text, "en")

    assert [one.notes for one in report] == [[]] * len(questions)
    assert [one.notes for one in back] == [[]] * len(questions)
    assert [facts(one.question) for one in back] == [facts(one) for one in questions]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(a_question(), min_size=1, max_size=3))
def test_what_goes_out_as_moodle_xml_comes_in_as_it_was(questions: list[Portable]) -> None:
    content, report = written_moodle_xml(questions, "en")

    back = read_moodle_xml(content, "en")

    assert [one.notes for one in report] == [[]] * len(questions)
    assert [one.notes for one in back] == [[]] * len(questions)
    assert [facts(one.question) for one in back] == [facts(one) for one in questions]


GIFT = """// The first line is a remark.
$CATEGORY: $course$/top/M 1/Safety

// [id:7] [tag:measuring]
::Q1:: Who lies in \\{Grant's\\} tomb? {
=Grant # Yes.
~no one #
  Was he not buried?
~%50%his horse
####General words.
}

Two and two {=four =%50%for}

Moved { =%-5x }

About {#2..4 #Nearly} euros

Pick two {~%50%a ~%50%b ~%-25%c}

[html]<p>Look: <img src="x.png" alt="a saw"> <b>what</b>?</p><script>x()</script>{T#No#Yes}

This tells something.

Broken {=a ~b

::Next:: Good? {F}

$CATEGORY: top/M 2

Order these {>2 ALL VERTICAL ALL_OR_NOTHING
first
second
}
"""


def test_gift_with_all_that_people_write_is_read_and_what_is_lost_is_said() -> None:
    found = read_gift(GIFT, "en")

    kinds = [one.question.kind.value if one.question else "" for one in found]
    assert kinds == ["single", "short", "short", "numerical", "multiple", "true_false", "", "",
                     "true_false", "ordering"]  # fmt: skip
    first, last = found[0], found[-1]
    assert first.question
    assert first.question.text == {"en": "Who lies in {Grant's} tomb?"}
    assert first.question.explanation == {"en": "General words."}
    assert (first.name, first.line, first.notes) == ("Q1", 5, [])
    assert (first.question.category, first.question.tags) == ("M 1/Safety", ["measuring"])
    options = first.question.content["options"]
    assert [(o["text"]["en"], o["share"], o["feedback"].get("en")) for o in options] == [
        ("Grant", 100, "Yes."), ("no one", 0, "Was he not buried?"), ("his horse", 50, None),
    ]  # fmt: skip
    number = found[3].question
    assert number
    assert (number.content["amounts"][0]["value"], number.content["amounts"][0]["tolerance"]) == (
        3,
        1,
    )
    assert found[4].question
    assert found[4].question.content["penalty"] == 50
    html = found[5]
    assert html.question
    assert html.question.text == {"en": "Look: [a saw] what?"}
    assert len(html.notes) == 3  # the picture, how it looked, and the script
    assert ["braces" in note for one in found[6:8] for note in one.notes] == [True, True]
    assert last.question
    assert (last.question.content["whole"], last.question.category) == (True, "M 2")


AIKEN = """What is 2 + 2?
A. Three
B) Four
ANSWER: B

No answer?
A. One
What now?
A. One
B. Two
ANSWER: C
"""


def test_aiken_says_on_which_line_something_is_wrong() -> None:
    right, open_one, wrong = read_aiken(AIKEN, "en")

    assert looks_like_aiken(AIKEN)
    assert right.question
    assert [o["right"] for o in right.question.content["options"]] == [False, True]
    assert (open_one.question, open_one.notes) == (
        None, ["Line 8: “ANSWER:” is missing before the next question."],
    )  # fmt: skip
    assert (wrong.line, wrong.notes) == (8, ["Line 11: “ANSWER:” names none of the choices."])


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_letters_are_understood_however_the_file_was_saved(letters: str) -> None:
    assert letters_of("¿Cuál? {=Sí ~No}\r\n".encode(letters)) == "¿Cuál? {=Sí ~No}\n"


XML = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/M 1//2</text></category></question>
<question type="multichoice"><name><text>Q1</text></name>
<questiontext format="html">
<text>
<![CDATA[<p>Which <em>two</em>?</p>
<p>
<img src="@@PLUGINFILE@@/a.png"></p>]]>
</text>
<file name="a.png" encoding="base64">AAAA</file>
</questiontext>
<generalfeedback format="html"><text>&lt;p&gt;Because.&lt;/p&gt;</text></generalfeedback>
<single>false</single><shuffleanswers>0</shuffleanswers>
<correctfeedback format="html"><text>Well done</text></correctfeedback>
<answer fraction="50" format="html">
<text>&lt;p&gt;A&lt;/p&gt;</text>
<feedback>
<text>Yes</text>
</feedback>
</answer>
<answer fraction="50"><text>B</text></answer><answer fraction="-50"><text>C</text></answer>
<tags><tag><text>saws</text></tag></tags></question>
<question type="numerical">
<name>
<text>Q2</text>
</name>
<questiontext format="plain_text">
<text>How heavy?</text>
</questiontext>
<answer fraction="100">
<text>5.5</text>
<tolerance>0.1</tolerance>
</answer>
<answer fraction="0">
<text>*</text>
</answer>
<units>
<unit>
<multiplier>1</multiplier>
<unit_name>kW</unit_name>
</unit>
<unit>
<multiplier>1000</multiplier>
<unit_name>W</unit_name>
</unit>
</units>
<unitgradingtype>1</unitgradingtype><unitpenalty>0.1</unitpenalty></question>
<question type="gapselect">
<name>
<text>Q3</text>
</name>
<questiontext format="html">
<text>The [[2]] sat on the [[3]].</text>
</questiontext>
<selectoption>
<text>dog</text>
<group>1</group>
</selectoption>
<selectoption>
<text>cat</text>
<group>1</group>
</selectoption>
<selectoption>
<text>mat</text>
<group>2</group>
</selectoption>
<selectoption>
<text>hat</text>
<group>2</group>
</selectoption>
</question>
<question type="cloze">
<name>
<text>Q4</text>
</name>
<questiontext format="html">
<text>Cut {1:SHORTANSWER:=once~%50%twice#Hm} and {2:MULTICHOICE:~=so~not so} {1:NM:=3:0.5}</text>
</questiontext>
</question>
<question type="description">
<name>
<text>D</text>
</name>
<questiontext>
<text>Read this.</text>
</questiontext>
</question>
<question type="calculated">
<name>
<text>C</text>
</name>
<questiontext>
<text>{a}+{b}</text>
</questiontext>
</question>
<question type="essay">
<name>
<text>E</text>
</name>
<questiontext format="markdown">
<text>Write *more*.</text>
</questiontext>
<graderinfo format="html">
<text>Look</text>
</graderinfo>
<attachments>1</attachments>
</question>
</quiz>"""


def test_moodle_xml_is_read_and_what_is_lost_is_said() -> None:
    found = read_moodle_xml(XML.encode(), "en")

    kinds = [one.question.kind.value if one.question else "" for one in found]
    assert kinds == ["multiple", "numerical", "gaps", "gaps", "", "", "essay"]
    multiple, number, select, cloze = (one.question for one in found[:4])
    assert multiple
    assert number
    assert select
    assert cloze
    assert (multiple.category, multiple.tags) == ("M 1-2", ["saws"])
    assert (multiple.text, multiple.explanation) == ({"en": "Which two?"}, {"en": "Because."})
    assert (multiple.content["penalty"], multiple.content["shuffle"]) == (100, False)
    assert len(found[0].notes) == 3  # the picture, how it looked, what is said to all
    assert number.content["units"][1] == {"name": "W", "factor": 0.001}
    assert number.content["needs_unit"] is True
    assert len(found[1].notes) == 2
    assert select.text == {"en": "The [[1]] sat on the [[2]]."}
    rights = [
        [o["text"]["en"] for o in gap["options"] if o["right"]] for gap in select.content["gaps"]
    ]
    assert rights == [["cat"], ["mat"]]
    assert cloze.text == {"en": "Cut [[1]] and [[2]] [[3]]"}
    assert len(found[3].notes) == 2  # its weights, and a number without its tolerance
    assert all(one.notes for one in found[4:])


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
        + b"]><quiz>&a8;</quiz>",
        b"<quiz>" + b"<question>" * 5000,
        b"<html></html>",
    ],
)
def test_a_hostile_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_moodle_xml(content, "en")

    assert "root:" not in refused.value.message


def test_what_a_format_cannot_hold_is_said_and_not_written_wrongly() -> None:
    gaps = Gaps(gaps=[Gap(key=k, accepted=[Accepted(pattern="x")]) for k in ("1", "2")])
    units = Numerical(
        amounts=[Amount(value=200, tolerance=5, relative=True)], units=[Unit(name="kg")]
    )
    whole = Choosing(
        options=[option("a", right=True, feedback={}), option("b", right=False, feedback={})],
        whole=True,
    )
    questions = [
        asked(QuestionKind.GAPS, gaps, "[[1]] and [[2]]", {}),
        asked(QuestionKind.NUMERICAL, units, "How?", {}),
        asked(QuestionKind.MULTIPLE, whole, "Which?", {}),
        asked(QuestionKind.ESSAY, Essay(notes={"en": "n"}), "Why?", {}),
    ]

    text, in_gift = written_gift(questions, "en")
    content, in_xml = written_moodle_xml(questions, "en")

    assert [len(one.notes) for one in in_gift] == [1, 2, 1, 1]
    assert [len(one.notes) for one in in_xml] == [0, 1, 1, 0]
    assert [one.name for one in read_gift(text, "en")] == ["How?", "Which?", "Why?"]
    back = read_moodle_xml(content, "en")[1].question
    assert back
    assert back.content["amounts"][0]["tolerance"] == 10
    assert "<!-- What it may differ by" in content.decode()


def test_html_becomes_plain_text_with_a_note_on_all_that_is_none() -> None:
    notes: list[str] = []

    text = plain_text("<ul><li>one</li><li>two</li></ul><table><tr><td>a</td></tr></table>", notes)

    assert text == "– one\n\n– two\n\na"
    assert len(notes) == 2
