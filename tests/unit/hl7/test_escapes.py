import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import UnreadableInput
from service.hl7.escapes import CONTROL_CHARACTERS, STANDARD, Separators, escape, read_separators, unescape

ODD = Separators("!", "@", "#", "$", "%", "*")
sendable = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: not CONTROL_CHARACTERS.search(text)
)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param(r"a\F\b", "a|b", id="field"),
        pytest.param(r"a\S\b\T\c\R\d\E\e", "a^b&c~d\\e", id="all the others"),
        pytest.param(r"\E\F\E\ ", "\\F\\ ", id="an escaped escape character is read once"),
        pytest.param(r"\X41\\X4243\ ", "ABC ", id="hexadecimal"),
        pytest.param(r"one\X0D\\X0A\two", "one\n\ntwo", id="hexadecimal line ends"),
        pytest.param(r"one\X0D0A\two", "one\ntwo", id="hexadecimal CR LF is one line end"),
        pytest.param(r"gr\XC3BC\n", "grün", id="hexadecimal UTF-8"),
        pytest.param(r"gr\XFC\n", "grün", id="hexadecimal Latin-1"),
        pytest.param(r"one\.br\two\.sp 3\three", "one\ntwo\nthree", id="line breaks"),
        pytest.param(r"\.sp999999999\x", "\nx", id="a huge skip is one line"),
        pytest.param(r"\H\loud\N\ quiet", "loud quiet", id="highlighting"),
        pytest.param(r"C:\temp\new", r"C:\temp\new", id="no escape sequence at all"),
        pytest.param(r"C:\temp\F\x", r"C:\temp|x", id="an escape after what is none"),
        pytest.param(r"\Z01\ \XGG\ \X1\ ", r"\Z01\ \XGG\ \X1\ ", id="unknown escapes stay"),
        pytest.param("lonely\\", "lonely\\", id="unclosed"),
        pytest.param(r"\P\ ", r"\P\ ", id="truncation without a truncation character"),
    ],
)
def test_escapes_are_read_as_the_standard_says_and_unknown_ones_kept(sent, read):
    assert unescape(sent, STANDARD) == read


@given(
    st.lists(
        st.sampled_from(["\\", "F", "X", "0D", "4", "E9", "FF", ".br", ".sp 3", "H", "Zx", "C2842", "é", "&"])
    ),
    st.sampled_from([STANDARD, ODD, Separators("|", "^", "~", "", ""), Separators(escape="X")]),
)
def test_any_escapes_are_read_or_left_as_they_are(parts, separators):
    text = "".join(parts)
    read = unescape(text, separators)
    assert len(read) <= len(text)
    if not separators.escape or separators.escape not in text:
        assert read == text


@given(sendable, st.sampled_from([STANDARD, ODD, Separators(escape="?")]))
def test_what_is_escaped_holds_no_delimiter_and_reads_back_the_same(text, separators):
    sent = escape(text, separators)
    delimiters = {separators.field, separators.component, separators.repetition, separators.subcomponent}
    assert not delimiters & set(sent)
    assert unescape(sent, separators) == text


@pytest.mark.parametrize(
    "character", [*map(chr, range(0x20)), "\x7f", "\x85", "\u2028", "\u2029", "\ud800"], ids=ascii
)
def test_a_control_character_is_refused_not_sent(character):
    with pytest.raises(ValueError, match="control character"):
        escape(f"a{character}b", STANDARD)


def test_without_an_escape_character_nothing_is_made_safe():
    with pytest.raises(ValueError, match="escape character"):
        escape("a|b", Separators(escape="", subcomponent=""))


@pytest.mark.parametrize(
    ("encoding", "separators"),
    [
        pytest.param("^~\\&", STANDARD, id="as everybody"),
        pytest.param("^~\\&#", Separators(truncation="#"), id="with truncation, from 2.7"),
        pytest.param("^~", Separators(escape="", subcomponent=""), id="without escape and subcomponent"),
        pytest.param("@#$%*", Separators("|", "@", "#", "$", "%", "*"), id="a sender's own"),
    ],
)
def test_delimiters_are_the_senders(encoding, separators):
    assert read_separators("|", encoding) == separators
    assert str(separators) == encoding


@pytest.mark.parametrize(
    ("field", "encoding"),
    [
        ("|", ""),
        ("|", "^~\\&#$"),
        ("|", "^~^&"),
        ("|", "|~\\&"),
        ("A", "^~\\&"),
        ("|", "^~\\ "),
        ("\x0b", "^~\\&"),
    ],
    ids=[
        "none",
        "six",
        "twice the same",
        "the field separator",
        "a letter",
        "a blank",
        "a control character",
    ],
)
def test_impossible_delimiters_are_refused(field, encoding):
    with pytest.raises(UnreadableInput):
        read_separators(field, encoding)
