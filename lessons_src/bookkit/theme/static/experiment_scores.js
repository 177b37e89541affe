/* 読者の実験のまとめ方と，結果の表と図。名前と計算は lessons.experiments.scores と同じ（tests/site/test_experiment.py が比べる）。 */
"use strict";
(() => {
  const sum = (list) => list.reduce((total, value) => total + value, 0);
  const mean = (list) => sum(list) / list.length;
  const percent = (list) => 100 * mean(list.map(Number));
  const levels = (rows) => [...new Set(rows.map((row) => row.level))].sort((a, b) => a - b);

  const timed = (plan, rows) => rows.filter((row) => row.correct && row.rt >= plan.fastest && row.rt <= plan.slowest);
  const counted = (plan) => (row) => (plan.signal ? row.response === plan.signal : Boolean(row.correct));

  /* 標準正規分布の分位点（Acklam の有理式。誤差は 1e-9 ほど） */
  function quantile(p) {
    const ratio = (x, top, bottom) => top.reduce((v, c) => v * x + c, 0) / bottom.reduce((v, c) => v * x + c, 0);
    const tail = [[-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783],
      [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]];
    if (p < 0.02425) return ratio(Math.sqrt(-2 * Math.log(p)), ...tail);
    if (p > 1 - 0.02425) return -quantile(1 - p);
    const q = p - 0.5;
    return q * ratio(q * q, [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239],
      [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]);
  }

  const meanTime = (plan, rows) => {
    const used = timed(plan, rows);
    return used.length ? mean(used.map((row) => row.rt)) : null;
  };

  function slope(plan, rows) {
    const used = timed(plan, rows);
    if (levels(used).length < 2) return null;
    const [mx, my] = [mean(used.map((row) => row.level)), mean(used.map((row) => row.rt))];
    return sum(used.map((row) => (row.level - mx) * (row.rt - my))) / sum(used.map((row) => (row.level - mx) ** 2));
  }

  function dprime(plan, rows) {
    const rate = (some) => (sum(some.map(counted(plan)).map(Number)) + 0.5) / (some.length + 1);
    const signal = rows.filter((row) => row.answer === plan.signal);
    const noise = rows.filter((row) => row.answer !== plan.signal);
    return signal.length && noise.length ? quantile(rate(signal)) - quantile(rate(noise)) : null;
  }

  const shareByLevel = (plan, rows) => levels(rows).map((x) => [x, percent(rows.filter((row) => row.level === x).map(counted(plan)))]);

  const timeByLevel = (plan, rows) => {
    const used = timed(plan, rows);
    return levels(used).map((x) => [x, mean(used.filter((row) => row.level === x).map((row) => row.rt))]);
  };

  /* 単調にならした曲線が，criterion を横切る水準 */
  function threshold(plan, rows) {
    const points = shareByLevel(plan, rows);
    const middle = mean(points.map(([x]) => x));
    const sign = sum(points.map(([x, y]) => (x - middle) * y)) >= 0 ? 1 : -1;
    const pools = [];
    for (const [, y] of points) {
      pools.push([sign * y, 1]);
      while (pools.length > 1 && pools.at(-2)[0] >= pools.at(-1)[0]) {
        const [[a, m], [b, n]] = pools.splice(-2);
        pools.push([(m * a + n * b) / (m + n), m + n]);
      }
    }
    const smooth = pools.flatMap(([value, count]) => Array(count).fill(value));
    const at = sign * plan.criterion;
    const k = smooth.findIndex((low, i) => low <= at && at <= smooth[i + 1] && low < smooth[i + 1]);
    if (k < 0) return null;
    return points[k][0] + ((at - smooth[k]) / (smooth[k + 1] - smooth[k])) * (points[k + 1][0] - points[k][0]);
  }

  const bins = (plan, rows) => {
    const found = [];
    for (let k = 0; k < rows.length; k += plan.bin) {
      const group = rows.slice(k, k + plan.bin);
      found.push([k + (group.length + 1) / 2, percent(group.map(counted(plan)))]);
    }
    return found;
  };

  const SCORES = {
    mean: { value: meanTime },
    slope: { value: slope, curve: timeByLevel, across: "水準", up: "ms" },
    difference: { value: meanTime, contrast: (a, b) => a - b },
    index: { value: meanTime, contrast: (a, b) => (a - b) / (a + b), digits: 3 },
    share: { value: (plan, rows) => percent(rows.map(counted(plan))) },
    dprime: { value: dprime },
    threshold: { value: threshold, curve: shareByLevel, across: "水準", up: "%" },
    learning: { value: (plan, rows) => bins(plan, rows).at(-1)[1], curve: bins, across: "試行", up: "%" },
    deviation: { value: (plan, rows) => mean(rows.map((row) => row.x - row.target_x)) },
    distance: { value: (plan, rows) => mean(rows.map((row) => Math.hypot(row.x - row.target_x, row.y - row.target_y))) },
  };

  const of = (rows, condition) => rows.filter((row) => row.condition === condition && !row.practice);

  /* 結果の行ごとの値。求まらない行は null */
  function values(plan, rows) {
    const own = {};
    for (const condition of plan.conditions) {
      const mine = of(rows, condition);
      own[condition] = mine.length ? SCORES[plan.score].value(plan, mine) : null;
    }
    const { contrast } = SCORES[plan.score];
    if (!contrast) return own;
    return Object.fromEntries(Object.entries(plan.contrasts).map(([name, [a, b]]) =>
      [name, own[a] === null || own[b] === null ? null : contrast(own[a], own[b])]));
  }

  function missing(plan, own) {
    const short = plan.entries.filter((name) => own[name] === null);
    return short.length ? `使える答えが足りないので，値を出せない条件があります（${short.join("，")}）。` : "";
  }

  /* 見せ方 -------------------------------------------------------------- */

  const MARKS = ["★", "●", "◆", "▲", "■"];
  const written = (value, digits = 1) => (typeof value === "number" ? value.toFixed(digits) : "—");
  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };

  function table(plan, columns) {
    const head = make("tr", {}, make("th", { scope: "col" }, "条件"), ...columns.map(({ name }) => make("th", { scope: "col" }, name)));
    const body = plan.entries.map((entry) =>
      make("tr", {}, make("th", { scope: "row" }, entry),
        ...columns.map(({ name, values: own }) => make("td", { "data-cell": `${name}・${entry}` }, written(own[entry], SCORES[plan.score].digits)))));
    const made = make("table", {}, make("caption", {}, `${plan.measure}（${plan.unit}）`), make("thead", {}, head), make("tbody", {}, ...body));
    return make("div", { class: "table-frame", tabindex: "0", role: "group", "aria-label": plan.measure }, made);
  }

  const legend = (columns) =>
    make("div", { class: "ex-legend" }, ...columns.map(({ name }, k) => make("span", { class: `ex-dot-${k % 5}` }, `${MARKS[k % 5]} ${name}`)));

  /* 条件を縦に，値を横に取った点の図。印の形でも見分けられる。 */
  function chart(plan, columns) {
    const all = columns.flatMap((column) => plan.entries.map((entry) => column.values[entry])).filter((value) => typeof value === "number");
    const low = Math.min(0, ...all);
    const { digits } = SCORES[plan.score];
    const high = Math.max(...all, low + 2 * 10 ** -(digits || 1));
    const box = make("div", { class: "ex-chart", role: "img" });
    const said = [];
    for (const entry of plan.entries) {
      const line = make("div", { class: "ex-line" });
      columns.forEach(({ values: own }, k) => {
        if (typeof own[entry] !== "number") return;
        const dot = make("span", { class: `ex-dot ex-dot-${k % 5}` }, MARKS[k % 5]);
        dot.style.left = `${((own[entry] - low) / (high - low)) * 92 + 2}%`;
        line.append(dot);
        if (!k) said.push(`${entry}は ${written(own[entry], digits)}`);
      });
      box.append(make("div", { class: "ex-name" }, entry), line);
    }
    box.append(make("div", { class: "ex-name" }, `${written(low, digits)} から ${written(high, digits)}（${plan.unit}）`), legend(columns));
    box.setAttribute("aria-label", `${plan.measure}。あなた：${said.join("，")}。`);
    return box;
  }

  /* 曲線：条件ごとに一枚。あなたの点と，並べる値の点を，線で結ぶ。 */
  function curves(plan, rows) {
    const { curve, across, up } = SCORES[plan.score];
    if (!curve) return [];
    const lines = (condition) => [
      { name: "あなた", points: curve(plan, of(rows, condition)) },
      ...plan.others.map(({ name }) => ({ name, points: plan.curves[name]?.[condition] || [] })),
    ];
    const all = plan.conditions.map(lines);
    const points = all.flat().flatMap((line) => line.points);
    if (!points.length) return [];
    const xs = points.map(([x]) => x);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const top = up === "%" ? 100 : Math.max(...points.map(([, y]) => y));
    const place = ([x, y]) => [54 + (250 * (x - left)) / (right - left || 1), 132 - (112 * y) / (top || 1)];
    return plan.conditions.map((condition, number) => {
      let drawn = `<path class="ex-axis" d="M44 12V132H312"/><text x="38" y="136" text-anchor="end">0</text><text x="38" y="25" text-anchor="end">${top.toFixed(0)}</text>`
        + [left, right].map((x) => `<text x="${place([x, 0])[0]}" y="150" text-anchor="middle">${Number(x.toFixed(1))}</text>`).join("")
        + `<text x="174" y="150" text-anchor="middle">${plan.axis || across}（縦は ${up}）</text>`;
      const order = [...all[number].entries()].sort(([a], [b]) => b - a); // あなたの線を，いちばん上に描く
      order.forEach(([k, line]) => {
        const at = line.points.map(place);
        drawn += `<g class="ex-dot-${k % 5}"><path d="${at.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")}"/>`
          + at.map(([x, y]) => `<text x="${x.toFixed(1)}" y="${(y + 5).toFixed(1)}" text-anchor="middle">${MARKS[k % 5]}</text>`).join("") + "</g>";
      });
      const said = all[number][0].points.map(([x, y]) => `${Number(x.toFixed(1))} で ${written(y)}`).join("，");
      const box = make("div", { class: "ex-curve", role: "img", "data-curve": condition, "aria-label": `${condition}。あなた：${said}。` });
      box.innerHTML = `<svg viewBox="0 0 320 158" aria-hidden="true">${drawn}</svg>`;
      return make("div", {}, make("div", { class: "ex-name" }, condition), box);
    });
  }

  window.bookScores = { SCORES, values, missing, table, chart, curves };
})();
