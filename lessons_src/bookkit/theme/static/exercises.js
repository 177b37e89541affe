/* 練習の答え合わせ。宣言の形も，判定も，使う文も，lessons/answers と同じ（test_exercises_page.py が比べる）。
   答えと正誤は，この端末の中だけに残る。 */
"use strict";
(() => {
  const { all } = window.book;
  const BLANK = "まだ答えが入っていません。";
  const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:\/(\d+\.?\d*))?(%?)$/i;
  const make = (tag, attributes = {}, ...inside) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...inside);
    return element;
  };

  /* ---- 判定 ---- */
  const readNumber = (text) => {
    const plain = text.normalize("NFKC").trim().replace(/−/g, "-").replace(/(?<=\d),(?=\d{3}(?!\d))/g, "");
    const found = NUMBER.exec(plain);
    if (!found || (found[2] && Number(found[2]) === 0)) return null;
    const value = Number(found[1]) / Number(found[2] || 1);
    return found[3] ? value / 100 : value;
  };
  const fits = (condition, value) => condition === null || (typeof condition === "string"
    ? condition === value
    : condition.some(([low, high]) => (low === null || value >= low) && (high === null || value <= high)));
  const hints = {
    fields(plan, values) {
      if (values.some((value) => !value.trim())) return BLANK;
      const found = plan.fields.map((field, k) => (field.options ? values[k] : readNumber(values[k])));
      if (found.includes(null)) return "数で答えてください。";
      const rule = plan.rules.find(([conditions]) => conditions.every((one, k) => fits(one, found[k])));
      return rule ? rule[1] : plan.otherwise;
    },
    several(plan, values) {
      if (!values.length) return BLANK;
      const wrong = plan.wrong.find(([name]) => values.includes(name));
      if (wrong) return wrong[1];
      return values.length >= plan.least ? null : plan.few;
    },
    order(plan, values) {
      const swap = plan.swaps.find(([first, second]) => values.indexOf(second) < values.indexOf(first));
      if (swap) return swap[2];
      return values.every((value, k) => value === plan.right[k]) ? null : plan.otherwise;
    },
  };
  const judge = (plan, values) => hints[plan.kind](plan, values);

  /* ---- 端末に残すこと：よそから書かれうるので，形を確かめてから使う ---- */
  const KEY = "exercises";
  const isText = (one) => typeof one === "string" && one.length <= 80;
  const recall = () => {
    const kept = new Map();
    try {
      for (const [name, one] of Object.entries(JSON.parse(localStorage.getItem(KEY)) || {})) {
        if (!/^[a-z0-9-]{1,99}$/.test(name) || !one || !Array.isArray(one.values)) continue;
        if (one.values.length <= 40 && one.values.every(isText)) kept.set(name, { right: one.right === true, values: one.values });
      }
    } catch { /* 壊れた記録は，無いのと同じ */ }
    return kept;
  };
  const keep = (name, one) => {
    const kept = recall();
    if (one) kept.set(name, one); else kept.delete(name);
    try { localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept))); } catch { /* 覚えられないだけ */ }
  };

  /* ---- 欄：どれも { element, read(), write(values) } ---- */
  let count = 0;
  const picks = (type, legend, options) => {
    const group = `answer-${count += 1}`;
    const boxes = options.map(([value]) => make("input", { type, name: group, value }));
    const element = make("fieldset", {}, make("legend", { textContent: legend }),
      ...boxes.map((box, k) => make("label", {}, box, make("span", { textContent: options[k][1] }))));
    return {
      element,
      read: () => boxes.filter((box) => box.checked).map((box) => box.value),
      write: (values) => boxes.forEach((box) => { box.checked = values.includes(box.value); }),
    };
  };
  const numberField = ({ label, unit, keys }) => {
    const input = make("input", { type: "text", inputMode: keys, autocomplete: "off", maxLength: 40, enterKeyHint: "done" });
    const element = make("label", { className: "answer-number" }, make("span", { textContent: label || "答え" }), input, unit);
    return { element, read: () => input.value, write: (value) => { input.value = value; } };
  };
  const oneOf = (field) => {
    const group = picks("radio", field.label || "一つ選んでください", field.options);
    return { element: group.element, read: () => group.read()[0] || "", write: (value) => group.write([value]) };
  };
  const builders = {
    fields(plan) {
      const fields = plan.fields.map((field) => (field.options ? oneOf(field) : numberField(field)));
      return {
        elements: fields.map((field) => field.element),
        read: () => fields.map((field) => field.read()),
        write: (values) => fields.forEach((field, k) => field.write(values[k] ?? "")),
      };
    },
    several(plan) {
      const group = picks("checkbox", "当てはまるものをすべて選んでください", plan.options);
      return { elements: [group.element], read: group.read, write: group.write };
    },
    order(plan, tell) {
      const list = make("ol", { className: "answer-order" });
      const move = (item, step) => {
        const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
        if (!other) return;
        if (step < 0) other.before(item); else other.after(item);
        tell(`「${item.textContent.slice(0, -2)}」を ${[...list.children].indexOf(item) + 1} 番めにしました`);
      };
      for (const [value, words] of plan.options) {
        const item = make("li", {}, make("span", { textContent: words }));
        item.dataset.value = value;
        for (const [sign, name, step] of [["↑", "前", -1], ["↓", "後", 1]]) {
          const button = make("button", { type: "button", textContent: sign });
          button.setAttribute("aria-label", `「${words}」を一つ${name}へ`);
          button.addEventListener("click", () => { move(item, step); button.focus(); });
          item.append(button);
        }
        list.append(item);
      }
      return {
        elements: [list],
        read: () => [...list.children].map((item) => item.dataset.value),
        write: (values) => {
          const items = [...list.children];
          if (items.every((item) => values.includes(item.dataset.value)))
            list.append(...values.map((value) => items.find((item) => item.dataset.value === value)).filter(Boolean));
        },
      };
    },
  };

  /* ---- 練習一つ ---- */
  const install = (box, plan, kept) => {
    const name = box.dataset.exercise;
    const said = make("p", { className: "answer-said" });
    said.setAttribute("role", "status");
    const tell = (text, state) => { said.textContent = text; said.dataset.state = state; };
    const { elements, read, write } = builders[plan.kind](plan, (text) => tell(text, ""));
    const show = (values) => {
      const hint = judge(plan, values);
      if (hint === null) tell(`◯ 正解です。${plan.praise}`, "right");
      else tell(hint === BLANK ? `△ ${hint}` : `△ ヒント：${hint}`, "wrong");
      return hint;
    };
    const form = make("form", { className: "answer-form", noValidate: true }, ...elements,
      make("button", { type: "submit", textContent: "答え合わせ" }), said);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = read();
      const hint = show(values);
      if (hint !== BLANK) keep(name, { right: hint === null || recall().get(name)?.right === true, values });
    });
    if (kept?.values.length) {
      write(kept.values);
      const values = read();
      if (judge(plan, values) !== BLANK) show(values);
    }
    box.prepend(form);
  };
  /* コードを書く練習：ノートブックで解けたら，自分で印を付ける */
  const installMark = (box, kept) => {
    const button = make("button", { type: "button", className: "answer-done", textContent: "ノートブックで解けた" });
    const show = (done) => button.setAttribute("aria-pressed", String(done));
    show(kept?.right === true);
    button.addEventListener("click", () => {
      const done = button.getAttribute("aria-pressed") !== "true";
      keep(box.dataset.exercise, done ? { right: true, values: [] } : null);
      show(done);
    });
    box.querySelector(".answer-notebook").append(button);
  };
  const start = recall();
  for (const box of all(".answer[data-exercise]")) {
    const output = box.closest(".cell_output");
    document.getElementById(`exercise-${box.dataset.exercise}`)?.append(box);
    if (output && !output.children.length) output.hidden = true;
    box.querySelector(".answer-off").hidden = true;
    const kept = start.get(box.dataset.exercise);
    if (box.dataset.plan) install(box, JSON.parse(box.dataset.plan), kept);
    else installMark(box, kept);
  }

  /* ---- 練習の進み ---- */
  const STATES = { right: "◯ 正解", tried: "△ 試した", open: "まだ" };
  const showProgress = () => {
    const kept = recall();
    const total = { right: 0, tried: 0, open: 0 };
    for (const chapter of all(".progress > li")) {
      const links = all(":scope ul a", chapter);
      let right = 0;
      for (const link of links) {
        const one = kept.get(link.hash.replace("#exercise-", ""));
        const state = one ? (one.right ? "right" : "tried") : "open";
        total[state] += 1;
        right += state === "right";
        const item = link.closest("li");
        const mark = item.querySelector(".progress-mark") || item.appendChild(make("span", { className: "progress-mark" }));
        mark.textContent = STATES[state];
        mark.dataset.state = state;
      }
      const head = chapter.querySelector("p");
      const sum = head.querySelector(".progress-sum") || head.appendChild(make("span", { className: "progress-sum" }));
      sum.textContent = `${right} / ${links.length}`;
    }
    return `${total.right + total.tried + total.open} 問のうち，正解 ${total.right}，試した ${total.tried}，まだ ${total.open}`;
  };
  const progress = document.querySelector(".progress");
  if (progress) {
    const said = make("p", { className: "progress-total", textContent: showProgress() });
    said.setAttribute("role", "status");
    const forget = make("button", { type: "button", textContent: "この端末の練習の記録を消す" });
    forget.addEventListener("click", () => {
      if (!forget.dataset.asked) {
        forget.dataset.asked = "1";
        forget.textContent = "もう一度押すと，答えと印をすべて消します";
        return;
      }
      delete forget.dataset.asked;
      forget.textContent = "この端末の練習の記録を消す";
      try { localStorage.removeItem(KEY); } catch { /* 消せないだけ */ }
      said.textContent = showProgress();
    });
    progress.before(said);
    progress.after(forget);
    addEventListener("pageshow", () => { said.textContent = showProgress(); });
    addEventListener("storage", () => { said.textContent = showProgress(); });
  }
  window.bookExercises = { judge, recall };
})();
