/* 頁の働き。どれも無くても本文は読める。 */
"use strict";
(() => {
  const root = document.documentElement;
  const base = new URL(root.dataset.content_root || "./", location.href);
  const here = document.body.dataset.page || "";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const version = new URL(document.currentScript.src).search;
  const say = (text) => {
    const place = document.querySelector(".status");
    if (place) place.textContent = text;
  };
  /* 番地と，端末に覚えたことは，よそから書かれうる。形を確かめてから使う */
  const named = (hash) => { try { return decodeURIComponent(hash.slice(1)); } catch { return ""; } };
  const memory = {
    list(key) {
      try {
        const found = JSON.parse(localStorage.getItem(key));
        return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
      } catch { return []; }
    },
    set(key, value) {
      try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* 覚えられないだけ */ }
    },
  };
  const loaded = {};
  const load = (name) => loaded[name] ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL(`_static/${name}${version}`, base);
    script.onload = done;
    script.onerror = () => { delete loaded[name]; fail(new Error(name)); };
    document.head.append(script);
  });
  window.book = { base, load, all };

  /* 電話では，触れられるまで，見えていない節を組まない（article.css）。節への飛び先がずれないように，動く前にすべて組む */
  for (const kind of ["pointerdown", "keydown", "wheel", "scroll", "hashchange"])
    addEventListener(kind, () => { root.dataset.whole = ""; }, { once: true, passive: true, capture: true });

  all("[hidden]:is(.needs-script, .search-button, .theme-switch-button)")
    .forEach((element) => { element.hidden = false; });

  /* 明るさ */
  const MODES = ["auto", "light", "dark"];
  const NAMES = { auto: "端末に合わせる", light: "明るい", dark: "暗い" };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const themeButton = document.querySelector(".theme-switch-button");
  const showTheme = () => {
    const mode = root.dataset.mode;
    root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    const label = `明るさ：${NAMES[mode]}`;
    themeButton?.setAttribute("aria-label", label);
    if (themeButton) themeButton.title = label;
  };
  themeButton?.addEventListener("click", () => {
    root.dataset.mode = MODES[(MODES.indexOf(root.dataset.mode) + 1) % 3];
    try { localStorage.setItem("mode", root.dataset.mode); } catch { /* 覚えられないだけ */ }
    showTheme();
    say(`明るさ：${NAMES[root.dataset.mode]}`);
  });
  dark.addEventListener("change", showTheme);
  if (!MODES.includes(root.dataset.mode)) root.dataset.mode = "auto";
  showTheme();

  /* 続きから読む：章の中の，いまの節を覚え，表紙で見せる */
  const keepPlace = (section = "", heading = "") => {
    if (document.querySelector(".lesson-box")) memory.set("place", [here, section, heading]);
  };
  if (memory.list("place")[0] !== here) keepPlace();
  const resume = document.querySelector(".resume");
  const [lastPage, lastSection = "", lastHeading = ""] = resume ? memory.list("place") : [];
  const lastLink = lastPage && all("#toc a[data-page]").find((a) => a.dataset.page === lastPage);
  if (lastLink) {
    resume.href = lastLink.href + (lastSection && `#${encodeURIComponent(lastSection.slice(0, 200))}`);
    resume.querySelector("small").textContent = [lastLink.textContent, lastHeading.slice(0, 60)].filter(Boolean).join(" › ");
    resume.hidden = false;
  }

  /* 目次：いまの章が見える所まで送る。広い画面では，この頁の目次を開いておく */
  const toc = document.getElementById("toc");
  const pageToc = document.querySelector(".page-toc");
  const wide = matchMedia("(min-width: 80rem)");
  const openToc = () => { if (pageToc) pageToc.open = wide.matches; };
  openToc();
  wide.addEventListener("change", openToc);
  const current = matchMedia("(min-width: 64rem)").matches && toc?.querySelector("a.current");
  if (current && toc.scrollHeight > toc.clientHeight && current.offsetTop > toc.clientHeight - 80)
    toc.scrollTop = current.offsetTop - toc.clientHeight / 2;
  if (pageToc && "IntersectionObserver" in window) {
    const links = new Map(all("a[href^='#']", pageToc).map((a) => [named(a.hash), a]));
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) {
        links.forEach((a) => a.removeAttribute("aria-current"));
        const link = links.get(entry.target.id);
        link.setAttribute("aria-current", "location");
        keepPlace(entry.target.id, link.textContent);
      }
    }, { rootMargin: "-15% 0px -75% 0px" });
    links.forEach((_, id) => { const place = document.getElementById(id); if (place) watch.observe(place); });
  }

  /* つまみ：値を一つ選ぶ図の選択肢を，range に替える（図を替えるのは，もとのラジオボタンと CSS） */
  for (const box of all("fieldset.slider.ranged")) {
    const radios = all("input[type=radio]", box);
    const what = box.querySelector(".what");
    const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: radios.length - 1, step: 1 });
    const output = document.createElement("output");
    const move = () => {
      const radio = radios[range.valueAsNumber];
      radio.checked = true;
      output.textContent = radio.nextElementSibling.textContent;
      range.setAttribute("aria-valuetext", output.textContent);
    };
    range.setAttribute("aria-label", what.textContent);
    range.value = radios.findIndex((radio) => radio.checked);
    range.addEventListener("input", move);
    what.append(output);
    what.after(range);
    box.classList.add("has-range");
    move();
  }

  /* 読者の実験。jsPsych は「始める」を押してから読み込む */
  if (document.querySelector(".experiment")) load("experiment.js");

  /* コードを畳む：頁の全部と，一つずつ */
  const codeSwitch = document.querySelector("[data-do=code]");
  const showCode = () => { if (codeSwitch) codeSwitch.textContent = root.dataset.code === "folded" ? "コードを開く" : "コードを畳む"; };
  showCode();
  document.addEventListener("click", (event) => {
    const opener = event.target.closest(".code-open");
    if (!opener) return;
    const open = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(open));
    opener.textContent = open ? "コードを隠す" : "コードを見る";
  });

  /* 写真で試す欄。ネットワークと動かす部品は，ボタンを押してから読み込む */
  if (document.querySelector(".lab")) load("lab.js");

  /* 練習の答えの欄と，練習の進み */
  if (document.querySelector(".answer, .progress")) load("exercises.js");

  /* 写しのボタン */
  const whenIdle = window.requestIdleCallback || ((work) => setTimeout(work, 200));
  const addCopyButtons = () => all("article .highlight").forEach((block) => {
    if (block.closest(".cell_output")) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "写す" });
    button.setAttribute("aria-label", "コードを写す");
    button.addEventListener("click", async () => {
      const text = block.querySelector("pre").textContent.replace(/\n+$/, "\n");
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      button.textContent = "写しました";
      say("コードを写しました。動かすには，章の初めからのセルも要ります");
      setTimeout(() => { button.textContent = "写す"; }, 1600);
    });
    block.append(button);
  });
  whenIdle(addCopyButtons);

  /* 図を大きく見る：図を押すか，図の下のボタンで。窓の中は，指で送り，広げられる */
  const enlarge = (picture) => {
    const shown = picture.cloneNode();
    shown.removeAttribute("id");
    shown.loading = "eager";
    const viewer = Object.assign(document.createElement("dialog"), { className: "figure-dialog" });
    viewer.setAttribute("aria-label", "大きな図");
    const close = Object.assign(document.createElement("button"), { type: "button", className: "tool", textContent: "閉じる" });
    const frame = Object.assign(document.createElement("div"), { className: "figure-frame", tabIndex: 0 });
    frame.append(shown);
    viewer.append(close, frame);
    document.body.append(viewer);
    close.addEventListener("click", () => viewer.close());
    viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
    viewer.addEventListener("close", () => viewer.remove());
    viewer.showModal();
  };
  for (const figure of all("article figure")) {
    const visible = () => all("img", figure).find((image) => image.getClientRects().length);
    for (const image of all("img", figure)) image.addEventListener("click", () => enlarge(image));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "enlarge", textContent: "大きく見る" });
    button.addEventListener("click", () => { const image = visible(); if (image) enlarge(image); });
    figure.querySelector(".figure-data")?.append(button);
  }

  /* 読み終えた印（このブラウザーの中だけに残る） */
  const showRead = () => {
    const read = new Set(memory.list("read"));
    const mark = document.querySelector(".read-mark");
    mark?.setAttribute("aria-pressed", String(read.has(here)));
    for (const a of all("a[data-page]", toc || document)) a.classList.toggle("read", read.has(a.dataset.page));
  };
  showRead();

  /* 検索の窓 */
  const dialog = document.getElementById("search-dialog");
  const openSearch = () => {
    dialog.showModal();
    dialog.querySelector("input").focus();
    load("search.js").then(() => window.book.search.live(dialog));
  };
  /* 検索の欄では，Esc は字を消すだけになりがちなので，窓を閉じる働きを先に行う */
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) { event.preventDefault(); dialog.close(); }
  });
  document.querySelector(".search-button")?.addEventListener("click", openSearch);
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
    const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (combined || (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey)) {
      event.preventDefault();
      if (!dialog.open) openSearch();
    }
    if (event.key === "Escape") all(".menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    for (const menu of all(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  if (document.getElementById("search-results")) load("search.js").then(() => window.book.search.page());

  /* 動画：押されるまで，よその番地には何も頼まない */
  for (const link of all(".video-box > a[data-embed]")) link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || location.protocol === "file:") return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: link.dataset.embed, title: link.dataset.title, allow: "fullscreen; picture-in-picture" });
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    link.replaceWith(frame);
    frame.focus();
  });

  /* 用語の札 */
  const terms = all("article a.term");
  if (terms.length) {
    const card = document.createElement("div");
    card.className = "term-card";
    card.id = "term-card";
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    document.body.append(card);
    let owner = null, timer = 0, pointer = "mouse";
    const hide = () => {
      clearTimeout(timer);
      owner?.removeAttribute("aria-describedby");
      owner = null;
      card.hidden = true;
    };
    const show = async (link) => {
      try { await load("glossary.js"); } catch { return false; }
      const term = window.bookGlossary[named(link.hash)];
      if (!term) return false;
      hide();
      owner = link;
      const more = Object.assign(document.createElement("a"), { href: link.href, textContent: "用語集で読む" });
      card.replaceChildren(
        Object.assign(document.createElement("b"), { textContent: term.name }),
        Object.assign(document.createElement("small"), { textContent: [term.reading, term.english].filter(Boolean).join("，") }),
        Object.assign(document.createElement("span"), { textContent: term.text }), document.createElement("br"), more);
      card.hidden = false;
      link.setAttribute("aria-describedby", card.id);
      const box = link.getClientRects()[0];
      const left = Math.max(12, Math.min(box.left, root.clientWidth - card.offsetWidth - 12));
      const below = box.bottom + 8 + card.offsetHeight < innerHeight;
      card.style.left = `${left + scrollX}px`;
      card.style.top = `${scrollY + (below ? box.bottom + 8 : box.top - card.offsetHeight - 8)}px`;
      return true;
    };
    const later = (work, wait) => { clearTimeout(timer); timer = setTimeout(work, wait); };
    for (const link of terms) {
      link.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") later(() => show(link), 250); });
      link.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") later(hide, 300); });
      link.addEventListener("pointerdown", (event) => { pointer = event.pointerType; });
      link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
      link.addEventListener("blur", () => later(hide, 200));
      link.addEventListener("click", async (event) => {
        if (pointer === "mouse" || event.detail === 0 || owner === link) return;
        event.preventDefault();
        if (!await show(link)) location.href = link.href;
      });
    }
    card.addEventListener("pointerenter", () => clearTimeout(timer));
    card.addEventListener("pointerleave", () => later(hide, 300));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    document.addEventListener("pointerdown", (event) => {
      if (owner && !card.contains(event.target) && !event.target.closest("a.term")) hide();
    });
  }

  /* 折りたたみ：印刷のときと，中を指す番地のときは開く（隠した作図のコードは刷らない） */
  addEventListener("beforeprint", () => {
    all("article details:not([open], .hide)").forEach((d) => { d.open = true; d.dataset.printing = ""; });
    all("article img[loading=lazy]").forEach((i) => { i.loading = "eager"; });
  });
  addEventListener("afterprint", () => all("details[data-printing]").forEach((d) => { d.open = false; delete d.dataset.printing; }));
  const reveal = () => {
    const target = location.hash && document.getElementById(named(location.hash));
    for (let box = target?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash && document.getElementById(named(location.hash))?.closest("details:not([open])")) reveal();

  /* 電波のない所でも読めるようにする */
  addEventListener("load", () => load("offline.js").catch(() => {}));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const menu = button.closest(".menu");
    if (menu && button.dataset.do !== "save-all") menu.open = false;
    ({
      code: () => {
        root.dataset.code = root.dataset.code === "folded" ? "open" : "folded";
        try { localStorage.setItem("code", root.dataset.code); } catch { /* 覚えられないだけ */ }
        showCode();
        say(root.dataset.code === "folded" ? "コードを畳みました" : "コードを開きました");
      },
      print: () => window.print(),
      "save-all": () => window.book.saveAll?.(),
      "close-search": () => dialog.close(),
      "mark-read": () => {
        const read = new Set(memory.list("read"));
        if (!read.delete(here)) read.add(here);
        memory.set("read", [...read]);
        showRead();
        say(read.has(here) ? "読み終えた印を付けました" : "読み終えた印を外しました");
      },
    })[button.dataset.do]?.();
  });
})();
