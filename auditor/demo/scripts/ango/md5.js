"use strict";

// MD5 (RFC 1321), which browsers do not offer; gives the digest in hex.
window.md5 = (text) => {
  const turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  const sines = Array.from({ length: 64 }, (_, n) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32));
  const bytes = new TextEncoder().encode(text);
  const words = new Uint32Array((((bytes.length + 8) >> 6) + 1) * 16);
  bytes.forEach((byte, n) => (words[n >> 2] |= byte << ((n % 4) * 8)));
  words[bytes.length >> 2] |= 0x80 << ((bytes.length % 4) * 8);
  words[words.length - 2] = bytes.length * 8;
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d] = state;
    for (let n = 0; n < 64; n += 1) {
      const round = n >> 4;
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const word = words[block + [n, 5 * n + 1, 3 * n + 5, 7 * n][round] % 16];
      const sum = (a + mixed + sines[n] + word) | 0;
      const turn = turns[round * 4 + (n % 4)];
      [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
    }
    state.set([state[0] + a, state[1] + b, state[2] + c, state[3] + d]);
  }
  const hex = Array.from(new Uint8Array(state.buffer), (byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("");
};
