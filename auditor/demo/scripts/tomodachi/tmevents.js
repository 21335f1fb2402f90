"use strict";

// The pixel of トモダチ: page views, carts and purchases, with the member's e-mail as a hash where the site gives it.
(() => {
  const HOST = "https://www.tomodachi.test";
  const CONFIG = "https://connect.tomodachi-net.test/signals/config";
  const DAY_S = 86400;
  const state = { id: "", email: "" };

  const siteDomain = () => location.hostname.split(".").slice(-2).join(".");

  function readCookie(name) {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : "";
  }

  function keepCookie(name, value, days) {
    const seconds = days * DAY_S;
    document.cookie = `${name}=${value}; domain=${siteDomain()}; path=/; max-age=${seconds}; samesite=lax; secure`;
    return value;
  }

  function browserId() {
    const random = crypto.getRandomValues(new Uint32Array(1))[0];
    return readCookie("_tmp") || keepCookie("_tmp", `tm.1.${Date.now()}.${random}`, 90);
  }

  function clickId() {
    const arrived = new URLSearchParams(location.search).get("tmclid");
    return arrived ? keepCookie("_tmc", `tm.1.${Date.now()}.${arrived}`, 90) : readCookie("_tmc");
  }

  async function sha256(text) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.trim().toLowerCase()));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function eventFields(event, data) {
    const fields = {
      id: state.id,
      ev: event,
      dl: location.href,
      rl: document.referrer,
      if: String(window !== top),
      ts: Date.now(),
      sw: screen.width,
      sh: screen.height,
      v: "3.1.0",
      tmp: browserId(),
      tmc: clickId(),
      "ud[em]": state.email ? await sha256(state.email) : "",
    };
    for (const [name, value] of Object.entries(data)) {
      fields[`cd[${name}]`] = value;
    }
    return Object.entries(fields).filter(([, value]) => value !== "");
  }

  // Every send is remembered until it is answered, so that a page can tell when the tag has nothing left to do.
  const pending = [];

  function image(address) {
    const pixel = new Image();
    pending.push(new Promise((resolve) => (pixel.onload = pixel.onerror = resolve)));
    pixel.src = address;
  }

  async function sendImage(event, data) {
    image(`${HOST}/tr/?${new URLSearchParams(await eventFields(event, data))}`);
  }

  // A form in a hidden frame: what is too long for an address, and needs no CORS.
  async function sendForm(event, data) {
    const frame = document.createElement("iframe");
    frame.name = `tm${Date.now()}`;
    frame.style.display = "none";
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: `${HOST}/tr/`, target: frame.name });
    form.style.display = "none";
    for (const [name, value] of await eventFields(event, data)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(frame, form);
    pending.push(new Promise((resolve) => frame.addEventListener("load", resolve)));
    form.submit();
  }

  async function sendMultipart(event, data) {
    const body = new FormData();
    for (const [name, value] of await eventFields(event, data)) {
      body.append(name, value);
    }
    await fetch(`${HOST}/tr/`, { method: "POST", mode: "no-cors", credentials: "include", body });
  }

  function loadConfig(id) {
    return new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = `${CONFIG}/${id}.js`;
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
  }

  const commands = {
    async init(id, user = {}) {
      state.id = id;
      state.email = user.em || "";
      await loadConfig(id);
    },
    async track(event, data = {}) {
      const ways = (window.tomodachiConfig || { ways: {} }).ways;
      await { form: sendForm, multipart: sendMultipart, image: sendImage }[ways[event] || "image"](event, data);
    },
  };

  const queue = (window.tmQueue = window.tmQueue || []);
  let last = Promise.resolve();
  function run([command, ...values]) {
    const mine = last.then(() => commands[command](...values));
    last = mine;
    const idle = () => Promise.all(pending).then(() => mine === last && (document.documentElement.dataset.tomodachi = "idle"));
    mine.then(idle, idle);
  }
  queue.forEach(run);
  queue.push = (...calls) => calls.forEach(run);
})();
