/* 写真で試す欄の見せ方：熱地図（saliency・cam），関節（pose），四角（boxes）。枠は lab.js。
 *
 * どれも，枠（lab）を受け取り，写真が替わったときに呼ばれる photo() を返す。
 */
"use strict";
window.labViews = (() => {
  const percent = (value) => `${(100 * value).toFixed(0)} %`;
  const colour = (box, name) => getComputedStyle(box).getPropertyValue(`--${name}`).trim();

  /* 熱地図の色：低い所は透け，高い所は紫から黄へ。 */
  const STOPS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  function heatColour(value) {
    const at = Math.min(Math.max(value, 0), 1) * (STOPS.length - 1);
    const low = Math.min(Math.floor(at), STOPS.length - 2);
    return [0, 1, 2].map((k) => STOPS[low][k] + (at - low) * (STOPS[low + 1][k] - STOPS[low][k]));
  }

  /* 地図（h × w）を，絵の上に重ねる。 */
  function drawHeat(canvas, values, rows, columns) {
    const highest = Math.max(...values, 1e-12);
    const lowest = Math.max(0, Math.min(...values));
    const small = document.createElement("canvas");
    small.width = columns;
    small.height = rows;
    const pen = small.getContext("2d");
    const image = pen.createImageData(columns, rows);
    values.forEach((value, k) => {
      const share = Math.max(0, (value - lowest) / (highest - lowest || 1));
      image.data.set([...heatColour(share), 255 * (0.35 + 0.4 * share)], 4 * k);
    });
    pen.putImageData(image, 0, 0);
    const over = canvas.getContext("2d");
    over.imageSmoothingEnabled = true;
    over.imageSmoothingQuality = "high";
    over.drawImage(small, 0, 0, canvas.width, canvas.height);
  }

  /* 写真の上でも読める，縁取りのある字と印。 */
  function mark(pen, text, x, y, fill, ink) {
    const size = pen.canvas.width;
    pen.beginPath();
    pen.arc(x * size, y * size, 0.035 * size, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 0.006 * size;
    pen.strokeStyle = "white";
    pen.stroke();
    pen.fillStyle = ink;
    pen.font = `bold ${Math.round(0.045 * size)}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, x * size, y * size);
  }

  const placeOf = (event, canvas) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  /* ---- 顕著性：先に押し，あとで地図を見る ---- */

  const nearest = ([x, y], places) => Math.min(...places.map(([a, b]) => Math.hypot(x - a, y - b)));
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

  function saliency(lab) {
    const wanted = lab.spec.data.taps;
    const canvas = lab.canvas("写真。目が行くと思う所を押してください。");
    const words = lab.make("p", { class: "lab-words", "aria-live": "polite" });
    const again = lab.button("again", "押し直す", () => ask());
    const skip = lab.button("skip", "押さずに地図を見る", () => reveal());
    lab.stage.append(canvas, words, lab.make("div", { class: "lab-buttons" }, again, skip));
    let taps = [];
    let answer = null; // 押している間に計算しておく
    let shown = false;

    const draw = () => {
      const pen = canvas.getContext("2d");
      lab.paint(pen, canvas.width);
      return pen;
    };
    const drawTaps = (pen) => taps.forEach(([x, y], k) => mark(pen, String(k + 1), x, y, "black", "white"));

    function ask() {
      taps = [];
      shown = false;
      draw();
      again.hidden = true;
      skip.hidden = false;
      lab.box.dataset.step = "ask";
      words.textContent = `目が行くと思う所を，あと ${wanted} つ押してください。`;
    }

    async function reveal() {
      shown = true;
      skip.hidden = true;
      const { S, path } = await answer;
      const places = [];
      for (let k = 0; k < path.dims[0]; k += 1) places.push([path.data[2 * k], path.data[2 * k + 1]]);
      const pen = draw();
      drawHeat(canvas, S.data, S.dims[0], S.dims[1]);
      places.forEach(([x, y], k) => mark(pen, String(k + 1), x, y, colour(lab.box, "orange"), colour(lab.box, "background")));
      drawTaps(pen);
      again.hidden = false;
      lab.box.dataset.step = "seen";
      if (!taps.length) { words.textContent = "橙の数字は，モデルが先に選ぶ五か所です。"; return; }
      const grid = Array.from({ length: 1024 }, (_, k) => [((k % 32) + 0.5) / 32, (Math.floor(k / 32) + 0.5) / 32]);
      const own = mean(taps.map((tap) => nearest(tap, places)));
      const chance = mean(grid.map((one) => nearest(one, places)));
      const middle = nearest([0.5, 0.5], places);
      Object.assign(lab.box.dataset, { own: own.toFixed(4), chance: chance.toFixed(4), middle: middle.toFixed(4) });
      words.textContent = `黒はあなた，橙はモデル。押した所から，近い橙までの平均は，写真の一辺の ${percent(own)} です。`
        + `でたらめに押せば ${percent(chance)}，真ん中だけを押せば ${percent(middle)} になります。`
        + (own < Math.min(chance, middle) ? "どちらよりも近いです。" : "どちらかより遠いです。")
        + "三つだけなので，近さは偶然でも変わります。";
    }

    canvas.addEventListener("click", (event) => {
      if (shown || !answer || taps.length >= wanted) return;
      taps.push(placeOf(event, canvas));
      drawTaps(draw());
      const left = wanted - taps.length;
      words.textContent = left ? `あと ${left} つ押してください。` : "地図を描いています…";
      if (!left) reveal();
    });
    return {
      async photo() {
        answer = null;
        ask();
        answer = lab.run();
        lab.said("");
        await answer;
      },
    };
  }

  /* ---- CAM：名前を二つ選ぶと，地図が二枚。押した所を隠すと，確率が変わる ---- */

  function cam(lab) {
    const { names, cover } = lab.spec.data;
    const { side } = lab.spec;
    const canvas = lab.canvas("写真。押した所が隠れます。");
    canvas.tabIndex = 0;
    const list = lab.make("div", { class: "lab-names" });
    const maps = lab.make("div", { class: "lab-pair" });
    const words = lab.make("p", { class: "lab-words", "aria-live": "polite" });
    let hidden = null; // 隠す四角の中心
    let first = null; // 隠す前の答え
    let chosen = []; // 地図を並べる名前（番号）
    let busy = false;
    let waiting = false;
    const open = lab.button("uncover", "隠すのをやめる", () => { hidden = null; update(); });
    lab.stage.append(canvas, words, lab.make("div", { class: "lab-buttons" }, open), list, maps);

    const coverUp = (pen, size) => {
      if (!hidden) return;
      const edge = (cover / side) * size;
      pen.fillStyle = "gray";
      pen.fillRect(hidden[0] * size - edge / 2, hidden[1] * size - edge / 2, edge, edge);
    };
    const draw = (on) => {
      const pen = on.getContext("2d");
      lab.paint(pen, on.width);
      coverUp(pen, on.width);
    };
    const nameOf = (number) => names[number];

    function showNames({ p }) {
      list.replaceChildren(...first.top.map((number) => {
        const now = p.data[number];
        const row = lab.make("button", { type: "button", "data-class": number, "aria-pressed": String(chosen.includes(number)) },
          lab.make("span", {}, nameOf(number)),
          lab.make("meter", { min: 0, max: 1, value: now, "aria-hidden": "true" }),
          lab.make("span", { class: "lab-number" }, now.toFixed(2)));
        row.addEventListener("click", () => {
          chosen = chosen.includes(number) ? chosen.filter((one) => one !== number) : [...chosen, number].slice(-2);
          showNames(lab.last);
          showMaps();
        });
        return row;
      }));
    }

    function showMaps() {
      const { top, M } = lab.last;
      const [, rows, columns] = M.dims;
      maps.replaceChildren(...chosen.map((number) => {
        const at = top.data.indexOf(number);
        const on = lab.canvas(`「${nameOf(number)}」の CAM`, 320);
        draw(on);
        if (at >= 0) drawHeat(on, M.data.slice(at * rows * columns, (at + 1) * rows * columns), rows, columns);
        return lab.make("figure", {}, on, lab.make("figcaption", {}, at >= 0 ? `「${nameOf(number)}」` : `「${nameOf(number)}」は，上位五つから外れました`));
      }));
    }

    async function update() {
      draw(canvas);
      open.hidden = !hidden;
      waiting = true;
      if (busy) return;
      busy = true;
      while (waiting) {
        waiting = false;
        const answer = await lab.run(coverUp);
        if (!first) {
          first = { top: [...answer.top.data], p: answer.p.data };
          chosen = first.top.slice(0, 2);
        }
        showNames(answer);
        showMaps();
        const [best] = first.top;
        lab.box.dataset.step = hidden ? "covered" : "seen";
        words.textContent = hidden
          ? `隠すと，「${nameOf(best)}」の確率は ${first.p[best].toFixed(2)} から ${answer.p.data[best].toFixed(2)} になりました。`
          : `いちばんの答えは「${nameOf(best)}」，確率 ${first.p[best].toFixed(2)} です。`;
      }
      busy = false;
    }

    const hide = (place) => {
      if (!first) return;
      hidden = place.map((one) => Math.min(Math.max(one, 0), 1));
      update().catch(() => lab.said("計算が途中で止まりました。もう一度押してください。"));
    };
    canvas.addEventListener("pointerdown", (event) => hide(placeOf(event, canvas)));
    canvas.addEventListener("pointermove", (event) => { if (event.buttons) hide(placeOf(event, canvas)); });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = hidden || [0.5, 0.5];
      hide([x + step[0] / 10, y + step[1] / 10]);
    });
    return {
      async photo() {
        first = null;
        hidden = null;
        lab.said("");
        await update();
      },
    };
  }

  /* ---- 姿勢：そのままと，上下逆さ ---- */

  function pose(lab) {
    const { bones, sure } = lab.spec.data;
    const pair = lab.make("div", { class: "lab-pair" });
    const words = lab.make("p", { class: "lab-words", "aria-live": "polite" });
    lab.stage.append(pair, words);
    const turn = (pen, size) => {
      pen.translate(0, size);
      pen.scale(1, -1);
      lab.paint(pen, size);
    };
    const line = (pen, from, to, width, style) => {
      pen.lineWidth = width;
      pen.strokeStyle = style;
      pen.beginPath();
      pen.moveTo(...from);
      pen.lineTo(...to);
      pen.stroke();
    };

    async function one(name, change) {
      const { points } = await lab.run(change);
      const canvas = lab.canvas(`${name}の写真と，関節の点`, 384);
      const pen = canvas.getContext("2d");
      const size = canvas.width;
      pen.save();
      lab.paint(pen, size);
      change?.(pen, size);
      pen.restore();
      const joints = Array.from({ length: points.dims[0] }, (_, k) => points.data.slice(3 * k, 3 * k + 3));
      const at = (k) => [joints[k][0] * size, joints[k][1] * size];
      for (const [a, b] of bones) {
        if (joints[a][2] <= sure || joints[b][2] <= sure) continue;
        line(pen, at(a), at(b), 7, "black");
        line(pen, at(a), at(b), 4, "white");
      }
      joints.forEach((joint, k) => {
        if (joint[2] <= sure) return;
        pen.beginPath();
        pen.arc(...at(k), 5, 0, 2 * Math.PI);
        pen.fillStyle = colour(lab.box, "blue");
        pen.fill();
        pen.lineWidth = 1.5;
        pen.strokeStyle = "white";
        pen.stroke();
      });
      const score = mean(joints.map((joint) => joint[2]));
      const count = joints.filter((joint) => joint[2] > sure).length;
      const caption = lab.make("figcaption", {}, `${name}：${count} 個，平均 ${score.toFixed(2)}`);
      return { figure: lab.make("figure", {}, canvas, caption), score, count, joints };
    }

    return {
      async photo() {
        lab.said("");
        const upright = await one("そのまま");
        const inverted = await one("逆さ", turn);
        pair.replaceChildren(upright.figure, inverted.figure);
        Object.assign(lab.box.dataset, { step: "seen", upright: upright.score.toFixed(4), inverted: inverted.score.toFixed(4) });
        const change = inverted.score - upright.score;
        const way = Math.abs(change) < 0.02 ? "ほとんど変わりませんでした" : change < 0 ? "下がりました" : "上がりました";
        words.textContent = `確信度が ${sure} を超えた特徴点は，そのままで ${upright.count} 個，逆さで ${inverted.count} 個。`
          + `確信度の平均は，逆さにすると ${upright.score.toFixed(2)} から ${inverted.score.toFixed(2)} に${way}。`;
      },
    };
  }

  /* ---- 四角：しきい値を動かす ---- */

  function boxes(lab) {
    const { names, threshold } = lab.spec.data;
    const canvas = lab.canvas("写真と，見つけた物の四角");
    const words = lab.make("p", { class: "lab-words", "aria-live": "polite" });
    const range = lab.make("input", { type: "range", min: 0.1, max: 0.9, step: 0.05, value: threshold, "data-lab": "threshold" });
    const output = lab.make("output");
    lab.stage.append(canvas, lab.make("label", { class: "lab-range" }, lab.make("span", {}, "確信度のしきい値 ", output), range), words);

    function draw() {
      const answer = lab.last;
      output.textContent = range.valueAsNumber.toFixed(2);
      if (!answer) return;
      const pen = canvas.getContext("2d");
      const size = canvas.width;
      lab.paint(pen, size);
      const found = [];
      for (let k = 0; k < answer.scores.dims[0]; k += 1) {
        const score = answer.scores.data[k];
        if (answer.kept.data[k] < 0.5 || score < range.valueAsNumber) continue;
        const [x1, y1, x2, y2] = answer.boxes.data.slice(4 * k, 4 * k + 4).map((value) => Math.min(Math.max(value, 0), 1) * size);
        found.push({ name: names[answer.kinds.data[k]], score, edges: [x1, y1, x2, y2] });
      }
      found.sort((a, b) => b.score - a.score);
      for (const { name, score, edges: [x1, y1, x2, y2] } of found.toReversed()) {
        pen.lineWidth = 6;
        pen.strokeStyle = "black";
        pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
        pen.lineWidth = 3;
        pen.strokeStyle = "white";
        pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
        const text = `${name} ${score.toFixed(2)}`;
        pen.font = "bold 22px sans-serif";
        const width = pen.measureText(text).width + 10;
        const left = Math.min(x1, size - width);
        const top = Math.max(y1 - 28, 0);
        pen.fillStyle = "black";
        pen.fillRect(left, top, width, 28);
        pen.fillStyle = "white";
        pen.textBaseline = "middle";
        pen.fillText(text, left + 5, top + 15);
      }
      Object.assign(lab.box.dataset, { step: "seen", found: found.length });
      const told = found.slice(0, 5).map(({ name, score }) => `${name} ${score.toFixed(2)}`).join("，");
      words.textContent = found.length ? `${found.length} 個：${told}${found.length > 5 ? " など" : ""}。` : "このしきい値では，何も見つかりません。";
    }

    range.addEventListener("input", draw);
    return {
      async photo() {
        lab.said("");
        await lab.run();
        draw();
      },
    };
  }

  return { saliency, cam, pose, boxes };
})();
