"""Who receives what, as data files: `vendors/*.yaml`, one recipient each, and the taxonomy of data types.

facts     mark and source     model     a vendor: names, domains, modules, parameters, cookies, documents
taxonomy  kinds of data       loading   the files of a folder
lists     other people's lists, supplied by the user, made into vendor files
"""

from auditor.vendors.facts import Fact, Id, Mark
from auditor.vendors.headers import HeaderWhen, StandardHeader
from auditor.vendors.loading import (
    VENDORS_DIR,
    Described,
    load_described,
    load_grammars,
    load_headers,
    load_taxonomy,
    load_vendors,
)
from auditor.vendors.model import (
    Alias,
    BodyFormat,
    Carrier,
    ClickId,
    Document,
    Domain,
    Endpoint,
    Example,
    ExpectedItem,
    Group,
    LoginState,
    Module,
    ModuleKind,
    Name,
    NameKind,
    NotExample,
    Parameter,
    Party,
    Script,
    Split,
    Vendor,
    VendorCookie,
)
from auditor.vendors.taxonomy import DataType, Taxonomy

__all__ = [
    "VENDORS_DIR",
    "Alias",
    "BodyFormat",
    "Carrier",
    "ClickId",
    "DataType",
    "Described",
    "Document",
    "Domain",
    "Endpoint",
    "Example",
    "ExpectedItem",
    "Fact",
    "Group",
    "HeaderWhen",
    "Id",
    "LoginState",
    "Mark",
    "Module",
    "ModuleKind",
    "Name",
    "NameKind",
    "NotExample",
    "Parameter",
    "Party",
    "Script",
    "Split",
    "StandardHeader",
    "Taxonomy",
    "Vendor",
    "VendorCookie",
    "load_described",
    "load_grammars",
    "load_headers",
    "load_taxonomy",
    "load_vendors",
]
