"""The type every later stage works on: one data item sent to one recipient in one request."""

from pydantic import BaseModel, ConfigDict, Field

from auditor.vendors import Carrier, Mark


class Transmission(BaseModel):
    """One data item sent. `value` is raw: whoever writes it out masks it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visit: str
    request: str
    vendor: str | None = Field(description="vendor id; None for a recipient no file describes")
    recipient: str = Field(description="registrable domain that received the request")
    host: str
    first_party: bool = Field(description="the recipient's registrable domain is the visited page's")
    module: str | None = Field(None, description="module id of the vendor")
    parameter: str
    data_type: str | None = Field(description="taxonomy code; None: technical or not understood")
    value: str
    carrier: Carrier
    mark: Mark | None = Field(None, description="strength of the fact that named the item")
    source: str = Field("", description="where that fact is from; 'by value: ...' when recognised by its value")
    by_grammar: bool = Field(False, description="the vendor was told by the request's grammar, not its host")
