"use strict";

// アンゴ, on the page that thanks for the registration: what was registered, in every writing.
(() => {
  const person = JSON.parse(document.querySelector("#registered").textContent);
  const HOST = "https://e.ango.test";
  const { base64, base64url, hex, reversed, hash, base64OfHash, gzip, base64OfGzip, protobuf } = window.ango;

  // As Google and Meta ask for it: the address trimmed and in lower case; the number with its country's code,
  // with a plus (Google) and without (Meta).
  const mail = person.email.trim().toLowerCase();
  const abroad = `+81${person.phone.replace(/\D/g, "").replace(/^0/, "")}`;

  const get = (fields) => fetch(`${HOST}/q?${new URLSearchParams(fields)}`, { mode: "no-cors" });
  const post = (path, body) => fetch(`${HOST}/${path}`, { method: "POST", mode: "no-cors", body });
  const octets = (bytes) => new Blob([bytes]);

  const send = async () => {
    await get({ em_g: await hash("SHA-256", mail), ph_g: await hash("SHA-256", abroad) });
    await get({ em_m: await hash("SHA-256", mail), ph_m: await hash("SHA-256", abroad.slice(1)) });
    await get({ md5: window.md5(mail), sha1: await hash("SHA-1", mail), sha512: await hash("SHA-512", mail) });
    await get({ b64: base64(person.email), b64u: base64url(person.address), hex: hex(person.phone) });
    await get({ rev: reversed(person.email), esc: encodeURIComponent(person.name_kana) });
    await get({ hash_b64: await hash("SHA-256", base64(mail)), b64_hash: await base64OfHash("SHA-256", mail) });
    await get({ b64_gz: await base64OfGzip(JSON.stringify({ name: person.name })) });
    await post("json", JSON.stringify({ payload: JSON.stringify({ birthday: person.birthday }) }));
    await post("form", new URLSearchParams({ tel: person.phone }));
    await post("proto", octets(protobuf(["register", person.name_romaji])));
    await post("gzip", octets(await gzip(JSON.stringify({ address: person.address }))));
  };
  (window.sends ??= []).push(send());
})();
