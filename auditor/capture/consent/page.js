// Runs in our isolated world of one frame: looks, and says where; never touches the page's own world.
// Gives globalThis.auditor; elements are named by their number in `kept`.
(() => {
  if (globalThis.auditor) return;
  const ownClick = HTMLElement.prototype.click;
  const kept = [];
  const keep = (el) => {
    const known = kept.indexOf(el);
    return known >= 0 ? known : kept.push(el) - 1;
  };
  const LOOK_AT = 50000;
  const BUTTONS =
    'button, [role=button], input[type=button], input[type=submit], a, [onclick], [class*=btn i], [class*=button i]';
  const TOGGLES = "input[type=checkbox], [role=switch], [role=checkbox]";
  const FIELDS =
    "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=hidden], [type=image], [type=reset])," +
    "textarea, select, [contenteditable=true]";

  // Closed shadow roots, as worlds.py hands them over.
  const closed = new WeakMap();
  const rootOf = (el) => el.shadowRoot || closed.get(el) || null;

  function* deep(root, budget = { left: LOOK_AT }) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node && budget.left-- > 0; node = walker.nextNode()) {
      yield node;
      const root = rootOf(node);
      if (root) yield* deep(root, budget);
    }
  }

  const visible = (el) => {
    if (!el.isConnected || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = el.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };

  const onScreen = (el) => {
    if (!visible(el)) return false;
    const box = el.getBoundingClientRect();
    return box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  };

  const stands = (el) => {
    if (el.matches("dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]")) return true;
    return ["fixed", "sticky"].includes(getComputedStyle(el).position);
  };

  const up = (el) => el.parentElement || (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
  const inside = (el, outer) => {
    for (let at = el; at; at = up(at)) if (at === outer) return true;
    return false;
  };

  const textOf = (el) => {
    const parts = [el.innerText || ""];
    for (const inner of [el, ...deep(el)]) {
      for (const child of rootOf(inner)?.children ?? []) parts.push(child.innerText || "");
    }
    return parts.join(" ").trim();
  };

  const SAYS_VALUE = "input[type=button], input[type=submit]";
  const label = (el) =>
    ((el.innerText || "").trim() || (el.matches(SAYS_VALUE) && el.value) || (el.labels?.[0]?.innerText || "").trim() ||
      el.getAttribute("aria-label") || el.title || el.querySelector("img[alt]")?.alt || "").trim().slice(0, 200);

  // A link that leads to another page is no button of a banner.
  const leads = (el) => {
    const link = el.closest("a[href], area[href]");
    if (!link) return false;
    const href = link.getAttribute("href").trim();
    return !(href === "" || href.startsWith("#") || /^javascript:/i.test(href));
  };

  const buttonsIn = (box) => {
    const found = [];
    for (const el of deep(box)) {
      if (el.matches(BUTTONS) && visible(el) && !el.disabled && el.ariaDisabled !== "true" && !leads(el)) found.push(el);
    }
    const inner = found.filter((el) => !found.some((other) => other !== el && inside(other, el)));
    return inner.map((el) => ({ n: keep(el), text: label(el) })).filter((b) => b.text);
  };

  const isOn = (el) => (el instanceof HTMLInputElement ? el.checked : el.ariaChecked === "true");
  const isFixed = (el) => el.disabled || el.ariaDisabled === "true" || (el.readOnly ?? false);
  const togglesIn = (box) =>
    [...deep(box)].filter((el) => el.matches(TOGGLES) && !isFixed(el)).map((el) => ({ n: keep(el), on: isOn(el) }));

  // Where a person would click: a point of the element that nothing else covers.
  const spot = (el) => {
    const box = el.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) return null;
    for (const [fx, fy] of [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75]]) {
      const x = box.left + box.width * fx;
      const y = box.top + box.height * fy;
      let top = document.elementFromPoint(x, y);
      while (top && rootOf(top)) {
        const next = rootOf(top).elementFromPoint(x, y);
        if (!next || next === top) break;
        top = next;
      }
      if (top && inside(top, el)) return { x, y };
    }
    return null;
  };

  const step = (el) => {
    if (el.id) return `#${CSS.escape(el.id)}`;
    const same = el.parentNode ? [...el.parentNode.children].filter((o) => o.localName === el.localName) : [el];
    return same.length > 1 ? `${el.localName}:nth-of-type(${same.indexOf(el) + 1})` : el.localName;
  };

  const chain = (selectors) => {
    let roots = [document];
    let found = [];
    selectors.forEach((selector, depth) => {
      found = roots.flatMap((root) => [...root.querySelectorAll(selector)]);
      if (depth < selectors.length - 1) roots = found.map(rootOf).filter(Boolean);
    });
    return found;
  };

  globalThis.auditor = {
    keep,
    opened(root) {
      const known = closed.has(root.host);
      closed.set(root.host, root);
      return !known;
    },
    // Banners and panels: what stands before the page and has buttons; the innermost of those inside each other.
    boxes(framed) {
      const found = framed && document.body ? [document.body] : [];
      if (document.documentElement) {
        for (const el of deep(document)) if (el !== document.body && stands(el) && onScreen(el)) found.push(el);
      }
      return found
        .map((el) => ({
          n: keep(el), el, text: textOf(el).slice(0, 6000), buttons: buttonsIn(el), toggles: togglesIn(el),
          fields: [...deep(el)].filter((field) => field.matches(FIELDS) && visible(field)).length,
        }))
        .filter((box) => box.buttons.length && box.text)
        .map(({ el, ...box }) => ({ ...box, holds: found.filter((o) => o !== el && inside(o, el)).map(keep) }));
    },
    find: (selectors) => chain(selectors).map((el) => ({ n: keep(el), shown: visible(el), on: isOn(el), text: label(el) })),
    // Which of these chains of selectors name something that is to be seen.
    showing: (chains) => chains.map((selectors) => chain(selectors).some(onScreen)),
    shown: (n) => onScreen(kept[n]),
    on: (n) => isOn(kept[n]),
    holder(el) {
      let standing = false;
      for (let at = el; at; at = up(at)) standing ||= at !== document.body && stands(at);
      return { shown: onScreen(el), standing };
    },
    about(n) {
      const el = kept[n];
      const path = [];
      for (let at = el; at && path.length < 6; at = up(at)) {
        path.unshift(step(at));
        if (at.id && !(at.getRootNode() instanceof ShadowRoot)) break;
        if (!at.parentElement && up(at)) path.unshift(">>>");
      }
      const selector = path.join(" > ").replaceAll(" > >>> > ", " >>> ");
      return { text: label(el), selector, toggle: el.matches(TOGGLES), shown: visible(el) };
    },
    point(n) {
      const el = kept[n];
      const marks = [el, el.labels?.[0], el.closest("label"), el.matches(TOGGLES) ? up(el) : null];
      for (const mark of marks) {
        if (!mark || !mark.isConnected) continue;
        mark.scrollIntoViewIfNeeded?.();
        const found = visible(mark) ? spot(mark) : null;
        if (found) return found;
      }
      return null;
    },
    press(n) {
      ownClick.call(kept[n]);
    },
  };
})();
