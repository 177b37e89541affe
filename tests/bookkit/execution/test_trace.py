"""足あと：章が使ったものが変われば実行し直し，そうでなければ実行し直さない。"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator

import pytest

from bookkit.execution import schedule
from bookkit.execution.trace import code_digest, matches

from .conftest import Project, text_of
from .fast import Fast, runner


@pytest.fixture(scope="module")
def fast() -> Iterator[Fast]:
    with runner() as made:
        yield made


@pytest.fixture
def tiny(project: Project, fast: Fast, monkeypatch: pytest.MonkeyPatch) -> Project:
    """カーネルの代わりに，枝分かれした Python で動く本。"""
    monkeypatch.setattr(schedule, "run_all", fast.run_all)
    return project


def shown(project: Project, name: str = "one") -> str:
    return text_of(project.results()[name])


LOAD = """\
from pathlib import Path
HERE = Path(__file__).parent
def load(name): return (HERE / name).read_text()
"""


def test_comments_docstrings_and_spaces_are_not_code() -> None:
    plain = b"def f(x):\n    return x + 1\nclass A:\n    y: int = 1\n"
    dressed = (
        '# 注釈\n"""説明"""\n\ndef f(x):\n    """説明"""\n    return (x +  1)  # 足す\n'
        'class A:\n    """説明"""\n    y: int = 1\n    """属性の説明"""\n'
    ).encode()
    assert code_digest(plain) == code_digest(dressed)
    for other in (b"x + 2", b"x - 1", b"1 + x"):
        assert code_digest(plain.replace(b"x + 1", other)) != code_digest(plain)
    assert code_digest(b"x = 'a'") != code_digest(b"x = 'b'")
    assert code_digest(b"def (") != code_digest(b"def ((")


def test_comment_reruns_nothing_and_function_reruns_its_users(tiny: Project) -> None:
    module = tiny.module("lessons/shared.py", "def f(): return 1\ndef g(): return 2\n")
    tiny.module("lessons/other.py", "def h(): return 3\n")
    tiny.chapter("one", "from lessons.shared import f\nprint(f())")
    tiny.chapter("two", "from lessons import shared\nprint(shared.g())")
    tiny.chapter("three", "from lessons.other import h\nprint(h())")
    tiny.results()
    module.write_text('"""説明"""\n# 注釈\n' + module.read_text("utf8"), "utf8")
    tiny.results()
    assert tiny.ran() == set()
    module.write_text(module.read_text("utf8").replace("return 2", "return 22"), "utf8")
    assert tiny.reasons("one") == ["lessons/shared.py が変わりました"]
    tiny.results()
    assert tiny.ran() == {"one", "two"}
    assert shown(tiny, "two") == "22\n"


def test_data_reruns_those_that_open_it(tiny: Project) -> None:
    tiny.module("lessons/weights/__init__.py", LOAD)
    weights = tiny.write("lessons_src/lessons/weights/unet.bin", "1")
    other = tiny.write("lessons_src/lessons/weights/cam.bin", "1")
    tiny.chapter("one", "from lessons import weights\nprint(weights.load('unet.bin'))")
    tiny.chapter(
        "two", "from lessons import weights\nprint('unet.bin', weights.HERE.name)"
    )
    tiny.results()
    other.write_text("2")
    assert tiny.reasons("one") == tiny.reasons("two") == []
    weights.write_text("2")
    assert tiny.reasons("one") == ["lessons/weights/unet.bin が変わりました"]
    assert tiny.reasons("two") == []
    weights.unlink()
    assert tiny.reasons("one") == ["lessons/weights/unet.bin がなくなりました"]


def test_safetensors_opens_without_python(tiny: Project) -> None:
    """``safe_open`` は C で開くが，渡された名前を書き留める。"""
    numpy = pytest.importorskip("safetensors.numpy")
    import numpy as np

    path = tiny.root / "lessons_src/lessons/small.safetensors"
    numpy.save_file({"x": np.array([1.0])}, path)
    tiny.chapter(
        "one",
        "import lessons, pathlib\nfrom safetensors.numpy import load_file\n"
        "print(load_file(pathlib.Path(lessons.__file__).parent / 'small.safetensors'))",
    )
    assert "1." in shown(tiny)
    assert tiny.reasons("one") == []
    numpy.save_file({"x": np.array([2.0])}, path)
    assert tiny.reasons("one") == ["lessons/small.safetensors が変わりました"]


# 章が探して，なかったもの。``(モジュール a の中身, 章のコード, 現れるもの)``
MISSING = {
    "open": (LOAD, "from lessons.a import load\nprint(load('new.txt'))", "a/new.txt"),
    "exists": (
        LOAD,
        "from lessons.a import HERE\nprint((HERE / 'new').exists())",
        "a/new",
    ),
    "folder": (LOAD, "from lessons.a import HERE\nprint((HERE/'n').is_dir())", "a/n/x"),
    "access": (
        LOAD,
        "import os\nfrom lessons.a import HERE\nprint(os.access(HERE / 'new', os.R_OK))",
        "a/new",
    ),
    "import": ("", "import lessons.a.new", "a/new.py"),
    "from": ("", "from lessons.a import new", "a/new.py"),
    "import-folder": ("", "import lessons.a.new", "a/new/x.txt"),
    "find_spec": (
        "",
        "from importlib.util import find_spec\nprint(find_spec('lessons.a.new'))",
        "a/new.py",
    ),
    "package-beside": (
        "",
        "import lessons.a.b\nprint(lessons.a.b.__file__)",
        "a/b/__init__.py",
    ),
    "init-of-namespace": ("", "import lessons.names.x\nprint(1)", "names/__init__.py"),
    "listing": (
        LOAD,
        "from lessons.a import HERE\nprint(sorted(p.name for p in HERE.glob('n*')))",
        "a/new.txt",
    ),
    "modules-in-package": (
        "",
        "import pkgutil, lessons.a\n"
        "print(sorted(m.name for m in pkgutil.iter_modules(lessons.a.__path__)))",
        "a/new.py",
    ),
}


@pytest.mark.parametrize(
    ("module", "code", "new"), MISSING.values(), ids=MISSING.keys()
)
def test_what_was_missing_and_appears(tiny: Project, module, code, new) -> None:
    tiny.module("lessons/a/__init__.py", module)
    tiny.module("lessons/a/b.py", "")
    tiny.write("lessons_src/lessons/names/x.py", "")
    tiny.chapter("one", code)
    before = shown(tiny)
    assert tiny.reasons("one") == []
    tiny.write(f"lessons_src/lessons/{new}", "")
    assert tiny.reasons("one") != []
    after = shown(tiny)
    assert after != before or new == "names/__init__.py"
    path = tiny.root / "lessons_src/lessons" / new
    path.unlink()
    if new in ("a/n/x", "a/new/x.txt", "a/b/__init__.py"):
        path.parent.rmdir()
    assert shown(tiny) == before
    assert tiny.ran() == set()  # もとの結果が残っている


def test_a_new_room_does_not_touch_those_who_searched_by_pattern(tiny: Project) -> None:
    """``glob`` で探した章は，当てはまるファイルが増えるか減るかしたときだけ，実行し直す。"""
    tiny.module(
        "lessons/search.py",
        "from pathlib import Path\nHERE = Path(__file__).parent\n"
        "def find(name): return [p.read_text() for p in HERE.glob(f'*/*/protocols/{name}.toml')]\n",
    )
    tiny.write("lessons_src/lessons/basics/old/protocols/cam.toml", "1")
    tiny.write("lessons_src/lessons/basics/bare/model.py", "")
    tiny.chapter("one", "from lessons.search import find\nprint(find('cam'))")
    tiny.results()
    tiny.write("lessons_src/lessons/basics/new/__init__.py", "")
    tiny.write("lessons_src/lessons/attention/new/protocols/other.toml", "2")
    tiny.write("lessons_src/lessons/basics/bare/protocols/bare.toml", "3")
    assert tiny.reasons("one") == []
    same = tiny.write("lessons_src/lessons/basics/new/protocols/cam.toml", "4")
    (why,) = tiny.reasons("one")
    assert why.startswith("lessons/*/*/protocols/cam.toml に当てはまる")
    same.unlink()
    assert tiny.reasons("one") == []
    copy = shutil.copytree(tiny.root / "lessons_src", tiny.root / "copy")
    names = ("lessons_src", copy.name)  # 本の置き場所が違っても，同じ
    one, other = (tiny.root / n / "lessons/*/*/protocols/cam.toml" for n in names)
    assert matches(one) == matches(other) != matches(other.with_name("no.toml"))
    tiny.write("lessons_src/lessons/basics/old/protocols/cam.toml", "5")
    assert tiny.reasons("one") == [
        "lessons/basics/old/protocols/cam.toml が変わりました"
    ]


def test_existence_and_size_count_but_not_the_content(tiny: Project) -> None:
    tiny.module("lessons/a/__init__.py", LOAD)
    data = tiny.write("lessons_src/lessons/a/x.bin", "12")
    tiny.chapter(
        "one", "from lessons.a import HERE\nprint((HERE/'x.bin').stat().st_size)"
    )
    assert shown(tiny) == "2\n"
    data.write_text("21")
    assert tiny.reasons("one") == []
    data.write_text("123")
    assert shown(tiny) == "3\n"
    data.unlink()
    assert shown(tiny) == "FileNotFoundError\n"


def test_source_text_read_while_running_counts_with_its_comments(tiny: Project) -> None:
    module = tiny.module("lessons/a.py", "def f():\n    return 1  # 注釈\n")
    tiny.chapter(
        "one", "import inspect\nfrom lessons.a import f\nprint(inspect.getsource(f))"
    )
    assert "注釈" in shown(tiny)
    module.write_text(module.read_text("utf8").replace("注釈", "説明"), "utf8")
    assert "説明" in shown(tiny)


STACKS = """\
import pathlib, sys, traceback
from lessons.a import call
folder = pathlib.Path("site-packages").absolute()
folder.mkdir()
(folder / "library.py").write_text("import traceback\\ndef take():\\n    traceback.format_stack()")
sys.path.append(str(folder))
import library
call(library.take)
"""


def test_stack_taken_by_a_library_is_not_reading_the_text(tiny: Project) -> None:
    """torch は種を決めるときに道筋を控える。頁に出すときは，注釈も数える。"""
    module = tiny.module("lessons/a.py", "def call(f):\n    return f()  # 一\n")
    tiny.chapter("takes", STACKS)
    tiny.chapter("shows", STACKS + "print(call(traceback.format_stack))")
    assert "# 一" in shown(tiny, "shows")
    module.write_text(module.read_text("utf8").replace("一", "二"), "utf8")
    assert tiny.reasons("takes") == []
    assert "# 二" in shown(tiny, "shows")


def test_edit_within_the_same_second_is_seen(tiny: Project) -> None:
    """``.pyc`` は秒と大きさだけを見る。大きさも時刻も同じ書き直しでも，新しい方で動く。"""
    module = tiny.module("lessons/a.py", "VALUE = 1\n")
    tiny.chapter("one", "from lessons.a import VALUE\nprint(VALUE)")
    assert shown(tiny) == "1\n"
    stat = module.stat()
    module.write_text("VALUE = 2\n")
    os.utime(module, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shown(tiny) == "2\n"


# ほかのプロセスが読むもの。``{章のコード}``
CHILD = "import pathlib, lessons; print(pathlib.Path(lessons.__file__).with_name('x.txt').read_text(), end='', flush=True)"
CHILDREN = {
    "python": f"import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-c', {CHILD!r}], text=True))",
    "shell": f'import subprocess, sys\nprint(subprocess.check_output(\'"%s" -c "%s"\' % (sys.executable, {CHILD!r}), shell=True, text=True))',
    "exits-at-once": "import subprocess, sys\n"
    f"print(subprocess.check_output([sys.executable, '-c', {CHILD + '; import os; os._exit(0)'!r}], text=True))",
    "fork": f"""\
import os
r, w = os.pipe()
if os.fork() == 0:
    os.dup2(w, 1)
    import io, contextlib
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        {CHILD}
    os.write(w, said.getvalue().encode())
    os._exit(0)
os.close(w)
print(os.fdopen(r).read())
""",
    "fork-pool": """\
import multiprocessing, pathlib, lessons
path = pathlib.Path(lessons.__file__).with_name('x.txt')
with multiprocessing.get_context('fork').Pool(1) as pool:
    print(pool.map(pathlib.Path.read_text, [path]))
""",
    "spawn-pool": """\
import multiprocessing, lessons.child
with multiprocessing.get_context('spawn').Pool(1) as pool:
    print(pool.map(lessons.child.read, ['x.txt']))
""",
    "module": "import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-m', 'lessons.child'], text=True))",
    "cat": "import subprocess, pathlib, lessons\n"
    "print(subprocess.check_output(['cat', pathlib.Path(lessons.__file__).with_name('x.txt')], text=True))",
    "cat-there": "import subprocess, pathlib, lessons\n"
    "print(subprocess.check_output(['cat', 'x.txt'], cwd=pathlib.Path(lessons.__file__).parent, text=True))",
    "isolated-python": f"""\
import subprocess, sys, lessons
code = 'import sys; sys.path.insert(0, sys.argv[1]); ' + {CHILD!r}
root = lessons.__path__[0].removesuffix('lessons')
print(subprocess.check_output([sys.executable, '-I', '-c', code, root], text=True))
""",
    "os.system": "import os, lessons\nfrom pathlib import Path\nos.system(f'cat {lessons.__path__[0]}/x.txt > out')\nprint(Path('out').read_text())",
}


@pytest.mark.skipif(sys.platform == "win32", reason="fork と cat がない")
@pytest.mark.parametrize("code", CHILDREN.values(), ids=CHILDREN.keys())
def test_file_read_by_another_process(tiny: Project, code: str) -> None:
    tiny.module(
        "lessons/child.py",
        LOAD + "read = load\nif __name__ == '__main__': print(load('x.txt'))\n",
    )
    data = tiny.write("lessons_src/lessons/x.txt", "はじめ")
    tiny.chapter("one", textwrap.dedent(code))
    assert "はじめ" in shown(tiny)
    assert tiny.reasons("one") == []
    data.write_text("つぎ", "utf8")
    assert tiny.reasons("one") != []
    assert "つぎ" in shown(tiny)


def test_programs_that_do_not_touch_lessons_are_not_dependencies(tiny: Project) -> None:
    tiny.write("lessons_src/lessons/x.txt", "1")
    tiny.chapter("one", "import subprocess\nprint(subprocess.check_output(['uname']))")
    tiny.results()
    tiny.write("lessons_src/lessons/x.txt", "2")
    assert tiny.reasons("one") == []


def test_part_edited_while_running_is_not_kept(tiny: Project) -> None:
    module = tiny.module("lessons/a.py", "VALUE = 1\n")
    write = "import pathlib, os\nfrom lessons.a import VALUE\nprint(VALUE)\n"
    new = f"new = pathlib.Path({str(module)!r}).with_name('new')\nnew.write_text('VALUE = 2\\n')\n"
    old = "os.utime(new, (1, 1))\n"  # 古い時刻のファイルで置き換えても，気付く
    tiny.chapter("one", write + new + old + f"new.replace({str(module)!r})")
    assert shown(tiny) == "1\n"
    assert any("実行中に部品が変わった" in line for line in tiny.said)
    assert tiny.reasons("one") == ["まだ実行していません"]


def test_results_of_several_branches_are_kept(tiny: Project) -> None:
    """同じコードの章でも，部品の違う結果がいくつも残る。"""
    module = tiny.module("lessons/a.py", "VALUE = 0\n")
    tiny.chapter("one", "from lessons.a import VALUE\nprint(VALUE)")
    for value in range(3):
        module.write_text(f"VALUE = {value}\n")
        assert shown(tiny) == f"{value}\n"
    for value in (1, 0, 2, 0):
        module.write_text(f"VALUE = {value}\n")
        assert shown(tiny) == f"{value}\n"
        assert tiny.ran() == set()
    module.write_text("VALUE = 9\n")
    assert tiny.reasons("one") == ["lessons/a.py が変わりました"]


@pytest.mark.parametrize("spoil", ["missing", "empty", "half"])
def test_damaged_trace_means_run(tiny: Project, spoil: str) -> None:
    from dataclasses import replace

    tiny.module("lessons/a.py", "VALUE = 0\n")
    tiny.chapter("one", "from lessons.a import VALUE\nprint(VALUE)")
    tiny.results()
    book = tiny.book()
    (entry,) = book.cache.entries("one")
    seen = {"missing": None, "empty": {}, "half": {"modules": {}}}[spoil]
    shutil.rmtree(book.cache.root)
    book.cache.store(replace(entry, trace=replace(entry.trace, seen=seen or {})))
    if seen is None:
        (path,) = book.cache.root.rglob("*.json")
        path.write_bytes(path.read_bytes()[:-3])
    tiny.results()
    assert tiny.ran() == {"one"}
    assert sum("壊れている" in line for line in tiny.said) >= 1


def test_first_plans_cache_is_left_alone(tiny: Project) -> None:
    old = tiny.write("_build/.execution/results/one/0123.json", '{"version": 3}\n{}')
    last = tiny.write("_build/.execution/chapters/one.json", '{"version": 3}\n{}')
    os.utime(old, (1, 1))
    tiny.chapter("one", "print(1)")
    tiny.results()
    assert tiny.ran() == {"one"}
    assert old.read_text() == last.read_text() == '{"version": 3}\n{}'
    assert not any("壊れて" in line or "別の版" in line for line in tiny.said)
    tiny.results()
    assert tiny.ran() == set()
