/* 写真で試す欄の裏方：動かす部品（onnxruntime-web）とネットワークを読み込み，写真を見せて答えを返す。
 *
 * どちらのファイルも gzip のまま置いてあり，ここで広げる。公開先が縮めてくれなくても，読む量が変わらない。
 */
import * as ort from "./onnxruntime/ort.js";

ort.env.wasm.numThreads = 1;
let session = null;

class Trouble extends Error {
  constructor(kind) { super(kind); this.kind = kind; }
}

/* 読み込み，広げる。読んだバイト数を伝える。 */
async function read(url, what, tell) {
  let answer;
  try { answer = await fetch(url); } catch { throw new Trouble("download"); }
  if (answer.status === 404) throw new Trouble(`missing-${what}`);
  if (!answer.ok) throw new Trouble("download");
  try {
    const counted = new TransformStream({
      transform(part, out) { tell(part.byteLength); out.enqueue(part); },
    });
    const whole = answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(whole).arrayBuffer());
  } catch (error) {
    throw new Trouble(error instanceof RangeError ? "memory" : "download");
  }
}

async function start({ runtime, network }) {
  let done = 0;
  const tell = (bytes) => { done += bytes; postMessage({ kind: "progress", done }); };
  const [wasm, model] = await Promise.all([read(runtime, "runtime", tell), read(network, "network", tell)]);
  ort.env.wasm.wasmBinary = wasm;
  session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
}

/* 色の並び RGBA の画素を，赤・緑・青の三枚にして見せる。 */
async function run({ pixels, side }) {
  const rgba = new Uint8ClampedArray(pixels);
  const count = side * side;
  const planes = new Float32Array(3 * count);
  for (let at = 0; at < count; at += 1)
    for (let colour = 0; colour < 3; colour += 1) planes[colour * count + at] = rgba[4 * at + colour];
  const photo = new ort.Tensor("float32", planes, [1, 3, side, side]);
  const began = performance.now();
  const answers = await session.run({ photo });
  const time = performance.now() - began;
  const outputs = {};
  for (const [name, { data, dims }] of Object.entries(answers)) outputs[name] = { data: Array.from(data, Number), dims };
  for (const tensor of [photo, ...Object.values(answers)]) tensor.dispose();
  return { outputs, time };
}

function kindOf(error) {
  if (error.kind) return error.kind;
  const text = String(error?.message ?? error);
  if (error instanceof RangeError || /memory|allocat/i.test(text)) return "memory";
  if (/wasm|webassembly|backend/i.test(text)) return "wasm";
  return "failed";
}

self.onmessage = async ({ data }) => {
  try {
    if (typeof WebAssembly !== "object") throw new Trouble("wasm");
    const result = data.do === "start" ? await start(data) : await run(data);
    postMessage({ kind: "done", id: data.id, ...result });
  } catch (error) {
    postMessage({ kind: "trouble", id: data.id, trouble: kindOf(error), detail: String(error?.message ?? error) });
  }
};
