// Read in an isolated world: the page cannot notice. `work` is called by the auditor alone.
(() => {
  const MAX_LINKS = 5000, MAX_ELEMENTS = 60000, DEPTH = 40;
  const shown = element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})
    && element.getClientRects().length > 0;
  const step = element => {
    const same = [...(element.parentNode?.children ?? [])].filter(e => e.localName === element.localName);
    return element.localName + (same.length > 1 ? `:nth-of-type(${same.indexOf(element) + 1})` : "");
  };
  const path = element => {
    const steps = [];
    for (let at = element; at && at.nodeType === 1 && steps.length < DEPTH; at = at.parentElement) {
      if (at.id && /^[A-Za-z][\w-]*$/.test(at.id) && document.querySelectorAll("#" + at.id).length === 1)
        return ["#" + at.id, ...steps].join(" > ");
      steps.unshift(step(at));
    }
    return steps.join(" > ");
  };
  const words = element => (element.innerText || element.getAttribute("aria-label") || element.title
    || element.querySelector("img[alt]")?.alt || element.textContent || "").replace(/\s+/g, " ").trim().slice(0, 120);

  const links = () => {
    const all = [...document.querySelectorAll("a[href], area[href]")].filter(a => /^https?:/.test(a.href));
    return {page: location.href, total: all.length, links: all.slice(0, MAX_LINKS).map(a =>
      ({text: words(a), url: a.href.slice(0, 2000), selector: path(a), shown: shown(a)}))};
  };

  // Parts that open on a click: what a person would open to read on.
  const closed = () => [...document.querySelectorAll("details:not([open]) > summary, [aria-expanded=false]")]
    .filter(shown).slice(0, 40).map(element => ({text: words(element), selector: path(element)}));

  const own = element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const remember = () => {
    const hidden = new WeakSet();
    for (const element of [...document.querySelectorAll("body *")].slice(0, MAX_ELEMENTS))
      if (own(element) && !shown(element)) hidden.add(element);
    globalThis.auditorHidden ??= hidden;
  };

  // Where it stands on a picture of the whole page: the part of its rectangle that lies on the page.
  const BLOCKS = new Set(("address article aside blockquote body caption center dd details div dl dt figure footer form "
    + "h1 h2 h3 h4 h5 h6 header li main nav ol p pre section summary table tbody td th tr ul").split(" "));
  const box = element => {
    const rect = element.getBoundingClientRect();
    const left = Math.max(0, Math.floor(rect.left + scrollX)), top = Math.max(0, Math.floor(rect.top + scrollY));
    const right = Math.ceil(rect.right + scrollX), bottom = Math.ceil(rect.bottom + scrollY);
    return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)].join(" ");
  };

  // A copy in a document without scripts: nothing is set in the page, and no element of its own is made.
  const copy = () => {
    const root = document.documentElement, inert = document.implementation.createHTMLDocument("");
    const made = inert.importNode(root, true);
    const from = [root, ...root.querySelectorAll("*")], to = [made, ...made.querySelectorAll("*")];
    const was = globalThis.auditorHidden ?? new WeakSet();
    for (let n = 0; n < Math.min(from.length, MAX_ELEMENTS); n++) {
      for (const name of ["px", "collapsed", "box"]) to[n].removeAttribute("data-auditor-" + name);
      if (BLOCKS.has(from[n].localName) && from[n].getClientRects().length > 0)
        to[n].setAttribute("data-auditor-box", box(from[n]));
      if (own(from[n])) {
        to[n].setAttribute("data-auditor-px", String(parseFloat(getComputedStyle(from[n]).fontSize) || 0));
        if (was.has(from[n])) to[n].setAttribute("data-auditor-collapsed", "");
      }
    }
    return {title: document.title.slice(0, 1000), html: made.outerHTML.slice(0, 16 << 20),
      viewport: !!document.querySelector("meta[name=viewport i]")};
  };
  const size = () => ["scrollWidth", "scrollHeight"].map(name =>
    Math.max(document.documentElement[name], document.body?.[name] ?? 0));
  const inner = () => [innerWidth, innerHeight];
  return {links, closed, remember, copy, size, inner};
})()
