"""jupyter-book build の中での実行：出力，失敗，次のビルド，止めたとき。"""

from __future__ import annotations

import signal
import time

import psutil
import pytest

from bookkit.execution.cache import Cache

ONE = "print('一つめの' + '出力')"


def test_outputs_are_on_the_page_and_a_text_edit_runs_nothing(project):
    path = project.chapter(
        "one",
        ONE,
        "---\nmystnb:\n  figure: {name: fig-a, caption: 初めの説明}\n---\n"
        "from IPython.display import SVG, display\n"
        "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))",
    )
    done = project.build("-W", "--keep-going")
    assert done.returncode == 0, done.stderr
    assert "一つめの出力" in project.page("one")
    assert "実行 one" in done.stdout
    assert (project.root / "_build" / ".pages").is_file()  # 原稿は，もう読まない

    path.write_text(
        path.read_text("utf8")
        .replace("# one", "# 新しい題")
        .replace("初めの説明", "次の説明")
        .replace(
            "{code-cell} ipython3\nprint", "{code-cell}\n:tags: [hide-input]\nprint"
        ),
        "utf8",
    )
    again = project.build("-W", "--keep-going")
    assert again.returncode == 0, again.stderr
    assert "実行" not in again.stdout
    page = project.page("one")
    assert "新しい題" in page
    assert "次の説明" in page
    assert "一つめの出力" in page
    assert "tag_hide-input" in page


def test_an_edited_module_changes_the_page_of_its_chapters_only(project):
    module = project.module("lessons/number.py", "VALUE = 111\n")
    project.chapter("uses", "from lessons.number import VALUE as v\nprint(v)")
    project.chapter("plain", ONE)
    assert project.build("-W").returncode == 0
    module.write_text("VALUE = 222\n")
    done = project.build("-W")
    assert "古い uses：lessons/number.py が変わりました" in done.stdout
    assert "実行 uses" in done.stdout
    assert "plain" not in done.stdout
    assert "222" in project.page("uses")


def test_a_chapter_runs_again_when_its_file_is_lost(project):
    project.chapter(
        "one",
        "import os, pathlib\nfrom IPython.display import display\n"
        "folder = pathlib.Path(os.environ['LESSONS_ASSETS'])\n"
        "folder.mkdir(parents=True, exist_ok=True)\n"
        "(folder / '0123456789.bin').write_bytes(b'network')\n"
        "display({'text/plain': 'x'}, raw=True, metadata={'assets': ['0123456789.bin']})",
    )
    project.results()
    assert project.reasons("one") == []
    kept = project.root / "_build" / ".execution" / "assets" / "0123456789.bin"
    assert kept.read_bytes() == b"network"
    kept.unlink()
    assert project.reasons("one") == ["頁と一緒に配るファイルがなくなりました"]
    project.results()
    assert kept.is_file()


def test_pages_without_code_are_left_to_myst(project, tmp_path):
    """文章だけの頁は，この拡張がないときと同じになる。"""
    text = (
        "---\nmyst: {substitutions: {word: 置き換え}}\n---\n(top)=\n# 題\n\n"
        "{{ word }}と[上](#top)。\n\n## 節\n\n```python\nx = 1\n```\n\n$x^2$ {ref}`top`\n"
    )
    project.write("book/plain.md", text)
    project.chapter("one", ONE)
    config = project.root / "_config.yml"
    config.write_text(
        config.read_text("utf8")
        + "parse: {myst_enable_extensions: [dollarmath, substitution]}\n"
    )
    assert project.build("-W").returncode == 0
    ours = article(project.page("plain"))
    config.write_text(
        config.read_text("utf8").replace(
            "extra_extensions: [bookkit.unfinished, bookkit.execution.extension]",
            "extra_extensions: []",
        )
    )
    assert project.build("--all").returncode == 0
    assert "置き換え" in ours
    assert article(project.page("plain")) == ours


def article(page: str) -> str:
    """頁の本文。"""
    return page[page.index("<article") : page.index("</article>")]


def test_failures_are_reported_at_the_end_and_again_next_time(project):
    project.chapter("good", ONE)
    project.module("lessons/broken.py", "def go():\n    return 1 / 0\n")
    bad = project.chapter(
        "bad",
        "x = 1",
        ":tags: [hide-input]\n\ny = 2\nfrom lessons import broken\nbroken.go()",
        "print('来ない')",
    )
    line = bad.read_text("utf8").splitlines().index("broken.go()") + 1
    for options in ((), ("-W", "--keep-going"), ("-W",), ()):
        done = project.build(*options)
        assert done.returncode != 0
        assert f"bad.md:{line}: ERROR: 章 bad の 2 番めのセル" in done.stderr
        assert "ZeroDivisionError: division by zero" in done.stderr
        assert "return 1 / 0" in done.stderr  # traceback
        assert "失敗 bad" in done.stdout
    assert "実行 good" not in done.stdout  # 終わった章は，実行し直さない
    assert "一つめの出力" in project.page("good")

    bad.write_text(bad.read_text("utf8").replace("broken.go()", "print('直した')"))
    done = project.build("-W", "--keep-going")
    assert done.returncode == 0, done.stderr
    assert "直した" in project.page("bad")


def test_a_warning_cannot_turn_green_by_itself(project):
    page = project.write("book/plain.md", "# 題\n\n{ref}`どこにもない`\n")
    project.chapter("one", ONE)
    options = ("-W", "-n", "--keep-going")
    for _ in range(3):
        done = project.build(*options)
        assert done.returncode != 0
        assert "どこにもない" in done.stderr
    assert "実行" not in done.stdout  # 読み直すだけで，実行はしない
    page.write_text("# 題\n")
    assert project.build(*options).returncode == 0
    done = project.build(*options)
    assert done.returncode == 0
    assert "0 added, 0 changed, 0 removed" in done.stdout


def test_only_the_page_with_the_warning_is_read_again(project):
    """誤りのあとのビルドも速い。誤りで止まっても，ほかの頁は読み直さない。"""
    page = project.write("book/plain.md", "# 題\n\n{ref}`どこにもない`\n")
    path = project.chapter("one", ONE)
    assert "どこにもない" in project.build().stderr
    assert "0 added, 1 changed, 0 removed" in project.build().stdout
    page.write_text("# 題\n")
    sound = path.read_text("utf8")
    path.write_text(sound.replace("mystnb\n", "mystnb\nexecution: {timeout: -1}\n", 1))
    assert project.build().returncode != 0  # 章を読めず，途中で止まる
    path.write_text(sound)
    done = project.build("-W", "--keep-going")
    assert done.returncode == 0, done.stderr
    assert "0 added, 2 changed, 0 removed" in done.stdout


def test_a_long_output_is_cut_and_told(project):
    """長い一行は，nbclient と myst-nb の ``.*\\r`` で何分もかかった。"""
    path = project.chapter("long", "print('x' * 3_000_000)", "'y' * 1_000_000")
    line = path.read_text("utf8").splitlines().index("print('x' * 3_000_000)") + 1
    done = project.build("-W", "--keep-going")
    assert done.returncode != 0
    assert f"long.md:{line}: WARNING: 出力が長すぎます" in done.stderr
    page = project.page("long")
    assert page.count("print する量を減らしてください") == 2
    assert len(page) < 100_000


def test_a_python_warning_is_told_to_the_author(project):
    project.module(
        "lessons/careless.py",
        "import warnings\n\ndef go():\n    warnings.warn('部屋の警告')\n",
    )
    path = project.chapter(
        "warns",
        "import warnings\nfrom lessons import careless\n\nwarnings.warn('気をつけて')",
        "careless.go()",
        ":tags: [remove-stderr]\n\nwarnings.warn('承知')",
    )
    line = path.read_text("utf8").splitlines().index("warnings.warn('気をつけて')") + 1
    for _ in range(2):  # 実行し直さないビルドでも
        done = project.build("-W", "--keep-going")
        assert done.returncode != 0
        assert f"warns.md:{line}: WARNING: セルが Python の警告を出して" in done.stderr
        assert "UserWarning: 部屋の警告（lessons/careless.py:4）" in done.stderr
        assert "承知" not in done.stderr


def test_a_heavy_page_names_the_cell(project):
    noise = "import random\nrandom.seed(0)\nfrom IPython.display import HTML\n"
    path = project.chapter(
        "heavy", ONE, noise + "HTML('%x' % random.getrandbits(1_600_000))"
    )
    line = path.read_text("utf8").splitlines().index("import random") + 1
    done = project.build()
    assert f"heavy.md:{line}: WARNING: 頁の HTML が" in done.stderr


def test_a_long_temporary_path_does_not_matter(project, tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    project.chapter("one", ONE)
    assert project.results()["one"].failure is None


def test_a_loaded_file_is_a_part_of_the_chapter(project):
    code = project.write("book/cell.py", "print(111)\n")
    project.chapter("loads", ":load: cell.py\n")
    assert project.build("-W").returncode == 0
    assert "111" in project.page("loads")
    code.write_text("print(222)\n")
    assert project.build("-W").returncode == 0
    assert "222" in project.page("loads")


def test_executing_twice_is_warned_of(project):
    config = project.root / "_config.yml"
    config.write_text(config.read_text("utf8").replace('"off"', "cache"))
    project.chapter("one", ONE)
    assert 'execute_notebooks を "off" に' in project.build().stderr


def test_one_page_can_be_built_alone(project):
    project.chapter("one", ONE)
    project.chapter("two", "print('別')")
    done = project.build(target="book/one.md")
    assert done.returncode == 0, done.stderr
    assert "実行 one" in done.stdout
    assert "two" not in done.stdout
    assert project.reasons("one") == []


def test_endless_cell_is_named(project):
    project.chapter(
        "endless",
        "import time",
        "while True:\n    time.sleep(0.01)",
        front="execution: {timeout: 1}\n",
    )
    result = project.results()["endless"]
    assert result.failure is not None
    assert result.failure.cell == 1
    assert "1 秒たっても終わりません" in result.failure.what
    assert "timeout" in result.failure.what
    assert project.reasons("endless") == ["まだ実行していません"]


@pytest.mark.parametrize("value", ["-3", "abc", "0", "true", "1.5"])
def test_bad_timeout_says_what_to_write(project, value):
    project.chapter("one", ONE, front=f"execution: {{timeout: {value}}}\n")
    done = project.build()
    assert done.returncode != 0
    assert "timeout が" in done.stderr
    assert "正の整数" in done.stderr


def test_dying_kernel_is_named_and_others_finish(project):
    project.chapter("dies", "import os\nos._exit(3)")
    project.chapter("lives", ONE)
    results = project.results()
    assert results["dies"].failure is not None
    assert "落ちました" in results["dies"].failure.what
    assert results["lives"].failure is None


def test_error_expected_by_a_tag_is_not_a_failure(project):
    project.chapter("one", ":tags: [raises-exception]\n\n1 / 0", ONE)
    assert project.results()["one"].failure is None


def test_the_users_profile_and_the_folder_do_not_matter(project, monkeypatch, tmp_path):
    profile = tmp_path / "home" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("surprise = 1\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home"))
    project.chapter("one", "import os\nprint('surprise' in globals(), os.listdir('.'))")
    result = project.results()["one"]
    assert result.cells[0].outputs[0]["text"] == "False []\n"


def test_interrupted_build_keeps_what_is_finished_and_stops_kernels(project, tmp_path):
    ids = tmp_path / "ids"
    ids.mkdir()
    note = f"import os, pathlib\npathlib.Path({str(ids)!r}, str(os.getpid())).touch()"
    project.chapter("quick", ONE)
    project.chapter("slow", note, "import time\ntime.sleep(600)")
    cache = Cache(project.root / "_build" / ".execution")
    build = project.start()
    try:
        wait_until(lambda: [*cache.entries("quick")] and list(ids.iterdir()))
        build.send_signal(signal.SIGINT)
        build.communicate(timeout=60)
    finally:
        if build.poll() is None:
            build.kill()
    assert build.returncode != 0
    (kernel,) = (int(path.name) for path in ids.iterdir())
    wait_until(lambda: not psutil.pid_exists(kernel))
    assert project.reasons("quick") == []
    assert project.reasons("slow") == ["まだ実行していません"]


def wait_until(condition, seconds: float = 60) -> None:
    """条件が成り立つまで待つ。成り立たなければ落ちる。"""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "時間内に起こりませんでした"
        time.sleep(0.02)


def test_two_builds_at_once(project):
    for number in range(3):
        project.chapter(f"c{number}", f"print('出力{number}')")
    builds = [
        project.start("-W", "--path-output", str(project.root / f"out{n}"))
        for n in range(2)
    ]
    for build in builds:
        said, _ = build.communicate(timeout=120)
        assert build.returncode == 0, said.decode()
    project.results()
