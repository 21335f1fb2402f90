"""What the standard headers of a request tell any recipient: `vendors/_headers.yaml`."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from auditor.specs import Spec
from auditor.vendors.facts import Fact, write_sources_out


class HeaderWhen(StrEnum):
    """When a header tells something: always, to another site only, or there when no Referer went along."""

    always = "always"
    cross_site = "cross_site"
    no_referer = "no_referer"


class StandardHeader(Fact):
    """One header (a glob in lower case) and the data type of its value."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9*-]+$")
    show: str = Field("", description="the usual spelling; empty for the name as it was sent")
    data_type: str
    when: HeaderWhen = HeaderWhen.always


class StandardHeaders(Spec):
    """The file."""

    sources: dict[str, str] = {}
    headers: tuple[StandardHeader, ...]

    @model_validator(mode="after")
    def _sources_in_full(self) -> Self:
        write_sources_out(self, self.sources)
        return self
