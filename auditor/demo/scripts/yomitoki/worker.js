"use strict";

// In a dedicated worker: send what the page measured, compressed.
self.onmessage = async ({ data }) => {
  const packed = new Blob([JSON.stringify(data)]).stream().pipeThrough(new CompressionStream("gzip"));
  await fetch("https://in.yomitoki.test/v1/batch", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Content-Encoding": "gzip" },
    body: await new Response(packed).arrayBuffer(),
  });
  self.postMessage("sent");
};
