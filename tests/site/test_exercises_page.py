"""頁の答えの欄：Python と同じ判定，指とキー，読み直し，壊れた記録，スクリプトなし，練習の進み。"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.answers import BLANK, Answer, Fields, Number, Order, Several
from lessons.answers.reading import spans_of
from lessons.exercises import Exercise, all_exercises

from .conftest import CHAPTERS, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

GRAD_CAM = ("attention/grad_cam", "fig-grad-cam-layer-slider")
LEXICAL = ("neuropsychology/lexical_access", "fig-lexical-access-choices")
COPYING = ("neuropsychology/neglect", "fig-neglect-copying")
WIDE = str.maketrans("0123456789.-+", "０１２３４５６７８９．－＋")
SOFTMAX, FPN, POSE = (
    "book/basics/softmax.html",
    "book/segmentation/fpn.html",
    "book/segmentation/pose_transfer.html",
)


@pytest.fixture(scope="module")
def page(browser: Any, base_url: str) -> Iterator[Any]:
    """電話の画面。頁の誤りがあれば落ちる。"""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, service_workers="block"
    )
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda m: m.type == "error" and errors.append(m.text))
    opened.goto(base_url + SOFTMAX)
    opened.wait_for_selector(".answer form")
    yield opened
    context.close()
    assert errors == []


def typed(answer: Answer, given: Any) -> list[str] | None:
    """Python の答えを，頁の欄に打つ文字にする。頁では書けない形なら ``None``。"""
    if isinstance(answer, Fields) and len(answer.fields) == 1:
        given = [given]
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        given = [given]
    values = list(given)
    if isinstance(answer, Fields):
        if len(values) != len(answer.fields):
            return None
        found = []
        for field, value in zip(answer.fields, values, strict=True):
            text = repr(float(value)) if isinstance(field, Number) else str(value)
            if not isinstance(field, Number) and text not in field.options:
                return None
            found.append(text)
        return found
    found = [str(value) for value in values]
    complete = set(found) == set(answer.options) or not isinstance(answer, Order)
    return found if set(found) <= set(answer.options) and complete else None


def said(site: Path, document: str, figure: str) -> list[list[float]]:
    """つまみの図が値ごとに言う文の中の数。"""
    soup = soup_of(site / f"book/{document}.html")
    block = soup.find(id=figure)
    assert block, figure
    lines = [line.get_text() for line in block.select(".say > *")]
    return [
        [float(n) for n in re.findall(r"[-+]?\d+(?:\.\d+)?", line.partition("：")[2])]
        for line in lines
    ]


def test_predictions_agree_with_the_sliders(site: Path) -> None:
    """予想の練習の正解は，すぐ確かめられる図が，いま言っていることと同じ。"""
    p = said(site, "basics/cross_entropy", "fig-cross-entropy-slider")
    assert p[0][0] - p[1][0] == pytest.approx(p[1][0] - p[3][0], abs=0.01)
    share = [
        row[1] for row in said(site, "attention/winner_take_all", "fig-winner-stop")
    ]
    assert [s > 0.5 for s in share] == [False] * 4 + [True] * 4
    places = said(site, "attention/attention_as_softmax", "fig-as-softmax-slider")
    assert places[4][0] < 2 * places[3][0] > 98
    solid = said(site, "recognition/perceptual_effects", "fig-perceptual-layer-slider")
    assert solid[-1][-1] < 2 * solid[0][-1] < 0
    field = said(site, "segmentation/fcn", "fig-fcn-field-slider")
    ratio = [real / theory for theory, real in field]
    assert ratio == sorted(ratio, reverse=True)
    assert ratio[-1] < 0.7
    middle = [row[3] for row in said(site, "segmentation/fpn", "fig-fpn-size-slider")]
    assert middle[1] > max(middle[0], middle[2])
    masks = said(site, "segmentation/mask_rcnn", "fig-mask-threshold")
    assert masks[0][1] > masks[0][0] == 4 > masks[4][1]
    gain = said(site, "attention/deepgaze", "fig-deepgaze-stopping")
    assert gain[3][2] > 0 > gain[-1][2]
    parts = [row[1] for row in said(site, "segmentation/pose", "fig-pose-joining")]
    assert parts[0] < max(parts)
    assert parts[-1] < max(parts)
    kept = [row[1] for row in said(site, "segmentation/rcnn", "fig-rcnn-nms-slider")]
    assert kept[0] == kept[1] == kept[2] < kept[3]
    off = said(site, "segmentation/pose_transfer", "fig-transfer-slider")[0]
    assert max(off[-3:]) == off[-2]
    soup = soup_of(site / "book/segmentation/one_stage.html")
    names = [e.get_text() for e in soup.select("#fig-one-threshold .say > *")]
    assert "食卓。" in names[2]
    assert "なし" in names[3]


def right(name: str) -> Any:
    """練習の正解の例。"""
    return all_exercises()[name].solution


def test_more_predictions_agree_with_the_sliders(site: Path) -> None:
    """計算に替えて加えた予想の正解も，つまみの図が言うとおり。"""
    layers = [row[0] for row in said(site, *GRAD_CAM)]
    assert max(layers[:2]) < 0.5 < min(layers[-2:])
    assert right("grad_cam/layers") == "どちらも超えない"
    errors = said(site, "attention/visual_search", "fig-visual-search-registered")
    assert errors[-1][0] == max(row[0] for row in errors)
    assert errors[-1][1] == 0 < errors[-2][1]
    assert right("visual_search/registered") == "減らない"
    words = dict(
        zip(
            ("意味", "音", "混合", "無関係", "非語"),
            said(site, *LEXICAL)[12][1:],
            strict=True,
        )
    )
    assert right("lexical_access/commonest") == max(words, key=words.__getitem__)


def test_predictions_of_damage_agree_with_the_sliders(site: Path) -> None:
    """傷つける図の予想。"""
    neglect = said(site, "neuropsychology/neglect", "fig-neglect-slider")
    assert all(left == other == 0 for _, left, other in neglect[:3])
    assert neglect[-1][1] > neglect[-2][1] > neglect[-3][1] > 0
    assert all(other == 0 for *_, other in neglect)
    assert right("neglect/onset") == "まだ出ない"
    page, thing = (said(site, *COPYING)[k] for k in (3, 7))
    assert page[1] == 0 < thing[1]
    assert thing[3] == 0
    assert right("neglect/frame") == "花の左の線が抜ける"
    said_names = said(
        site, "neuropsychology/picture_naming", "fig-picture-naming-slider"
    )
    healthy, damaged = said_names[0], said_names[5]
    assert abs(damaged[1] - healthy[1]) < 0.02
    assert damaged[2] > healthy[2] + 0.3
    assert right("picture_naming/damage") == ("ほとんど変わらない", "増える")
    birds = said(
        site, "neuropsychology/semantic_dementia", "fig-semantic-dementia-slider"
    )
    assert [row[0] for row in birds[:3]] == [8, 8, 4]
    assert right("semantic_dementia/onset") == "10 % では減らず，20 % で減る"


def test_predictions_of_detectors_agree_with_the_sliders(site: Path) -> None:
    """物を見つけ，切り出す図と，層を選ぶ図の予想。"""
    turned = said(site, "recognition/perceptual_effects", "fig-perceptual-layer-slider")
    names = ("鏡像", "文脈", "縞", "立体")
    up = [n for n, a, b in zip(names, turned[0], turned[-1], strict=True) if a < 0 < b]
    assert right("perceptual_effects/turn") == up
    sure = [row[-1] for row in said(site, "segmentation/detr", "fig-detr-query-slider")]
    assert sure[3] < 0.1 < 0.5 < sure[2]
    assert right("detr/rank") == "0.1 より低くなる"
    theory = [row[0] for row in said(site, "segmentation/fcn", "fig-fcn-field-slider")]
    assert theory[:4] == [3, 23, 63, right("fcn/next")]
    shifted = said(site, "segmentation/tasks", "fig-tasks-iou-choices")
    assert [10, 10, right("tasks/diagonal")] in shifted
    cuts = [row[0] for row in said(site, "segmentation/unet", "fig-unet-cut-choices")]
    places = ("切らない", "同じ 1/2", "1/4", "1/8", "1/16")
    first, second = cuts[:5], cuts[5:10]
    assert places[first.index(min(first))] == "同じ 1/2"
    assert right("unet/cut") == places[second.index(min(second))]
    assert second.count(min(second)) == 1


def edges(answer: Answer) -> Iterator[list[str]]:
    """どの決まりの幅についても，端と，そのすぐ外。"""
    if not isinstance(answer, Fields):
        return
    for conditions, _ in answer.rules:
        base = [
            "0" if isinstance(field, Number) else next(iter(field.options))
            for field in answer.fields
        ]
        for k, field in enumerate(answer.fields):
            condition = conditions[k]
            if isinstance(field, Number) and condition is not None:
                for end in {e for s in spans_of(condition)[:3] for e in s} - {None}:
                    for value in (end, *(math.nextafter(end, d) for d in (-9e9, 9e9))):
                        yield [*base[:k], repr(float(value)), *base[k + 1 :]]


def cases(exercise: Exercise) -> Iterator[list[str]]:
    assert exercise.answer is not None
    answer = exercise.answer
    given = [exercise.solution, *(wrong for wrong, _ in exercise.known_wrong)]
    fitting = [found for one in given if (found := typed(answer, one)) is not None]
    assert fitting, exercise.name
    assert fitting[0] == typed(answer, exercise.solution)
    yield from fitting
    yield from edges(answer)
    if isinstance(answer, Fields):
        yield [
            text.translate(WIDE) if isinstance(field, Number) else text
            for field, text in zip(answer.fields, fitting[0], strict=True)
        ]
        yield [""] * len(answer.fields)
        if all(isinstance(field, Number) for field in answer.fields):
            yield ["いくつ"] * len(answer.fields)
    elif isinstance(answer, Several):
        yield []
        yield from ([name] for name in answer.options)


def test_python_and_the_page_judge_alike(page: Any) -> None:
    declared = {n: one for n, one in all_exercises().items() if one.answer is not None}
    table = {
        name: (one.answer.hand(), list(cases(one)))  # type: ignore[union-attr]
        for name, one in declared.items()
    }
    judged = page.evaluate(
        "table => Object.fromEntries(Object.entries(table).map(([name, [plan, rows]]) =>"
        " [name, rows.map(row => window.bookExercises.judge(plan, row))]))",
        json.loads(json.dumps(table)),
    )
    said = set()
    for name, (_, rows) in table.items():
        answer = declared[name].answer
        assert answer is not None
        values = [
            row[0] if isinstance(answer, Fields) and len(row) == 1 else row
            for row in rows
        ]
        expected = [answer.hint(value) for value in values]
        assert judged[name] == expected, name
        assert expected[0] is None, name
        said |= set(expected)
    assert {BLANK, "数で答えてください。", None} < said


def test_every_check_of_the_book_has_its_field(site: Path) -> None:
    """どの ``check`` も，実行の出力として欄になり，ノートブックへ行ける。"""
    wanted = {
        name.replace("/", "-").replace("_", "-"): one
        for name, one in all_exercises().items()
    }
    found = {}
    for docname in CHAPTERS:
        soup = soup_of(site / f"{docname}.html")
        colab = soup.select_one(".launch")
        for box in soup.select(".answer[data-exercise]"):
            name = str(box["data-exercise"])
            found[name] = box
            assert soup.find(id=f"exercise-{name}"), name
            link = box.select_one("a")
            assert link is not None
            assert colab is not None
            assert link["href"] == colab["href"]
            assert "まだ答えが入っていません" in box.get_text()
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        handed = one.answer and one.answer.hand() | {"praise": one.praise}
        plan = found[name].get("data-plan")
        assert (json.loads(plan) if plan else None) == json.loads(json.dumps(handed))


def box_of(page: Any, name: str) -> Any:
    return page.locator(f"#exercise-{name} .answer")


def test_a_number_by_touch_and_after_a_reload(page: Any, base_url: str) -> None:
    page.goto(base_url + SOFTMAX)
    page.evaluate("localStorage.clear()")
    box = box_of(page, "softmax-difference")
    field, said = box.get_by_role("textbox"), box.locator(".answer-said")
    button = box.get_by_role("button", name="答え合わせ")
    for control in (field, button, box.get_by_role("link")):
        assert control.bounding_box()["height"] >= 44
    button.tap()
    assert said.inner_text() == f"△ {BLANK}"
    assert page.evaluate("localStorage.getItem('exercises')") is None
    field.tap()
    field.fill("－1.10")
    button.tap()
    assert said.inner_text().startswith("△ ヒント：符号が逆です。")
    field.fill("１．１")
    page.keyboard.press("Enter")
    assert said.inner_text().startswith("◯ 正解です。確率を決めるのは")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.reload()
    assert field.input_value() == "１．１"
    assert said.inner_text().startswith("◯ 正解です。")
    field.fill("5")
    button.tap()
    assert said.inner_text().startswith("△")
    kept = page.evaluate("JSON.parse(localStorage.getItem('exercises'))")
    assert kept == {"softmax-difference": {"right": True, "values": ["5"]}}


def test_an_order_by_keyboard_and_by_touch(page: Any, base_url: str) -> None:
    page.goto(base_url + FPN)
    box = box_of(page, "fpn-order")
    items, said = box.locator("li"), box.locator(".answer-said")
    names = "() => [...document.querySelectorAll('.answer-order li')].map(i => i.dataset.value).join('')"
    assert page.evaluate(names) == "アイウエ"
    items.nth(1).get_by_role("button", name="一つ前へ").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(names) == "イアウエ"
    assert said.inner_text().endswith("を 1 番めにしました")
    page.keyboard.press("Enter")  # いちばん前では，何も起きない
    assert page.evaluate(names) == "イアウエ"
    box.get_by_role("button", name="答え合わせ").tap()
    assert said.inner_text() == "△ ヒント：大きさの違う地図は足せません。先に広げます。"
    last = items.filter(has_text="縦横 2 倍").get_by_role("button", name="一つ前へ")
    last.tap()
    last.tap()
    assert page.evaluate(names) == "イエアウ"
    box.get_by_role("button", name="答え合わせ").tap()
    assert said.inner_text().startswith("◯ 正解です。")
    page.reload()
    assert page.evaluate(names) == "イエアウ"
    merge = box_of(page, "fpn-merge")
    done = merge.get_by_role("button", name="ノートブックで解けた")
    assert merge.locator("form").count() == 0
    done.tap()
    page.reload()
    assert done.get_attribute("aria-pressed") == "true"


def test_a_set_and_a_choice(page: Any, base_url: str) -> None:
    page.goto(base_url + POSE)
    box = box_of(page, "pose-transfer-limit")
    said = box.locator(".answer-said")
    box.get_by_text("相手の背が低い").tap()
    box.get_by_text("相手の腕だけが長い").tap()
    box.get_by_role("button", name="答え合わせ").tap()
    assert said.inner_text().startswith("△ ヒント：腕だけを長く")
    box.get_by_text("相手の腕だけが長い").tap()
    box.get_by_text("相手の床が画面の下の方に見える").tap()
    box.get_by_role("button", name="答え合わせ").tap()
    assert said.inner_text().startswith("◯ 正解です。")


def test_progress_counts_and_forgets(page: Any, base_url: str) -> None:
    page.evaluate(
        "localStorage.setItem('exercises', JSON.stringify({"
        " 'softmax-difference': {right: true, values: ['1.1']},"
        " 'softmax-level': {right: false, values: ['9']},"
        " 'no-such-one': {right: true, values: []}}))"
    )
    page.goto(base_url + "book/progress.html")
    count = len(all_exercises())
    total = page.locator(".progress-total")
    wanted = f"{count} 問のうち，正解 1，試した 1，まだ {count - 2}"
    assert total.inner_text() == wanted
    links = page.locator(".progress li li a")
    assert links.count() == count
    chapter = page.locator(".progress > li", has_text="ソフトマックス").first
    assert chapter.locator(".progress-sum").inner_text() == "1 / 4"
    marks = chapter.locator(".progress-mark").all_inner_texts()
    assert marks == ["まだ", "◯ 正解", "まだ", "△ 試した"]
    links.first.tap()
    page.wait_for_selector(":target .answer")
    page.go_back()
    page.get_by_role("button", name="記録を消す").tap()
    page.get_by_role("button", name="もう一度押すと").tap()
    assert f"正解 0，試した 0，まだ {count}" in total.inner_text()
    assert page.evaluate("localStorage.getItem('exercises')") is None


DAMAGED = [
    "{",
    "null",
    "[1, 2]",
    '"text"',
    '{"softmax-difference": null, "softmax-level": {"values": "2"}}',
    '{"softmax-difference": {"right": "yes", "values": [7, {}]}}',
    '{"softmax-difference": {"right": true, "values": ["1", "2", "3"]},'
    ' "__proto__": {"right": true, "values": ["<img src=x onerror=alert(1)>"]}}',
]


def test_damaged_memory_is_like_none(page: Any, base_url: str) -> None:
    page.goto(base_url + SOFTMAX)
    for text in DAMAGED:
        page.evaluate("text => localStorage.setItem('exercises', text)", text)
        page.reload()
        box = box_of(page, "softmax-difference")
        box.get_by_role("textbox").fill("1.1")
        box.get_by_role("button", name="答え合わせ").tap()
        assert box.locator(".answer-said").inner_text().startswith("◯"), text
        kept = page.evaluate("JSON.parse(localStorage.getItem('exercises'))")
        assert kept["softmax-difference"] == {"right": True, "values": ["1.1"]}
    page.evaluate("localStorage.setItem('exercises', '{')")
    page.goto(base_url + "book/progress.html")
    assert "正解 0" in page.inner_text(".progress-total")
    page.evaluate("localStorage.clear()")


def test_without_script_the_words_and_the_notebook_stay(
    browser: Any, base_url: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(base_url + SOFTMAX)
    box = opened.locator(".answer[data-exercise=softmax-difference]")
    words = "△ まだ答えが入っていません。... を答えに置き換えてください。"
    assert box.inner_text().split("\n")[0] == words
    assert box.get_by_role("link", name="ノートブックで解く").is_visible()
    context.close()
