"""壊れた本の表：一つの間違いごとに，どのファイルの，どの行で，何と言うか。黙らず，止まらず，場所を違えない。

半分は，この本の章や一覧を，人のやりそうなように壊したものです（``REAL``）。
残りは，ファイルそのものと設定の壊れた，小さな本です（``SMALL``）。
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path

import pytest

from bookkit.cli import main
from bookkit.english import table, translation
from bookkit.finding import AFTER, CAUSE, PLAIN, Finding
from bookkit.lint import check_book, files

ROOT = Path(__file__).resolve().parents[2]
GOOD = "book/attention/good.md"
FIRST = r"\A"
"""ファイルの最初の行。"""


def found_at(findings: list[Finding], file: str, words: str, text: str) -> list[str]:
    """``words`` を言う ``file`` への指摘の，行の中身。"""
    lines = text.split("\n")
    return [
        lines[one.line - 1] if one.line <= len(lines) else "（ファイルの外）"
        for one in findings
        if one.path == file and re.search(words, one.message)
    ]


def assert_told(
    findings: list[Finding], file: str, line: str, words: str, text: str
) -> None:
    """黙らず（指摘があり），場所を違えず（その行で），日本語で言う。"""
    told = found_at(findings, file, words, text)
    assert told, f"黙っています：{[str(one) for one in findings][:5]}"
    first = text.split("\n")[0]
    assert any(
        one == first if line == FIRST else re.search(line, one) for one in told
    ), told
    assert all(re.search("[ぁ-んァ-ヶ一-龠]", one.message) for one in findings)
    assert findings[0].path == file or findings[0].rank < PLAIN


# ---- この本を壊す ----

SOFTMAX, CAM, UNET = (
    "book/basics/softmax.md",
    "book/attention/cam.md",
    "book/segmentation/unet.md",
)
RESNET, DETR, NEGLECT = (
    "book/recognition/resnet.md",
    "book/segmentation/detr.md",
    "book/neuropsychology/neglect.md",
)
SGD, FCN, SEARCH = (
    "book/basics/mlp_sgd.md",
    "book/segmentation/fcn.md",
    "book/attention/visual_search.md",
)
GLOSSARY, BIB, TOC, CONFIG = (
    "book/glossary.md",
    "book/references.bib",
    "_toc.yml",
    "_config.yml",
)

# (名前, ファイル, 探す形, 置き替え, 指摘の行の形, 指摘の言葉)
REAL = [
    # 囲み
    ("box-unclosed", SOFTMAX, r"(- シグモイド関数.*\n):::\n", r"\1", r"^:::\{lesson\}", "閉じていません"),
    ("cell-unclosed", SOFTMAX, r"(runtime\.seed_everything\(0\)\n)```\n", r"\1", r"^```\{code-cell\}", "閉じていません"),
    ("cited-unclosed", CAM, r"```\{cited\}\n```\n", "```{cited}\n", r"\{cited\}", "閉じていません"),
    ("math-unclosed", CAM, r"(```\{math\}\n(?:[^`].*\n)+)```\n", r"\1", r"^```\{math\}", "閉じていません"),
    ("solution-unclosed", UNET, r"(```\{solution\} exercise-unet-cut\n(?:(?!```).*\n)+)```\n", r"\1", r"\{solution\} exercise-unet-cut", "閉じていません"),
    ("exercise-unclosed", RESNET, r"(```\{exercise\}\n(?:(?!```).*\n)+)```\n", r"\1", r"\{exercise\}", "閉じていません"),
    ("source-unclosed", CAM, r"(```\{source\} .*\n)```\n", r"\1", r"^```\{source\}", "閉じていません"),
    ("stray-colons", SOFTMAX, r"## まとめ\n", ":::\n\n## まとめ\n", r"^:::$", "始まりのない"),
    ("wide-colons", SOFTMAX, r":::\{lesson\}", "：：：{lesson}", "：：：", "全角.*:::{lesson}"),
    ("wide-braces", CAM, r"```\{cited\}", "```｛cited｝", "｛cited｝", "全角"),
    ("wide-backquotes", SGD, r"```\{cited\}", "｀｀｀{cited}", "｀｀｀", "全角"),
    ("no-braces", FCN, r"```\{exercise\}", "```exercise", "^```exercise", r"\{exercise\} と書いて"),
    # 名前
    ("directive", CAM, r"```\{source\}", "```{sorce}", r"\{sorce\}", "'source' ですか"),
    ("directive-note", SOFTMAX, r"## まとめ\n", "## まとめ\n\n:::{nota}\nここに。\n:::\n", r"\{nota\}", "'note' ですか"),
    ("directive-exercise", UNET, r"```\{exercise\}", "```{excercise}", r"\{excercise\}", "'exercise' ですか"),
    ("option", SOFTMAX, r":requires: basics", ":require: basics", "^:require:", "'requires' ですか"),
    ("option-class", RESNET, r":class: dropdown", ":clas: dropdown", "^:clas:", "'class' ですか"),
    ("option-label", NEGLECT, r":label: exercise", ":lable: exercise", "^:lable:", "'label' ですか"),
    ("role-doc", SOFTMAX, r"\{doc\}`", "{dok}`", r"\{dok\}", r"知らない役割 \{dok\}"),
    ("role-cite", CAM, r"\{cite:p\}`", "{cite:q}`", r"\{cite:q\}", r"知らない役割 \{cite:q\}"),
    ("role-numref", SOFTMAX, r"\{numref\}`", "{numreff}`", r"\{numreff\}", "'numref' ですか"),
    ("role-space", SOFTMAX, r"\{term\}`", "{term} `", r"\{term\} `", "間に空白"),
    ("tag", CAM, r"tags: \[remove-cell\]", "tags: [remove_cell]", "remove_cell", "'remove-cell' ですか"),
    ("cell-key", UNET, r"\nmystnb:\n", "\nmyst-nb:\n", "myst-nb", "'mystnb' ですか"),
    ("figure-key", CAM, r"    caption: ", "    capton: ", "capton", "'caption' ですか"),
    ("image-key", RESNET, r"    alt: ", "    alternative: ", "alternative", "知らない設定 'alternative'"),
    # 参照
    ("doc", UNET, r"\{doc\}`\.\./", "{doc}`../x", r"\.\./x", "章 .* がありません"),
    ("numref", SOFTMAX, r"\{numref\}`fig-softmax-steps`", "{numref}`fig-softmax-step`", "fig-softmax-step`", "'fig-softmax-steps' ですか"),
    ("eq", SOFTMAX, r"\{eq\}`eq-", "{eq}`eqq-", r"eqq-", "参照の先"),
    ("term", SOFTMAX, r"\{term\}`温度`", "{term}`おんど`", "おんど", "用語 'おんど' が"),
    ("cite", SOFTMAX, r"`luce1959individual`", "`luce1959individul`", "individul", "'luce1959individual' ですか"),
    ("glue", "book/recognition/efficientnet.md", r"\{glue:text\}`", "{glue:text}`zz-", "zz-", "渡すセルがありません"),
    ("glue-computed", "book/recognition/efficientnet.md", "profile-order-pixels", "profile-ordre-pixels", "ordre", "渡すセルがありません"),
    ("source", CAM, r"model\.class_activation_map\n", "model.class_activation_mop\n", "activation_mop", "activation_map"),
    ("image", SOFTMAX, r"## まとめ\n", "## まとめ\n\n![三本の棒が並んだ絵で，右ほど高くなります](../images/no.png)\n", "no.png", "絵のファイル"),
    ("label-twice", SOFTMAX, r"## まとめ\n", "(eq-softmax)=\n## まとめ\n", r"\(eq-softmax\)=|:label: eq-softmax|\{math\}", "でも使われて"),
    ("requires", CAM, r":requires: basics/softmax", ":requires: basics/softmaxx", r"\{lesson\}", "'basics/softmax' ですか"),
    ("requires-later", SOFTMAX, r":requires: basics/neural_network", ":requires: readings/history", r"\{lesson\}", "後の章"),
    # 式と文
    ("tex-command", SOFTMAX, r"指数関数 \$\\exp\$", r"指数関数 $\\epx$", r"\\epx", r"知らない命令 \\epx"),
    ("tex-brace", SOFTMAX, r"\$\\log_2 3\$ は", r"$\\log_{2 3$ は", r"\\log_\{2 3", "式を組めません"),
    ("tex-script", SOFTMAX, r"どの \$p_i\$ も", "どの $p_i_j$ も", "p_i_j", "二つ続いて"),
    ("tex-block", SOFTMAX, r"(:label: eq-softmax\n\n)", r"\1\\frac{1}{ \n", r"\\frac\{1\}", "式を組めません"),
    ("html", CAM, r"## まとめ\n", "## まとめ\n\n<div>\n囲み\n</div>\n", "<div>", "HTML"),
    ("html-inline", SOFTMAX, r"たいていの人は", "たいてい<br>の人は", "<br>", "HTML"),
    ("comment", UNET, r"## まとめ\n", "## まとめ\n\n<!-- あとで -->\n", "<!--", "% で始まる行"),
    ("footnote-lost", SOFTMAX, r"カレーをよく選び", "カレーをよく選び[^memo]", r"\[\^memo\]", "本文がありません"),
    ("footnote-alone", CAM, r"\n## まとめ\n", "\n[^memo]: 書き置きです。\n\n## まとめ\n", r"^\[\^memo\]", "指す所がありません"),
    ("bold", SOFTMAX, r"\*\*温度\*\*です", "**温度です。**です", r"温度です。", "太字"),
    ("comma", CAM, r"図はすべて|の地図", "、地図", "、", "「，」"),
    # コード
    ("keyword", SOFTMAX, r"\nrng = |\ndraws = ", "\nlambda = ", "^lambda", "読めません.*予約語"),
    ("paren", CAM, r"runtime\.seed_everything\(0\)", "runtime.seed_everything(0", r"everything\(0", r"\( が閉じていません"),
    ("wide-paren", UNET, r"runtime\.seed_everything\(0\)", "runtime.seed_everything（0）", "（0）", "全角"),
    ("indent", CAM, r"\nruntime\.seed_everything", "\n  runtime.seed_everything", "^  runtime", "字下げが余分"),
    ("name", SOFTMAX, r"default_rng\(0\)", "default_rng(seeed)", "seeed", "名前 seeed"),
    ("module", CAM, r"from lessons\.attention\.cam\.model import cam\n", "from lessons.attention.cam.modle import cam\n", "modle", "'model' ですか"),
    ("unseeded", SOFTMAX, r"np\.random\.default_rng\(0\)", "np.random.default_rng()", r"default_rng\(\)", "動かすたびに"),
    ("unseeded-torch", CAM, r"\nfigures\.use_style\(\)", "\ntorch.seed()\nfigures.use_style()", r"torch\.seed", "動かすたびに"),
    ("writes", CAM, r"answer = \.\.\.", 'np.save("x.npy", 0)\nanswer = ...', r"np\.save", "置き場所に書き"),
    ("opens", SOFTMAX, r"answer = \.\.\.", 'open("memo.txt", "w")\nanswer = ...', r"open\(", "置き場所に書き"),
    ("check-other", UNET, r'check\("unet/cut"', 'check("unet/weight"', r"\{code-cell\}", "'exercise-unet-weight'"),
    ("check-elsewhere", RESNET, r'check\("resnet/quiet"', 'check("unet/cut"', r"\{code-cell\}", "resnet/ で始めて"),
    ("saved", UNET, r"figures\.show\(fig\)", 'fig.savefig("x.png")', "savefig", "figures.show"),
    # ファイル
    ("conflict", SOFTMAX, r"## まとめ\n", "<<<<<<< HEAD\n## まとめ\n=======\n## 要約\n>>>>>>> topic\n", "^<<<<<<<", "合流の跡"),
    ("conflict-bib", BIB, r"\n@article\{butterfield2001", "\n<<<<<<< HEAD\n@article{butterfield2001", "^<<<<<<<", "合流の跡"),
    ("conflict-toc", TOC, r"parts:\n", "<<<<<<< HEAD\nparts:\n", "^<<<<<<<", "合流の跡"),
    ("nfd", SOFTMAX, r"カレーが 3", unicodedata.normalize("NFD", "カレーが 3"), "3，", "NFD"),
    ("crlf", CAM, r"\n", "\r\n", FIRST, "CRLF"),
    ("no-last-line", UNET, r"\n\Z", "", "```", "終わりに改行"),
    ("zero-width", CAM, r"## まとめ", "## \u200bまとめ", "まとめ", r"U\+200B"),
    # 巻末と設定
    ("bib-twice", BIB, r"@article\{butterfield2006correction", "@article{itti1998model", "itti1998model", "行にもあります"),
    ("bib-unclosed", BIB, r"(10\.1109/34\.730558\},\n)\}\n", r"\1", "@article|^$", "閉じて|読めません"),
    ("bib-comma", BIB, r"volume  = \{20\},", "volume  = {20}", "number", "BibTeX として読めません"),
    ("bib-title", BIB, r"  title   = \{A model of saliency.*\n", "", "itti1998model", "title がありません"),
    ("term-twice", GLOSSARY, r"\nIoU\n", "\nAdam\n", "Adam", "にもあります"),
    ("term-reading", GLOSSARY, r"（よみ：あだむ，英：Adam）", "（英：Adam）", "Adam", "よみがありません"),
    ("term-order", GLOSSARY, r"よみ：あだむ", "よみ：わだむ", "^Adam", "五十音の順"),
    ("toc-missing", TOC, r"book/basics/softmax\n", "book/basics/softmaxx\n", "softmaxx", "'book/basics/softmax' ですか"),
    ("toc-twice", TOC, r"book/basics/mlp_sgd", "book/basics/softmax", "book/basics/softmax", "行にもあります"),
    ("toc-part", TOC, r"book/attention/saliency", "book/basics/binary_addition", "book/basics/binary_addition", "book/attention/ の章の部|行にもあります"),
    ("toc-key", TOC, r"numbered: true", "numberd: true", "numberd", "'numbered' ですか"),
    ("toc-format", TOC, r"format: jb-book", "format: jb-books", "jb-books", "jb-book にして"),
    ("toc-yaml", TOC, r"  - caption: 基礎", "  -caption: 基礎", "基礎|numbered", "YAML"),
    ("toc-root", TOC, r"root: book/index\n", "", "format|parts|章", "root"),
    ("config-yaml", CONFIG, r"  branch: main", "  branch: [main", "branch", "YAML"),
    ("config-key", CONFIG, r"launch_buttons:", "launch_button:", "launch_button:", "'launch_buttons' ですか"),
    ("config-twice", CONFIG, r"author: 浅川 伸一\n", "author: 浅川 伸一\nauthor: 浅川\n", "author", "二度書いて"),
    ("config-value", CONFIG, r"  timeout: 180", "  timeout: 長く", "timeout", "数 で書いて"),
    ("config-extension", CONFIG, r"colon_fence", "colon_fense", "colon_fense", "'colon_fence' ですか"),
    ("config-sphinx", CONFIG, r"      - sphinx_design", "      - sphinx_desing", "sphinx_desing", "入っていません"),
    ("config-sphinx-key", CONFIG, r"    numfig: true", "    numfigs: true", "numfigs", "'numfig' ですか"),
    ("config-bib", CONFIG, r"book/references\.bib", "book/refs.bib", "refs.bib", "文献のファイル"),
]  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """この本の写し。git の記録はなく，重い資料はつなぐだけ。"""
    root = tmp_path_factory.mktemp("real")
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(
        ROOT / "book", root / "book", ignore=shutil.ignore_patterns("recorded")
    )
    (root / "lessons_src").symlink_to(ROOT / "lessons_src")
    (root / "_build").mkdir()
    return root


@pytest.mark.parametrize("case", REAL, ids=[case[0] for case in REAL])
def test_real_page_broken(real: Path, case: tuple[str, ...]) -> None:
    _, file, old, new, line, words = case
    path = real / file
    before = path.read_bytes()
    text, count = re.subn(
        old, new, before.decode("utf8"), count=0 if old == r"\n" else 1
    )
    assert count, f"{file} に {old!r} がありません（章が変わりました）"
    path.write_bytes(text.encode("utf8"))
    try:
        findings = check_book(real, [Path(file)])
        told = text.replace("\r\n", "\n")
        assert_told(findings, file, line, words, told)
    finally:
        path.write_bytes(before)


def test_intact_real_book(
    real: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """壊さなければ，git のない写しでも，よそのフォルダーからでも，一行だけ言う。"""
    monkeypatch.chdir(real / "book" / "attention")
    assert main(["check"]) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("\n") == 1


def test_cause_comes_first_and_the_rest_is_folded(
    real: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """囲みの閉じ忘れは，そこから続いた指摘より先に言い，続いた指摘は数だけを言う。"""
    monkeypatch.chdir(real)
    path = real / SOFTMAX
    before = path.read_text("utf8")
    path.write_text(
        before.replace("値の関係\n:::\n", "値の関係\n").replace(
            "関係\n:::\n", "関係\n", 1
        ),
        "utf8",
    )
    try:
        ranks = [one.rank for one in check_book(real)]
        assert main(["check"]) == 1
        said = capsys.readouterr().out
        assert main(["check", "--all"]) == 1
        everything = capsys.readouterr().out
    finally:
        path.write_text(before, "utf8")
    assert ranks == sorted(ranks)
    assert ranks[0] == CAUSE
    assert ranks.count(AFTER) > 3
    assert said.startswith(f"{SOFTMAX}:")
    assert f"ほかに {ranks.count(AFTER)} 件" in said
    assert len(everything.splitlines()) > len(said.splitlines()) + 3


# ---- 小さな本を壊す ----

KANA = "# 題\n\nこれは日本語の文章です。漢字とかなとカナがあります。\n"

# (名前, ファイル, 書く中身（バイト列）, 指摘の行の形, 言葉, 直るか)
SMALL = [
    ("bom", GOOD, lambda b: b"\xef\xbb\xbf" + b, FIRST, "BOM", True),
    ("crlf", GOOD, lambda b: b.replace(b"\n", b"\r\n"), FIRST, "CRLF", True),
    ("crlf-one-line", GOOD, lambda b: b.replace("**注意**という".encode(), "**注意**という".encode(), 1).replace(b"\n", b"\r\n", 30), FIRST, "CRLF", True),
    ("shift-jis", "book/index.md", lambda b: KANA.encode("cp932"), ".", "Shift_JIS", True),
    ("euc-jp", "book/index.md", lambda b: KANA.encode("euc_jp"), ".", "EUC-JP", True),
    ("utf-16", "book/index.md", lambda b: KANA.encode("utf-16"), FIRST, "UTF-16", True),
    ("latin-1", "book/index.md", lambda b: b + "caf\xe9\n".encode("latin-1"), "caf", "UTF-8 ではありません", False),
    ("shift-jis-bib", BIB, lambda b: b + "@misc{x, title={深層学習の心理学}}\n".encode("cp932"), "@misc", "Shift_JIS", True),
    ("shift-jis-toc", TOC, lambda b: b + "# 目次を書きました。章の順番です。\n".encode("cp932"), "^# ", "UTF-8 ではありません", False),
    ("word", "book/index.md", lambda b: b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff\xfe\xfd", ".", "文章ではない", False),
    ("png", GOOD, lambda b: b"\x89PNG\r\n\x1a\n\x00\x00", ".", "文章ではない|UTF-8 ではありません", False),
    ("nul", GOOD, lambda b: b.replace("似ている点".encode(), b"\x00"), "\0", "文章ではないデータ", False),
    ("control", GOOD, lambda b: b.replace("似ている点".encode(), "似て\x0bいる点".encode()), "いる点", r"U\+000B", True),
    ("line-separator", GOOD, lambda b: b.replace("似ている点".encode(), "似て\u2028いる点".encode()), "いる点", r"U\+2028", True),
    ("nfd", GOOD, lambda b: unicodedata.normalize("NFD", b.decode()).encode(), ".", "NFD", True),
    ("no-last-line", GOOD, lambda b: b.rstrip(b"\n"), "```", "終わりに改行", True),
    ("wide-fence", GOOD, lambda b: b.replace(b":::{lesson}", "：：：｛lesson｝".encode()), "：：：", "全角", True),
    ("half-conflict", GOOD, lambda b: b.replace("似ている点".encode(), b"\n>>>>>>> topic\n"), "^>>>>>>>", "合流の跡", False),
    ("conflict-python", "lessons_src/lessons/runtime.py", lambda b: b + b"<<<<<<< HEAD\n", "^<<<<<<<", "合流の跡", False),
    ("conflict-config", CONFIG, lambda b: b"<<<<<<< HEAD\n" + b, "^<<<<<<<", "合流の跡", False),
    ("empty-page", GOOD, lambda b: b"", FIRST, "題名がありません", False),
    ("empty-toc", TOC, lambda b: b"", FIRST, "設定がありません", False),
    ("empty-config", CONFIG, lambda b: b"", FIRST, "設定がありません", False),
    ("list-config", CONFIG, lambda b: b"- title: x\n", FIRST, "設定がありません", False),
    ("text-toc", TOC, lambda b: "目次\n".encode(), FIRST, "設定がありません", False),
    ("toc-no-list", TOC, lambda b: b"format: jb-book\nroot: book/index\nparts: 3\n", "parts", "parts", False),
    ("toc-bare-name", TOC, lambda b: b.replace(b"- file: book/glossary", b"- book/glossary"), "book/glossary", "「- file:", False),
    ("toc-tab", TOC, lambda b: b.replace(b"  - caption", b"\t- caption", 1), "caption|parts", "YAML.*タブ", False),
    ("config-parse", CONFIG, lambda b: b"title: x\nparse: colon_fence\n", "parse", "値が違います", False),
    ("config-unquoted", CONFIG, lambda b: b"title: a: b\n", FIRST, "YAML.*「: 」", False),
    ("todo-list", GOOD, lambda b: b.replace("似ている点があります。".encode(), "- [ ] 似ている点、です".encode()), r"- \[ \]", "「，」", False),
    ("front-list", GOOD, lambda b: b.replace(b"file_format: mystnb\n", b"- x\n", 1), "- x|kernelspec", "YAML", False),
    ("option-yaml", GOOD, lambda b: b.replace(b":label: exercise-good-slope", b":label: [x"), r"\{exercise\}", r"練習 '\[x' に解答", False),
    ("python-latin", "lessons_src/lessons/glue.py", lambda b: b + b"# \xe9\n", "#", "UTF-8 ではありません", False),
    ("source-syntax", "lessons_src/lessons/attention/good/model.py", lambda b: b + b"def (:\n", None, "Python として読めません", False),
    ("palette", "lessons_src/lessons/palette.json", lambda b: b'{"figure": \n', "", "JSON", False),
]  # fmt: skip


@pytest.mark.parametrize("case", SMALL, ids=[case[0] for case in SMALL])
def test_small_book_broken(book: Path, case: tuple) -> None:
    _, file, broken, line, words, mendable = case
    path = book / file
    before = path.read_bytes() if path.exists() else b""
    path.write_bytes(broken(before))
    findings = check_book(book)
    text = path.read_bytes().decode("utf8", "replace").replace("\r\n", "\n")
    if line is None:  # ほかのファイルの行で言う
        assert any(re.search(words, one.message) for one in findings), findings
    else:
        assert_told(findings, file, line, words, text)
    changed = files.mend(book)
    assert (path in changed) == mendable
    if mendable:
        assert not found_at(check_book(book), file, words, path.read_text("utf8"))
        if path.suffix == ".md" and before.decode() in text:
            assert path.read_bytes() == before


def _dead_link(book: Path) -> str:
    (book / "book/attention/x.md").symlink_to("nowhere.md")
    return "book/attention/x.md"


def _folder(book: Path) -> str:
    (book / "book/attention/x.md").mkdir()
    return ""


def _keyword(book: Path) -> str:
    (book / GOOD).rename(book / "book/attention/class.md")
    return "book/attention/class.md"


def _nfd_name(book: Path) -> str:
    name = unicodedata.normalize("NFD", "book/が.md")
    (book / name).write_text("# 題\n\n文です。\n", "utf8")
    return name


def _version(book: Path) -> str:
    (book / "requirements.txt").write_text("# 版\nnumpy==0.0.1\n", "utf8")
    return "requirements.txt"


def _stranger(book: Path) -> str:
    (book / "book/attentoin").mkdir()
    (book / GOOD).rename(book / "book/attentoin/good.md")
    text = (book / TOC).read_text("utf8").replace("attention/good", "attentoin/good")
    (book / TOC).write_text(text, "utf8")
    return TOC


PLACES = [
    (_dead_link, "リンクの先"),
    (_folder, ""),
    (_keyword, "予約語"),
    (_nfd_name, "ファイルの名前"),
    (_version, "numpy は .* 0.0.1"),
    (_stranger, "'attention' ですか"),
]


@pytest.mark.parametrize(
    ("spoil", "words"), PLACES, ids=[one[0].__name__ for one in PLACES]
)
def test_misplaced_file(book: Path, spoil: object, words: str) -> None:
    file = spoil(book)  # type: ignore[operator]
    told = [
        one
        for one in check_book(book)
        if one.path == file and re.search(words, one.message)
    ]
    assert bool(told) == bool(file)


@pytest.mark.parametrize(
    "text",
    [
        "脚注です[^memo]。\n\n[^memo]: 語",
        "脚注です[^memo]。\n\n[^memo]: 長い書き置きです。",
        "- [ ] 読み返します\n- [x] 書きました",
        "% 書き置き：HTML ではありません <b>\n\n文です。",
        ":::{note}\n囲みです。\n:::",
        "::::{note}\n:::{tip}\n囲みの中の囲みです。\n:::\n::::",
        "````md\n```{note}\n見本です。\n```\n````",
        "値は $a < b > c$ です。",
        "```python\nx = 1\n```",
    ],
)  # fmt: skip
def test_right_text_is_not_blamed(book: Path, text: str) -> None:
    path = book / GOOD
    path.write_text(
        path.read_text("utf8").replace("似ている点があります。", text), "utf8"
    )
    assert [str(one) for one in check_book(book)] == []


def test_there_are_a_hundred_broken_books() -> None:
    assert len(REAL) + len(SMALL) + len(PLACES) >= 100
    assert 2 * len(REAL) >= len(REAL) + len(SMALL) + len(PLACES)
    names = [case[0] for case in REAL]
    assert len(set(names)) == len(names)


# ---- 英語の文 ----


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('a", "引用符が閉じて"),
        ("f(1", r"\( が閉じて"),
        ("f(1]", r"\( を \] で閉じて"),
        ("1)", r"相手のない \)"),
        ("x＝1", "全角の「＝」"),
        ("x =　1", "全角の空白"),
        ("  x = 1", "字下げが余分"),
        ("def f():\nx = 1", "次の行に字下げ"),
        ("if x\n  pass", "終わりに :"),
        ("if x:\n    a\n  b", "深さが"),
        ("if x = 1:\n  pass", "=="),
        ("1 = x", "=="),
        ("[1 2]", "コンマ"),
        ("print 1", r"print には \( \)"),
        ("class = 1", "予約語"),
        ("return 1", "関数の中"),
    ],
)
def test_python_errors_in_japanese(code: str, said: str) -> None:
    with pytest.raises(SyntaxError) as raised:
        compile(code, "x", "exec")
    assert re.search(said, translation(raised.value.msg)), raised.value.msg


def test_every_line_of_the_table_is_a_pattern() -> None:
    assert len(table()) > 50
    for pattern, said in table():
        assert re.search("[ぁ-ん]", said.format(*"あ" * max(pattern.groups, 1)))


def test_sphinx_warnings_have_a_japanese_line(build, tmp_path: Path) -> None:
    """ビルドの英語の警告には，日本語の一行が添う。check の指摘が先に出る。"""
    from io import StringIO

    warnings = StringIO()
    text = "# 表紙\n\n{doc}`nowhere` と {ref}`x` です。\n\n```{nothing}\n```\n"
    build(
        {"_toc.yml": "format: jb-book\nroot: index\n", "index.md": text},
        extensions=["myst_nb", "bookkit.lint"],
        warnings=warnings,
    )
    said = warnings.getvalue()
    assert "→ リンクの先の頁がありません" in said
    assert "→ 参照の先の名札がありません" in said
    assert "→ 知らないディレクティブです" in said
