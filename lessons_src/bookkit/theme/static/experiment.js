/* 読者の実験。lessons.experiments が頁に渡した手順を，jsPsych の上で動かす。記録はどこにも送らない。
 *
 * 反応時間は，押した瞬間（pointerdown / keydown）の時刻と，刺激を描いた時刻の差。
 * 試験のための口：先に window.experimentHook を置くと，now()（時計）・random()・pause（間，ms）・late（待つ時間が過ぎたときの働きを受け取る）を差し替えられる。
 * いまの場面は，囲みの data-state（ready / asked / block / fixation / trial / feedback / paused / result）と data-trial などで読める。
 */
"use strict";
(() => {
  const hook = window.experimentHook || {};
  const now = hook.now || (() => performance.now());
  const timeOf = (event) => (hook.now ? hook.now() : event.timeStamp);
  const random = hook.random || Math.random;
  const wait = (ms) => new Promise((done) => setTimeout(done, hook.pause ?? ms));
  const frame = () => new Promise((done) => requestAnimationFrame(done)); // その画面の時刻
  const cellOf = (trial) => `${trial.block} ${trial.condition} ${trial.level} ${trial.answer}`;

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

  /* 画面の書きかえの間隔（ms）。はじめに測り，絵を見せる時間を，その倍数に丸める。 */
  let interval = 1000 / 60;
  async function measure() {
    const times = [];
    for (let k = 0; k < 21; k += 1) times.push(await frame());
    const gaps = times.slice(1).map((time, k) => time - times[k]).sort((a, b) => a - b);
    interval = gaps[10] || interval;
    return Math.round(1000 / interval);
  }

  /* 絵を置いた画面の時刻から ms だけ後の，最も近い画面まで待ち，その時刻を返す。 */
  async function hold(from, ms) {
    if (hook.pause !== undefined) { await wait(ms); return from + ms; }
    let time = from;
    while (time - from < ms - interval / 2) time = await frame();
    return time;
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
    const chosen = [...cells.values()].flatMap((some) => shuffle(some).slice(0, some[0].repeats ?? plan.repeats));
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

  const KEPT = ["item", "block", "condition", "level", "answer", "response", "correct", "rt", "x", "y", "target_x", "target_y", "shown", "practice", "viewport", "pointer"];
  const COLUMNS = ["code", "date", "trial", "item", "block", "condition", "level", "answer", "response", "correct", "rt_ms", "x", "y", "target_x", "target_y", "shown_ms", "viewport", "pointer", "refresh_hz", "colours"];
  function toCsv(run) {
    const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const number = (value, digits) => (typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "");
    const lines = run.rows.filter((row) => !row.practice).map((row, k) => [
      run.code, run.date, k + 1, row.item, row.block, row.condition, row.level, row.answer, row.response, Number(row.correct), number(row.rt, 1),
      ...["x", "y", "target_x", "target_y"].map((name) => number(row[name], 2)), number(row.shown, 1), row.viewport, row.pointer, run.refresh || "", run.colours,
    ].map(cell).join(","));
    return `\ufeff${[COLUMNS.join(","), ...lines, ""].join("\n")}`;
  }

  function save(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  /* 場所の答え：刺激に重ねた，触れた所に印を置く紙。矢印キーでも動く（Shift で大きく）。 */
  function aimer(svg, changed) {
    const [left, top, width, height] = (svg.getAttribute("viewBox") || "0 0 100 100").split(/[ ,]+/).map(Number);
    const paper = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    paper.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    paper.setAttribute("class", "ex-aim");
    paper.setAttribute("aria-hidden", "true");
    const at = { x: left + width / 2, y: top + height / 2 };
    const move = (x, y) => {
      at.x = Math.min(left + width, Math.max(left, x));
      at.y = Math.min(top + height, Math.max(top, y));
      const [r, place] = [width / 24, `${at.x} ${at.y}`];
      paper.innerHTML = ["under", "over"].map((name) => `<path class="ex-aim-${name}" d="M${place}m-${r} 0h${2 * r}M${place}m0-${r}v${2 * r}"/>`).join("");
      changed();
    };
    const touch = (event) => {
      const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(paper.getScreenCTM().inverse());
      move(spot.x, spot.y);
    };
    paper.addEventListener("pointerdown", (event) => { at.pointer = event.pointerType; touch(event); });
    paper.addEventListener("pointermove", (event) => { if (event.buttons) touch(event); });
    const key = (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way) return false;
      const step = (event.shiftKey ? 10 : 1) * (width / 100);
      at.pointer = "key";
      move(at.x + step * way[0], at.y + step * way[1]);
      return true;
    };
    return { paper, at, key };
  }

  /* 一試行（jsPsych のプラグイン） -------------------------------------------- */

  const pressPlugin = (box, plan, pictureOf) => class Press {
    static info = { name: "press", version: "1.0.0", parameters: {}, data: {} };

    constructor(jsPsych) { this.jsPsych = jsPsych; }

    trial(place, { step, title }) {
      const trial = plan.trials[step.number];
      const stage = make("div", { class: "ex-stage", tabindex: "-1" });
      const picture = make("div", { class: "ex-picture" });
      const told = make("p", { class: "ex-feedback", "aria-live": "polite" });
      const buttons = plan.responses.map((one, k) => {
        const label = trial.words?.[k] ?? one.label;
        return make("button", { type: "button", "data-answer": one.value }, label, " ", ...(label === one.key ? [] : [make("kbd", {}, one.key.toUpperCase())]));
      });
      const quit = make("button", { type: "button", class: "ex-quit" }, "やめる");
      const sure = plan.place ? make("button", { type: "button", "data-do": "sure", disabled: "" }, plan.place) : null;
      if (sure) buttons.push(sure);
      const answers = make("div", { class: "ex-answers", "data-many": buttons.length > 4, "data-words": Boolean(trial.words) }, ...buttons);
      stage.append(picture, told, answers, make("p", { class: "ex-count" }, title(), " ", quit));
      place.replaceChildren(stage);
      stage.focus({ preventScroll: true });
      stage.scrollIntoView({ block: "nearest", behavior: "instant" });
      const listening = new AbortController();
      const options = { signal: listening.signal };
      let answer = null; // 反応を待っているときだけ，受け取り口がある
      let aim = null; // 場所の答えの印
      let round = 0; // 中断すると増え，古い流れが止まる
      const put = (html) => {
        picture.innerHTML = html;
        if (aim) picture.append(aim.paper);
      };

      const done = (row) => {
        listening.abort();
        this.jsPsych.finishTrial(row);
      };
      const run = async () => {
        round += 1;
        const mine = round;
        const old = () => mine !== round;
        aim = null;
        sure?.setAttribute("disabled", "");
        Object.assign(box.dataset, {
          state: "fixation", condition: trial.condition, level: trial.level, answer: trial.answer, item: step.number, practice: step.practice, trial: Number(box.dataset.trial || 0) + 1,
        });
        told.textContent = "";
        let time = await frame();
        put('<span class="ex-cross" aria-hidden="true">＋</span>');
        time = await hold(time, plan.fixation);
        for (const [shot, ms] of trial.before || []) {
          if (old()) return;
          put(pictureOf(shot));
          time = await hold(time, ms);
        }
        if (old()) return;
        if (hook.pause !== undefined) await frame();
        if (old()) return;
        const began = hook.now ? now() : time;
        put(pictureOf(trial.stimulus));
        if (sure) {
          aim = aimer(picture.querySelector("svg"), () => sure.removeAttribute("disabled"));
          picture.append(aim.paper);
        }
        const heard = new Promise((resolve) => { answer = resolve; });
        box.dataset.state = "trial";
        let seen = null;
        const brief = trial.shown ?? plan.shown;
        const mask = trial.mask || plan.mask;
        const still = () => !old() && answer;
        const hide = async () => {
          const end = await hold(time, brief);
          if (!still()) return;
          seen = end - time;
          put(mask ? pictureOf(mask[0]) : "");
          if (mask) await hold(end, mask[1]);
          if (mask && still()) put("");
        };
        if (brief) hide();
        const none = () => { if (still()) answer({ value: "", time: NaN, pointer: "none" }); };
        if (plan.limit && hook.late) hook.late(none);
        else if (plan.limit) setTimeout(none, plan.limit);
        const { value, time: pressed, pointer } = await heard;
        if (old()) return;
        answer = null;
        const aimed = aim ? { x: aim.at.x, y: aim.at.y, target_x: trial.target[0], target_y: trial.target[1] } : {};
        aim = null;
        put("");
        const correct = Boolean(plan.place) || value === trial.answer;
        box.dataset.state = "feedback";
        const tells = (step.practice || plan.feedback) && plan.graded && !plan.place;
        if (tells) told.textContent = `${correct ? "正解" : "まちがい"}${trial.told ? `。${trial.told}` : ""}`;
        await wait((tells && !correct ? 700 : 250) + (tells && trial.told ? 1200 : 0));
        if (old()) return;
        done({
          item: step.number, block: trial.block, condition: trial.condition, level: trial.level, answer: trial.answer, response: value, ...aimed,
          correct, rt: Number.isNaN(pressed) ? null : pressed - began, shown: seen, practice: step.practice, viewport: `${innerWidth}x${innerHeight}`, pointer,
        });
      };
      const decide = (event, pointer) => {
        if (sure && !sure.disabled) answer?.({ value: "", time: timeOf(event), pointer: pointer || aim?.at.pointer });
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
      sure?.addEventListener("click", (event) => decide(event), options);
      const choices = buttons.filter((button) => button !== sure);
      for (const button of choices) button.addEventListener("pointerdown", (event) => {
        answer?.({ value: button.dataset.answer, time: timeOf(event), pointer: event.pointerType });
      }, options);
      // 読み上げソフトなどの「押す」は pointerdown を伴わない。
      for (const button of choices) button.addEventListener("click", (event) => {
        if (event.detail === 0) answer?.({ value: button.dataset.answer, time: timeOf(event), pointer: "click" });
      }, options);
      stage.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (answer && aim?.key(event)) { event.preventDefault(); return; }
        if (event.repeat) return;
        if (event.key === "Enter" && aim && event.target === stage) { decide(event); return; }
        const said = plan.responses.find((one) => one.key === event.key.toLowerCase());
        if (said) { event.preventDefault(); answer?.({ value: said.value, time: timeOf(event), pointer: "key" }); }
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
    let colours = "";
    /* 色の見分けにくい人のための言いかえ（絵と教示の，どちらの字も） */
    const swapped = (text) => {
      if (colours !== "safe") return text;
      const words = Object.keys(plan.safe);
      return words.length ? text.replace(new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g"), (word) => plan.safe[word]) : text;
    };
    const pictureOf = (number) => swapped(plan.pictures[number]);

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
        run = { version: plan.version, code: code.value.trim(), date: new Date().toISOString(), colours, touch: navigator.maxTouchPoints, order: arrange(plan), rows: [] };
        go();
      });
      const words = make("div");
      const example = make("div", { class: "ex-picture ex-example" });
      const draw = () => {
        words.replaceChildren(...plan.instructions.map((text) => make("p", {}, swapped(text))), make("p", { class: "ex-unseen" }, plan.unseen));
        example.innerHTML = swapped(plan.example);
      };
      draw();
      const choice = make("input", { type: "checkbox", "data-part": "safe" });
      choice.checked = colours === "safe";
      choice.addEventListener("change", () => { colours = choice.checked ? "safe" : ""; draw(); });
      const safe = Object.keys(plan.safe).length ? [make("label", {}, choice, "色の見分けにくい人のための色にする")] : [];
      screen("ready", words, example, ...safe, make("label", {}, "参加者の符号（なくてもよい）", code), make("p", { class: "ex-buttons" }, start));
    }

    async function go() {
      keep();
      try {
        await Promise.all(["jspsych/jspsych.js", "experiment_scores.js"].map(window.book.load));
      } catch {
        screen("ready", make("p", {}, "実験の部品を読み込めません。電波のある所で，もう一度開いてください。"), button("again", "もう一度", go));
        return;
      }
      const mine = run;
      colours = mine.colours;
      const time = async () => { mine.refresh = await measure(); };
      time();
      const Press = pressPlugin(box, plan, pictureOf);
      const Start = startPlugin(box);
      const count = run.order.filter((step) => !step.practice).length;
      const timeline = [];
      let block = null;
      for (const step of run.order.slice(run.rows.length)) {
        const next = plan.trials[step.number].block;
        if (plan.blocks[next] && next !== block) timeline.push({ type: Start, words: swapped(plan.blocks[next]) });
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
      const scores = window.bookScores;
      const own = scores.values(plan, run.rows);
      const before = store.read(`${key}-last`);
      const columns = [{ name: "あなた", values: own }, ...plan.others];
      if (before?.values) columns.push({ name: "前回", values: before.values });
      store.write(`${key}-last`, { values: own, date: run.date });
      const real = run.rows.filter((row) => !row.practice);
      const right = real.filter((row) => row.correct).length;
      const count = plan.graded && !plan.place ? `${real.length} 回のうち ${right} 回が正解でした。` : `${real.length} 回，答えました。`;
      const text = `${count}${scores.missing(plan, own)}${plan.caution}`;
      const mine = run;
      screen("result", scores.table(plan, columns), scores.chart(plan, columns), ...scores.curves(plan, run.rows), make("p", {}, text), make("p", { class: "ex-buttons" },
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
