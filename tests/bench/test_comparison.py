"""The comparison's bench in its shortest form, so that it cannot rot."""

from .comparison import figures


def test_every_design_is_measured() -> None:
    found = list(figures(1, 1))
    assert [(f["visitor_states"], f["tag_in_loads"]) for f in found] == [
        (states, loaded) for loaded in (0.5, 1.0) for states in (1, 3, 7)
    ]
    assert sum(int(str(f["aa_with_anything_established"])) for f in found) == 0
