/* 検索。索引（search-index.js）は，はじめて探すときに読み込む。
   文字をそろえ（fold：全角と半角，大文字と小文字，カタカナとひらがな），
   日本語を二文字ずつに，英語と数を一語ずつに分けて（grams）照らし合わせる。 */
"use strict";
(() => {
  const { base, load, all } = window.book;
  const JA = "\\u3041-\\u30ff\\u3400-\\u9fff々〆";
  const RUN = new RegExp(`[${JA}]+|(?:(?![${JA}])[\\p{L}\\p{N}])+`, "gu");
  const isJapanese = (text) => new RegExp(`^[${JA}]`).test(text);
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[-\u2010-\u2015]/g, "")
    .replace(/[′’]/g, "'").replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60));
  /* 英字と日本語の間の空きを除く（「p値」で「p 値」を見つける） */
  const tight = (text) => text.replace(new RegExp(`([!-~]) (?=[${JA}])|([${JA}]) (?=[!-~])`, "gu"), "$1$2");
  const loose = (word) => [word, word.replace(new RegExp(`([!-~])(?=[${JA}])|([${JA}])(?=[!-~])`, "gu"), "$1$2 ")];
  const grams = (text) => {
    const found = [];
    for (const run of text.match(RUN) || []) {
      const letters = [...run];
      if (!isJapanese(run) || letters.length === 1) found.push(run);
      else for (let i = 0; i + 1 < letters.length; i += 1) found.push(letters[i] + letters[i + 1]);
    }
    return found;
  };
  const WEIGHT = { title: 100, heading: 40, term: 30, body: 6 };
  const PER_PAGE = 3, FIRST = 20;
  let places = null, terms = null, plain = null, read = null;

  const prepare = async () => {
    if (places) return;
    await load("search-index.js");
    const index = window.bookIndex;
    places = index.pages.flatMap((page) => page.sections.map(([anchor, heading, text], order) => ({
      page, anchor, heading, text, order,
      kind: order === 0 ? "title" : page.glossary && anchor.startsWith("term-") ? "term" : "heading",
      foldedHeading: tight(fold(heading)), foldedText: tight(fold(text)),
    })));
    terms = index.terms.map((term) => ({
      ...term, names: [term.name, ...term.readings, ...term.english, ...term.aliases].map(fold).map(tight), related: term.related.map(fold).map(tight),
    }));
    plain = index.words;
    const readings = [...terms.flatMap((term) => term.readings.map(fold)), ...plain.map(([, reading]) => reading)];
    read = new RegExp(`${readings.sort((a, b) => b.length - a.length).join("|")}|[のとはをがにで]`, "g");
  };

  /* 言葉を言いかえる：よみや英語名で引いたら，見出し語でも探す */
  const variants = (word) => {
    const found = new Map([[word, 1]]);
    for (const term of terms) {
      const exact = term.names.includes(word);
      const close = word.length > (isJapanese(word) ? 1 : 3) && term.names.some((name) => name.startsWith(word)); /* SE で self-attention を出さない */
      if (exact || close) for (const name of [term.name, ...term.english].map(fold).map(tight))
        if (name && !found.has(name)) found.set(name, exact ? 0.9 : 0.4);
    }
    return found;
  };

  /* 英字の言葉は，途中からは数えない（AI で「chain」を出さない）。三字までは，終わりもそろえる */
  const LATIN = /[\p{Script=Latin}\p{N}]/u;
  const stands = (text, at, word) => {
    if (!LATIN.test(word[0])) return true;
    return !LATIN.test(text[at - 1] || " ") && (word.length > 3 || !LATIN.test(text[at + word.length] || " "));
  };
  const count = (text, word) => {
    let n = 0;
    for (let at = text.indexOf(word); at >= 0 && n < 9; at = text.indexOf(word, at + word.length)) if (stands(text, at, word)) n += 1;
    return n;
  };

  const scoreWord = (place, word) => {
    const parts = grams(word);
    if (!parts.length) return 0;
    let score = 0;
    const inHeading = count(place.foldedHeading, word);
    const whole = place.foldedHeading === word ? 1.25 : place.foldedHeading.startsWith(word) ? 1.1 : 1;
    if (inHeading) score += WEIGHT[place.kind] * whole;
    const n = count(place.foldedText, word);
    if (n) score += WEIGHT.body * (1 + Math.log2(n));
    if (score) return score * (place.heading === "文献" || (place.page.name.endsWith("/references") && !inHeading) ? 0.3 : 1);
    const text = place.foldedHeading + "\n" + place.foldedText;
    if (/^[ぁ-ゖー]+$/.test(word) || !isJapanese(word)) return 0; /* かなだけの言葉と，英字の混じる短い言葉は，離れた字では数えない */
    const hit = parts.filter((part) => (isJapanese(part) ? text.includes(part) : count(text, part))).length;
    return hit === parts.length ? WEIGHT.body * 0.5 : parts.length > 4 && hit / parts.length > 0.75 ? hit / parts.length : 0;
  };

  const searchOne = (query) => {
    const words = fold(query).split(/[\s,、，。・]+/).filter(Boolean);
    const whole = tight(fold(query).trim());
    if (!words.length) return { results: [], words };
    const expanded = words.map(variants);
    if (words.length > 1) for (const term of terms) if (term.names.includes(whole)) expanded.push(variants(whole));
    const phrase = expanded.length > words.length ? [expanded.at(-1)] : null;
    const rate = (place, sets) => {
      let total = 0;
      for (const set of sets) {
        let best = 0;
        for (const [word, weight] of set) best = Math.max(best, weight * scoreWord(place, word));
        if (!best) return 0;
        total += best;
      }
      return total / sets.length;
    };
    const taught = (test) => new Set(terms.filter(test).flatMap((term) => term.chapter ? [term.chapter] : []));
    const exact = taught((term) => term.names.includes(whole));
    const defined = taught((term) => words.some((word) => term.names.includes(word) || term.related.includes(word)));
    const found = [];
    for (const place of places) {
      let score = Math.max(rate(place, expanded.slice(0, words.length)), phrase ? rate(place, phrase) : 0);
      const bonus = exact.has(place.page.name) ? 120 : defined.has(place.page.name) ? 60 : 0;
      if (bonus) score = place.order === 0 && (score || exact.size || words.length > 1) ? score + bonus : score * 1.2;
      if (score) found.push({ place, score });
    }
    found.sort((a, b) => b.score - a.score || a.place.order - b.place.order);
    const used = new Map();
    const results = found.filter(({ place }) => {
      const n = (used.get(place.page) || 0) + 1;
      used.set(place.page, n);
      return place.page.glossary ? n <= 6 : n <= PER_PAGE;
    });
    const marks = [...new Set(expanded.flatMap((set) => [...set.keys()]))].sort((a, b) => b.length - a.length);
    return { results, words: marks };
  };

  /* ふつうの言葉のよみは，漢字に直して探す（「のう」で「そのうち」でなく「脳」）。同じよみの言葉は，どれも探す */
  const spellings = (query) => query.split(/\s+/).reduce((before, word) => {
    const own = fold(word), names = plain.flatMap(([name, reading]) => (reading === own ? [name] : []));
    const ways = names.length && !terms.some((term) => term.names.includes(own)) ? names : [...names, word];
    return before.flatMap((start) => ways.map((way) => `${start} ${way}`.trim()));
  }, [""]);
  const searchAll = (query) => {
    const each = spellings(query).map(searchOne), best = new Map();
    if (each.length === 1) return each[0];
    for (const { results } of each) for (const { place, score } of results) best.set(place, Math.max(score, best.get(place) || 0));
    const results = [...best].map(([place, score]) => ({ place, score })).sort((a, b) => b.score - a.score);
    return { results, words: each.flatMap(({ words }) => words) };
  };

  /* 一つも見つからない問いは，字の種類で（かなだけなら，知っているよみで）分け（漢字は二字ずつ），助詞を捨てて，もう一度探す */
  const spoken = (query) => {
    const parts = fold(query).match(read) || [];
    return parts.join("") === fold(query) ? parts.filter((part) => part.length > 1) : [];
  };
  const pieces = (query) => (/^[ぁ-ゖー]+$/.test(query) ? spoken(query) : query.normalize("NFKC").toLowerCase().match(/[a-z0-9]+|[\u3400-\u9fff々]+|[ァ-ヶー]+/g) || [])
    .flatMap((run) => (/^[\u3400-\u9fff々]{3,}$/.test(run) ? run.match(/.{1,2}/g) : [run])).filter((piece) => piece.length > 1);
  const search = (query) => {
    const found = searchAll(query);
    const parts = pieces(query);
    if (found.results.length || !parts.length || (parts.length === 1 && parts[0] === query)) return found;
    const each = parts.map(searchAll);
    const pages = each.map(({ results }) => new Set(results.map(({ place }) => place.page)));
    const scores = new Map();
    for (const { results } of each) for (const { place, score } of results)
      if (pages.every((set) => set.has(place.page))) scores.set(place, (scores.get(place) || 0) + score);
    const results = [...scores].map(([place, score]) => ({ place, score })).sort((a, b) => b.score - a.score);
    return { results, words: each.flatMap(({ words }) => words) };
  };

  /* 見つからないときに，綴りの近い用語を挙げる */
  const near = (query) => {
    const own = new Set(grams(fold(query)));
    const likeness = (name) => {
      const other = new Set(grams(name));
      return (2 * [...own].filter((gram) => other.has(gram)).length) / (own.size + other.size || 1);
    };
    const whole = tight(fold(query).trim());
    const related = (term) => (term.related.some((name) => name === whole || (whole.length > 1 && name.startsWith(whole))) ? 2 : 0);
    return terms.map((term) => [Math.max(related(term), ...term.names.map(likeness)), term.name])
      .filter(([value]) => value > 0.34).sort((a, b) => b[0] - a[0]).slice(0, 5).map(([, name]) => name);
  };
  const suggest = (query) => {
    const names = near(query);
    const link = (href, textContent) => Object.assign(document.createElement("a"), { href, textContent });
    const line = (before, links) => {
      const p = document.createElement("p");
      p.append(before, ...links.flatMap((a, k) => (k ? ["，", a] : [a])));
      return p;
    };
    const again = names.map((name) => {
      const url = new URL("search.html", base);
      url.searchParams.set("q", name);
      return link(url, name);
    });
    const shelves = [["index", "章の一覧"], ["glossary", "用語集"], ["references", "参考文献"]];
    return [
      ...(again.length ? [line("近い用語：", again)] : []),
      line("探せる所：", shelves.map(([page, name]) => link(new URL(`book/${page}.html`, base), name))),
    ];
  };

  /* そろえた文字での位置を，もとの文の位置に戻す */
  const spans = (text, words) => {
    const folded = fold(text);
    let starts = null;
    if (folded.length !== text.length) {
      starts = [];
      let at = 0;
      for (const letter of text) {
        for (let i = 0; i < fold(letter).length; i += 1) starts.push(at);
        at += letter.length;
      }
      starts.push(at);
    }
    const place = (i) => (starts ? starts[Math.min(i, starts.length - 1)] : i);
    const found = [];
    for (const word of words.flatMap(loose)) for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      const span = [place(at), place(at + word.length)];
      if (!found.some(([a, b]) => span[0] < b && a < span[1])) found.push(span);
    }
    return found.sort((a, b) => a[0] - b[0]);
  };
  const highlight = (element, text, words) => {
    let at = 0;
    for (const [from, to] of spans(text, words)) {
      element.append(text.slice(at, from));
      element.append(Object.assign(document.createElement("mark"), { textContent: text.slice(from, to) }));
      at = to;
    }
    element.append(text.slice(at));
  };
  const snippet = (text, words) => {
    const first = spans(text, words)[0] || spans(text, words.flatMap(grams))[0];
    const from = Math.max(0, (first ? first[0] : 0) - 34);
    const part = text.slice(from, from + 120);
    return (from ? "…" : "") + part + (from + 120 < text.length ? "…" : "");
  };

  const row = ({ place }, words) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = new URL(place.page.url + (place.anchor && place.order ? `#${place.anchor}` : ""), base);
    highlight(link, place.heading, words);
    item.append(link);
    if (place.order) item.append(Object.assign(document.createElement("span"), { className: "where", textContent: place.page.title }));
    if (place.text) {
      const text = document.createElement("p");
      text.className = "snippet";
      highlight(text, snippet(place.text, words), words);
      item.append(text);
    }
    return item;
  };
  const list = (results, words) => {
    const ol = document.createElement("ol");
    ol.className = "results";
    ol.append(...results.map((result) => row(result, words)));
    return ol;
  };

  /* ↓ で結果へ，↑ で欄へ戻る。Enter で開くのは，リンクのふつうの働き */
  const walk = (box, input) => box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [input, ...all(".results a", box)], at = stops.indexOf(document.activeElement);
    if (!step || at < 0 || event.isComposing || !stops[at + step]) return;
    event.preventDefault();
    stops[at + step].focus();
  });

  const live = (dialog) => {
    if (dialog.dataset.ready) return;
    dialog.dataset.ready = "yes";
    const input = dialog.querySelector("input"), place = dialog.querySelector(".search-live");
    walk(dialog, input);
    let turn = 0;
    const update = async () => {
      const mine = turn += 1;
      const query = input.value;
      if (!query.trim()) { place.replaceChildren(); return; }
      try { await prepare(); } catch { place.textContent = "索引を読み込めませんでした。"; return; }
      if (mine !== turn) return;
      const { results, words } = search(query);
      const note = document.createElement("p");
      note.textContent = results.length ? `${results.length} か所に見つかりました。` : `「${query}」は見つかりませんでした。`;
      place.replaceChildren(note, ...(results.length ? [list(results.slice(0, 8), words)] : suggest(query)));
      if (results.length > 8) {
        const p = document.createElement("p");
        const url = new URL("search.html", base);
        url.searchParams.set("q", query);
        p.append(Object.assign(document.createElement("a"), { href: url, textContent: "すべての結果を見る" }));
        place.append(p);
      }
    };
    input.addEventListener("input", (event) => { if (!event.isComposing) update(); });
    input.addEventListener("compositionend", update);
    update();
  };

  const page = async () => {
    const place = document.getElementById("search-results"), summary = document.getElementById("search-summary");
    const input = document.querySelector(".search-page-form input");
    const query = new URLSearchParams(location.search).get("q") || "";
    input.value = query;
    walk(document.getElementById("main"), input);
    if (!query.trim()) { input.focus(); return; }
    document.title = `${query} — 検索`;
    try { await prepare(); } catch { summary.textContent = "索引を読み込めませんでした。"; return; }
    const { results, words } = search(query);
    summary.textContent = results.length ? `「${query}」は ${results.length} か所に見つかりました。` : `「${query}」は見つかりませんでした。言葉を短くするか，別の言い方で探してください。`;
    place.append(...(results.length ? [list(results.slice(0, FIRST), words)] : suggest(query)));
    if (results.length > FIRST) {
      const more = Object.assign(document.createElement("button"), { type: "button", className: "tool more", textContent: "もっと見る" });
      more.addEventListener("click", () => {
        more.remove();
        place.querySelector("ol").append(...results.slice(FIRST).map((result) => row(result, words)));
        all("li a", place)[FIRST].focus();
      });
      place.append(more);
    }
  };

  window.book.search = { fold, grams, search, near, prepare, live, page };
})();
