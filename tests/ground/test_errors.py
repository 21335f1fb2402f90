import pytest

from auditor.errors import AuditorError, CannotFinish, InputError, Interrupted


@pytest.mark.parametrize(("error", "code"), [(AuditorError, 3), (InputError, 2), (CannotFinish, 4), (Interrupted, 130)])
def test_exit_codes(error: type[AuditorError], code: int) -> None:
    assert error.exit_code == code


def test_an_input_error_is_one_line() -> None:
    error = InputError("bad\nthing", file="s.yaml", line=3, field="sites.0", cure="mend it")
    assert str(error) == "s.yaml:3: sites.0: bad thing (mend it)"
    assert str(InputError("bad", field="--lang")) == "--lang: bad"
