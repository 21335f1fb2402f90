"""Our consent rules, read from YAML: known products, and the words of banners and buttons."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from auditor.evidence import Consent
from auditor.specs import Spec, load

FOLDER = Path(__file__).parent
PRODUCTS_FILE = FOLDER / "products.yaml"
WORDING_FILE = FOLDER / "wording.yaml"
MAX_LABEL = 60

type Chain = Annotated[tuple[str, ...], Field(min_length=1)]
"""CSS selectors, each looked for inside the shadow root of what the one before found; the last gives the elements."""


class ProductStep(Spec):
    """One act on a banner: click an element, or switch all toggles that match on or off."""

    click: Chain | None = None
    check: Chain | None = None
    uncheck: Chain | None = None

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        if sum(act is not None for act in (self.click, self.check, self.uncheck)) != 1:
            raise ValueError("needs exactly one of click, check and uncheck")
        return self


class Product(Spec):
    """One consent product. No steps for a choice: its banner offers no way to make it."""

    product: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = Field(min_length=1)
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="ISO 3166, of its maker")
    banner: Chain = Field(description="visible when the banner is shown")
    accept: tuple[ProductStep, ...] = ()
    reject: tuple[ProductStep, ...] = ()
    replaces: tuple[str, ...] = Field((), description="autoconsent's rules for the same banner, not asked any more")
    mark: Literal["V", "S", "M"] = Field(description="strength of the facts: verified, seen in a source, from memory")
    source: str = Field(min_length=1)

    def steps(self, choice: Consent) -> tuple[ProductStep, ...]:
        """What to do for a choice."""
        return self.accept if choice is Consent.accept else self.reject


class _Products(Spec):
    products: tuple[Product, ...]

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [p.product for p in self.products]
        if twice := {n for n in names if names.count(n) > 1}:
            raise ValueError(f"product there twice: {', '.join(sorted(twice))}")
        return self


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


type Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class Kind(StrEnum):
    """What a button does, told by its text; the order is that in which a text is tried."""

    reject = "reject"
    accept = "accept"
    settings = "settings"
    save = "save"
    acknowledge = "acknowledge"
    close = "close"
    other = "other"


class Wording(Spec):
    """What consent banners and their buttons say. All patterns are for texts as `normal` makes them."""

    mark: Literal["V", "S", "M"]
    source: str = Field(min_length=1)
    banner: tuple[Pattern, ...] = Field(min_length=1, description="found anywhere in a banner's text")
    never: tuple[Pattern, ...] = Field(description="found anywhere in what is no banner but asks another consent")
    reject: tuple[Pattern, ...] = Field(min_length=1, description="these and the following: the whole of a button")
    accept: tuple[Pattern, ...] = Field(min_length=1)
    settings: tuple[Pattern, ...] = Field(min_length=1, description="opens the panel of choices")
    save: tuple[Pattern, ...] = Field(min_length=1, description="stores the choices of the panel")
    acknowledge: tuple[Pattern, ...] = Field(min_length=1, description="accepts where there is no better button")
    close: tuple[Pattern, ...] = Field(min_length=1, description="hides the banner: neither accepts nor rejects")

    def is_about_consent(self, text: str) -> bool:
        """Whether a banner's text speaks of consent."""
        plain = normal(text)
        return bool(_any_of(self.banner).search(plain)) and not (self.never and _any_of(self.never).search(plain))

    def kind(self, label: str) -> Kind:
        """What a button with this text does."""
        text = normal(label)
        if not text or len(text) > MAX_LABEL:
            return Kind.other
        for kind in Kind:
            if kind is not Kind.other and _any_of(getattr(self, kind.value)).fullmatch(text):
                return kind
        return Kind.other


@lru_cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def normal(text: str) -> str:
    """A text for comparing: width and case folded, no spaces between Japanese letters, no arrows and full stops."""
    folded = unicodedata.normalize("NFKC", text).lower()
    bare = re.sub(r"[。．.!！>›»→✓✔「」【】\[\]()|]+", " ", folded)
    spaced = re.sub(r"\s+", " ", bare).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", spaced)


@lru_cache
def products() -> tuple[Product, ...]:
    """The known products."""
    return load_products(PRODUCTS_FILE)


@lru_cache
def wording() -> Wording:
    """The words of banners and buttons."""
    return load_wording(WORDING_FILE)


def load_products(file: Path) -> tuple[Product, ...]:
    """The products of a file. Raises InputError."""
    return load(file, _Products).products


def load_wording(file: Path) -> Wording:
    """The wording of a file. Raises InputError."""
    return load(file, Wording)
