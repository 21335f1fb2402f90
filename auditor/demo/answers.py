"""What an audit of the demo web must find: the planted discrepancies and the facts, read from answers.yaml."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from auditor.specs import Spec, load

FILE = Path(__file__).resolve().with_name("answers.yaml")

type Technique = Literal[
    "first_party_cookie", "link_decoration", "hashed_contact", "partitioned_cookie", "local_storage"
]


class ExpectedFinding(Spec):
    """One finding of the default scenario; there are no others."""

    rule: str
    site: str
    vendor: str | None = Field(description="vendor id; None for a recipient no file describes")
    recipient: str = Field("", description="registrable domain, where there is no vendor id")
    data_type: str | None = None
    verdict: Literal["fail", "warn", "review", "info"]
    of_page: bool = Field(False, description="it speaks of the disclosure's page as a whole, of no recipient")
    why: str = Field(description="what was planted, or which fact it states")

    @model_validator(mode="after")
    def _named(self) -> "ExpectedFinding":
        if (self.vendor is None and not self.of_page) != bool(self.recipient):
            raise ValueError("needs a vendor, or the recipient's domain where there is none, or of_page")
        return self


class PlatformFacts(Spec):
    """A platform's account cookie, and where it goes when its member is logged in (mode `allowed`)."""

    account_cookie: str
    browser_cookie: str = Field(description="goes along in every state, and stays after logout")
    domain: str = Field(description="of both cookies")
    account_cookie_sent_from: tuple[str, ...] = Field(description="sites; in mode `blocked`, from none")


class ThirdPartyCookie(Spec):
    """A cookie of a recipient's own domain that a site's pages make the browser send."""

    site: str
    vendor: str | None
    cookie: str
    domain: str = Field(description="registrable domain it is sent to")
    visitors: Literal["all", "logged_in"] = Field("all", description="of its platform; logged_in: only then")


class TakesOver(Spec):
    """What still identifies the browser to a vendor when third-party cookies are blocked."""

    site: str
    vendor: str
    technique: Technique
    item: str = Field(description="'query NAME', 'body NAME' or 'cookie NAME'")
    only_blocked: bool = Field(description="sent in mode `blocked` only: it replaces; else it was there all along")


class ConsentFacts(Spec):
    """What runs on the site with the banner; the default scenario ignores the banner."""

    site: str
    before_choice: tuple[str, ...] = Field(description="recipients sent to before any choice")
    added_by_accept: tuple[str, ...] = Field(description="hosts sent to only after 同意する")
    after_reject: tuple[str, ...] = Field(description="recipients sent to on pages opened after 拒否する")


class SiteFacts(Spec):
    """A site and how its disclosure page is built."""

    structure: str
    clean: bool = Field(False, description="its declarations hold: nothing but facts (info) is found")


class Answers(Spec):
    """The whole file."""

    sites: dict[str, SiteFacts]
    findings: tuple[ExpectedFinding, ...]
    platforms: dict[str, PlatformFacts]
    only_allowed: tuple[ThirdPartyCookie, ...] = Field(description="sent in `allowed`, never in `blocked`")
    partitioned: tuple[ThirdPartyCookie, ...] = Field(description="sent in both modes (CHIPS)")
    takes_over: tuple[TakesOver, ...]
    consent: ConsentFacts


def load_answers(path: Path = FILE) -> Answers:
    """Read the answer file. Raises InputError."""
    return load(path, Answers)
