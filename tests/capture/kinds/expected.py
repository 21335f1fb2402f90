"""What the evidence must say of each request of the page set: its sensors, its actor and its cause.

Addresses of one.test stand without their host, those of the others as `two:` and `third:`. A line of a row is
source, actor, resource type, initiator type, initiator, line in the initiator, frame, page. Of what a page sends when
it goes the browser may tell or not (`either`): then the call that sent it tells the cause.
"""

type Row = tuple[str, str, str | None, str | None, str | None, int | None, str | None, str | None]

UPDATE_CHECK: Row = ("proxy_only", "service_worker", None, None, None, None, None, None)
"""The browser may look by itself whether a service worker's scripts have changed, a second after it has run."""

EXPECTED: dict[str, set[Row]] = {
    "GET /": {("both", "page", "document", "other", None, None, "/", "/")},
    "GET third:/k/tag.gif?u=https://one.test/": {("both", "page", "image", "script", "third:/k/tag.js", 1, "/", "/")},
    "GET /k/audio.wav": {("both", "page", "media", "parser", "/", None, "/", "/")},
    "GET /k/background.png": {("both", "page", "image", "parser", "/k/style.css", None, "/", "/")},
    "POST /k/beacon": {("both", "page", "ping", "script", "/k/calls.js", 11, "/", "/")},
    "GET /k/brotli": {("both", "page", "fetch", "script", "/k/calls.js", 15, "/", "/")},
    "POST /k/bye-beacon": {("either", "page", "ping", "script", "/k/calls.js", 54, "/", "/")},
    "POST /k/bye-fetch": {("either", "page", "fetch", "script", "/k/calls.js", 55, "/", "/")},
    "GET /k/bye-image.png": {("either", "page", "image", "script", "/k/calls.js", 56, "/", "/")},
    "GET /k/cached": {("both", "service_worker", "fetch", "script", "/k/service.js", 3, "/k/service.js", None)},
    "GET /k/calls.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "GET /k/cursor.png": {("both", "page", "image", "parser", "/k/style.css", None, "/", "/")},
    "GET two:/k/deepframe": {
        ("both", "frame", "document", "parser", "third:/k/thirdframe", None, "two:/k/deepframe", "/")
    },
    "GET two:/k/deepimg.png": {("both", "frame", "image", "parser", "two:/k/deepframe", None, "two:/k/deepframe", "/")},
    "GET /k/dynamic.js": {("both", "page", "script", "script", "/k/calls.js", 34, "/", "/")},
    "GET /k/embed.svg": {("both", "frame", "document", "parser", "/", None, "/k/embed.svg", "/")},
    "GET /k/events": {("both", "page", "eventsource", "script", "/k/calls.js", 16, "/", "/")},
    "GET /favicon.ico": {("both", "page", "other", "other", None, None, "/k/popup", "/k/popup")},
    "POST /k/fetch": {("both", "page", "fetch", "script", "/k/calls.js", 6, "/", "/")},
    "GET /k/font.woff2": {("both", "page", "font", "parser", "/k/style.css", None, "/", "/")},
    "GET /k/fontface.woff2": {("both", "page", "font", "parser", "/", None, "/", "/")},
    "POST /k/form": {("both", "frame", "document", "form", "/k/calls.js", 38, "/k/form", "/")},
    "GET /k/frame": {("both", "frame", "document", "parser", "/", None, "/k/frame", "/")},
    "GET /k/frame.js": {("both", "frame", "script", "parser", "/k/frame", None, "/k/frame", "/")},
    "GET /k/frameimg.png": {("both", "frame", "image", "parser", "/k/frame", None, "/k/frame", "/")},
    "GET /k/fromblob": {("both", "worker", "fetch", "script", "blob", 1, "blob", "/")},
    "GET /k/fromframe": {("both", "frame", "fetch", "script", "/k/frame.js", 1, "/k/frame", "/")},
    "GET /k/fromimported": {("both", "page", "fetch", "script", "/k/imported.js", 1, "/", "/")},
    "GET /k/frominner": {("both", "worker", "fetch", "script", "/k/inner.js", 1, "/k/inner.js", "/")},
    "GET /k/frominserted": {("both", "page", "fetch", "script", "/k/inserted.js", 1, "/", "/")},
    "GET /k/frommodule": {("both", "page", "fetch", "script", "/k/module.js", 2, "/", "/")},
    "GET /k/frommoduleworker": {
        ("both", "worker", "fetch", "script", "/k/moduleworker.js", 2, "/k/moduleworker.js", "/")
    },
    "GET /k/frompopup": {("both", "page", "fetch", "script", "/k/popup.js", 1, "/k/popup", "/k/popup")},
    "POST /k/fromservice": {("both", "service_worker", "fetch", "script", "/k/service.js", 4, "/k/service.js", None)},
    "GET /k/fromshared": {("both", "worker", "fetch", "script", "/k/shared.js", 2, "/k/shared.js", None)},
    "GET third:/k/fromthirdframe": {
        ("both", "frame", "fetch", "script", "third:/k/thirdframe.js", 1, "third:/k/thirdframe", "/")
    },
    "POST /k/fromworker": {("both", "worker", "fetch", "script", "/k/worker.js", 2, "/k/worker.js", "/")},
    "POST /k/gzip": {("both", "page", "fetch", "script", "/k/calls.js", 14, "/", "/")},
    "GET two:/k/hop": {("both", "page", "fetch", "redirect", "/k/redirect", None, "/", "/")},
    "GET /k/icon.png": {("both", "page", "other", "other", None, None, "/", "/")},
    "GET /k/img.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET /k/import.css": {("both", "page", "stylesheet", "parser", "/k/style.css", None, "/", "/")},
    "GET /k/imported.js": {("both", "page", "script", "script", "/k/module.js", None, "/", "/")},
    "GET /k/importscripts.js": {("both", "worker", "other", "script", "/k/worker.js", 1, "/k/worker.js", "/")},
    "GET /k/inner.js": {("both", "worker", "script", "script", "/k/worker.js", 3, "/k/worker.js", "/")},
    "GET /k/input.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET /k/inserted.js": {("both", "page", "script", "script", "/k/calls.js", 3, "/", "/")},
    "POST /k/keepalive": {("both", "page", "fetch", "script", "/k/calls.js", 7, "/", "/")},
    "GET /k/landed": {("both", "page", "fetch", "redirect", "two:/k/hop", None, "/", "/")},
    "POST /k/later": {("both", "page", "fetch", "script", "/k/calls.js", 44, "/", "/")},
    "GET /k/lazy.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET /k/manifest.json": {
        ("both", "page", "manifest", "other", None, None, "/", "/"),
        ("both", "page", "manifest", "parser", "/", None, "/", "/"),
    },
    "GET /k/module.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "GET /k/modulepreload.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "GET /k/moduleworker.js": {("both", "page", "script", "script", "/k/calls.js", 24, "/", "/")},
    "POST /k/multipart": {("both", "frame", "document", "form", "/k/calls.js", 40, "/k/multipart", "/")},
    "GET /k/nested": {("both", "page", "fetch", "script", "/k/calls.js", 42, "/", "/")},
    "GET /k/scope/network": {("both", "frame", "fetch", "script", "/k/scope.js", 1, "/k/scope/page", "/")},
    "GET /k/newimage.png": {("both", "page", "image", "script", "/k/calls.js", 2, "/", "/")},
    "GET /k/object.svg": {("both", "frame", "document", "parser", "/", None, "/k/object.svg", "/")},
    "GET /k/scope/page": {("both", "frame", "document", "script", "/k/calls.js", 32, "/k/scope/page", "/")},
    "GET /k/parser.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "GET /k/scope/passed": {("both", "service_worker", "fetch", "script", "/k/service.js", 7, "/k/service.js", None)},
    "GET /k/picture.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "POST /k/ping": {("both", "page", "ping", "script", "/k/calls.js", 41, "/", "/")},
    "GET /k/popup": {("both", "page", "document", "script", "/k/calls.js", 49, "/k/popup", "/k/popup")},
    "GET /k/popup.js": {("both", "page", "script", "parser", "/k/popup", None, "/k/popup", "/k/popup")},
    "GET /k/poster.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET /k/prefetch": {("both", "page", "other", "parser", "/", None, "/", "/")},
    "OPTIONS two:/k/preflighted": {("both", "page", "other", "preflight", "/k/calls.js", 12, "/", "/")},
    "PUT two:/k/preflighted": {("both", "page", "fetch", "script", "/k/calls.js", 12, "/", "/")},
    "GET /k/preloaded.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "GET /k/redirect": {("both", "page", "fetch", "script", "/k/calls.js", 13, "/", "/")},
    "GET /k/scope.js": {("both", "frame", "script", "parser", "/k/scope/page", None, "/k/scope/page", "/")},
    "GET /k/service.js": {("both", "service_worker", "script", "script", "/k/calls.js", 28, "/k/service.js", None)},
    "GET /k/serviceimport.js": {
        ("both", "service_worker", "other", "script", "/k/service.js", 1, "/k/service.js", None)
    },
    "GET /k/shared.js": {("both", "page", "script", "script", "/k/calls.js", 26, "/", "/")},
    "GET two:/k/socket": {("both", "page", "websocket", "script", "/k/calls.js", 19, "/", "/")},
    "GET /k/srcdoc.png": {("both", "frame", "image", "parser", "about:srcdoc", None, "about:srcdoc", "/")},
    "GET /k/srcset.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET /k/style.css": {("both", "page", "stylesheet", "parser", "/", None, "/", "/")},
    "GET /k/svgimage.png": {("both", "page", "image", "parser", "/", None, "/", "/")},
    "GET third:/k/tag.js": {("both", "page", "script", "parser", "/", None, "/", "/")},
    "POST third:/k/tagfetch": {("both", "page", "fetch", "script", "third:/k/tag.js", 2, "/", "/")},
    "GET third:/k/thirdframe": {("both", "frame", "document", "parser", "/", None, "third:/k/thirdframe", "/")},
    "GET third:/k/thirdframe.js": {
        ("both", "frame", "script", "parser", "third:/k/thirdframe", None, "third:/k/thirdframe", "/")
    },
    "GET third:/k/thirdframeimg.png": {
        ("both", "frame", "image", "parser", "third:/k/thirdframe", None, "third:/k/thirdframe", "/")
    },
    "GET /k/timer": {("both", "page", "fetch", "script", "/k/calls.js", 43, "/", "/")},
    "GET /k/use.svg": {("both", "page", "other", "parser", "/", None, "/", "/")},
    "GET /k/video.mp4": {("both", "page", "media", "parser", "/", None, "/", "/")},
    "GET /k/wasm.wasm": {("both", "page", "fetch", "script", "/k/calls.js", 35, "/", "/")},
    "GET /k/worker.js": {("both", "page", "script", "script", "/k/calls.js", 22, "/", "/")},
    "GET /k/workerimport.js": {
        ("both", "worker", "script", "script", "/k/moduleworker.js", None, "/k/moduleworker.js", "/")
    },
    "GET /k/worklet.js": {("both", "worker", "script", "script", "/k/calls.js", 33, "/", "/")},
    "GET /k/written.js": {("both", "page", "script", "script", "/k/calls.js", 1, "/", "/")},
    "POST /k/xhr": {("both", "page", "xhr", "script", "/k/calls.js", 10, "/", "/")},
}
