"use strict";

// カザリ: many values that look like a browser's number and are none.
(() => {
  const cookie = (name, make) => {
    const kept = document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]+)`))?.[1] || make();
    document.cookie = `${name}=${kept}; path=/; max-age=34560000; samesite=lax; secure`;
    return kept;
  };
  const random = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16).padStart(8, "0")).join("");
  const hex = (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

  // One for all requests of this load of the page, and no longer.
  const nonce = random();
  const send = async (turn) => {
    const fields = {
      turn,
      nonce,
      rnd: random(),
      cb: Date.now(),
      first_s: cookie("kz_s", () => Math.floor(Date.now() / 1000)),
      first_ms: cookie("kz_ms", () => Date.now()),
      first_36: cookie("kz_36", () => Date.now().toString(36)),
      deploy: cookie("kz_deploy", () => "7c0f5d0e-2b61-4b8e-9a53-1f6f2f1f9d11"),
      group: cookie("kz_group", () => (Math.random() < 0.5 ? "A" : "B")),
      consent: cookie("kz_consent", () => "CPzHq4APzHq4ABEACBJADMCoAP_AAEPAAAAAAAAAAAA"),
      other: await sha256("someone.else@example.net"),
      noise: await sha256(random()),
    };
    await fetch(`https://d.kazari.test/d?${new URLSearchParams(fields)}`, { mode: "no-cors", credentials: "omit" });
  };
  (window.sends ??= []).push(send("1").then(() => send("2")));
})();
