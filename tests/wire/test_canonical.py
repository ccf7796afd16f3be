"""The quick way to canonical JSON gives the bytes of the reference library, or what it raises."""

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from integrations.store import canonical

LEAVES = (
    st.none() | st.booleans() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_the_bytes_are_those_of_the_reference_library(value: object) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    ["\x00\x1f\x7f\x80\u2028\u2029</script>", "\b\t\n\f\r\"\\/", "😀", {"\ue000": 1, "😀": 2}, {"b": 1, "a": [2, {}]}],
)  # fmt: skip
def test_what_json_writers_do_not_agree_on_is_written_alike(value: object) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), math.nan, math.inf, "\ud800", {1: 2}, {"\ud800": 1}])  # fmt: skip
def test_what_no_event_can_hold_is_refused(value: object) -> None:
    for write in (canonical.dumps, rfc8785.dumps):
        with pytest.raises(ValueError):
            write(value)
