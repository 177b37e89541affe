/* 視覚探索の実験。頁の中だけで動き，記録をどこにも送らない。
 *
 * 項目の数 5 通り × 標的の有無 × 2 回を，特徴探索と結合探索で行う（40 試行）。
 * 画面のつくり方は lessons.stimuli.search_displays に，傾きの求め方は
 * lessons.attention.visual_search.model の fit_slopes にそろえてある。
 *
 * 試験のための口：このスクリプトより先に window.visualSearchHook を置くと，
 *   now()    時計（ms）         既定は performance.now
 *   random() 0 以上 1 未満の乱数  既定は Math.random
 *   pause    間の時間（ms）      既定は場面ごとに決めた時間
 * を差し替えられる。いまの場面は，囲みの data-state（ready / block / fixation /
 * search / feedback / result）と data-kind, data-size, data-present, data-trial で読める。
 */
(() => {
  "use strict";

  const SIZES = [4, 8, 12, 16, 20];
  const REPEATS = 2;
  const PRACTICE = 2;
  const FASTEST = 150; // これより速い反応は，見てからの反応ではない（ms）
  const SLOWEST = 10000; // これより遅い反応は，傾きに使わない（ms）
  const KINDS = ["feature", "conjunction"];
  const NAMES = { feature: "特徴探索", conjunction: "結合探索", present: "ある", absent: "ない" };
  const ABOUT = {
    feature: "妨害は，緑の縦棒だけです。",
    conjunction: "妨害は，緑の縦棒と，赤い横棒です。",
  };
  const SIDE = 384;
  const GRID = 6;
  const MARGIN = 0.3;
  const JITTER = 0.22;
  const RED = "rgb(222 62 56)";
  const GREEN = "rgb(60 180 100)";

  const hook = window.visualSearchHook || {};
  const now = hook.now || (() => performance.now());
  const random = hook.random || Math.random;
  const pause = (ms) =>
    new Promise((done) => setTimeout(done, hook.pause === undefined ? ms : hook.pause));
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));

  /* 道具 ---------------------------------------------------------------- */

  function shuffle(list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  function svg(name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /* 最小二乗の直線。点が一つの大きさにしかなければ null。 */
  function line(points) {
    const n = points.length;
    const mx = points.reduce((sum, [x]) => sum + x, 0) / n;
    const my = points.reduce((sum, [, y]) => sum + y, 0) / n;
    const sxx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
    if (!(sxx > 0)) return null;
    const sxy = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
    return { slope: sxy / sxx, start: my - (sxy / sxx) * mx };
  }

  /* 画面 ---------------------------------------------------------------- */

  function makeDisplay(kind, size, present) {
    const cell = SIDE / (GRID + 2 * MARGIN);
    const places = shuffle([...Array(GRID * GRID).keys()]).slice(0, size);
    const kinds = kind === "feature" ? [[GREEN, true]] : [[GREEN, true], [RED, false]];
    const others = size - (present ? 1 : 0);
    const first = Math.floor(random() * kinds.length);
    const looks = shuffle([...Array(others).keys()].map((k) => kinds[(k + first) % kinds.length]));
    if (present) looks.unshift([RED, true]);
    return places.map((place, k) => {
      const shift = () => 0.5 + MARGIN + (random() * 2 - 1) * JITTER;
      const x = ((place % GRID) + shift()) * cell;
      const y = (Math.floor(place / GRID) + shift()) * cell;
      return { x, y, color: looks[k][0], vertical: looks[k][1], half: 0.27 * cell };
    });
  }

  function draw(stage, items) {
    stage.replaceChildren(
      ...items.map(({ x, y, color, vertical, half }) => {
        const [dx, dy] = vertical ? [0, half] : [half, 0];
        return svg("line", {
          x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy,
          stroke: color, "stroke-width": half * 0.52, "stroke-linecap": "round",
        });
      }),
    );
  }

  function drawCross(stage) {
    const style = { stroke: "#ffffff", "stroke-width": 4 };
    const c = SIDE / 2;
    stage.replaceChildren(
      svg("line", { x1: c - 12, y1: c, x2: c + 12, y2: c, ...style }),
      svg("line", { x1: c, y1: c - 12, x2: c, y2: c + 12, ...style }),
    );
  }

  /* 結果 ---------------------------------------------------------------- */

  function usable(rows, kind, present) {
    return rows.filter(
      (row) =>
        row.kind === kind && row.present === present && row.correct &&
        row.rt >= FASTEST && row.rt <= SLOWEST,
    );
  }

  function fit(rows, kind, present) {
    return line(usable(rows, kind, present).map((row) => [row.size, row.rt]));
  }

  function modelOf(root) {
    const holder = document.getElementById(root.dataset.model);
    try {
      return JSON.parse(holder.dataset.json);
    } catch {
      return {}; // モデルの数が無くても，自分の結果は見せる
    }
  }

  const written = (value) => (value ? value.slope.toFixed(1) : "—");

  function table(body, rows, model) {
    body.replaceChildren();
    for (const kind of KINDS) {
      for (const answer of ["present", "absent"]) {
        const row = document.createElement("tr");
        const head = document.createElement("th");
        head.scope = "row";
        head.textContent = `${NAMES[kind].replace("探索", "")}・${NAMES[answer]}`;
        row.append(head);
        const values = {
          own: fit(rows, kind, answer === "present"),
          guided: model.guided?.[kind]?.[answer],
          integration: model.integration?.[kind]?.[answer],
        };
        for (const [who, value] of Object.entries(values)) {
          const cell = document.createElement("td");
          cell.dataset.cell = `${who}-${kind}-${answer}`;
          cell.textContent = written(value);
          row.append(cell);
        }
        body.append(row);
      }
    }
  }

  function chart(place, rows, model, answer) {
    const present = answer === "present";
    const means = {};
    const tops = [1000];
    const lines = {};
    for (const kind of KINDS) {
      const good = usable(rows, kind, present);
      means[kind] = SIZES.map((size) => good.filter((row) => row.size === size))
        .filter((some) => some.length)
        .map((some) => [some[0].size, some.reduce((sum, row) => sum + row.rt, 0) / some.length]);
      lines[kind] = { own: fit(rows, kind, present), guided: model.guided?.[kind]?.[answer] };
      tops.push(...means[kind].map(([, y]) => y));
      for (const one of Object.values(lines[kind])) if (one) tops.push(one.start + one.slope * 20);
    }
    const top = Math.ceil(Math.max(...tops) / 500) * 500;
    const X = (n) => 58 + (n / 22) * 262;
    const Y = (ms) => 208 - (Math.max(ms, 0) / top) * 176;
    place.replaceChildren(svg("text", { x: 189, y: 18, "text-anchor": "middle" }, `標的が${NAMES[answer]}とき`));
    place.append(svg("path", { d: `M58 ${Y(top)}V208H320`, "data-role": "axis" }));
    for (const size of SIZES) {
      place.append(svg("text", { x: X(size), y: 226, "text-anchor": "middle" }, size));
    }
    for (const ms of [0, top / 2, top]) {
      place.append(svg("text", { x: 52, y: Y(ms) + 5, "text-anchor": "end" }, ms));
    }
    place.append(svg("text", { x: 189, y: 246, "text-anchor": "middle" }, "項目の数（縦は反応時間，ms）"));
    for (const kind of KINDS) {
      for (const [who, one] of Object.entries(lines[kind])) {
        if (!one) continue;
        const at = (n) => `${X(n)} ${Y(one.start + one.slope * n)}`;
        place.append(svg("path", { d: `M${at(4)}L${at(20)}`, "data-kind": kind, "data-role": who }));
      }
      for (const [size, rt] of means[kind]) {
        const [x, y] = [X(size), Y(rt)];
        place.append(
          kind === "feature"
            ? svg("circle", { cx: x, cy: y, r: 5, "data-kind": kind, "data-role": "point" })
            : svg("path", { d: `M${x} ${y - 6}l6 11h-12z`, "data-kind": kind, "data-role": "point" }),
        );
      }
    }
    const say = KINDS.map((kind) => `${NAMES[kind]}は項目一つにつき ${written(lines[kind].own)} ms`);
    place.setAttribute("aria-label", `標的が${NAMES[answer]}ときの反応時間。${say.join("，")}。`);
  }

  function toCsv(rows) {
    const head = "kind,set_size,present,correct,rt_ms";
    const lines = rows.map((row) =>
      [row.kind, row.size, Number(row.present), Number(row.correct), row.rt.toFixed(1)].join(","),
    );
    return [head, ...lines, ""].join("\n");
  }

  /* 進行 ---------------------------------------------------------------- */

  function setUp(root) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const stage = root.querySelector(".vs-display");
    const intro = part("text").textContent;
    let answer = null; // 反応を待っているときの，受け取り口
    let go = null; // 「始める」を待っているときの，受け取り口
    let running = 0; // 何回めの実験か。やめると増えて，古い進行が止まる
    let rows = [];

    function show(state, visible) {
      root.dataset.state = state;
      for (const name of ["text", "note", "start", "stage", "result"]) {
        part(name).hidden = !visible.includes(name);
      }
    }

    function say(text) {
      part("status").textContent = text;
    }

    function ready() {
      running += 1;
      answer = go = null;
      part("text").textContent = intro;
      show("ready", ["text", "note", "start"]);
    }

    function waitForStart(text) {
      part("text").textContent = text;
      show("block", ["text", "note", "start"]);
      say(text);
      root.querySelector('[data-do="start"]').focus();
      return new Promise((done) => { go = done; });
    }

    /* 一試行。画面が隠れたら null（やり直す），やめていたら undefined を返す。 */
    async function trial(plan, number, mine) {
      root.dataset.kind = plan.kind;
      root.dataset.size = plan.size;
      root.dataset.present = plan.present;
      root.dataset.trial = number;
      part("feedback").textContent = "";
      drawCross(stage);
      root.dataset.state = "fixation";
      await pause(500);
      if (mine !== running) return undefined;
      draw(stage, makeDisplay(plan.kind, plan.size, plan.present));
      await frame();
      if (mine !== running) return undefined;
      const began = now();
      const said = await new Promise((done) => {
        answer = done;
        root.dataset.state = "search";
      });
      const rt = now() - began;
      answer = null;
      stage.replaceChildren();
      if (said === null) return null;
      const correct = (said === "present") === plan.present;
      root.dataset.state = "feedback";
      part("feedback").textContent = correct ? "正解" : "まちがい";
      await pause(correct ? 250 : 900);
      return { ...plan, correct, rt };
    }

    async function session() {
      running += 1;
      const mine = running;
      rows = [];
      let number = 0;
      for (const kind of shuffle(KINDS)) {
        const name = rows.length ? "後半" : "前半";
        await waitForStart(`${name}は${NAMES[kind]}です。${ABOUT[kind]}はじめの ${PRACTICE} 回は練習です。`);
        if (mine !== running) return;
        const all = SIZES.flatMap((size) =>
          [true, false].flatMap((present) => Array.from({ length: REPEATS }, () => ({ kind, size, present }))),
        );
        const warm = shuffle(all).slice(0, PRACTICE).map((plan) => ({ ...plan, practice: true }));
        const queue = [...warm, ...shuffle(all)];
        show("fixation", ["stage"]);
        say("");
        part("stage").focus({ preventScroll: true });
        part("stage").scrollIntoView({ block: "nearest" });
        while (queue.length) {
          const plan = queue.shift();
          part("count").textContent = plan.practice ? "練習" : `${rows.length + 1} / ${2 * all.length}`;
          number += 1;
          const row = await trial(plan, number, mine);
          if (mine !== running) return;
          if (row === null) queue.push(plan);
          else if (!plan.practice) rows.push(row);
        }
      }
      finish();
    }

    function finish() {
      const model = modelOf(root);
      table(part("rows"), rows, model);
      for (const answered of ["present", "absent"]) chart(part(answered), rows, model, answered);
      const right = rows.filter((row) => row.correct).length;
      const text = `${rows.length} 回のうち ${right} 回が正解でした。傾きは，正解した回だけから求めました。一人の 40 回では，傾きは大きく揺れます。`;
      part("summary").textContent = text;
      show("result", ["result"]);
      say(`実験が終わりました。${text}`);
      part("result").scrollIntoView({ block: "nearest" });
    }

    function save() {
      const link = document.createElement("a");
      const url = URL.createObjectURL(new Blob([toCsv(rows)], { type: "text/csv" }));
      link.href = url;
      link.download = "visual-search.csv";
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    }

    const actions = {
      start: () => { if (go) { const done = go; go = null; done(); } else session(); },
      present: () => answer?.("present"),
      absent: () => answer?.("absent"),
      quit: () => { ready(); say("実験をやめました。"); root.querySelector('[data-do="start"]').focus(); },
      again: () => session(),
      save,
    };

    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) actions[button.dataset.do]();
    });
    document.addEventListener("keydown", (event) => {
      if (part("stage").hidden || event.ctrlKey || event.altKey || event.metaKey) return;
      const wanted = { f: "absent", j: "present", escape: "quit" }[event.key.toLowerCase()];
      if (!wanted) return;
      event.preventDefault();
      if (!event.repeat) actions[wanted]();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) answer?.(null);
    });

    root.querySelector(".vs-off").hidden = true;
    root.querySelector(".vs-body").hidden = false;
    ready();
  }

  function begin() {
    document.querySelectorAll(".vs-experiment").forEach(setUp);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
