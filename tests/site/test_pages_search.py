"""検索：用語集のすべての語が，語・よみ・英語名で引ける。"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import DOCUMENTS, soup_of

pytestmark = [pytest.mark.site, pytest.mark.browser]

FIRST_PAGE = 20
FIND = (
    "async (query) => window.book.search.search(query).results"
    f".slice(0, {FIRST_PAGE}).map(r => [r.place.page.name, r.place.heading])"
)


def index_of(site: Path) -> dict[str, Any]:
    text = (site / "_static" / "search-index.js").read_text("utf8")
    return json.loads(text.partition("=")[2].rstrip(";\n"))


@pytest.fixture(scope="module")
def page(browser: Any, base_url: str) -> Iterator[Any]:
    context = browser.new_context(locale="ja-JP", service_workers="block")
    page = context.new_page()
    page.goto(base_url + "search.html?q=注意")
    page.wait_for_selector("#search-results li a")
    yield page
    context.close()


def test_every_term_is_found_by_all_its_names(site: Path, page: Any) -> None:
    """どの名前でも，用語集の項目と，教える章が，結果の最初の頁に出る。"""
    terms = index_of(site)["terms"]
    shown = soup_of(site / "book/glossary.html").select("dl.glossary dt[id]")
    assert len(terms) == len(shown) > 100
    lost = []
    for term in terms:
        assert term["readings"], f"{term['name']} によみがありません"
        for query in (term["name"], *term["readings"], *term["english"]):
            found = [tuple(row) for row in page.evaluate(FIND, query)]
            if ("book/glossary", term["name"]) not in found:
                lost.append(f"{query}: 用語集の「{term['name']}」が出ません")
            if term["chapter"] and term["chapter"] not in {name for name, _ in found}:
                lost.append(f"{query}: {term['chapter']} が出ません")
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize(
    "query", ["ｓｏｆｔｍａｘ", "そふとまっくす", "SOFTMAX", "ソフトマックス 温度"]
)
def test_width_case_and_kana_do_not_matter(page: Any, query: str) -> None:
    found = [name for name, _ in page.evaluate(FIND, query)]
    assert "book/basics/softmax" in found


SPOKEN = {
    "index": ("もくじ", "にゅうもん"),
    "glossary": ("さくいん", "ようごしゅう"),
    "progress": ("れんしゅう",),
    "references": ("ぶんけん", "さんこうぶんけん"),
    "segmentation/tasks": ("かだい", "ぶったいけんしゅつ", "がぞうぶんかつ"),
    "segmentation/pose": ("しせいすいてい", "こっかくすいてい"),
    "neuropsychology/picture_naming": ("しつご",),
    "neuropsychology/semantic_dementia": ("いみきおく",),
    "attention/deepgaze": ("しせん", "がんきゅううんどう"),
    "readings/history": ("ねんぴょう",),
}
"""かなだけで打つ言葉と，出てほしい頁。"""


def test_everyday_words_are_found_by_kana(site: Path, page: Any) -> None:
    """ふつうの言葉も，かなだけで，漢字で打ったときと同じ頁が出る。"""
    lost = []
    for document, queries in SPOKEN.items():
        for query in queries:
            found = [name for name, _ in page.evaluate(FIND, query)[:3]]
            if f"book/{document}" not in found:
                lost.append(f"{query}: {document} が出ません（{found}）")
    words = index_of(site)["words"]
    assert len(words) > 150
    for word, reading in words:
        kanji, kana = (page.evaluate(FIND, query) for query in (word, reading))
        if not kanji or not {n for n, _ in kanji[:3]} & {n for n, _ in kana[:3]}:
            lost.append(f"{word}（{reading}）: {kanji[:3]} が，かなでは {kana[:3]}")
    assert not lost, "\n".join(lost)
    for query in (
        "がぞうにんしき",
        "のうのそんしょう",
        "れんしゅうもんだい",
        "きょうし",
    ):
        assert page.evaluate(FIND, query), query


WANTED = {
    "segmentation/tasks": (
        *("物体検出", "バウンディングボックス", "領域分割", "画像分割"),
        *("セグメンテーション", "インスタンスセグメンテーション", "mAP", "精度"),
    ),
    "segmentation/rcnn": ("アンカーボックス", "rcnn", "バックボーン"),
    "segmentation/fpn": ("ネック",),
    "segmentation/unet": ("unet",),
    "segmentation/mask_rcnn": ("mask rcnn",),
    "segmentation/pose": ("姿勢推定", "骨格推定", "OpenPose"),
    "attention/self_attention": (
        *("アテンション", "セルフアテンション", "トランスフォーマー", "attention"),
        *("マルチヘッド", "位置符号化", "スケール化内積注意"),
    ),
    "attention/saliency": ("サリエンシー", "復帰抑制", "IOR", "顕著性マップ"),
    "attention/winner_take_all": ("勝者総取り",),
    "attention/grad_cam": ("グラッドカム", "GradCAM"),
    "attention/visual_search": ("トリーズマン", "誘導探索"),
    "attention/deepgaze": ("眼球運動", "ROC"),
    "attention/attention_as_softmax": ("特徴マップ", "ソフト注意"),
    "basics/mlp_sgd": ("誤差逆伝播法", "バックプロパゲーション", "過学習"),
    "basics/cross_entropy": ("損失関数", "情報量"),
    "basics/neural_network": ("深層学習", "AI"),
    "basics/softmax": ("ガンベル分布",),
    "recognition/convolution": ("CNN",),
    "neuropsychology/neglect": ("半側空間無視",),
    "neuropsychology/picture_naming": ("失語",),
    "lecture07": (
        *("Colab使い方", "ダウンロード", "提出", "講義", "締め切り", "シラバス"),
        *("レポート", "レポート 評価", "Jupyter"),
    ),
    "references": ("参考文献", "文献"),
    "glossary": ("索引", "用語", "用語集", "用語 一覧"),
    "index": ("目次", "入門", "予備知識", "オフライン", "アプリ"),
    "progress": ("練習の進み", "進捗", "演習"),
    "credits": ("著者", "連絡先", "引用のしかた", "誤字", "ライセンス"),
    "changes": ("更新履歴", "変更 履歴", "RSS"),
    "readings/effects": ("p値", "p 値", "帰無仮説", "信頼区間", "有意"),
}
"""読者が打つ言葉と，出てほしい頁。"""
ALSO_WANTED = {
    "basics/neural_network": (
        "行列",
        *("活性化関数", "パーセプトロン", "ニューロン", "ベクトル", "XOR", "重み"),
    ),
    "basics/mlp_sgd": ("学習率", "誤差逆伝播", "勾配降下法"),
    "basics/softmax": ("シグモイド", "確率"),
    "basics/reading_math": ("偏微分",),
    "basics/binary_addition": ("RNN",),
    "basics/cross_entropy": ("交差エントロピー",),
    "recognition/convolution": ("受容野", "AlexNet"),
    "recognition/feature_visualization": ("単純細胞", "中央値"),
    "recognition/transfer_learning": ("転移学習", "ファインチューニング"),
    "recognition/augmentation": ("データ拡張",),
    "recognition/resnet": ("ResNet",),
    "segmentation/one_stage": ("YOLO", "クラウディング"),
    "segmentation/detr": ("DETR",),
    "segmentation/tasks": ("混同行列",),
    "segmentation/pose_transfer": ("GAN",),
    "segmentation/panoptic": ("図と地",),
    "attention/visual_search": ("結合探索", "特徴統合理論", "トップダウン"),
    "attention/saliency": ("反対色", "復帰の抑制", "ポップアウト"),
    "attention/winner_take_all": ("混み合い",),
    "attention/self_attention": ("Transformer", "内積"),
    "neuropsychology/neglect": ("半側無視",),
    "neuropsychology/semantic_dementia": ("意味記憶", "意味性認知症"),
    "neuropsychology/picture_naming": ("言い間違い",),
    "attention/grad_cam": ("相関", "相関係数"),
    "attention/attention_as_softmax": ("標準偏差", "SD"),
}
RELATED = {
    "トランスフォーマー": ("ChatGPT", "大規模言語モデル"),
    "敵対的生成ネットワーク": ("拡散モデル",),
    "活性化拡散": ("プライミング",),
    "過学習": ("ドロップアウト",),
    "固視": ("サッカード",),
    "破局的干渉": ("忘却",),
    "半側空間無視": ("盲視", "線分二等分"),
    "ミニバッチ": ("バッチサイズ",),
    "信頼区間": ("p値", "有意差", "検定", "仮説検定", "標準誤差", "サンプルサイズ"),
    "標準偏差": ("分散", "偏差値"),
    "NSS": ("z得点",),
    "相関": ("散布図", "因子分析"),
    "中央値": ("外れ値", "箱ひげ図"),
    "正規分布": ("ガウス分布",),
    "d′": ("信号検出理論",),
    "サーチライト仮説": ("選択的注意",),
    "ノートブック": ("プログラミング", "インストール", "エラー", "環境構築"),
}
"""この本にない言葉と，関連する用語。"""


def test_words_outside_the_book_lead_to_related_terms(page: Any) -> None:
    for term, queries in RELATED.items():
        for query in queries:
            found = [tuple(row) for row in page.evaluate(FIND, query)[:3]]
            assert ("book/glossary", term) in found, (query, found)


def test_words_that_readers_type_find_the_page(page: Any) -> None:
    """この本の用語でない言い方でも，はじめの三つに，教える頁が出る。"""
    lost = []
    for document, queries in (*WANTED.items(), *ALSO_WANTED.items()):
        for query in queries:
            found = [name for name, _ in page.evaluate(FIND, query)[:3]]
            if f"book/{document}" not in found:
                lost.append(f"{query}: {document} が出ません（{found}）")
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("part", ["ion", "tention", "rror"])
def test_latin_words_are_not_found_inside_others(page: Any, part: str) -> None:
    """英字の言葉の途中（attention の tention など）では，出ない。"""
    assert page.evaluate(FIND, part) == []


def test_a_question_is_split_and_a_miss_offers_near_terms(
    page: Any, base_url: str
) -> None:
    assert page.evaluate(FIND, "注意とは何か")
    assert page.evaluate(FIND, "練習問題")
    page.goto(base_url + "search.html?q=とっぷだうぬ")
    link = page.locator("#search-results a, .search-page a").filter(
        has_text="トップダウン"
    )
    link.first.wait_for()


def test_a_miss_offers_the_shelves_and_no_far_terms(page: Any, base_url: str) -> None:
    """何も近くない言葉では，遠い用語を挙げず，探せる場所を三つ出す。"""
    page.goto(base_url + "search.html?q=スノーボード")
    links = page.locator("#search-results a")
    links.first.wait_for()
    assert links.all_inner_texts() == ["章の一覧", "用語集", "参考文献"]
    for address in links.evaluate_all("all => all.map(a => a.href)"):
        assert page.request.get(address).ok
    found = page.evaluate(FIND, "SE")  # self-attention の初めの二字ではない
    assert "book/attention/self_attention" not in [name for name, _ in found]


def test_every_page_is_found_by_its_title(site: Path, page: Any) -> None:
    """どの頁も，題名で引くと最初に出る。"""
    titles = {p["name"]: p["title"] for p in index_of(site)["pages"]}
    assert set(DOCUMENTS) <= set(titles)
    for name in DOCUMENTS:
        found = page.evaluate(FIND, titles[name])
        assert name in [page_name for page_name, _ in found[:3]], titles[name]


def test_found_words_are_marked(page: Any, base_url: str) -> None:
    page.goto(base_url + "search.html?q=そふとまっくす")
    page.wait_for_selector("#search-results li a")
    marks = page.locator("#search-results mark").all_inner_texts()
    assert "ソフトマックス関数" in marks
    page.goto(base_url + "search.html?q=p値")
    page.wait_for_selector("#search-results li a")
    assert "p 値" in page.locator("#search-results mark").all_inner_texts()


def test_typing_shows_results_and_enter_opens_the_page(
    page: Any, base_url: str
) -> None:
    """打つそばから結果が出る。窓は Esc で閉じ，元のボタンに戻る。"""
    page.goto(base_url + "book/index.html")
    page.keyboard.press("/")
    box = page.locator("#search-dialog input")
    assert box.evaluate("e => e === document.activeElement")
    box.press_sequentially("ソフトマ")
    page.wait_for_selector("#search-dialog .results li")
    assert page.locator("#search-dialog .results a").first.inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#search-dialog").is_visible()


def test_arrows_walk_through_the_results(page: Any, base_url: str) -> None:
    """↓ で結果に入り，↑ で欄に戻り，Enter で開く。窓でも，検索の頁でも。"""
    for start, box, place in (
        ("book/index.html", "#search-dialog input", "#search-dialog .results a"),
        ("search.html?q=注意", ".search-page-form input", "#search-results a"),
    ):
        page.goto(base_url + start)
        if start.startswith("book"):
            page.keyboard.press("/")
            page.locator(box).press_sequentially("ソフトマ")
        links = page.locator(place)
        links.nth(1).wait_for()
        page.locator(box).focus()
        is_active = "e => e === document.activeElement"
        page.keyboard.press("ArrowUp")
        assert page.locator(box).evaluate(is_active)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert links.nth(1).evaluate(is_active)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert page.locator(box).evaluate(is_active)
        page.keyboard.press("ArrowDown")
        target = str(links.first.evaluate("a => a.href"))
        page.keyboard.press("Enter")
        page.wait_for_url(target)


def test_search_does_not_run_what_is_typed(page: Any, base_url: str) -> None:
    page.goto(base_url + "search.html?q=%3Cimg src=x onerror=alert(1)%3E")
    page.wait_for_function(
        "() => document.querySelector('#search-summary').textContent"
    )
    assert page.locator("#search-results img").count() == 0
