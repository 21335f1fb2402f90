"""How likely a difference between two sets of visits is by the page's own variation: the one door to SciPy."""

from scipy.stats import fisher_exact


def exact_p(before_in: int, before_of: int, after_in: int, after_of: int) -> float:
    """Two-sided p-value of Fisher's exact test: in how many visits of how many, before and after."""
    table = [[before_in, before_of - before_in], [after_in, after_of - after_in]]
    return float(fisher_exact(table).pvalue)
