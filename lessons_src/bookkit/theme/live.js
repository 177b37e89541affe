/* 書きながら見るとき（make live）だけ読まれる：新しい頁に替え，困りごとを見せる。 */
"use strict";
(() => {
  const at = Number(document.currentScript.dataset.at);
  const draft = "/_live/draft/";
  const path = decodeURIComponent(location.pathname).replace(/\/$/, "/index.html");
  const here = path.replace(draft, "/").slice(1);
  const saved = JSON.parse(sessionStorage.getItem("live-scroll") || "null");
  sessionStorage.removeItem("live-scroll");
  if (saved && saved[0] === path) addEventListener("load", () => scrollTo({ top: saved[1], behavior: "instant" }));
  const box = document.createElement("div");
  box.id = "live";
  box.setAttribute("role", "status");
  box.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:45vh;overflow:auto;padding:.6rem 1rem;z-index:99;font:1rem/1.6 sans-serif;background:var(--ink, CanvasText);color:var(--background, Canvas);white-space:pre-wrap";
  box.hidden = true;
  document.documentElement.append(box);
  const show = (text, findings = []) => {
    box.replaceChildren(text, ...findings.map((one) => {
      const line = document.createElement("div");
      line.textContent = one;
      return line;
    }));
    if (findings.length && !path.startsWith(draft)) {
      const link = document.createElement("a");
      link.href = draft + here;
      link.textContent = "直す前の，いまの下書きを見る";
      link.style.color = "inherit";
      box.append(link);
    }
    box.hidden = !box.textContent;
  };
  const reload = () => {
    sessionStorage.setItem("live-scroll", JSON.stringify([path, scrollY]));
    location.reload();
  };
  new EventSource("/_live/events").onmessage = ({ data }) => {
    const { state, text, findings = [], changed = [], at: when = 0 } = JSON.parse(data);
    if (state === "done" && when > at && (changed.includes(here) || path.startsWith(draft))) return reload();
    show(state === "running" ? text : state === "building" ? "作り直しています…" : "", state === "done" ? findings : []);
  };
})();
