/* 読者の実験。lessons.experiments が頁に渡した手順を，jsPsych の上で動かす。記録はどこにも送らない。
 *
 * 反応時間は，押した瞬間（pointerdown / keydown）の時刻と，刺激を描いた時刻の差。
 * 試験のための口：先に window.experimentHook を置くと，now()（時計）・random()・pause（間，ms）を差し替えられる。
 * いまの場面は，囲みの data-state（ready / asked / block / fixation / trial / feedback / paused / result）と data-trial などで読める。
 */
"use strict";
(() => {
  const hook = window.experimentHook || {};
  const now = hook.now || (() => performance.now());
  const at = (event) => (hook.now ? hook.now() : event.timeStamp);
  const random = hook.random || Math.random;
  const wait = (ms) => new Promise((done) => setTimeout(done, hook.pause ?? ms));
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

  const cellOf = (trial) => `${trial.block} ${trial.condition} ${trial.level}`;

  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };

  function shuffle(list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /* 端末に残すもの。壊れていたり，いっぱいだったりしても，実験は続く。 */
  const store = {
    read(key) {
      try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
    },
    write(key, value) {
      try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; }
    },
    drop(key) {
      try { localStorage.removeItem(key); } catch { /* 残らないだけ */ }
    },
  };

  /* 条件と水準の組ごとに，同じ数ずつ選ぶ。まとまり（block）の順と，中の順は無作為。 */
  function arrange(plan) {
    const cells = groupBy(plan.trials.map((trial, number) => ({ ...trial, number })), cellOf);
    const chosen = [...cells.values()].flatMap((some) => shuffle(some).slice(0, plan.repeats));
    const blocks = shuffle([...new Set(chosen.map((trial) => trial.block))]);
    return blocks.flatMap((block) => {
      const mine = shuffle(chosen.filter((trial) => trial.block === block));
      const warm = shuffle(mine).slice(0, plan.practice);
      return [
        ...warm.map((trial) => ({ number: trial.number, practice: true })),
        ...mine.map((trial) => ({ number: trial.number, practice: false })),
      ];
    });
  }

  function groupBy(list, key) {
    const found = new Map();
    for (const one of list) found.set(key(one), [...(found.get(key(one)) || []), one]);
    return found;
  }

  /* まとめ -------------------------------------------------------------- */

  function slope(points) {
    const mx = mean(points.map(([x]) => x));
    const my = mean(points.map(([, y]) => y));
    const sxx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
    return sxx > 0 ? points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / sxx : null;
  }

  function score(plan, rows, condition) {
    const mine = rows.filter((row) => row.condition === condition && !row.practice);
    if (!mine.length) return null;
    if (plan.score === "share") return 100 * mean(mine.map((row) => Number(row.correct)));
    const used = mine.filter((row) => row.correct && row.rt >= plan.fastest && row.rt <= plan.slowest);
    if (!used.length) return null;
    return plan.score === "slope" ? slope(used.map((row) => [row.level, row.rt])) : mean(used.map((row) => row.rt));
  }

  const written = (value) => (typeof value === "number" ? value.toFixed(1) : "—");

  function resultTable(plan, columns) {
    const head = make("tr", {}, make("th", { scope: "col" }, "条件"), ...columns.map(({ name }) => make("th", { scope: "col" }, name)));
    const body = plan.conditions.map((condition) =>
      make("tr", {}, make("th", { scope: "row" }, condition),
        ...columns.map(({ name, values }) => make("td", { "data-cell": `${name}・${condition}` }, written(values[condition])))));
    const table = make("table", {}, make("caption", {}, `${plan.measure}（${plan.unit}）`), make("thead", {}, head), make("tbody", {}, ...body));
    return make("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": plan.measure }, table);
  }

  /* 条件を縦に，値を横に取った点の図。印の形でも見分けられる。 */
  function chart(plan, columns) {
    const marks = ["★", "●", "◆", "▲"];
    const values = columns.flatMap((column) => Object.values(column.values)).filter((value) => typeof value === "number");
    const low = Math.min(0, ...values);
    const high = Math.max(...values, low + 1);
    const box = make("div", { class: "ex-chart", role: "img" });
    const said = [];
    for (const condition of plan.conditions) {
      const line = make("div", { class: "ex-line" });
      columns.forEach(({ values: own }, k) => {
        if (typeof own[condition] !== "number") return;
        const dot = make("span", { class: `ex-dot ex-dot-${k % 4}` }, marks[k % 4]);
        dot.style.left = `${((own[condition] - low) / (high - low)) * 92 + 2}%`;
        line.append(dot);
        if (!k) said.push(`${condition}は ${written(own[condition])}`);
      });
      box.append(make("div", { class: "ex-name" }, condition), line);
    }
    box.append(make("div", { class: "ex-name" }, `${written(low)} から ${written(high)}（${plan.unit}）`));
    box.append(make("div", { class: "ex-legend" }, ...columns.map(({ name }, k) => make("span", { class: `ex-dot-${k % 4}` }, `${marks[k % 4]} ${name}`))));
    box.setAttribute("aria-label", `${plan.measure}。あなた：${said.join("，")}。`);
    return box;
  }

  const KEPT = ["block", "condition", "level", "answer", "response", "correct", "rt", "practice", "viewport", "pointer"];
  const COLUMNS = ["code", "date", "trial", "block", "condition", "level", "answer", "response", "correct", "rt_ms", "viewport", "pointer"];
  function toCsv(run) {
    const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const lines = run.rows.filter((row) => !row.practice).map((row, k) =>
      [run.code, run.date, k + 1, row.block, row.condition, row.level, row.answer, row.response, Number(row.correct), row.rt.toFixed(1), row.viewport, row.pointer].map(cell).join(","));
    return `\ufeff${[COLUMNS.join(","), ...lines, ""].join("\n")}`;
  }

  function save(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  /* 一試行（jsPsych のプラグイン） -------------------------------------------- */

  const pressPlugin = (box, plan) => class Press {
    static info = { name: "press", version: "1.0.0", parameters: {}, data: {} };

    constructor(jsPsych) { this.jsPsych = jsPsych; }

    trial(place, { step, title }) {
      const trial = plan.trials[step.number];
      const stage = make("div", { class: "ex-stage", tabindex: "-1" });
      const picture = make("div", { class: "ex-picture" });
      const told = make("p", { class: "ex-feedback", "aria-live": "polite" });
      const buttons = plan.responses.map((one) => {
        const button = make("button", { type: "button", "data-answer": one.value }, one.label, " ", make("kbd", {}, one.key.toUpperCase()));
        return button;
      });
      const quit = make("button", { type: "button", class: "ex-quit" }, "やめる");
      stage.append(picture, told, make("div", { class: "ex-answers" }, ...buttons), make("p", { class: "ex-count" }, title(), " ", quit));
      place.replaceChildren(stage);
      stage.focus({ preventScroll: true });
      stage.scrollIntoView({ block: "nearest", behavior: "instant" });
      const listening = new AbortController();
      const options = { signal: listening.signal };
      let answer = null; // 反応を待っているときだけ，受け取り口がある
      let round = 0; // 中断すると増え，古い流れが止まる

      const done = (row) => {
        listening.abort();
        this.jsPsych.finishTrial(row);
      };
      const run = async () => {
        round += 1;
        const mine = round;
        Object.assign(box.dataset, { state: "fixation", condition: trial.condition, level: trial.level, answer: trial.answer, practice: step.practice, trial: Number(box.dataset.trial || 0) + 1 });
        told.textContent = "";
        picture.replaceChildren(make("span", { class: "ex-cross", "aria-hidden": "true" }, "＋"));
        await wait(plan.fixation);
        if (mine !== round) return;
        picture.innerHTML = trial.stimulus;
        await frame();
        if (mine !== round) return;
        const began = now();
        const heard = new Promise((resolve) => { answer = resolve; });
        box.dataset.state = "trial";
        if (plan.shown) setTimeout(() => { if (mine === round && answer) picture.replaceChildren(); }, hook.pause ?? plan.shown);
        const { value, time, pointer } = await heard;
        if (mine !== round) return;
        answer = null;
        picture.replaceChildren();
        const correct = value === trial.answer;
        box.dataset.state = "feedback";
        if (step.practice || plan.feedback) told.textContent = correct ? "正解" : "まちがい";
        await wait(correct ? 250 : 700);
        if (mine !== round) return;
        done({
          block: trial.block, condition: trial.condition, level: trial.level, answer: trial.answer, response: value,
          correct, rt: time - began, practice: step.practice, viewport: `${innerWidth}x${innerHeight}`, pointer,
        });
      };
      const pause = () => {
        if (box.dataset.state === "paused" || listening.signal.aborted) return;
        round += 1;
        answer = null;
        box.dataset.state = "paused";
        const on = make("button", { type: "button", "data-do": "continue" }, "この試行からやり直して続ける");
        const off = make("button", { type: "button", "data-do": "discard" }, "ここまでを捨てる");
        const asked = make("div", { class: "ex-buttons" }, make("p", {}, "中断しました。"), on, off);
        stage.hidden = true;
        place.append(asked);
        on.addEventListener("click", () => { asked.remove(); stage.hidden = false; stage.focus({ preventScroll: true }); run(); });
        off.addEventListener("click", () => { listening.abort(); box.dispatchEvent(new Event("discard")); });
      };
      for (const button of buttons) button.addEventListener("pointerdown", (event) => {
        answer?.({ value: button.dataset.answer, time: at(event), pointer: event.pointerType });
      }, options);
      // 読み上げソフトなどの「押す」は pointerdown を伴わない。
      for (const button of buttons) button.addEventListener("click", (event) => {
        if (event.detail === 0) answer?.({ value: button.dataset.answer, time: at(event), pointer: "click" });
      }, options);
      stage.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
        const said = plan.responses.find((one) => one.key === event.key.toLowerCase());
        if (said) { event.preventDefault(); answer?.({ value: said.value, time: at(event), pointer: "key" }); }
        if (event.key === "Escape") pause();
      }, options);
      quit.addEventListener("click", pause, options);
      document.addEventListener("visibilitychange", () => { if (document.hidden) pause(); }, options);
      addEventListener("orientationchange", pause, options);
      run();
    }
  };

  /* まとまりの前の説明（jsPsych のプラグイン） */
  const startPlugin = (box) => class Start {
    static info = { name: "start", version: "1.0.0", parameters: {}, data: {} };

    constructor(jsPsych) { this.jsPsych = jsPsych; }

    trial(place, { words }) {
      box.dataset.state = "block";
      const start = make("button", { type: "button", "data-do": "start" }, "始める");
      start.addEventListener("click", () => this.jsPsych.finishTrial({}), { once: true });
      place.replaceChildren(make("p", {}, words), make("p", { class: "ex-buttons" }, start));
      start.focus({ preventScroll: true });
    }
  };

  /* 進行 ---------------------------------------------------------------- */

  function setUp(box) {
    const plan = JSON.parse(box.dataset.plan);
    const key = `experiment-${plan.name}`;
    const place = box.querySelector(".ex-place");
    let run = null;

    const screen = (state, ...inside) => {
      box.dataset.state = state;
      place.replaceChildren(...inside);
    };
    const button = (name, text, work) => {
      const made = make("button", { type: "button", "data-do": name }, text);
      made.addEventListener("click", work);
      return made;
    };
    const keep = () => {
      if (!store.write(key, run) && !run.warned) {
        run.warned = true;
        box.querySelector(".ex-status").textContent = "この端末には途中の記録を残せません。頁を閉じると，初めからになります。";
      }
    };
    const isRun = (saved) => saved && saved.version === plan.version && Array.isArray(saved.order) && Array.isArray(saved.rows)
      && saved.rows.length < saved.order.length && saved.order.every((step) => step && plan.trials[step.number]);

    function ready() {
      run = null;
      const code = make("input", { type: "text", maxlength: "20", autocomplete: "off", "data-part": "code" });
      const start = button("start", "始める", () => {
        run = { version: plan.version, code: code.value.trim(), date: new Date().toISOString(), order: arrange(plan), rows: [] };
        go();
      });
      const words = plan.instructions.map((text) => make("p", {}, text));
      const example = make("div", { class: "ex-picture ex-example" });
      example.innerHTML = plan.example;
      screen("ready", ...words, example, make("label", {}, "参加者の符号（なくてもよい）", code), make("p", { class: "ex-buttons" }, start));
    }

    async function go() {
      keep();
      try {
        await window.book.load("jspsych/jspsych.js");
      } catch {
        screen("ready", make("p", {}, "実験の部品を読み込めません。電波のある所で，もう一度開いてください。"), button("again", "もう一度", go));
        return;
      }
      const mine = run;
      const Press = pressPlugin(box, plan);
      const Start = startPlugin(box);
      const count = run.order.filter((step) => !step.practice).length;
      const timeline = [];
      let block = null;
      for (const step of run.order.slice(run.rows.length)) {
        const next = plan.trials[step.number].block;
        if (plan.blocks[next] && next !== block) timeline.push({ type: Start, words: plan.blocks[next] });
        block = next;
        const title = () => (step.practice ? "練習" : `${mine.rows.filter((row) => !row.practice).length + 1} / ${count}`);
        timeline.push({ type: Press, step, title });
      }
      place.replaceChildren();
      const jsPsych = window.jsPsychModule.initJsPsych({
        display_element: place,
        on_trial_finish: (data) => {
          if (data.trial_type !== "press" || data.response === undefined) return;
          mine.rows.push(Object.fromEntries(KEPT.map((name) => [name, data[name]])));
          keep();
        },
      });
      let discarded = false;
      const discard = () => { discarded = true; jsPsych.abortExperiment(); };
      box.addEventListener("discard", discard, { once: true });
      await jsPsych.run(timeline);
      box.removeEventListener("discard", discard);
      store.drop(key);
      place.className = "ex-place"; // jsPsych が付けた名前を外す
      place.removeAttribute("tabindex");
      if (!discarded) { finish(); return; }
      ready();
      box.querySelector(".ex-status").textContent = "記録を捨てました。";
    }

    function finish() {
      const own = Object.fromEntries(plan.conditions.map((condition) => [condition, score(plan, run.rows, condition)]));
      const before = store.read(`${key}-last`);
      const columns = [{ name: "あなた", values: own }, ...plan.others];
      if (before?.values) columns.push({ name: "前回", values: before.values });
      store.write(`${key}-last`, { values: own, date: run.date });
      const real = run.rows.filter((row) => !row.practice);
      const right = real.filter((row) => row.correct).length;
      const text = `${real.length} 回のうち ${right} 回が正解でした。${plan.caution}`;
      const mine = run;
      screen("result", resultTable(plan, columns), chart(plan, columns), make("p", {}, text), make("p", { class: "ex-buttons" },
        button("csv", "記録を CSV で保存する", () => save(`${plan.name}.csv`, toCsv(mine), "text/csv")),
        button("json", "JSON で保存する", () => save(`${plan.name}.json`, JSON.stringify(mine), "application/json")),
        button("again", "もう一度", ready)));
      box.querySelector(".ex-status").textContent = "実験が終わりました。";
    }

    const saved = store.read(key);
    if (isRun(saved)) {
      screen("asked", make("p", {}, `前の実験が途中です（${saved.rows.length} / ${saved.order.length}）。`), make("p", { class: "ex-buttons" },
        button("continue", "続ける", () => { run = saved; go(); }),
        button("discard", "捨てる", () => { store.drop(key); ready(); })));
    } else {
      ready();
      if (saved) {
        store.drop(key);
        box.querySelector(".ex-status").textContent = "前の記録は，いまの実験と合わないので使いません。";
      }
    }
    box.querySelector(".ex-off").hidden = true;
  }

  window.book.all(".experiment").forEach(setUp);
})();
