/* 電波のない所でも読めるようにする：開いた頁を残す，本を全部残す，残した頁の一覧を見せる。 */
"use strict";
(() => {
  const { base, all } = window.book;
  const button = document.querySelector("[data-do=save-all]");
  const label = (text) => { if (button) button.textContent = text; };
  const done = "本は全部，端末にあります";
  if (!("serviceWorker" in navigator) || !/^https?:$/.test(location.protocol)) {
    label("この開き方では，端末に保存できません");
    if (button) button.disabled = true;
    return;
  }
  const worker = async () => (await navigator.serviceWorker.ready).active;
  const ask = async (message) => (await worker()).postMessage(message);

  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.count !== undefined && !button?.disabled) label(data.count >= data.total ? done : `本を全部，端末に保存する（約 ${Math.ceil(data.bytes / 1e6)} MB）`);
    if (data.done) {
      button.disabled = false;
      label(data.failed ? `${data.failed} 件を保存できませんでした。もう一度押すと，続きから保存します` : done);
    } else if (data.saved !== undefined) label(`保存しています… ${data.saved} / ${data.total}`);
  });
  window.book.saveAll = async () => {
    if (!navigator.onLine) { label("いまは電波がありません。電波のある所で，もう一度押してください"); return; }
    button.disabled = true;
    label("保存しています…");
    navigator.storage?.persist?.();
    await ask({ do: "save" });
  };
  document.querySelector(".actions .menu")?.addEventListener("toggle", (event) => { if (event.target.open) ask({ do: "count" }); });

  /* この頁が使ったもの（字の形など）を知らせ，丸ごと残してもらう */
  const used = () => performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.startsWith(base.href));
  /* まだ組まれていない節（article.css）も，手の空いたときに一つずつ測り，要る字の形を読ませる。
     字の形がそろったら，仮の高さを本当の高さに替える（次の節と重ならないように，中の節から） */
  const idle = () => new Promise((resolve) => (window.requestIdleCallback || setTimeout)(resolve));
  const heights = async (sections) => {
    const found = [];
    for (const section of sections) {
      await idle();
      const bottoms = [...section.children].map((part) => part.getBoundingClientRect().bottom + parseFloat(getComputedStyle(part).marginBottom));
      found.push(Math.ceil(Math.max(...bottoms) - section.getBoundingClientRect().top));
    }
    return found;
  };
  const laidOut = (async () => {
    const levels = [all("article > section > section > section"), all("article > section > section")];
    for (const sections of levels) await heights(sections);
    await document.fonts.ready;
    for (const sections of levels) {
      const found = await heights(sections);
      sections.forEach((section, at) => { section.style.containIntrinsicBlockSize = `auto ${found[at]}px`; });
    }
  })();
  const keep = async () => { await laidOut; await ask({ do: "keep", page: location.href.split("#")[0], used: used() }); };
  navigator.serviceWorker.register(new URL("sw.js", base)).then(keep).catch(() => {});
  navigator.serviceWorker.addEventListener("controllerchange", keep); // 新しい版が来たら，残してあるものを替える

  /* 電波がないときの頁：残してある頁だけを並べる */
  const place = document.getElementById("saved-pages");
  if (place) (async () => {
    for (const link of all("#toc a[data-page]")) {
      if (!await caches.match(link.href)) continue;
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.textContent }));
      place.append(item);
    }
    document.getElementById("saved-none").hidden = place.children.length > 0;
  })();
})();
