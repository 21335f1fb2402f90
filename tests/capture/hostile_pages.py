"""What the hostile web's pages do, path by path."""


def page(name: str, script: str, body: str = "<p>text") -> str:
    return f"<!doctype html><meta charset=utf-8><title>{name}</title>{body}<script>{script}</script>"


PAGES = {
    "/plain": "<!doctype html><title>plain</title><p>plain",
    "/refresh": "<!doctype html><title>refresh</title><meta http-equiv=refresh content=0><p>again",
    "/location": page("location", "location.href = '/location?' + Math.random()"),
    "/image": page("image", "", "<p>text<img src='/endless.png'>"),
    "/slow-image": page("slow image", "", "<p>text<img src='/drip.png'>"),
    "/large": page("large", "fetch('/big').then(r => r.blob()).then(() => fetch('/done'))"),
    "/upload": page("upload", "fetch('/taken', {method: 'POST', body: new Uint8Array(17 << 20)})"),
    "/fetches": page(
        "fetches",
        """(async () => {
  for (let n = 0; n < 200; n++)
    await Promise.allSettled([...Array(50).keys()].map(m => fetch(`/flood?${n * 50 + m}`)));
})()""",
    ),
    "/fetches-at-once": page("at once", "for (let n = 0; n < 3000; n++) fetch('/flood?' + n).catch(() => {})"),
    "/beacons": page(
        "beacons", "setInterval(() => { for (let n = 0; n < 50; n++) navigator.sendBeacon('/flood', 'x') })"
    ),
    "/cookies": page(
        "cookies",
        """(async () => {
  for (let n = 0; n < 10; n++) await fetch('/set?' + n);
  for (let n = 0; n < 5000; n++) document.cookie = `s${n}=${n}; path=/`;
  await fetch('/done');
  document.documentElement.dataset.done = "1";
})()""",
    ),
    "/alerts": page("alerts", "for (;;) alert('again')"),
    "/questions": page("questions", "setInterval(() => { if (!confirm('yes?')) prompt('why?') })"),
    "/stay": page("stay", "onbeforeunload = e => { e.preventDefault(); return 'stay' }", "<button>b</button>"),
    "/print": page("print", "print(); fetch('/printed')"),
    "/unasked": page("unasked", "for (let n = 0; n < 200; n++) window.open('/popup?' + n)"),
    "/opens": page(
        "opens",
        "let n = 0; const open_ = () => window.open('/popup?' + n++, '_blank', 'width=10,height=10').blur?.();"
        "document.querySelector('button').onclick = () => { open_(); focus() }",
        "<button>open</button>",
    ),
    "/opens-and-closes": page(
        "opens and closes",
        "document.querySelector('button').onclick = () => {"
        " const w = open('/popup'); w.onload = () => { w.close(); document.title = 'closed' } }",
        "<button>open</button>",
    ),
    "/blank-links": page("links", "", "<p><a target=_blank rel=noopener href='/popup?link'>link</a>"),
    "/popup": page("popup", "addEventListener('pagehide', () => navigator.sendBeacon('/popup-bye'))"),
    "/saves": page(
        "saves",
        "const a = document.createElement('a'); a.href = '/attachment'; a.download = '../evil'; a.click();"
        "const b = document.createElement('a'); b.href = URL.createObjectURL(new Blob(['x']));"
        "b.download = 'blob.sh'; setTimeout(() => b.click(), 100)",
    ),
    "/asks": page("asks", "fetch('/basic').then(r => fetch('/done?' + r.status))", "<p>text<img src='/basic'>"),
    "/busy": page("busy", "for (;;);"),
    "/busy-later": page("busy later", "onload = () => setTimeout(() => { for (;;); }, 50)"),
    "/hog": page(
        "hog",
        "const kept = []; setInterval(() => { kept.push(new Uint8Array(40 << 20).fill(1)); fetch('/tick') }, 100)",
    ),
    "/closes": page("closes", "onload = () => setTimeout(() => window.close(), 50)"),
    "/leaves": page("leaves", "onload = () => setTimeout(() => { location.href = 'about:blank' }, 50)"),
    "/moves-on": page("moves on", "onload = () => setTimeout(() => { location.href = '/moved-to' }, 150)"),
    "/moved-to": page("moved to", "fetch('/done')", "<p>the page that was moved to"),
    "/nested": page("nested", "fetch('/done')", "<div>" * 50_000 + "deep"),
    "/tall": page("tall", "fetch('/done')", "<div style='height: 4000000px'>tall</div>"),
    "/console": page("console", "for (let n = 0; n < 20000; n++) console.log('x'.repeat(1000)); fetch('/done')"),
    "/challenge": page("Just a moment...", "", "<h1>hostile.test</h1><p>Enable JavaScript and cookies to continue"),
    "/captcha": page("確認", "", "<p>ロボットではないことを確認してください<div class=g-recaptcha></div>")
    + "<iframe src='https://www.google.com/recaptcha/api2/anchor'></iframe>",
    "/login": page(
        "ログイン", "", "<form><input name=id><input type=password name=pass><button>ログイン</button></form>"
    ),
    "/maintenance": page("ただいまメンテナンス中です", "", "<p>ただいまメンテナンス中です。しばらくお待ちください。"),
    "/soft-error": page("ページが見つかりません", "", "<h1>ページが見つかりません</h1><p><a href=/>トップへ</a>"),
}
