"""The choice on a consent banner, made as a person would: found, clicked with the mouse, kept as evidence.

Everything that looks at the page runs in an isolated world (CDP Page.createIsolatedWorld) of each frame, out-of-process
ones too: it shares the document with the page's scripts and nothing else, so they see a mouse and no more. Three kinds
of rules, strictest first: products.yaml (ours: Japanese products, and those others drive by calling into the page),
autoconsent's rules (MPL-2.0), and wording.yaml, what banners and their buttons say.

    rules        products.yaml and wording.yaml as strict models; which kind of button a text is
    worlds       isolated worlds of all frames of a page, and mouse clicks into them (page.js)
    autoconsent  DuckDuckGo's rule engine in such a world, its clicks made ours
    product      one product's rule, step by step
    wording      the generic rule
    choice       which rule, in which order, and what came of it: ConsentResult
"""

from auditor.capture.consent.choice import Chooser

__all__ = ["Chooser"]
