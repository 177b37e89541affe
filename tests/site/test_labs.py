"""写真で試す欄を Chromium で動かす：答えは Python と同じ。困ったことは一文で言い，頁は続く。"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import numpy as np
import psutil
import pytest
import torch
from PIL import Image

import bookkit.theme
from lessons.attention.cam import on_page as cam
from lessons.attention.saliency import on_page as saliency
from lessons.networks_on_page import Lab, as_input, square
from lessons.segmentation.pose import on_page as pose
from lessons.segmentation.tasks import on_page as tasks
from lessons.stimuli import photos

pytestmark = [pytest.mark.site, pytest.mark.browser]

LABS: dict[str, tuple[Callable[[], torch.nn.Module], Lab]] = {
    "book/attention/saliency": (saliency.SaliencyOnPage, saliency.LAB),
    "book/attention/cam": (cam.CamOnPage, cam.LAB),
    "book/segmentation/pose": (pose.PoseOnPage, pose.LAB),
    "book/segmentation/tasks": (tasks.BoxesOnPage, tasks.LAB),
}
SMALL = "book/attention/saliency"
"""ネットワークがいちばん小さい頁。"""
ROOT = ".lab"
THEME = Path(bookkit.theme.__file__).parent / "static" / "onnxruntime"
WASM = "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
"""npm の onnxruntime-web 1.30.0 の dist/ort-wasm-simd-threaded.wasm の SHA-256。"""
SCRIPT = "c9f34add33b618546b26b7bc48811814ce319bb6e2be68ddb306618ae0a11812"
"""同じく dist/ort.wasm.bundle.min.mjs から sourceMappingURL の行を除いたもの。"""


@pytest.fixture
def visit(browser: Any, base_url: str) -> Iterator[Callable[..., Any]]:
    """``visit(頁)``：写真で試す欄のある頁を，電話の大きさで開く。"""
    contexts = []

    def open_page(name: str, **options: Any) -> Any:
        options = {"service_workers": "block", "has_touch": True} | options
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, locale="ja-JP", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request))
        page.goto(urljoin(base_url, f"{name}.html"), wait_until="load")
        page.wait_for_selector(f"{ROOT}[data-state=ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()


def start(page: Any) -> None:
    page.click(f"{ROOT} [data-lab=start]")


def state_after(page: Any, *states: str) -> None:
    wanted = ",".join(f"{ROOT}[data-state={state}]" for state in states)
    page.wait_for_selector(wanted, state="attached", timeout=30_000)


def runs(page: Any) -> int:
    return int(page.get_attribute(ROOT, "data-runs") or 0)


def begin(page: Any) -> None:
    """読み込み，見本の写真で一度動くまで待つ。"""
    start(page)
    state_after(page, "on")
    wait_for_runs(page, 1)


def wait_for_runs(page: Any, count: int) -> None:
    page.wait_for_function(
        """([root, n]) => { const { runs, busy } = document.querySelector(root).dataset;
          return Number(runs) >= n && busy === undefined; }""",
        arg=[ROOT, count],
        timeout=30_000,
    )


def choose(page: Any, photo: np.ndarray, kind: str = "PNG", **options: Any) -> None:
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, kind, **options)
    page.set_input_files(
        f"{ROOT} [data-lab=file]",
        {
            "name": f"photo.{kind.lower()}",
            "mimeType": f"image/{kind.lower()}",
            "buffer": buffer.getvalue(),
        },
    )


def said(page: Any) -> str:
    return str(page.inner_text(f"{ROOT} .lab-status"))


@pytest.mark.parametrize("name", LABS)
def test_the_answer_is_that_of_python(
    visit: Callable[..., Any], base_url: str, name: str
) -> None:
    """押すまで何も読み込まず，写真を送らず，自分の写真の答えが torch と同じ。"""
    build, lab = LABS[name]
    page = visit(name)
    assert not [r for r in page.asked if "onnxruntime" in r.url or ".bin" in r.url]
    megabytes = float(
        re.search(r"約 ([\d.]+) MB", page.text_content(f"{ROOT} [data-lab=start]"))[1]  # type: ignore[index]
    )
    begin(page)
    before, step = runs(page), 2 if lab.kind == "pose" else 1
    mine = square(photos.load("rocket" if lab.kind == "saliency" else "camera"), lab)
    choose(page, mine)
    wait_for_runs(page, before + step)
    if lab.kind == "pose":  # 後の答えは，逆さの写真のもの
        mine = mine[::-1]
    last = page.evaluate("document.querySelector('.lab').lab.last")
    with torch.no_grad():
        wanted = build().eval()(as_input(mine))
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for key, ours in zip(lab.outputs, wanted, strict=True):
        theirs = np.array(last[key]["data"]).reshape(last[key]["dims"])
        limit = lab.tolerance.get(key, 1e-3)
        assert np.abs(ours.numpy().astype(float) - theirs).max() <= limit
        if key in lab.answers:
            assert ours.argmax() == theirs.argmax()
    urls = [request.url for request in page.asked if "blob:" not in request.url]
    assert all(url.startswith(base_url) for url in urls)
    assert all(request.method == "GET" for request in page.asked)
    sizes = [
        len(gzip.compress((THEME / "ort.js").read_bytes(), 9)),
        (THEME / "ort-wasm.bin").stat().st_size,
        int(page.get_attribute(ROOT, "data-bytes")),
    ]
    assert megabytes == pytest.approx(sum(sizes) / 1e6, abs=0.1)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


def test_taps_are_told_against_chance(visit: Callable[..., Any]) -> None:
    """モデルの選ぶ所を押せば距離は 0 に近く，でたらめと真ん中の値は Python と同じ。"""
    page = visit(SMALL)
    begin(page)
    path = np.reshape(
        page.evaluate("document.querySelector('.lab').lab.last.path.data"), (-1, 2)
    )
    canvas = page.locator(f"{ROOT} .lab-stage canvas")
    for x, y in path[:3]:
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        canvas.tap(position={"x": x * box["width"], "y": y * box["height"]})
    page.wait_for_selector(f"{ROOT}[data-step=seen]")
    data = page.eval_on_selector(ROOT, "root => ({...root.dataset})")
    line = (np.arange(32) + 0.5) / 32
    grid = np.stack(np.meshgrid(line, line), -1).reshape(-1, 1, 2)
    away = np.linalg.norm(grid - path, axis=2).min(1)
    assert float(data["own"]) < 0.01
    assert float(data["chance"]) == pytest.approx(away.mean(), abs=1e-3)
    middle = np.linalg.norm(np.array([0.5, 0.5]) - path, axis=1).min()
    assert float(data["middle"]) == pytest.approx(middle, abs=1e-3)
    assert "どちらよりも近い" in page.inner_text(f"{ROOT} .lab-words")


def test_covering_and_naming_in_the_cam_lab(visit: Callable[..., Any]) -> None:
    page = visit("book/attention/cam")
    begin(page)
    page.wait_for_selector(f"{ROOT}[data-step=seen]")
    names = page.locator(f"{ROOT} [data-class]")
    assert names.count() == 5
    assert page.locator(f"{ROOT} .lab-pair canvas").count() == 2
    names.nth(2).click()
    captions = page.locator(f"{ROOT} figcaption").all_inner_texts()
    third = names.nth(2).locator("span").first.inner_text()
    assert len(captions) == 2
    assert f"「{third}」" in captions
    page.locator(f"{ROOT} .lab-stage > canvas").tap()
    page.wait_for_selector(f"{ROOT}[data-step=covered]")
    assert re.search(
        r"\d\.\d\d から \d\.\d\d に", page.inner_text(f"{ROOT} .lab-words")
    )
    page.click(f"{ROOT} [data-lab=uncover]")
    page.wait_for_selector(f"{ROOT}[data-step=seen]")


def test_lower_threshold_shows_more_boxes(visit: Callable[..., Any]) -> None:
    page = visit("book/segmentation/tasks")
    begin(page)
    counts = []
    for value in ("0.9", "0.4", "0.1"):
        page.fill(f"{ROOT} [data-lab=threshold]", value)
        counts.append(int(page.get_attribute(ROOT, "data-found")))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def answering(answer: dict[str, Any] | None) -> Callable[[Any], None]:
    """頼まれたら ``answer`` を返す。``None`` なら，つながらない。"""

    def handle(route: Any) -> None:
        if answer is None:
            route.abort()
        else:
            route.fulfill(**answer)

    return handle


def test_troubles_are_told_and_can_be_tried_again(visit: Callable[..., Any]) -> None:
    """切れた読み込み，足りない部品，使えない仕組みを一文で言い，直れば動く。"""
    page = visit(SMALL)
    with_cut = (THEME / "ort-wasm.bin").read_bytes()[:200_000]
    without_wasm = (THEME.parent / "lab-worker.js").read_text("utf8")
    without_wasm = without_wasm.replace("typeof WebAssembly", "typeof undefined")
    full = without_wasm.replace(
        "if (typeof undefined",
        "throw new RangeError('Out of memory'); if (typeof undefined",
    )
    script = {"content_type": "text/javascript"}
    for pattern, answer, words in (
        ("**/ort-wasm.bin*", {"body": with_cut}, "途中で切れました"),
        ("**/_files/*.bin", None, "途中で切れました"),
        ("**/ort-wasm.bin*", {"status": 404, "body": ""}, "本に入っていません"),
        ("**/lab-worker.js*", None, "Worker"),
        ("**/lab-worker.js*", {"body": without_wasm, **script}, "WebAssembly"),
        ("**/lab-worker.js*", {"body": full, **script}, "記憶が足りず"),
    ):
        page.context.route(pattern, answering(answer))
        start(page)
        page.wait_for_function(
            "([root, words]) => document.querySelector(root).innerText.includes(words)",
            arg=[f"{ROOT} .lab-status", words],
        )
        assert "もう一度" in page.inner_text(f"{ROOT} [data-lab=start]")
        page.context.unroute(pattern)
    begin(page)
    choose(page, np.zeros((300, 400, 3), np.uint8))
    wait_for_runs(page, 2)


def test_photos_of_every_kind(visit: Callable[..., Any]) -> None:
    """向きは撮ったとおり，大きな写真は縮め，HEIC と壊れた写真は一文で断る。"""
    page = visit("book/segmentation/pose")
    begin(page)
    size = "(({width, height}) => [width, height])(document.querySelector('.lab').lab.source)"
    photo = np.zeros((300, 200, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6  # 右に 90 度回して見る
    count = runs(page)
    choose(page, photo, "JPEG", exif=exif)
    wait_for_runs(page, count + 2)
    assert page.evaluate(size) == [300, 200]
    choose(page, np.zeros((3000, 4000, 3), np.uint8), "JPEG")
    wait_for_runs(page, count + 4)
    assert page.evaluate(size) == [1024, 768]
    for content, words in (
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC 形式"),
        (b"not a photo", "写真として読めません"),
    ):
        page.set_input_files(
            f"{ROOT} [data-lab=file]",
            {"name": "x", "mimeType": "application/octet-stream", "buffer": content},
        )
        page.wait_for_function(
            "([root, words]) => document.querySelector(root).innerText.includes(words)",
            arg=[f"{ROOT} .lab-status", words],
        )
    page.eval_on_selector(  # カメラを許さないとき，ブラウザーは取り消しを知らせる
        f"{ROOT} [data-lab=camera]", "box => box.dispatchEvent(new Event('cancel'))"
    )
    assert "カメラを使えないときは" in said(page)
    choose(page, photo)
    wait_for_runs(page, count + 6)
    assert said(page) == ""


def renderers() -> int:
    """Chromium の頁のプロセスの記憶（バイト）の和。"""
    total = 0
    for child in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in " ".join(child.cmdline()):
                total += child.memory_info().rss
        except psutil.Error:  # ちょうど終わったところ
            continue
    return total


def test_ten_photos_do_not_pile_up(visit: Callable[..., Any]) -> None:
    page = visit("book/segmentation/pose")
    begin(page)
    photo = np.zeros((1500, 2000, 3), np.uint8)
    used = []
    for _ in range(13):
        count = runs(page)
        choose(page, photo, "JPEG")
        wait_for_runs(page, count + 2)
        used.append(renderers())
    one = photo.shape[0] * photo.shape[1] * 4  # 広げた写真一枚
    assert used[-1] - used[2] < 4 * one


def test_it_works_offline_after_once(visit: Callable[..., Any]) -> None:
    page = visit(SMALL, service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload(wait_until="load")  # 二度めからは，働きが頁を受け持つ
    page.wait_for_function("navigator.serviceWorker.controller")
    begin(page)
    page.context.set_offline(True)
    page.reload(wait_until="load")
    page.wait_for_selector(f"{ROOT}[data-state=ready]")
    begin(page)


def test_without_javascript_the_page_says_so(browser: Any, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(urljoin(base_url, f"{SMALL}.html"), wait_until="load")
    text = page.inner_text(ROOT)
    context.close()
    assert "JavaScript が動くときに試せます" in text


def test_the_runtime_is_that_of_the_registry() -> None:
    wasm = gzip.decompress((THEME / "ort-wasm.bin").read_bytes())
    assert hashlib.sha256(wasm).hexdigest() == WASM
    assert hashlib.sha256((THEME / "ort.js").read_bytes()).hexdigest() == SCRIPT
    assert "MIT" in (THEME / "LICENSE").read_text("utf8")
    script = (THEME.parent / "lab.js").read_text("utf8")
    size = (THEME / "ort-wasm.bin").stat().st_size
    assert f"RUNTIME_BYTES = {size} + 24608" in script


@pytest.mark.parametrize("name", LABS)
def test_files_beside_the_page_are_complete(site: Path, name: str) -> None:
    html = (site / f"{name}.html").read_text("utf8")
    (plan,) = re.findall(r'data-spec="([^"]+)"', html)
    path = (site / name).parent / plan
    spec = json.loads(path.read_text("utf8"))
    assert "asset:" not in html
    network = path.parent / spec["network"]
    assert network.stat().st_size == spec["bytes"]
    assert network.name.startswith(
        hashlib.sha256(network.read_bytes()).hexdigest()[:20]
    )
    assert all((path.parent / one["file"]).is_file() for one in spec["samples"])
