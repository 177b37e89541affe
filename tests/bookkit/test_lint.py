"""章の決まり：良い章は通り，決まりを一つ破ると，その行に，直し方のある指摘が一つだけ出る。"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookkit.lint import Finding, check_book

from .conftest import CHAPTER, change


def only(book: Path) -> Finding:
    """ただ一つの指摘。"""
    found = check_book(book)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_good_book_passes(book: Path) -> None:
    assert check_book(book) == []


def test_what_tools_make_is_not_read(book: Path) -> None:
    """``pip install -e`` が作るフォルダーや，読み込んだときの控えは調べない。"""
    for folder in ("dl_psychology.egg-info", "lessons/__pycache__"):
        (book / "lessons_src" / folder).mkdir(parents=True, exist_ok=True)
        (book / "lessons_src" / folder / "SOURCES.txt").write_bytes(b"a\r\nb")
    assert check_book(book) == []


ROOT = Path(__file__).resolve().parents[2]
GOOD = "book/attention/good.md"

# (名前, 直す前, 直した後, 指摘の行にある文字, 指摘の文に含まれる言葉)
BROKEN = [
    ("front-format", "file_format: mystnb\n", "", "---", "file_format"),
    ("front-other", ": mystnb\n", ": myst\n", "file_format: myst", "'myst' です"),
    ("front-kernel", "mystnb\n", "mystnb\nkernelspec: {}\n", "kernelspec", "使わない"),
    ("front-extra", "---\n# 良", "titel: x\n---\n# 良", "titel", "使わない項目"),
    ("front-yaml", "format: mystnb", "format: [mystnb", "mystnb", "YAML"),
    ("no-title", "# 良い章\n", "", "---", "題名がありません"),
    ("two-titles", "## 仕組み", "# 仕組み", "# 仕組み", "二つめ"),
    ("level", "## 仕組み\n", "## 仕組み\n\n#### 深い\n", "#### 深い", "段が飛んで"),
    ("empty", "## 仕組み\n", "## 空\n\n## 仕組み\n", "## 空", "何もありません"),
    ("full-stop", "## 仕組み", "## 仕組みです。", "## 仕組みです。", "句点"),
    ("two-items", "- 三つめを学びます\n", "", "{lesson}", "2 個"),
    ("requires", ": basics/first", ": basics/frist", "{lesson}", "'basics/first'"),
    ("requires-self", ": basics/first", ": attention/good", "{lesson}", "前提の章"),
    ("no-opening", "## 問い", "## といかけ", "## といかけ", "「## 問い」"),
    ("no-summary", "## まとめ\n", "## おわりに\n", "## 練習", "「## まとめ」"),
    ("half-slash", "では／モ", "では/モ", "## 人間", "人間では／モデルでは"),
    ("no-label", ":label: exercise-good-slope\n", "", "傾き", "名札"),
    (
        "open-solution",
        "slope\n:class: dropdown\n",
        "slope\n",
        "n} exercise-good-slope",
        "畳",
    ),
    ("no-check", 'check("good/slope", answer)', "answer", "{exercise} 傾き", "check("),
    ("check-name", '"good/slope"', '"good/slop"', "IPY", "'exercise-good-slop'"),
    ("check-chapter", '"good/slope"', '"god/slope"', "IPY", "good/ で始めて"),
    ("not-blank", "answer = ...", "answer = 2", "IPY", "白紙"),
    ("no-alt", "    alt: 右上", "    x: 右上", "{code-cell}", "代替文がありません"),
    (
        "short-alt",
        "alt: 右上がりの直線が一本描かれ，横軸は時間です。",
        "alt: 直線。",
        "alt:",
        "3 字",
    ),
    ("long-alt", "alt: 右", f"alt: {'右' * 200}", "alt:", "字です"),
    (
        "file-alt",
        "alt: 右上がりの直線が一本描かれ，横軸は時間です。",
        "alt: images/straight_line.svg",
        "alt:",
        "ファイル名",
    ),
    (
        "same-alt",
        "caption: 直線の図です。",
        "caption: 右上がりの直線が一本描かれ，横軸は時間です。",
        "alt:",
        "キャプションと同じ",
    ),
    (
        "no-caption",
        "    caption: 直線の図です。\n",
        "",
        "figure:",
        "キャプションがありません",
    ),
    ("bad-name", "name: fig-good-line", "name: fig_good", "fig_good", "英小文字"),
    ("no-show", "figures.show(fig)\n", "", "{code-cell}", "figures.show"),
    (
        "two-shows",
        "figures.show(fig)\n",
        "figures.show(fig)\nfigures.show(fig)\n",
        "{code-cell}",
        "分けて",
    ),
    (
        "plt-show",
        "figures.show(fig)\n",
        "import matplotlib.pyplot as plt\n\nfigures.show(fig)\nplt.show()\n",
        "plt.show",
        "figures.show",
    ),
    ("shell", "answer = ...", "!pip install x\nanswer = ...", "!pip", "普通の Python"),
    ("cell-yaml", "caption: 直線の図です。", "caption: [直線", "caption:", "YAML"),
    ("tag", "tags: [hide-input]", "tags: [hide_input]", "hide_input", "'hide-input'"),
    ("tag-gpu", "tags: [hide-input]", "tags: [GPU]", "GPU", "gpu"),
    ("wide", "answer = ...", "answer = ..." + " #" + "x" * 70, "xxx", "84 字"),
    ("no-name", "answer = ...", "answer = ...\nprint(scene)", "scene", "ほかの章"),
    ("later-name", "figures.show(fig)", "figures.show(fig)\ncheck", "check", "後の"),
    (
        "name-in-function",
        "answer = ...",
        "def grow(x):\n    return x * factor\n\nanswer = ...",
        "factor",
        "ほかの章",
    ),
    (
        "name-in-list",
        "answer = ...",
        "print([k for k in keys])\nanswer = ...",
        "keys",
        "ほかの章",
    ),
    ("file", "answer = ...", 'open("../index.md")\nanswer = ...', "open", "Colab"),
    (
        "folder",
        "answer = ...",
        'x = "lessons_src/lessons"\nanswer = ...',
        "x =",
        "Colab",
    ),
    ("syntax", "answer = ...", "answer = (...", "(...", "読めません"),
    ("seed", "runtime.seed_everything(0)\n", "", "{code-cell}", "seed_everything"),
    ("setup-tag", ":tags: [remove-cell]\n", "", "{code-cell}", "最初のセルが隠れて"),
    ("bold-stop", "**注意**と", "**注意です。**と", "注意です", "太字"),
    ("bold-paren", "**注意**と", "**注意（選ぶ働き）**と", "選ぶ", "太字"),
    ("bold-pair", "**注意**という言葉", "**注意。**という**言葉**", "という", "太字"),
    ("bold-space", "**注意**と", "**注意 **と", "注意 ", "太字"),
    ("emphasis", "**注意**と", "*注意。*と", "注意。", "強調"),
    ("code-open", "**注意**と", "`注意と", "注意と", "コード"),
    ("math-open", "**注意**と", "$x と", "x と", "数式"),
    ("link-open", "[表紙](../index.md)", "[表紙](../a b.md)", "表紙", "リンク"),
    (
        "two-sentences",
        "似ている点があります。",
        "似ています。違います。",
        "似て",
        "一行に文",
    ),
    (
        "sentence-after-role",
        "があります {cite:p}`itti1998model`。",
        "があります。{cite:p}`itti1998model`",
        "itti",
        "一行に文",
    ),
    ("broken-line", "似ている点が", "似ている点が\n", "似ている点が", "途中で"),
    ("comma", "似ている点が", "似ている、点が", "似て", "「，」"),
    ("period", "似ている点があります。", "似ている点があります．", "似て", "「。」"),
    ("ascii-comma", "似ている点が", "似ている,点が", "似て", "「，」"),
    (
        "ascii-period",
        "似ている点があります。",
        "似ている点があります.",
        "似て",
        "「。」",
    ),
    ("ascii-colon", "似ている点が", "似ている:点が", "似て", "全角"),
    ("ascii-paren", "似ている点が", "似ている(点)が", "似て", "括弧"),
    ("alt-comma", "描かれ，横軸", "描かれ、横軸", "alt:", "「，」"),
    ("caption-comma", "caption: 直線の", "caption: 直線、の", "caption:", "「，」"),
    ("ruby-bar", "**注意**と", "{ruby}`注意`と", "{ruby}", "語|よみ"),
    ("ruby-kana", "**注意**と", "{ruby}`注意|注意`と", "{ruby}", "かな"),
    (
        "doc",
        "{doc}`../basics/first`",
        "{doc}`../basics/frist`",
        "frist",
        "basics/first",
    ),
    ("ref", "<sec-human>", "<sec-humam>", "humam", "'sec-human'"),
    (
        "numref",
        "{numref}`fig-good-line`",
        "{numref}`fig-good-lime`",
        "lime",
        "'fig-good-line'",
    ),
    ("eq", "{eq}`eq-good`", "{eq}`eq-goof`", "goof", "'eq-good'"),
    (
        "term",
        "{term}`ソフトマックス関数`",
        "{term}`ソフトマックス函数`",
        "函数",
        "glossary",
    ),
    (
        "cite",
        "{cite:p}`itti1998model`",
        "{cite:p}`itti1999model`",
        "1999",
        "'itti1998model'",
    ),
    (
        "glue",
        "{glue:text}`good-slope:.1f`",
        "{glue:text}`good-slop:.1f`",
        "slop:",
        "glue(",
    ),
    (
        "source",
        "{source} lessons.attention.good.model.slope",
        "{source} lessons.attention.good.model.slop",
        "{source}",
        "slope",
    ),
    ("link", "../index.md", "../indx.md", "indx", "番地"),
    (
        "image",
        "似ている点があります。",
        "![写真家がカメラをのぞく白黒の写真です](no.png)",
        "no.png",
        "絵のファイル",
    ),
    (
        "label-twice",
        "(sec-human)=",
        "(fig-good-line)=\n(sec-human)=",
        "(fig-good-line)=|name: fig",
        "でも使われて",
    ),
    ("no-cited", "```{cited}\n```\n", "ありません。\n", "## 文献", "文献の一覧"),
    (
        "todo",
        "似ている点があります。",
        "TODO: 似ている点を三文で。",
        "TODO",
        "似ている点を三文で",
    ),
]


CONSEQUENCES = {
    "no-summary": "節「おわりに」は",
    "no-alt": "知らない設定",
    "no-label": "解答の相手の練習",
    "bad-name": "参照の先",
    "cell-yaml": "参照の先",
    "bold-stop": "一行に文",
    "bold-pair": "一行に文",
    "emphasis": "一行に文",
}
"""一つの誤りから，ほかの指摘も出る場合。"""


@pytest.mark.parametrize("case", BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_chapter(book: Path, case: tuple[str, str, str, str, str]) -> None:
    name, old, new, where, message = case
    text = change(book, GOOD, old, new)
    findings = check_book(book)
    found = [finding for finding in findings if message in finding.message]
    assert len(found) == 1, found
    (finding,) = found
    others = [other for other in findings if other != finding]
    expected = CONSEQUENCES.get(name)
    assert len(others) == bool(expected), others
    assert all(str(expected) in other.message for other in others)
    assert finding.path == GOOD
    line = text.split("\n")[finding.line - 1]
    wanted = "{code-cell} ipython3" if where == "IPY" else where
    assert any(part in line for part in wanted.split("|")), f"{finding} は {line!r}"


SLIDER = 'interactive.slider([1, 2], fig, label="x", say=str, alt="y")'


def test_figure_to_move_is_asked_about_first(book: Path) -> None:
    """動かせる図は，名札とキャプションを持ち，前の文章が予想を問う。代替文は関数に渡す。"""
    change(
        book, GOOD, "import figures, runtime", "import figures, interactive, runtime"
    )
    (book / "lessons_src/lessons/interactive.py").write_text("", "utf8")
    text = change(book, GOOD, "figures.show(fig)", SLIDER)
    change(
        book,
        GOOD,
        "  image:\n    alt: 右上がりの直線が一本描かれ，横軸は時間です。\n",
        "",
    )
    finding = only(book)
    assert "予想させる文がありません" in finding.message
    assert "どうなると思いますか" in finding.message
    assert "{code-cell}" in text.split("\n")[finding.line - 1]
    asked = "動かすと，どうなると思いますか。\n\n"
    mark = "```{code-cell} ipython3\n---\ntags: [hide-input]"
    change(book, GOOD, mark, asked + mark)
    assert check_book(book) == []
    change(book, GOOD, SLIDER, f"{SLIDER}\nfigures.show(fig)")
    assert "2 つあります" in only(book).message


@pytest.mark.parametrize("call", ["interactive.network(1)", "experiments.show(1)"])
def test_labs_and_experiments_are_asked_about_first(book: Path, call: str) -> None:
    """写真の欄と実験も，触れる前に予想を問う。"""
    name = call.partition(".")[0]
    (book / f"lessons_src/lessons/{name}.py").write_text("", "utf8")
    change(book, GOOD, "import figures, runtime", f"import figures, {name}, runtime")
    cell = f"```{{code-cell}} ipython3\n{call}\n```\n\n"
    mark = "似ている点があります。"
    change(book, GOOD, mark, f"{cell}{mark}")
    assert "予想させる文がありません" in only(book).message
    change(book, GOOD, cell, f"動かすと，どうなると思いますか。\n\n{cell}")
    assert check_book(book) == []


def test_todo_is_told_from_errors(book: Path) -> None:
    change(book, GOOD, "似ている点があります。", "TODO: 似ている点。")
    assert only(book).todo


def test_escaped_marks_are_no_errors(book: Path) -> None:
    change(book, GOOD, "似ている点があります。", "記号 \\* と \\$ と \\` があります。")
    assert check_book(book) == []


def test_text_that_must_pass(book: Path) -> None:
    """間違いに見えて，間違いではない文章。"""
    fine = "\n".join(
        [
            "「何か。」と言います。",
            "値は 3,000 個，比は 1.5 です。",
            "She said, for example, (a) or (b).",
            "変数 `a, b` と $f(x, y)$ を使います。",
            "**太字**，**太字**です。",
            "彼（Crick）は言いました {cite:p}`itti1998model`。",
            "次の式です：",
        ]
    )
    change(book, GOOD, "似ている点があります。", fine)
    assert check_book(book) == []


def test_order_of_sections(book: Path) -> None:
    text = change(book, GOOD, "## まとめ\n", "## 次に読む1\n")
    text = change(book, GOOD, "## 次に読む\n", "## まとめ\n")
    text = change(book, GOOD, "## 次に読む1\n", "## 次に読む\n")
    finding = only(book)
    assert text.split("\n")[finding.line - 1] == "## 次に読む"
    assert "「## まとめ」の後" in finding.message


def test_free_section_after_the_end(book: Path) -> None:
    change(book, GOOD, "## 次に読む", "## おまけ\n\nおまけです。\n\n## 次に読む")
    assert "おまけ" in only(book).message


def test_one_exercise_is_not_enough(book: Path) -> None:
    text = (book / GOOD).read_text("utf8")
    start = text.index(":::{exercise} 切片")
    end = text.index("## まとめ")
    (book / GOOD).write_text(text[:start] + text[end:], "utf8")
    assert "練習が 1 個" in only(book).message


def test_missing_front_matter(book: Path) -> None:
    text = (book / GOOD).read_text("utf8")
    (book / GOOD).write_text(text[text.index("# 良い章") :], "utf8")
    assert "章の設定がありません" in only(book).message


def test_missing_box(book: Path) -> None:
    text = (book / GOOD).read_text("utf8")
    start, end = text.index(":::{lesson}"), text.index("```{code-cell}")
    (book / GOOD).write_text(text[:start] + text[end:], "utf8")
    assert "{lesson}" in only(book).message


def test_chapter_missing_from_the_toc(book: Path) -> None:
    part = "  - caption: 注意\n    chapters:\n      - file: book/attention/good\n"
    change(book, "_toc.yml", part, "")
    finding = only(book)
    assert (finding.path, finding.line) == (GOOD, 1)
    assert "- file: book/attention/good" in finding.message


def test_toc_entry_without_a_chapter(book: Path) -> None:
    change(
        book, "_toc.yml", "glossary\n", "glossary\n      - file: book/attention/god\n"
    )
    finding = only(book)
    assert (finding.path, finding.line) == ("_toc.yml", 13)
    assert "'book/attention/good'" in finding.message


LESSONS = "lessons_src/lessons"


def test_room_without_a_page(book: Path) -> None:
    room = book / LESSONS / "attention/goods"
    room.mkdir()
    assert check_book(book) == []  # 空のフォルダーは部屋ではない
    (room / "model.py").write_text('"""部品。"""\n', "utf8")
    finding = only(book)
    assert (finding.path, finding.line) == (f"{LESSONS}/attention/goods/model.py", 1)
    assert "book/attention/goods.md がありません" in finding.message
    assert "'attention/good' ですか" in finding.message


def test_page_without_a_room_may_import_none(book: Path) -> None:
    """部屋のない章はあってよい。ない部屋を読み込めば，その行を言う。"""
    shutil.rmtree(book / LESSONS / "attention/good")
    text = (book / GOOD).read_text("utf8")
    where = {text.split("\n")[finding.line - 1] for finding in check_book(book)}
    assert where == {
        "from lessons.attention.good import model as good",
        "```{source} lessons.attention.good.model.slope",
    }


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("from lessons.attention.god.model import slope", "'good' ですか"),
        ("from lessons.attention import god", "'good' ですか"),
        ("from lessons.attention.good import modell as good", "'model' ですか"),
        (
            "from lessons import (\n    figures,  # 図\n    runtim,\n)",
            "'runtime' ですか",
        ),
        ("import lessons.attentoin.good", "'attention' ですか"),
        ("from lessons.gluee import glue", "'glue' ですか"),
    ],
)
def test_page_imports_a_module_that_does_not_exist(
    book: Path, line: str, named: str
) -> None:
    text = change(book, GOOD, "answer = ...", f"{line}\nanswer = ...")
    finding = only(book)
    word = re.findall(r"god|modell|runtim|attentoin|gluee", line)[0]
    assert word in text.split("\n")[finding.line - 1]
    assert repr(word) in finding.message
    assert named in finding.message


def test_names_inside_a_module_are_not_looked_up(book: Path) -> None:
    """モジュールの中の名前は，実行したときに Python が言う。"""
    change(book, GOOD, "answer = ...", "from lessons.glue import glued\nanswer = ...")
    assert check_book(book) == []


def test_tests_and_rooms_import_what_exists(book: Path) -> None:
    for name in ("tests/lessons/attention/test_x.py", f"{LESSONS}/basics/first/x.py"):
        path = book / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import os\nfrom lessons.attention.gone import x\n", "utf8")
        finding = only(book)
        assert (finding.path, finding.line) == (name, 2)
        assert "'gone' が lessons にありません" in finding.message
        path.unlink()


def test_recording_without_a_page(book: Path) -> None:
    path = book / "book/recorded/attention/gone/1.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}", "utf8")
    finding = only(book)
    assert finding.path == "book/recorded/attention/gone/1.json"
    assert "記録を消して" in finding.message


def test_colour_without_a_dark_twin(book: Path) -> None:
    path = book / LESSONS / "palette.json"
    shutil.copy(ROOT / LESSONS / "palette.json", path)
    assert check_book(book) == []
    lines = path.read_text("utf8").split("\n")
    number = next(n for n, line in enumerate(lines) if '"blue"' in line)
    lines[number] = '    "blue": {"light": "#0072b2"},'
    path.write_text("\n".join(lines), "utf8")
    finding = only(book)
    assert (finding.path, finding.line) == (f"{LESSONS}/palette.json", number + 1)
    assert "blue に dark がありません" in finding.message


@pytest.mark.parametrize(
    "fence", ["  ```{code-cell}\n  x = 1\n  ```", ":::{code-cell}\n:::"]
)
def test_cell_that_would_not_run(book: Path, fence: str) -> None:
    """箇条書きや囲みの中のセルは，頁に出ず，動きもしない。"""
    change(book, GOOD, "似ている点があります。", f"- 似ている点があります。\n\n{fence}")
    assert "外に出し" in only(book).message


def delete(root: Path, chapter: str) -> None:
    """章を消す：頁，部屋，検査，目次の行。"""
    part, name = chapter.split("/")
    (root / f"book/{chapter}.md").unlink()
    shutil.rmtree(root / LESSONS / chapter)
    (root / f"tests/lessons/{part}/test_{name}.py").unlink()
    text = change(root, "_toc.yml", f"      - file: book/{chapter}\n", "")
    text = text.replace("  - caption: 注意\n    chapters:\n  - ", "  - ")  # 空の部
    (root / "_toc.yml").write_text(text, "utf8")


def test_check_is_clean_after_a_chapter_is_deleted(book: Path) -> None:
    """章を消すと，その章を指す行だけが残り，直せば指摘はなくなる。"""
    test = book / "tests/lessons/attention/test_good.py"
    test.parent.mkdir(parents=True)
    test.write_text("from lessons.attention.good import model\n", "utf8")
    first = "book/basics/first.md"
    change(book, first, ":::{lesson}\n", ":::{lesson}\n:requires: attention/good\n")
    link = "- 後の章 {doc}`../attention/good`"
    text = change(book, first, "- {doc}`../attention/good`", link)
    assert check_book(book) == []
    delete(book, "attention/good")
    found = [(f.path, text.split("\n")[f.line - 1]) for f in check_book(book)]
    assert found == [(first, ":::{lesson}"), (first, link)]
    change(book, first, ":requires: attention/good\n", "")
    change(book, first, f"{link}\n", "")
    assert check_book(book) == []


def test_whatever_points_to_a_deleted_chapter_is_named(tmp_path: Path) -> None:
    """この本の写しから章を消すと，指摘はどれも，その章を指す行を言う。"""
    names = ("_config.yml", "_toc.yml", "book", LESSONS, "tests/lessons")
    for name in names:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, target)
            continue
        data = shutil.ignore_patterns("__pycache__", "*.safetensors", "*.png", "*.webp")
        shutil.copytree(ROOT / name, target, ignore=data)
    assert check_book(tmp_path) == []
    delete(tmp_path, "attention/cam")
    found = check_book(tmp_path)
    for finding in found:
        assert "ありません" in finding.message
        lines = (tmp_path / finding.path).read_text("utf8").split("\n")
        line = lines[finding.line - 1]
        pointing = re.search(r"\bcam\b|\{lesson\}", line)
        assert pointing or "/cam/" in finding.path, (finding, line)
    assert {"book/glossary.md", "book/attention/grad_cam.md"} <= {f.path for f in found}


def test_cells_after_a_gpu_cell_use_its_values(book: Path) -> None:
    """GPU 用のセルの値を使うセルにも gpu の札が要る。同じ名前を作り直せば要らない。"""
    change(book, GOOD, "tags: [hide-input]", "tags: [gpu, hide-input]")
    assert check_book(book) == []
    change(book, GOOD, "answer = ...", "print(ax)\nanswer = ...")
    finding = only(book)
    lines = (book / GOOD).read_text("utf8").splitlines()
    assert lines[finding.line - 1] == "print(ax)"
    assert "タグ gpu を付ける" in finding.message
    change(book, GOOD, "print(ax)", "ax = 1\nprint(ax)")
    assert check_book(book) == []


def test_pages_have_fewer_rules(book: Path) -> None:
    """表紙などは章の形でなくてよいが，文章の決まりは守る。"""
    change(book, "book/index.md", "ようこそ。", "ようこそ、**「注意」**へ。")
    messages = [finding.message for finding in check_book(book)]
    assert len(messages) == 2
    assert all("太字" in m or "「，」" in m for m in messages)


def test_recorded_outputs_are_not_pages(book: Path) -> None:
    path = book / "book/recorded/attention/note.md"
    path.parent.mkdir(parents=True)
    path.write_text("何でも、書けます。\n", "utf8")
    assert check_book(book) == []


def test_finding_is_one_line_with_its_place(book: Path) -> None:
    change(book, GOOD, "似ている点が", "似ている、点が")
    shown = str(only(book))
    assert shown.startswith(f"{GOOD}:")
    assert "\n" not in shown


def test_finding_is_a_warning_of_the_build(build: Callable[..., Path]) -> None:
    """原稿への指摘は，ファイルと行のあるビルドの警告になる（-W なら失敗する）。"""
    files = {
        "_toc.yml": "root: book/index\n",
        "book/index.md": "# 表紙\n\nようこそ。\n",
        "lessons_src/lessons/attention/x.py": '"""部品。"""\n\n# TODO：書く\n',
    }
    options = {
        "extensions": ["myst_nb", "bookkit.lint"],
        "config": {"root_doc": "book/index"},
    }
    site = build(files, **options)  # 指摘がなければ，警告なしにできる
    root = site.parent / "source"
    assert [finding.path for finding in check_book(root)] == [
        "lessons_src/lessons/attention/x.py"
    ]
    files["book/index.md"] = "# 表紙\n\nようこそ、皆さん。\n"
    for _ in range(2):  # 変わっていない二度めのビルドでも言う
        warnings = StringIO()
        build(files, warnings=warnings, **options)
        assert f"{root}/book/index.md:3: WARNING: 読点" in warnings.getvalue()


@given(data=st.data())
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_mess_gets_findings_inside_the_file(
    book: Path, data: st.DataObject
) -> None:
    """どんなに壊れた原稿でも，調べは止まらず，指摘はファイルの中の行を指す。"""
    lines = CHAPTER.split("\n")
    for _ in range(data.draw(st.integers(1, 8))):
        here = data.draw(st.integers(0, len(lines) - 1))
        what = data.draw(st.sampled_from(["drop", "double", "cut", "swap", "noise"]))
        if what == "drop" and len(lines) > 1:
            del lines[here]
        elif what == "double":
            lines.insert(here, lines[here])
        elif what == "cut":
            lines[here] = lines[here][: len(lines[here]) // 2]
        elif what == "swap":
            lines[here], lines[-1] = lines[-1], lines[here]
        else:
            lines[here] += data.draw(st.text("*_`$[](){}:|-# あ。\\\"'", max_size=6))
    (book / GOOD).write_text("\n".join(lines), "utf8")
    for finding in check_book(book):
        count = len((book / finding.path).read_text("utf8").split("\n"))
        assert 1 <= finding.line <= count, finding
        assert finding.message.strip()
