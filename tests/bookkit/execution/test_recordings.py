"""GPU 用のセル：記録する，確かめて載せる，合わなければ縮小版を載せる。"""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bookkit.book import Book
from bookkit.cli import main
from bookkit.execution import recordings
from bookkit.execution.cache import CellResult, Entry, Run
from bookkit.execution.gpu import gpu
from bookkit.execution.keys import Components
from bookkit.execution.recordings import BROKEN, FRESH, MISSING, STALE, read, write
from bookkit.execution.status import status
from bookkit.execution.trace import Trace
from bookkit.execution.wording import gpu_note

SETUP = "from lessons import runtime, work\nprint('前')"
MARKED = ":tags: [gpu]\n\nprint('大きさ', work.size())"


@pytest.fixture
def book(project):
    """GPU 用のセルが一つある章と，ない章。"""
    project.module(
        "lessons/work.py",
        "import pathlib\nfrom lessons import runtime, weights\n"
        "def size():\n"
        "    (pathlib.Path(weights.__file__).parent / 'lite0.bin').read_bytes()\n"
        "    return runtime.budget(full=1000, reduced=10)\n",
    )
    project.module("lessons/weights/__init__.py", "NAME = 'lite0'\n")
    weights_file(project, "1")
    project.chapter("part/one", SETUP, MARKED, "print('後')")
    project.chapter("plain", "print('普通')")
    return project


def weights_file(project, text):
    project.write("lessons_src/lessons/weights/lite0.bin", text)


@pytest.fixture
def recorded(book, monkeypatch):
    """にせの GPU で記録した本。いまの計算機に GPU はない。"""
    record(book, monkeypatch)
    return book


def record(project, monkeypatch, *names, **options) -> int:
    with monkeypatch.context() as patch:
        patch.setenv("LESSONS_DEVICE", "cuda")
        patch.setenv("FAKE_NAME", "Tesla T4")
        return gpu(project.root, list(names), **options)


def the_cell(project):
    (chapter,) = (c for c in Book(project.root).chapters if c.name == "part/one")
    (cell,) = project.book().recordings.cells(chapter)
    return cell


def shown(project) -> tuple[str, str]:
    """頁に載る，GPU 用のセルの出力と但し書き。"""
    result = project.results()["part/one"]
    return result.shown(1)[0]["text"], gpu_note(result, 1)["text"]


def test_without_a_recording_the_reduced_form_is_shown(book):
    assert the_cell(book).state == MISSING
    output, label = shown(book)
    assert output == "大きさ 10\n"
    assert label.startswith("縮小版（GPU の記録がまだない")


def test_recorded_output_is_shown_with_its_provenance(recorded):
    assert the_cell(recorded).state == FRESH
    output, label = shown(recorded)
    assert output == "大きさ 1000\n"
    run = the_cell(recorded).recording.run.when[:10]
    assert label == f"GPU の記録（Tesla T4，{run}，1 秒）"
    results = recorded.results()
    assert results["part/one"].cells[1].outputs[0]["text"] == "大きさ 10\n"
    assert results["part/one"].shown(0)[0]["text"] == "前\n"


def test_recording_says_where_it_comes_from(recorded):
    (path,) = (recorded.root / "book/recorded/part/one").iterdir()
    found = read(path)
    assert found.run.device == "cuda"
    assert found.run.device_name == "Tesla T4"
    assert found.cells[1].seconds > 0
    assert found.components.pins["python"]
    assert Components(found.components.cells[:2]).key == the_cell(recorded).key
    assert [len(cell.outputs) for cell in found.cells] == [0, 1, 0]


def test_only_chapters_with_marked_cells_run(book, monkeypatch, capsys):
    assert record(book, monkeypatch) == 0
    said = capsys.readouterr().out
    assert "実行 part/one" in said
    assert "plain" not in said
    assert "記録しました book/recorded/part/one/recording.json" in said


def test_text_and_comments_and_later_cells_keep_the_recording(recorded):
    path = recorded.root / "lessons_src/lessons/work.py"
    path.write_text('"""説明"""\n# 注釈\n' + path.read_text("utf8"), "utf8")
    recorded.chapter("part/one", SETUP, MARKED, "print('変えた')", text="新しい文")
    assert the_cell(recorded).state == FRESH


def code(project):
    project.chapter("part/one", SETUP, MARKED.replace("大きさ", "寸法"))
    return "2 番めのセル"


def earlier_code(project):
    project.chapter("part/one", SETUP + "\nx = 1", MARKED)
    return "1 番めのセル"


def lessons_module(project):
    project.module("lessons/work.py", "def size(): return 5\n")
    return "lessons/work.py が変わりました"


def runtime_module(project):
    path = project.root / "lessons_src/lessons/runtime.py"
    path.write_text(path.read_text("utf8") + "\nCHANGED = 1\n", "utf8")
    return "lessons/runtime.py が変わりました"


def weights(project):
    weights_file(project, "2")
    return "lessons/weights/lite0.bin が変わりました"


@pytest.mark.parametrize(
    "change", [code, earlier_code, lessons_module, runtime_module, weights]
)
def test_stale_recording_is_not_shown(recorded, change):
    expected = change(recorded)
    cell = the_cell(recorded)
    assert cell.state == STALE
    assert expected in cell.reasons[0]
    output, label = shown(recorded)
    assert "1000" not in output
    assert label.startswith("縮小版（GPU の記録が古くなった")


def recording_file(project):
    (path,) = (project.root / "book/recorded/part/one").glob("*.json")
    return path


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"",
        lambda raw: b"[]",
        lambda raw: b"\xff" + raw,
        lambda raw: raw.replace(b"1000", b"9999"),
        lambda raw: raw.replace(b"Tesla T4", b"Tesla V9"),
        lambda raw: raw.replace(b'{"version": ', b'{"version": 7'),
    ],
)
def test_broken_recording_is_not_shown(recorded, spoil):
    path = recording_file(recorded)
    raw = path.read_bytes()
    assert spoil(raw) != raw
    path.write_bytes(spoil(raw))
    assert the_cell(recorded).state == BROKEN
    output, label = shown(recorded)
    assert output == "大きさ 10\n"
    assert label.startswith("縮小版（GPU の記録が壊れている")


def test_missing_picture_breaks_the_recording(book, monkeypatch):
    book.chapter("part/one", PICTURE)
    record(book, monkeypatch)
    (picture,) = (book.root / "book/recorded/part/one").glob("*.svg")
    assert the_cell(book).state == FRESH
    content = picture.read_bytes()
    picture.write_bytes(content.replace(b"1000", b"1001"))
    assert the_cell(book).state == BROKEN
    picture.unlink()
    assert the_cell(book).state == BROKEN


def test_machine_with_its_own_gpu_does_not_use_the_recording(recorded, monkeypatch):
    monkeypatch.setenv("LESSONS_DEVICE", "cuda")
    monkeypatch.setenv("FAKE_NAME", "A100")
    shutil.rmtree(recorded.root / "_build")
    output, label = shown(recorded)
    assert output == "大きさ 1000\n"
    assert label.startswith("全規模で実行（A100，")


def test_recording_not_made_at_full_size_is_not_shown(recorded):
    path = recording_file(recorded)
    found = read(path)
    small = dataclasses.replace(found.run, device="cpu")
    write(path, dataclasses.replace(found, run=small))
    cell = the_cell(recorded)
    assert cell.state == STALE
    assert "全規模で実行した記録ではありません" in cell.reasons


def test_simulated_gpu_is_said_on_the_page(recorded):
    path = recording_file(recorded)
    found = read(path)
    simulated = dataclasses.replace(found.run, simulated=True)
    write(path, dataclasses.replace(found, run=simulated))
    _, label = shown(recorded)
    assert label.startswith("全規模の記録（GPU ではなく CPU：Tesla T4，")


def test_data_read_by_the_marked_cell_is_part_of_the_key(book, monkeypatch):
    book.module(
        "lessons/work.py",
        "import pathlib\n"
        "def size(): return (pathlib.Path(__file__).parent / 'n.txt').read_text()\n",
    )
    book.write("lessons_src/lessons/n.txt", "1")
    record(book, monkeypatch)
    assert the_cell(book).state == FRESH
    book.write("lessons_src/lessons/n.txt", "2")
    assert the_cell(book).reasons == ["lessons/n.txt が変わりました"]


PICTURE = """:tags: [gpu]

from IPython.display import HTML, SVG, display
from lessons import runtime, work
n = work.size()
display(SVG(f'<svg xmlns="http://www.w3.org/2000/svg"><title>図 {n}</title></svg>'))
display(HTML(f'<b>表 {n}</b>\\n'))
print('文字', n)
print('警告', file=__import__('sys').stderr)"""


def test_recording_made_by_a_kernel_survives_byte_for_byte(book, monkeypatch):
    book.chapter("part/one", PICTURE)
    monkeypatch.setenv("LESSONS_DEVICE", "cuda")
    assert gpu(book.root, []) == 0
    direct = book.results()["part/one"].cells[0].outputs
    monkeypatch.delenv("LESSONS_DEVICE")
    assert json.dumps(book.results()["part/one"].shown(0)) == json.dumps(direct)
    names = {p.name for p in (book.root / "book/recorded/part/one").iterdir()}
    assert names == {"recording.json", "1.svg"}


PNG = base64.b64encode(bytes(range(256))).decode()
TEXTS = st.text() | st.just("<svg>\r\n</svg>\n") | st.just("\u2028\x85\ufeff")
DATA = st.fixed_dictionaries(
    {},
    optional={
        "text/plain": TEXTS,
        "text/html": TEXTS,
        "image/svg+xml": TEXTS,
        "image/png": st.just(PNG) | st.just(PNG + "\n") | TEXTS,
        "image/jpeg": st.binary().map(lambda b: base64.encodebytes(b).decode()),
        "application/json": st.dictionaries(st.text(), st.integers() | st.none()),
        "application/papermill.record/text/plain": TEXTS,
    },
)
OUTPUTS = st.one_of(
    DATA.map(
        lambda data: {"output_type": "display_data", "data": data, "metadata": {}}
    ),
    TEXTS.map(lambda text: {"output_type": "stream", "name": "stdout", "text": text}),
)


@given(outputs=st.lists(OUTPUTS, max_size=4))
def test_any_outputs_survive_byte_for_byte(tmp_path_factory, outputs):
    path = tmp_path_factory.mktemp("recorded") / "1.json"
    made = Entry(
        "part/one",
        Components([], {"torch": "2"}),
        Trace.of(path.parent, {}),
        [CellResult(outputs, 1, 1.5)],
        Run(1.5, device="cuda", device_name="T4"),
    )
    write(path, made)
    assert read(path) == made


def test_too_large_output_is_refused_with_a_way_out(book, monkeypatch, capsys):
    record(book, monkeypatch)
    before = recording_file(book).read_bytes()
    code = "__import__('IPython').display.HTML('あ' * 400_000)"
    path = book.chapter("part/one", SETUP, f":tags: [gpu]\n\n{code}")
    line = path.read_text("utf8").splitlines().index(code) + 1
    assert record(book, monkeypatch) == 1
    said = capsys.readouterr().out
    assert f"part/one.md:{line}: 出力が 1.2 MB あり，1 MB を超える" in said
    assert "図の数や画素数を減らす" in said
    assert recording_file(book).read_bytes() == before


def test_failed_cell_records_nothing(book, monkeypatch, capsys):
    path = book.chapter("part/one", SETUP, ":tags: [gpu]\n\n1 / 0")
    line = path.read_text("utf8").splitlines().index("1 / 0") + 1
    assert record(book, monkeypatch) == 1
    said = capsys.readouterr().out
    assert f"part/one.md:{line}: ZeroDivisionError" in said
    assert not (book.root / "book/recorded").exists()


def test_without_gpu_nothing_is_recorded(book, capsys):
    assert gpu(book.root, []) == 1
    assert "GPU（CUDA）が見つかりません" in capsys.readouterr().out
    assert not (book.root / "book/recorded").exists()


def test_unknown_chapter_names_the_ones_there_are(book, monkeypatch, capsys):
    assert record(book, monkeypatch, "part/two") == 1
    said = capsys.readouterr().out
    assert "'part/two' は，GPU 用のセルのある章ではありません" in said
    assert "ある章：part/one" in said


def test_stale_only_skips_fresh_chapters(recorded, monkeypatch, capsys):
    assert record(recorded, monkeypatch, stale_only=True) == 0
    assert "記録は新しいので，実行しません" in capsys.readouterr().out
    recorded.module("lessons/work.py", "def size(): return 7\n")
    assert record(recorded, monkeypatch, stale_only=True) == 0
    assert shown(recorded)[0] == "大きさ 7\n"


def test_recordings_of_removed_cells_go(recorded, monkeypatch):
    recorded.chapter("part/one", SETUP, MARKED, PICTURE)
    record(recorded, monkeypatch)
    folder = recorded.root / "book/recorded/part/one"
    assert {p.name for p in folder.iterdir()} == {"recording.json", "1.svg"}
    recorded.chapter("part/one", SETUP, MARKED)
    record(recorded, monkeypatch)
    assert {p.name for p in folder.iterdir()} == {"recording.json"}


def test_status_lists_chapters_and_marked_cells(recorded, capsys):
    assert status(recorded.root) == 0
    said = capsys.readouterr().out
    assert "古い    plain：まだ実行していません" in said
    recorded.results()
    assert status(recorded.root) == 0
    said = capsys.readouterr().out
    assert "新しい  plain：" in said
    assert "実行するのは 0 章" in said
    assert "GPU 用のセル part/one（" in said
    assert "：GPU の記録（Tesla T4，" in said


def test_status_of_marked_cells_tells_ci_whether_to_record(book, monkeypatch, capsys):
    monkeypatch.chdir(book.root)
    assert main(["status", "--gpu"]) == 1
    record(book, monkeypatch)
    assert main(["status", "--gpu"]) == 0
    book.module("lessons/work.py", "def size(): return 7\n")
    capsys.readouterr()
    assert main(["status", "--gpu"]) == 1
    said = capsys.readouterr().out
    assert "：記録が古い，lessons/work.py が変わりました" in said
    assert said.endswith(" → 縮小版を載せます\n")


@pytest.mark.parametrize("wrong", [["--all"], ["part/one"]])
def test_status_with_strange_arguments(book, monkeypatch, capsys, wrong):
    monkeypatch.chdir(book.root)
    assert main(["status", *wrong]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{wrong[0]!r} は使えません。")
    assert "status --gpu" in said


def test_limit_is_one_megabyte():
    assert recordings.LIMIT == 1_000_000


# 頁


@pytest.fixture
def with_box(recorded):
    config = recorded.root / "_config.yml"
    text = config.read_text("utf8")
    config.write_text(
        text.replace(
            "[bookkit.unfinished, bookkit.execution.extension]",
            "[bookkit.unfinished, bookkit.execution.extension, bookkit.directives.lesson, bookkit.directives.execution_status]",
        )
    )
    recorded.write("book/status.md", "# 状態\n\n```{execution-status}\n```\n")
    box = ":::{lesson}\n- 一\n- 二\n- 三\n:::\n"
    recorded.chapter("part/one", SETUP, PICTURE, text=box)
    recorded.chapter("plain", "print('普通')", text=box)
    config.write_text(
        config.read_text("utf8").replace("config: {", "config: {numfig: true, ")
        + "parse: {myst_enable_extensions: [colon_fence]}\n"
    )
    return recorded


def test_pages_show_labels_costs_and_states(with_box, monkeypatch):
    def build():
        done = with_box.build("-W", "--keep-going")
        assert done.returncode == 0, done.stderr + done.stdout
        names = ("part/one", "plain", "status")
        return [
            BeautifulSoup(with_box.page(name), "html.parser") for name in names
        ], done

    (one, plain, state), _ = build()
    label = one.select_one(".gpu-label-reduced")
    assert label is not None
    assert label.get_text().startswith("縮小版（GPU の記録が古くなった")
    assert "表 10<" in str(one)
    assert "GPU 用のセルが 1 つ" in one.select_one(".lesson-run").get_text()
    cost = plain.select_one(".lesson-run").get_text()
    assert cost.startswith("CPU で 1 秒，GPU は要りません，メモリー ")
    assert "オフラインで動きます" in cost
    text = state.find("article").get_text()
    assert "縮小版（記録が古い，" in text
    assert [a.get_text() for a in state.select("table a")].count("part/one") == 2

    record(with_box, monkeypatch)
    (one, _, state), done = build()
    assert "実行 " not in done.stdout  # 記録が増えても，実行はしない
    label = one.select_one(".gpu-label-recorded")
    assert label.get_text().startswith("GPU の記録（Tesla T4，")
    outputs = label.find_next_sibling()
    assert "cell_output" in outputs["class"]  # 出力のすぐ上
    assert "表 1000<" in str(outputs)
    assert "表 10<" not in str(one)
    row = [cell.get_text(strip=True) for cell in state.select("table")[1].select("td")]
    assert row[0] == "part/one"
    assert row[2] == the_key(with_box)[:12]
    assert row[3:5] == ["記録あり", "Tesla T4"]

    with_box.chapter("part/one", SETUP, PICTURE.replace("表", "絵"), text="")
    (one, _, state), _ = build()
    assert one.select_one(".gpu-label-reduced") is not None
    assert "絵 10<" in str(one)
    assert "縮小版" in state.find("article").get_text()


def the_key(project) -> str:
    return the_cell(project).key
