"""What an audit of scenarios/demo-changes.yaml must find, and what it must not take for it, read from changes.yaml."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from auditor.specs import Spec, load

FILE = Path(__file__).resolve().with_name("changes.yaml")

type Mode = Literal["allowed", "blocked"]
type Kind = Literal["identifier", "sync", "respawn", "leak", "technique", "fingerprint"]


class PlantedTechnique(Spec):
    """A way by which a recipient keeps hold of a browser or a person."""

    site: str
    vendor: str | None = Field(None, description="None: no vendor file describes the recipient")
    recipient: str = Field(description="registrable domain")
    technique: str
    items: tuple[str, ...] = Field(description="'query NAME', 'cookie NAME', 'header NAME', 'call NAME'")
    holder: str = Field("", description="'cookie NAME', 'local_storage NAME': where the browser keeps the value")
    host: str = Field("", description="where the recipient's registrable domain does not tell it")
    strength: Literal["shown", "hint"] = "shown"
    modes: tuple[Mode, ...]
    why: str = ""


class PlantedIdentifier(Spec):
    """A browser's identifier, by where it is kept; one for each domain."""

    site: str
    holder: str = Field(description="'cookie NAME', 'local_storage NAME' or 'http_cache PATH'")
    domain: str = Field(description="of the cookie; host of the storage's origin or of the cached address")
    sent_to: tuple[str, ...] = Field(description="registrable domains, the site's own only where no other gets it")
    modes: tuple[Mode, ...]
    why: str = ""


class PlantedSync(Spec):
    """An identifier one company holds reached another."""

    site: str
    from_: str = Field(alias="from", description="registrable domain")
    to: str
    how: Literal["redirect", "parameter", "cookie_read"]
    name: str = Field(description="of the parameter that carried it")
    holder: str
    modes: tuple[Mode, ...]
    why: str = ""


class PlantedRespawn(Spec):
    """A cookie that comes back after its deletion."""

    site: str
    recipient: str
    cookie: str
    source: Literal["local_storage", "http_cache", "server"]
    detail: str
    modes: tuple[Mode, ...]
    why: str = ""


class CrossSite(Spec):
    """The same identifier received from several sites in one journey."""

    site: str
    recipient: str
    holder: str
    from_sites: tuple[str, ...]
    how: Literal["third_party_cookie", "link_decoration"]
    modes: tuple[Mode, ...]


class CrossState(Spec):
    """A browser's cookie a platform gets before login, while logged in, and after logout."""

    site: str
    vendor: str
    recipient: str
    cookie: str
    modes: tuple[Mode, ...] = Field(description="in which the platform gets it in all three states")
    sent_from_site: tuple[Mode, ...] = Field(description="in which the audited site's pages send it, too")


class PlantedLeak(Spec):
    """A field of the visit's person, sent to somebody; all at the site kaiin, in both modes."""

    recipient: str
    vendor: str | None = None
    field: str
    variant: Literal["", "e164", "country_digits"] = ""
    layers: tuple[str, ...]
    carrier: Literal["query", "header", "body", "message"]
    name: str = Field(description="'' where it is not to be compared")
    when: Literal["before_submit", "after_submit", "never_submitted"]
    why: str = ""

    def sent_as(self, layers: tuple[str, ...]) -> bool:
        """Whether these layers, as they were on the wire, are this leak's: a query escapes what it carries."""
        return layers in (self.layers, ("url", *self.layers) if self.carrier == "query" else self.layers)


class Decoy(Spec):
    """A value that only looks like one of the above."""

    name: str
    site: str
    recipient: str
    seen: str = Field(description="'query NAME', 'body NAME'")
    holder: str = ""
    modes: tuple[Mode, ...] = ("allowed", "blocked")
    not_a: tuple[Kind, ...] = Field(min_length=1)
    why: str


class EditionChange(Spec):
    """What edition 2 changes."""

    what: Literal["script_version", "parameter", "recipient", "disclosure_row"]
    site: str = Field(description="'' for every site that uses the script")
    recipient: str
    vendor: str | None = None
    item: str
    before: str
    after: str
    why: str = ""


class Planted(Spec):
    """The whole file."""

    techniques: tuple[PlantedTechnique, ...]
    identifiers: tuple[PlantedIdentifier, ...]
    syncs: tuple[PlantedSync, ...]
    respawns: tuple[PlantedRespawn, ...]
    cross_site: tuple[CrossSite, ...]
    cross_state: tuple[CrossState, ...]
    leaks: tuple[PlantedLeak, ...]
    decoys: tuple[Decoy, ...]
    edition_2: tuple[EditionChange, ...]


def load_planted(path: Path = FILE) -> Planted:
    """Read the file. Raises InputError."""
    return load(path, Planted)
