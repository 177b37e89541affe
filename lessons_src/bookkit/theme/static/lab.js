/* 読者の写真で，ネットワークを動かす欄の枠。写真はどこにも送らない。
 *
 * 押すまでは何も読み込まない。押すと，見せ方（lab-views.js），動かす部品，ネットワークを読み込み，
 * 計算は lab-worker.js が裏で行う。困ったことは一文で言い，頁はそのまま読める。
 * いまの場面は，囲みの data-state（off / ready / loading / on / trouble），data-busy（計算中），data-runs（動かした回数）で読める。
 */
"use strict";
(() => {
  const RUNTIME = "onnxruntime/ort-wasm.bin";
  const RUNTIME_VERSION = "?v=1.30.0";
  const RUNTIME_BYTES = 3652765 + 24608; // 本体と，それを呼ぶスクリプト
  const LONGEST = 1024; // 写真は，長い辺をこの画素数まで縮めて持つ
  const STATIC = new URL("./", document.currentScript.src);
  const WORKER = `lab-worker.js${new URL(document.currentScript.src).search}`;
  const TROUBLES = {
    download: "読み込みが途中で切れました。電波のよい所で，もう一度押してください。",
    "missing-runtime": "動かす部品（onnxruntime-web）が，この本に入っていません。本を作り直すと入ります。",
    "missing-network": "ネットワークのファイルが，この本に入っていません。本を作り直すと入ります。",
    wasm: "このブラウザーでは，ネットワークを動かす仕組み（WebAssembly）が使えません。別のブラウザーで開いてください。",
    memory: "端末の記憶が足りず，動かせませんでした。ほかの頁を閉じてから，もう一度押してください。",
    worker: "裏で計算する仕組み（Worker）を始められません。公開された番地で，頁を開き直してください。",
    failed: "計算が途中で止まりました。もう一度押してください。",
  };
  const PHOTO_TROUBLES = {
    heic: "HEIC 形式の写真は，このブラウザーでは読めません。JPEG で書き出すか，カメラの設定を「互換性優先」にしてください。",
    camera: "写真が届きませんでした。カメラを使えないときは，「写真を選ぶ」から，撮ってある写真を選んでください。",
    photo: "写真として読めません。JPEG か PNG の写真を選んでください。",
  };

  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  };
  const button = (name, text, work) => {
    const made = make("button", { type: "button", "data-lab": name }, text);
    made.addEventListener("click", work);
    return made;
  };
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  class Trouble extends Error {
    constructor(kind) { super(kind); this.kind = kind; }
  }

  /* 裏方と話す口。 */
  class Helper {
    constructor(tell) {
      this.waiting = new Map();
      this.count = 0;
      try {
        this.worker = new Worker(new URL(WORKER, STATIC), { type: "module" });
      } catch { throw new Trouble("worker"); }
      this.worker.onmessage = ({ data }) => {
        if (data.kind === "progress") { tell(data.done); return; }
        const { done, fail } = this.waiting.get(data.id);
        this.waiting.delete(data.id);
        if (data.kind === "done") done(data); else fail(new Trouble(data.trouble));
      };
      this.worker.onerror = (event) => {
        event.preventDefault();
        for (const { fail } of this.waiting.values()) fail(new Trouble("worker"));
        this.waiting.clear();
      };
    }

    ask(message, handed = []) {
      this.count += 1;
      const id = this.count;
      return new Promise((done, fail) => {
        this.waiting.set(id, { done, fail });
        this.worker.postMessage({ ...message, id }, handed);
      });
    }

    stop() { this.worker.terminate(); }
  }

  /* 写真を，長い辺 LONGEST までの絵にする。向きは撮ったとおり。 */
  async function decode(file) {
    let whole;
    try {
      whole = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
      const brand = String.fromCharCode(...head.slice(4, 12));
      throw new Trouble(/^ftyp(hei|hev|mif|msf)/.test(brand) || /heic|heif/i.test(file.type + file.name) ? "heic" : "photo");
    }
    const scale = Math.min(1, LONGEST / Math.max(whole.width, whole.height));
    const canvas = make("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white"; // 透けている所
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return canvas;
  }

  /* 一枚の写真と，その答え。見せ方（window.labViews[種類]）に渡す。 */
  class Lab {
    constructor(box, spec, helper, said) {
      Object.assign(this, { box, spec, helper, said, make, button });
      this.stage = make("div", { class: "lab-stage" });
      this.source = null;
      this.view = window.labViews[spec.kind](this);
      this.small = make("canvas"); // ネットワークに見せる大きさ
      this.small.width = spec.side;
      this.small.height = spec.side;
    }

    /* 写真を見せる。前の写真の計算が終わってから。 */
    show(source) {
      this.box.dataset.busy = "";
      this.turn = (this.turn || Promise.resolve()).catch(() => {}).then(() => {
        this.source = source;
        return this.view.photo();
      }).finally(() => { delete this.box.dataset.busy; });
      return this.turn;
    }

    /* 写真を，一辺 size の正方形に描く。切り取りか，余白か。 */
    paint(pen, size) {
      const { width, height } = this.source;
      const scale = size / (this.spec.fit === "crop" ? Math.min(width, height) : Math.max(width, height));
      const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
      pen.fillStyle = this.spec.fill;
      pen.fillRect(0, 0, size, size);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(this.source, Math.floor((size - w) / 2), Math.floor((size - h) / 2), w, h);
    }

    /* 描いた写真を見せて，答えを受け取る。change は，見せる前に絵を変える関数。 */
    async run(change = () => {}) {
      const { side } = this.spec;
      const pen = this.small.getContext("2d", { willReadFrequently: true });
      pen.save();
      this.paint(pen, side);
      change(pen, side);
      pen.restore();
      const pixels = pen.getImageData(0, 0, side, side).data.buffer;
      const { outputs, time } = await this.helper.ask({ do: "run", pixels, side }, [pixels]);
      this.box.dataset.runs = Number(this.box.dataset.runs || 0) + 1;
      this.box.dataset.time = time.toFixed(0);
      this.last = outputs;
      return outputs;
    }

    /* 正方形の絵。 */
    canvas(label, size = 512) {
      const canvas = make("canvas", { class: "lab-canvas", role: "img", "aria-label": label });
      canvas.width = size;
      canvas.height = size;
      return canvas;
    }
  }

  function setUp(box) {
    const place = box.querySelector(".lab-place");
    const status = box.querySelector(".lab-status");
    const said = (text) => { status.textContent = text; };
    const total = Number(box.dataset.bytes) + RUNTIME_BYTES;
    const text = `自分の写真で試す（約 ${megabytes(total)} MB を読みこみます）`;
    const begin = button("start", text, start);

    async function start() {
      begin.disabled = true;
      box.dataset.state = "loading";
      let helper = null;
      try {
        said("読みこんでいます…");
        const [spec] = await Promise.all([
          fetch(box.dataset.spec).then((answer) => {
            if (!answer.ok) throw new Trouble(answer.status === 404 ? "missing-network" : "download");
            return answer.json();
          }).catch((error) => { throw error.kind ? error : new Trouble("download"); }),
          window.book.load("lab-views.js").catch(() => { throw new Trouble("download"); }),
        ]);
        const files = new URL("./", new URL(box.dataset.spec, location.href));
        helper = new Helper((done) => said(`読みこんでいます… ${megabytes(done)} / ${megabytes(total)} MB`));
        await helper.ask({
          do: "start",
          runtime: new URL(RUNTIME + RUNTIME_VERSION, STATIC).href,
          network: new URL(spec.network, files).href,
        });
        await open(spec, helper, files);
      } catch (error) {
        helper?.stop();
        box.dataset.state = "trouble";
        said(TROUBLES[error.kind] || TROUBLES.failed);
        begin.disabled = false;
        begin.textContent = `もう一度（約 ${megabytes(total)} MB を読みこみます）`;
        place.replaceChildren(begin);
      }
    }

    async function open(spec, helper, files) {
      const lab = new Lab(box, spec, helper, said);
      box.lab = lab; // 試験のための口：答え（last）と，縮めた写真（source）を読める
      const file = make("input", { type: "file", accept: "image/*", "data-lab": "file" });
      const camera = make("input", { type: "file", accept: "image/*", capture: "environment", "data-lab": "camera" });
      const taking = make("label", { class: "lab-pick" }, "写真を撮る", camera);
      taking.hidden = !navigator.maxTouchPoints; // 撮れるのは，電話やタブレット
      const choose = async (source) => {
        try {
          await lab.show(await decode(source));
        } catch (error) {
          said(PHOTO_TROUBLES[error.kind] || TROUBLES[error.kind] || TROUBLES.failed);
        }
      };
      for (const input of [file, camera]) input.addEventListener("change", () => {
        const [chosen] = input.files;
        if (chosen) choose(chosen);
        input.value = "";
      });
      camera.addEventListener("cancel", () => said(PHOTO_TROUBLES.camera));
      const sample = async (one) => {
        const answer = await fetch(new URL(one.file, files)).catch(() => null);
        if (answer?.ok) await choose(await answer.blob());
        else said(TROUBLES.download);
      };
      const photos = make("div", { class: "lab-buttons" },
        make("label", { class: "lab-pick" }, "写真を選ぶ", file),
        taking,
        ...spec.samples.map((one) => button("sample", `見本：${one.name}`, () => sample(one))));
      place.replaceChildren(photos, lab.stage, make("p", { class: "lab-private" }, "写真はこの端末の中だけで使い，どこにも送りません。"));
      box.querySelector(".lab-sample").hidden = true;
      box.dataset.state = "on";
      await sample(spec.samples[0]);
    }

    box.dataset.state = "ready";
    box.querySelector(".lab-off").hidden = true;
    place.replaceChildren(begin);
  }

  window.book.all(".lab").forEach(setUp);
})();
