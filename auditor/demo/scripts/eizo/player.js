"use strict";

// The video player: counts the view, then speaks with the live server once and hangs up.
(() => {
  const video = document.body.dataset.video;

  const count = new XMLHttpRequest();
  count.open("GET", `/api/stats/watch?${new URLSearchParams({ docid: video, page: document.referrer, st: "0" })}`);
  count.onload = openLive;
  count.send();

  function openLive() {
    const socket = new WebSocket("wss://live.eizo-haishin.test/ws");
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", docid: video, page: document.referrer }));
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        socket.send(new Uint8Array([1, 2, 3, 250]));
      } else {
        socket.close(1000);
        document.querySelector("#state").textContent = "再生できます";
      }
    };
  }
})();
