"use strict";

// シモン: how this machine draws and sounds, and which fonts it has; a hash of it all, and nothing kept.
(() => {
  function drawn() {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    pen.font = "18px sans-serif";
    pen.fillStyle = "#a36";
    pen.fillText("いろは 0123 ☂", 4, 24);
    return canvas.toDataURL();
  }

  function renderer() {
    const gl = document.createElement("canvas").getContext("webgl");
    const more = gl?.getExtension("WEBGL_debug_renderer_info");
    return more ? gl.getParameter(more.UNMASKED_RENDERER_WEBGL) : "none";
  }

  function fonts() {
    const pen = document.createElement("canvas").getContext("2d");
    const width = (font) => ((pen.font = `40px ${font}`), pen.measureText("mmmWWWいろは").width);
    return ["monospace", "serif", "Noto Sans CJK JP", "IPAexGothic", "Meiryo", "Hiragino Sans"].map(width);
  }

  async function sounded() {
    const audio = new OfflineAudioContext(1, 4410, 44100);
    const tone = new OscillatorNode(audio, { type: "triangle", frequency: 1000 });
    const press = new DynamicsCompressorNode(audio, { threshold: -50, knee: 40, ratio: 12, attack: 0, release: 0.25 });
    tone.connect(press).connect(audio.destination);
    tone.start();
    const samples = (await audio.startRendering()).getChannelData(0);
    return samples.reduce((sum, sample) => sum + Math.abs(sample), 0);
  }

  const send = async () => {
    const machine = [drawn(), renderer(), fonts(), await sounded(), navigator.hardwareConcurrency, screen.colorDepth];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(machine)));
    const fp = Array.from(new Uint8Array(digest).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
    await fetch(`https://f.shimon.test/v?${new URLSearchParams({ fp })}`, { mode: "no-cors", credentials: "omit" });
  };
  (window.sends ??= []).push(send());
})();
