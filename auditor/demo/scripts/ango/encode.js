"use strict";

// How アンゴ writes what it sends.
(() => {
  const bytesOf = (text) => new TextEncoder().encode(text);
  const hexOf = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const digest = (name, text) => crypto.subtle.digest(name, bytesOf(text));

  async function gzip(text) {
    const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Response(packed).arrayBuffer();
  }

  // A protobuf message of text fields: number and wire type 2, length, bytes. Texts are shorter than 128 bytes.
  function protobuf(texts) {
    const parts = texts.map(bytesOf).flatMap((text, n) => [((n + 1) << 3) | 2, text.length, ...text]);
    return new Uint8Array(parts);
  }

  window.ango = {
    base64: (text) => base64(bytesOf(text)),
    base64url: (text) => base64(bytesOf(text)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    hex: (text) => hexOf(bytesOf(text)),
    reversed: (text) => Array.from(text).reverse().join(""),
    hash: async (name, text) => hexOf(await digest(name, text)),
    base64OfHash: async (name, text) => base64(await digest(name, text)),
    gzip,
    base64OfGzip: async (text) => base64(await gzip(text)),
    protobuf,
  };
})();
