"""測った値：記憶，時間，ダウンロード。章の箱に出る文。"""

from __future__ import annotations

import pytest

from bookkit.chapter import Cell, Chapter
from bookkit.execution import wording
from bookkit.execution.book import Result
from bookkit.execution.cache import CellResult, Entry, Run
from bookkit.execution.keys import Components
from bookkit.execution.recordings import FRESH, MISSING, GpuCell
from bookkit.execution.trace import Trace


def measured(project, code: str) -> Run:
    project.chapter("one", code)
    result = project.results()["one"]
    assert result.failure is None, result.failure
    assert result.run is not None
    return result.run


def test_memory_and_time_are_measured(project):
    run = measured(project, "x = bytes(range(256)) * 1_000_000\nprint(len(x))")
    assert run.memory > 256e6
    small = measured(project, "print(1)")
    assert small.memory < run.memory - 200e6
    assert 0 < small.cpu_seconds < 60
    assert small.gpu_memory == 0
    assert small.when[:2] == "20"


def test_chapter_without_network_is_offline(project):
    run = measured(project, "import socket\nsocket.getaddrinfo('localhost', 80)")
    assert run.hosts == []
    assert run.downloads == {}
    assert "オフラインで動きます" in wording.network(run)


def test_host_names_are_noted(project):
    run = measured(
        project,
        "import socket\ntry:\n    socket.getaddrinfo('somewhere.invalid', 80)\n"
        "except OSError:\n    print('つながらない')",
    )
    assert run.hosts == ["somewhere.invalid"]
    assert wording.network(run) == "インターネットが要ります"


def test_downloaded_weights_are_counted_even_when_kept(project, tmp_path):
    kept = tmp_path / "torch/hub/checkpoints/net-01234567.pth"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"x" * 2_000_000)
    run = measured(project, f"print(len(open({str(kept)!r}, 'rb').read()))")
    assert run.downloads == {"net-01234567.pth": 2_000_000}
    assert wording.network(run) == "初回に重みを 2 MB ダウンロード"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 秒"), (0.2, "1 秒"), (12.1, "13 秒"), (119, "119 秒"), (121, "3 分")],
)
def test_duration(seconds, text):
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "1 MB"), (4.2e7, "42 MB"), (1.26e9, "1.3 GB")]
)
def test_size(count, text):
    assert wording.size(count) == text


def result(*gpu: GpuCell, run: Run | None) -> Result:
    return Result(CHAPTER, "key", [CellResult([], 1, 3.2)], run, gpu=list(gpu))


CHAPTER = Chapter("a/b", None, (Cell("x", ("gpu",), 5),))  # type: ignore[arg-type]
CPU = Run(9.0, 7.1, 600_000_000, when="2026-01-02T00:00:00+09:00")


def gpu_cell(state: str, simulated: bool = False) -> GpuCell:
    run = Run(131.2, device_name="Tesla T4", simulated=simulated, when="2026-01-02")
    recording = Entry("a/b", Components([]), Trace(), [CellResult([], 1)], run)
    found = recording if state == FRESH else None
    return GpuCell(CHAPTER, 0, "key", state, [], found)


def test_cost_box():
    assert wording.cost(result(run=CPU)) == (
        "CPU で 8 秒，GPU は要りません，メモリー 600 MB，"
        "ダウンロードなし（オフラインで動きます）"
    )
    assert "GPU 用のセルが 1 つ（全規模で 3 分，" in wording.cost(
        result(gpu_cell(FRESH), run=CPU)
    )
    assert "GPU 用のセルが 1 つ（GPU がなければ" in wording.cost(
        result(gpu_cell(MISSING), run=CPU)
    )
    assert wording.cost(result(run=None)) == "まだ測っていません"


def test_gpu_notes():
    made = wording.gpu_note(result(gpu_cell(FRESH), run=CPU), 0)
    assert made == {
        "kind": "recorded",
        "text": "GPU の記録（Tesla T4，2026-01-02，3 分）",
    }
    made = wording.gpu_note(result(gpu_cell(FRESH, simulated=True), run=CPU), 0)
    assert made["text"].startswith("全規模の記録（GPU ではなく CPU：Tesla T4，")
    made = wording.gpu_note(result(gpu_cell(MISSING), run=CPU), 0)
    assert made["kind"] == "reduced"
    here = Run(9.0, device="cuda", device_name="A100", when=CPU.when)
    made = wording.gpu_note(result(gpu_cell(FRESH), run=here), 0)
    assert made == {"kind": "here", "text": "全規模で実行（A100，2026-01-02，4 秒）"}
