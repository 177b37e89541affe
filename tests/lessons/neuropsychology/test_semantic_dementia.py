"""意味認知症：属性の表，ハブの網，傷，四つの課題，絵。"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.special import ndtri

from lessons.human import numbers
from lessons.neuropsychology.semantic_dementia import (
    copying,
    damage,
    decisions,
    direct,
    drawing,
    measures,
    naming,
    speed,
    variants,
)
from lessons.neuropsychology.semantic_dementia import knowledge as tables
from lessons.neuropsychology.semantic_dementia import model as hub
from lessons.neuropsychology.semantic_dementia.progress import sweep

SEEDS = [0, 1]


@pytest.fixture(scope="module")
def knowledge():
    return tables.load()


@pytest.fixture(scope="module")
def networks(knowledge):
    return hub.train(knowledge, SEEDS)


# ── 属性の表 ──


def test_six_categories_of_eight_items(knowledge):
    assert len(knowledge.items) == 48
    assert [len(knowledge.members(c)) for c in knowledge.category_names] == [8] * 6
    assert set(np.unique(knowledge.patterns)) == {0, 1}
    for kind in tables.KINDS:
        parts = knowledge.patterns[:, knowledge.places(kind)]
        assert len(np.unique(parts, axis=0)) == 48  # どの層だけ見ても区別できる


def test_one_item_has_one_value_of_a_dimension(knowledge):
    names = np.array(knowledge.dimensions)
    for name in set(names) - {""}:
        most = knowledge.patterns[:, names == name].sum(1).max()
        assert most == 1, name


def test_attributes_agree_with_uci_zoo(knowledge):
    """公開の属性表 UCI Zoo（Forsyth 1990，CC BY 4.0）の同じ動物（近い種）と一致する。"""
    ours = {
        "hair": "体が毛でおおわれている",
        "feathers": "体が羽でおおわれている",
        "eggs": "卵からかえる",
        "milk": "乳で子を育てる",
        "airborne": "空を飛べる",
        "aquatic": "水の上や中にいる",
        "predator": "ほかの動物を捕まえる",
        "toothed": "歯がある",
        "backbone": "背骨がある",
        "breathes": "息をする",
        "tail": "尾がある",
        "domestic": "人に飼われる",
    }
    with (Path(__file__).parent / "zoo_facts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 11
    for row in rows:
        has = knowledge.patterns[knowledge.item(row["item"])]
        for theirs, name in ours.items():
            assert has[knowledge.unit(name)] == int(row[theirs]), (row["item"], name)
        legs = 2 * has[knowledge.unit("足が二本")] + 4 * has[knowledge.unit("足が四本")]
        assert legs == int(row["legs"]), row["item"]


def test_within_correlation_by_hand(knowledge):
    found = tables.within_correlation(knowledge)
    features = knowledge.patterns[:, len(knowledge.items) + 8 :]
    birds = features[knowledge.members("鳥")]
    r = [np.corrcoef(birds[i], birds[j])[0, 1] for i in range(8) for j in range(i)]
    assert found["鳥"] == pytest.approx(np.mean(r))
    assert all(found[c] > found["種類の間"] + 0.3 for c in knowledge.category_names)


GOOD_ITEMS = "item,category,domain\nカモ,鳥,生き物\nワシ,鳥,生き物\n"


@pytest.mark.parametrize(
    ("items", "attributes", "where", "what"),
    [
        (GOOD_ITEMS, "翼,見た目,,鳥 ペンギソ", ":2:", "ペンギソ"),
        (GOOD_ITEMS, "翼,みため,,鳥", ":2:", "kind"),
        (GOOD_ITEMS, "翼,見た目,,鳥 -鳥", ":2:", "holders"),
        (GOOD_ITEMS, "翼,見た目,鳥", ":2:", "4 個"),
        (GOOD_ITEMS, "翼,見た目,,鳥\n翼,見た目,,カモ", ":3:", "二度"),
        (GOOD_ITEMS + "カモ,鳥,生き物\n", "翼,見た目,,鳥", ":4:", "二度"),
        ("item,category\nカモ,鳥\n", "翼,見た目,,鳥", ":1:", "一行目"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, items, attributes, where, what):
    (tmp_path / "items.csv").write_text(items, "utf8")
    head = "attribute,kind,dimension,holders\n"
    (tmp_path / "attributes.csv").write_text(head + attributes + "\n", "utf8")
    with pytest.raises(ValueError, match=what) as error:
        tables.read(tmp_path / "items.csv", tmp_path / "attributes.csv")
    assert f"csv{where}" in str(error.value)


def test_unknown_names_are_refused(knowledge):
    for call in (knowledge.unit, knowledge.item, knowledge.places):
        with pytest.raises(ValueError, match="ペンギソ"):
            call("ペンギソ")


# ── 網 ──


@pytest.mark.parametrize("kind", tables.KINDS)
def test_any_spoke_fills_the_others(networks, knowledge, kind):
    activity = hub.respond(networks, knowledge, kind)
    assert ((activity > 0.5) == knowledge.patterns).mean() > 0.995


def test_healthy_networks_name_everything(networks, knowledge):
    assert (hub.accuracy(networks, knowledge) >= 47 / 48).all()
    untrained = hub.blank(SEEDS, knowledge.patterns.shape[1], 48)
    assert (hub.accuracy(untrained, knowledge) < 0.2).all()


def test_a_network_does_not_depend_on_its_company(knowledge):
    together = hub.train(knowledge, [3, 4], epochs=3)
    alone = hub.train(knowledge, [4], epochs=3)
    assert torch.allclose(together.one(1).down, alone.down, atol=1e-4)


# ── 傷 ──


@pytest.mark.parametrize("place", damage.PLACES)
def test_severing_is_nested_and_stays_in_its_place(networks, knowledge, place):
    light, heavy = (
        damage.sever(networks, share, [7, 8], knowledge, place) for share in (0.2, 0.6)
    )
    rows = np.arange(knowledge.patterns.shape[1])
    if place != damage.EVERYWHERE:
        rows = knowledge.places(place)
    lost = (light.up == 0)[:, rows]
    assert float(lost.float().mean()) == pytest.approx(0.2, abs=0.02)
    assert (heavy.up == 0)[light.up == 0].all()
    others = np.setdiff1d(np.arange(knowledge.patterns.shape[1]), rows)
    assert (light.up == networks.up)[:, others].all()
    assert (light.down == networks.down)[..., others].all()
    spared = place != damage.EVERYWHERE
    assert bool((light.inner == networks.inner).all()) == spared


def test_damage_of_nothing_and_of_all(networks, knowledge):
    for same in (
        damage.sever(networks, 0, SEEDS),
        damage.perturb(networks, 0, SEEDS),
        damage.ablate(networks, 0, SEEDS),
    ):
        assert (same.up == networks.up).all()
    for gone in (damage.sever(networks, 1, SEEDS), damage.ablate(networks, 1, SEEDS)):
        said = naming.names(hub.respond(gone, knowledge), knowledge)
        assert (said == naming.SILENT).all()


def test_perturbation_has_the_size_asked_for(networks):
    moved = damage.perturb(networks, 0.5, SEEDS).up - networks.up
    assert float(moved.std()) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_is_refused(networks, share):
    for injure in (damage.sever, damage.ablate):
        with pytest.raises(ValueError, match="0 以上 1 以下"):
            injure(networks, share, SEEDS)


def test_other_wrong_damage_is_refused(networks, knowledge):
    with pytest.raises(ValueError, match="0 以上"):
        damage.perturb(networks, -1, SEEDS)
    with pytest.raises(ValueError, match="耳"):
        damage.sever(networks, 0.1, SEEDS, knowledge, "耳")
    with pytest.raises(ValueError, match="knowledge"):
        damage.sever(networks, 0.1, SEEDS, place="名前")
    with pytest.raises(ValueError, match="網の数 2"):
        damage.sever(networks, 0.1, [1])


# ── 課題 ──


def test_naming_rules_by_hand(knowledge):
    activity = np.zeros((1, 48, len(knowledge.units)))
    duck = knowledge.item("カモ")

    def say(threshold=0.5, **values):
        activity[:] = 0
        for name, value in values.items():
            activity[0, duck, knowledge.unit(name)] = value
        return naming.names(activity, knowledge, threshold=threshold)[0, duck]

    assert say(カモ=0.6, 鳥=0.9, 生き物=1.0) == knowledge.unit("カモ")
    assert say(カモ=0.4, 鳥=0.9, 生き物=1.0) == knowledge.unit("鳥")
    assert say(カモ=0.4, 鳥=0.4, 生き物=0.6) == knowledge.unit("生き物")
    assert say(カモ=0.4, 鳥=0.4, 生き物=0.4) == naming.SILENT
    assert say(threshold=0.3, カモ=0.4, 鳥=0.9) == knowledge.unit("カモ")
    assert say(threshold=0, カモ=0.01, 鳥=0.9) == knowledge.unit("カモ")
    with pytest.raises(ValueError, match="threshold"):
        say(threshold=1)


def test_answers_by_hand(knowledge):
    said = np.full((1, 48), naming.SILENT)
    duck = knowledge.item("カモ")
    for name, answer in (
        ("カモ", "正答"),
        ("ワシ", "同じ種類の別の物"),
        ("鳥", "種類の名前"),
        ("生き物", "大分けの名前"),
        ("イヌ", "よその名前"),
        ("けもの", "よその名前"),
        ("人工物", "よその名前"),
    ):
        said[0, duck] = knowledge.unit(name)
        which = naming.classify(said, knowledge)[0, duck]
        assert naming.ANSWERS[which] == answer
    others = np.delete(naming.classify(said, knowledge)[0], duck)
    assert (others == naming.ANSWERS.index("無答")).all()
    assert naming.answer_shares(said, knowledge).sum() == pytest.approx(1)


def test_discrimination_of_a_perfect_a_silent_and_a_swapped_mind(knowledge):
    perfect = knowledge.patterns[None]
    top = naming.discrimination(perfect, knowledge)
    assert np.allclose(top, 2 * 2.32, atol=0.01)
    assert np.allclose(naming.discrimination(0 * perfect, knowledge), 0)
    assert np.allclose(naming.discrimination(1 - perfect, knowledge), -top)
    # 個別の名前だけ，同じ種類の隣の物と取り違える
    swapped = perfect.copy()
    swapped[0, :, :48] = np.roll(np.eye(48).reshape(6, 8, 48), 1, axis=1).reshape(
        48, 48
    )
    found = naming.discrimination(swapped, knowledge)[0]
    assert found[:2] == pytest.approx(top[0, :2])
    assert found[2] < -1


def test_pairs_change_one_value_and_are_fair(knowledge):
    for dimension in ("色", "形"):
        found = decisions.pairs(knowledge, dimension)
        names = np.array(knowledge.dimensions)
        for pair in found:
            has = knowledge.patterns[pair.item]
            assert has[pair.real] == 1
            assert has[pair.fake] == 0
            assert names[pair.real] == names[pair.fake]
            assert (names[pair.real] == "色") == (dimension == "色")
            mates = knowledge.members(knowledge.categories[pair.item])
            more = knowledge.patterns[mates][:, [pair.real, pair.fake]].sum(0)
            assert pair.typical == (more[0] > more[1])
        assert {p.typical for p in found} == {True, False}
    camel = knowledge.item("ラクダ")
    flat, hump = knowledge.unit("背が平ら"), knowledge.unit("背にこぶがある")
    assert decisions.Pair(camel, hump, flat, typical=False) in decisions.pairs(
        knowledge, "形"
    )
    with pytest.raises(ValueError, match="色か形"):
        decisions.pairs(knowledge, "音")


def test_healthy_networks_choose_the_real_thing(networks, knowledge):
    for dimension in ("色", "形"):
        assert (decisions.decide(networks, knowledge, dimension) > 0.97).all()


def test_features_by_hand(knowledge):
    kinds = copying.features(knowledge)
    visual = [knowledge.units[u] for u in knowledge.places("見た目")]
    camel = knowledge.item("ラクダ")

    def of(which):
        return {visual[i] for i in np.flatnonzero(which[camel])}

    assert of(kinds.distinctive) == {"背にこぶがある"}
    assert of(kinds.tempting) == {"首が短い", "背が平ら", "短い足", "尾が長い"}
    assert "くちばしがある" in of(kinds.elsewhere)
    assert not of(kinds.elsewhere) & of(kinds.tempting)


def test_copying_rules_by_hand(knowledge):
    visual = np.zeros((1, 48, len(knowledge.places("見た目"))))
    names = [knowledge.units[u] for u in knowledge.places("見た目")]
    visual[..., names.index("首が長い")] = 0.3
    visual[..., names.index("首が短い")] = 0.2
    visual[..., names.index("とさかがある")] = 0.05
    visual[..., names.index("翼がある")] = 0.6

    def drawn(**rule):
        on = copying.drawn(visual, knowledge, **rule)[0, 0]
        return {names[i] for i in np.flatnonzero(on)}

    assert drawn() == {"翼がある"}
    assert drawn(threshold=0.25) == {"翼がある", "首が長い"}
    assert drawn(rule="次元ごと") == {"翼がある", "首が長い"}
    with pytest.raises(ValueError, match="しきい値"):
        drawn(rule="全部")


def test_copy_shares_of_a_perfect_copy(networks, knowledge):
    perfect = knowledge.patterns[None][..., knowledge.places("見た目")] > 0
    assert np.allclose(copying.copy_shares(perfect, knowledge), [1, 1, 0, 0])
    healthy = copying.copy_shares(
        copying.drawn(copying.copy(networks, knowledge), knowledge), knowledge
    )
    assert np.allclose(healthy, [1, 1, 0, 0], atol=0.05)


# ── 教え方の対照 ──


def test_random_categories_keep_the_counts_and_features(knowledge):
    other = variants.random_categories(knowledge, 0)
    assert (other.patterns.sum(0) == knowledge.patterns.sum(0)).all()
    kept = np.array([d not in ("種類", "大分け") for d in knowledge.dimensions])
    assert (other.patterns[:, kept] == knowledge.patterns[:, kept]).all()
    for item, category in enumerate(other.categories):
        assert other.patterns[item, other.unit(category)] == 1
    assert np.mean(np.array(other.categories) == np.array(knowledge.categories)) < 0.5


def test_permuted_features_keep_the_counts_and_lose_the_structure(knowledge):
    other = variants.permuted_features(knowledge, 0)
    assert (other.patterns.sum(0) == knowledge.patterns.sum(0)).all()
    named = knowledge.places("名前")
    assert (other.patterns[:, named] == knowledge.patterns[:, named]).all()
    found = tables.within_correlation(other)
    assert max(abs(found[c]) for c in other.category_names) < 0.2
    few, own = copying.features(other), copying.features(knowledge)
    assert few.shared.sum() < own.shared.sum() / 2  # 共通も誘惑も，もともと少ない
    assert few.tempting.sum() < own.tempting.sum() / 2
    test_one_item_has_one_value_of_a_dimension(other)


def test_shorter_animals_have_as_many_features_as_artefacts(knowledge):
    other = variants.shorter_animals(knowledge, 0)
    features = np.array(other.kinds) != "名前"
    count = other.patterns[:, features].sum(1)
    before = knowledge.patterns[:, features].sum(1)
    assert before[:16].mean() > 2 * before[24:].mean()
    assert count[:16].mean() == pytest.approx(count[24:].mean(), abs=2)
    assert (count[16:] == before[16:]).all()


# ── 絵 ──


def test_every_visual_attribute_of_animals_can_be_drawn(knowledge):
    visual = knowledge.places("見た目")
    animals = np.concatenate([knowledge.members(c) for c in variants.ANIMALS])
    theirs = {
        knowledge.units[u] for u in visual if knowledge.patterns[animals, u].any()
    }
    assert theirs == drawing.ANIMAL_PARTS


def test_every_animal_looks_different_and_bits_show(knowledge):
    def pixels(parts):
        figure = Figure(figsize=(2, 2), dpi=60)
        canvas = FigureCanvasAgg(figure)
        drawing.draw_animal(figure.add_axes((0, 0, 1, 1)), parts)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba()).copy()

    visual = knowledge.places("見た目")
    animals = np.concatenate([knowledge.members(c) for c in variants.ANIMALS])
    parts = [
        [knowledge.units[u] for u in visual if knowledge.patterns[i, u]]
        for i in animals
    ]
    pictures = [pixels(p) for p in parts]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert (one != other).any()
    camel = parts[list(animals).index(knowledge.item("ラクダ"))]
    flat = pixels([p for p in camel if p != "背にこぶがある"])
    assert (flat != pixels(camel)).any()
    assert (pixels([*camel, "車輪がある"]) == pixels(camel)).all()


# ── 進行と，人間の数 ──


def test_a_sweep_starts_healthy_and_gets_worse(networks, knowledge):
    def right(n, k):
        said = naming.names(hub.respond(n, k), k)
        return naming.answer_shares(said, k)[:, :1]

    for injury, amounts in (("切断", [0, 0.3, 1]), ("乱れ", [0, 0.8, 5])):
        found = sweep(networks, knowledge, right, amounts, injury=injury, lesions=2)
        assert found.shape == (3, len(SEEDS), 1)
        assert (found[0] > 0.95).all()
        assert (np.diff(found[..., 0], axis=0) < 0).all()
    with pytest.raises(ValueError, match="切断か乱れ"):
        sweep(networks, knowledge, right, [0.1], injury="切除")


def test_a_measure_refuses_an_unknown_control():
    with pytest.raises(ValueError, match="permuted_features"):
        measures.colour_choice(0, "nobody")


def test_an_often_met_item_keeps_its_name(knowledge):
    often = np.ones(48)
    often[0] = 4
    nets = [hub.train(knowledge, SEEDS, frequency=f) for f in (1.0, often)]

    def calls(n, k):
        """めんどりをめんどりと呼んだか，ほかの鳥をめんどりと呼んだ数。"""
        said = naming.names(hub.respond(n, k), k)[:, :8] == 0
        return np.stack([said[:, 0], said[:, 1:].sum(-1)], axis=-1).astype(float)

    plain, favoured = (
        sweep(n, knowledge, calls, [0.2, 0.4], lesions=12).mean(axis=1) for n in nets
    )
    assert favoured[0, 0] > plain[0, 0] + 0.1
    # ほかの鳥を誤ってめんどりと呼ぶ数は，重い傷では減らない
    assert favoured[1, 1] > plain[1, 1]


def test_the_patient_in_the_table_is_the_patient_in_the_numbers():
    room = Path(tables.__file__).parent
    with (room / "naming_course.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    birds = {row["item"] for row in rows}
    counted = {
        tuple(one.condition.split("/")): one.value
        for one in numbers("neuropsychology/semantic_dementia", "naming")
    }
    assert len(rows) == 8
    for (date, answer), count in counted.items():
        found = 0
        for row in rows:
            word = row[date]
            kind = (
                "正答"
                if word == row["item"]
                else "同じ種類の別の物"
                if word in birds
                else {"鳥": "種類の名前", "動物": "大分けの名前"}.get(
                    word, "よその名前"
                )
            )
            found += kind == answer
        assert found == count, (date, answer)


def test_with_shuffled_names_only_the_item_survives_whatever_the_lesion(knowledge):
    """名前を入れ替えると，切っても失っても個別が残る。大分けと種類の差は小さい（0.3 未満）。"""
    other = variants.random_categories(knowledge, 1)
    mixed = hub.train(other, [1])
    for harm in (damage.sever, damage.ablate):
        general, kind, item = np.mean(
            [
                naming.discrimination(hub.respond(harm(mixed, 0.3, [s]), other), other)
                for s in range(20)
            ],
            axis=0,
        )[0]
        assert item > max(general, kind) + 0.3
        assert abs(general - kind) < 0.3
    # d′ でなく当たりで数えても差は小さく，よく教わる名前は間違っても言う
    activity = np.concatenate(
        [hub.respond(damage.sever(mixed, 0.3, [s]), other) for s in range(6)]
    )
    # 偽の名前を，もとの同じ種類の物にすると，個別は大分けを上回らない
    kin = replace(other, categories=knowledge.categories)
    general, _, item = naming.discrimination(activity, other).mean(0)
    told = naming.discrimination(activity, kin).mean(0)[2]
    assert told < item - 0.2
    assert told < general + 0.2
    labels = np.array(other.dimensions)
    rates = []
    for level in naming.LEVELS:
        units = np.flatnonzero(labels == level)
        yes, true = activity[..., units] > 0.5, other.patterns[:, units] > 0
        rates.append((yes[:, true].mean(), yes[:, ~true].mean()))
    assert rates[1][0] - rates[2][0] < 0.2
    assert rates[0][1] > 5 * rates[2][1]


def test_the_order_of_names_needs_likeness_but_no_hub(knowledge):
    """見た目から名前へ直接つないでも同じ順に残り，名前か属性を入れ替えると崩れる。"""
    general, kind, item = np.mean(
        [direct.discrimination(knowledge, s, 0.5) for s in (20, 21, 22)], axis=0
    )
    assert general > kind + 0.1
    assert kind > item + 0.5
    *broad, item = direct.discrimination(knowledge, 20, 0.3)
    assert min(broad) > item + 0.5
    for change in (variants.random_categories, variants.permuted_features):
        *broad, item = direct.discrimination(change(knowledge, 5), 5, 0.3)
        assert item > max(broad)


def test_the_broadest_name_is_the_quickest_even_when_names_are_shuffled(
    networks, knowledge
):
    """大分けが速いことは回数だけで出る。種類と個別の差には，似ていることが効く。"""
    other = variants.random_categories(knowledge, 5)
    general, kind, item = speed.steps_of_all(hub.train(other, [5]), other)[0]
    assert general < kind - 0.3
    own = speed.steps_of_all(networks, knowledge).mean(axis=0)
    assert own[0] < own[1] < own[2]
    assert own[2] - own[1] > 2 * abs(item - kind)


def test_the_item_is_lost_first_by_hits_and_with_any_false_name(networks, knowledge):
    """偽の名前を近いものに限らなくても，当たりだけでも，個別の名前から失われる。"""
    labels = np.array(knowledge.dimensions)
    activity = np.concatenate(
        [
            hub.respond(damage.sever(networks, 0.3, [s + k for s in SEEDS]), knowledge)
            for k in (0, 1000)
        ]
    )
    hits, margins = [], []
    for level in naming.LEVELS:
        units = np.flatnonzero(labels == level)
        yes = activity[..., units] > 0.5
        true = knowledge.patterns[:, units] > 0
        hit, alarm = yes[:, true].mean(), yes[:, ~true].mean()
        hits.append(hit)
        margins.append(ndtri(hit) - ndtri(alarm))
    assert hits[2] < min(hits[:2]) - 0.3
    assert margins[2] < min(margins[:2]) - 0.5
