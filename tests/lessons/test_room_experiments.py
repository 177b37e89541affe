"""章の実験：刺激と釣り合い，並べる値，答えのわかっている参加者のまとめ。"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lessons.basics.mlp_sgd import experiment as six
from lessons.basics.mlp_sgd import reader_types
from lessons.basics.mlp_sgd.six_types import ITEMS, TYPES
from lessons.basics.softmax import experiment as matching
from lessons.basics.softmax import reader_boxes
from lessons.experiments import Experiment, Trial, summarise
from lessons.neuropsychology.neglect import bisection, reader_lines
from lessons.neuropsychology.neglect import experiment as lines
from lessons.neuropsychology.picture_naming import experiment as hurrying
from lessons.neuropsychology.picture_naming import levels
from lessons.neuropsychology.semantic_dementia import experiment as verifying
from lessons.neuropsychology.semantic_dementia import model as hub
from lessons.neuropsychology.semantic_dementia import verification
from lessons.neuropsychology.semantic_dementia.knowledge import load
from lessons.recognition.japanese_captions import experiment as naming
from lessons.recognition.japanese_captions import first_names
from lessons.stimuli import experiment_pictures
from lessons.stimuli.naming_pictures import pictures, words

ROOMS = (lines, verifying, naming, six, matching, hurrying)


def played(
    experiment: Experiment, respond: Callable[[int, Trial], dict[str, object]]
) -> list[dict[str, str]]:
    """蓄えのすべてに，台本のとおりに答えた記録（CSV の行）。"""
    rows = []
    for number, trial in enumerate(experiment.trials):
        said = {"rt_ms": 600, "response": trial.answer} | respond(number, trial)
        row = {
            "code": "a",
            "condition": trial.condition,
            "level": trial.level,
            "answer": trial.answer,
            "correct": int(said["response"] == trial.answer),
        } | said
        rows.append({name: str(value) for name, value in row.items()})
    return rows


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.split(".")[-2])
def test_the_plan_is_sound_and_short_to_write(room):
    experiment = room.experiment()
    experiment.check()
    for own in experiment.others.values():
        assert set(own) == set(experiment.entries)


def test_a_line_is_200_units_wide_and_its_middle_is_known():
    for share in reader_lines.LENGTHS.values():
        for seed in range(20):
            svg, (x, y) = reader_lines.line(share, seed)
            side, left, top = map(
                int, re.search(r"0 0 (\d+) \d+.*M(-?\d+) (\d+)h200", svg).groups()
            )
            assert 200 / side == pytest.approx(share, rel=0.01)
            assert (left + 100, top) == (x, y)
            assert left >= 0
            assert left + 200 <= side


def test_bisection_models_see_the_lines_of_the_reader():
    healthy = reader_lines.predicted("損傷なし")
    assert list(healthy.values()) == pytest.approx([0] * 4, abs=0.1)
    page, own = reader_lines.predicted("紙の勾配"), reader_lines.predicted("物の勾配")
    assert list(page.values()) == sorted(page.values())
    assert max(page.values()) < 5
    # 物の勾配は，どの長さでも同じ割合。0.7m + 0.15m² = 0.15 の根
    root = (-0.7 + np.sqrt(0.49 + 0.09)) / 0.3
    assert list(own.values()) == pytest.approx([100 * root] * 4, abs=0.2)
    share = reader_lines.LENGTHS["長い線"]
    error = bisection.bisect(
        bisection.page, share * reader_lines.SCREEN, reader_lines.DAMAGE
    )
    assert page["長い線"] == pytest.approx(
        100 * error / (share * reader_lines.SCREEN / 2)
    )


def test_the_bisector_is_recovered():
    bias = dict(zip(reader_lines.LENGTHS, (6.0, 1.0, -2.0, -4.0), strict=True))

    def respond(number, trial):
        x, y = trial.target
        wobble = 3 if number % 2 else -3
        own = x + bias[trial.condition] + wobble
        return {"x": own, "y": y, "target_x": x, "target_y": y}

    assert summarise(played(lines.experiment(), respond), lines.experiment()) == (
        pytest.approx(bias)
    )


def test_pictures_are_the_pictures_of_the_models():
    svg = experiment_pictures.picture_svg("penguin")
    data = b64decode(re.search(r"base64,([^\"]+)", svg)[1])
    seen = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)
    place = [word.concept for word in words()].index("penguin")
    assert np.abs(seen - pictures("noto")[place]).mean() < 4
    with pytest.raises(ValueError, match="概念 'unicorn' の絵はありません"):
        experiment_pictures.picture_svg("unicorn")
    assert "鳥</text>" in experiment_pictures.word_svg("鳥")


def test_every_name_is_true_or_near():
    knowledge = load()
    for kind, items in verification.PICTURES.items():
        for item in items:
            k = knowledge.item(item)
            (domain, far), (own, near), (name, sibling) = verification.names(item, kind)
            assert (domain, own) == (knowledge.domains[k], knowledge.categories[k])
            assert (name, own) == (item, kind)
            assert far != domain
            others = knowledge.domains[list(knowledge.categories).index(near)]
            assert near != kind
            assert others == domain
            assert knowledge.categories[knowledge.item(sibling)] == kind
            assert sibling != item
    cells = Counter(trial.cell for trial in verifying.experiment().trials)
    assert set(cells.values()) == {16}
    assert len(cells) == 6


def test_the_verifier_is_recovered_and_errors_are_left_out():
    times = {"大分け": 700, "種類": 600, "個別": 810, verifying.NO: 750}

    def respond(number, trial):
        if number % 7 == 0:
            return {"response": "まちがい", "rt_ms": 3000}
        return {"rt_ms": times[trial.condition]}

    experiment = verifying.experiment()
    assert summarise(played(experiment, respond), experiment) == pytest.approx(times)


def test_the_hub_reaches_general_names_first():
    steps = verification.steps_to_name(hub.train(load(), [0]), load())
    assert steps.shape == (1, 3)
    assert steps[0, 0] < steps[0, 1] < steps[0, 2] <= hub.STEPS


def test_names_of_the_pictures_are_four_and_the_network_is_named():
    for items in first_names.NAMES.values():
        assert len(items) == 8
        for said in items.values():
            assert len(set(said.split())) == 4
    places = Counter()
    for items in first_names.NAMES.values():
        for number, (concept, said) in enumerate(items.items()):
            choices = first_names.choices(concept, number)
            assert set(choices) == set(said.split())
            places[choices.index(said.split()[1])] += 1
    assert places == {0: 4, 1: 4, 2: 4, 3: 4}  # ふだんの名前は，どの番号にも
    said = first_names.model_kinds()
    assert len(said) == 16
    assert set(said.values()) <= {"ふだん", "細かい", "ほか"}
    for condition, items in first_names.NAMES.items():
        basic = sum(said[one] == "ふだん" for one in items)
        assert naming.experiment().others["ネットワーク"][condition] == 100 * basic / 8


def test_the_namer_is_recovered():
    experiment = naming.experiment()

    def respond(number, trial):
        fine = trial.condition == "変わった仲間" and number % 4 != 0
        other = str(int(trial.answer) % 4 + 1)
        return {"response": other if fine else trial.answer}

    assert summarise(played(experiment, respond), experiment) == {
        "仲間らしい物": 100,
        "変わった仲間": 25,
    }


def test_names_of_three_levels_are_true_of_the_picture_alone():
    for level in levels.LEVELS:
        asked = levels.questions(level)
        assert len(asked) == 16
        for concept, names in asked:
            assert len(set(names)) == 4
            place = [word.concept for word in words()].index(concept)
            assert [place in levels.units(name) for name in names] == [True] + 3 * [
                False
            ]
    cells = Counter(trial.cell for trial in hurrying.experiment().trials)
    assert set(cells.values()) == {4}  # 正しい名前は，どの番号にも同じだけ
    assert len(cells) == 12
    for trial in hurrying.experiment().trials:
        asked = dict(levels.questions(trial.condition)).values()
        assert trial.words[int(trial.answer) - 1] in {names[0] for names in asked}
    with pytest.raises(ValueError, match="使える名前: 大分け, 種類, 個別"):
        levels.questions("中分け")


def test_the_hurt_net_does_not_keep_general_names():
    whole, hurt = levels.shares(0.0), levels.shares(0.9)
    assert min(whole.values()) > 90
    assert hurt["大分け"] < hurt["種類"]  # 患者や，急いだ人とは逆
    assert set(levels.shares(1.0).values()) == {25}  # 何も見えなければ，当てずっぽう
    with pytest.raises(ValueError, match="0 から 1 の数"):
        levels.shares(30)


@pytest.mark.parametrize("name", reader_types.FEATURES)
def test_each_type_keeps_its_structure(name):
    """割り当てを入れ替えても，どの物も一枚ずつの違う絵で，類は表のとおり。"""
    drawn = [reader_types.shown(name, item) for item in range(8)]
    assert len(set(drawn)) == 8
    mine = [t for t in six.experiment().trials if t.condition == f"型 {name}"]
    assert Counter(t.answer for t in mine) == {"A": 16, "B": 16}
    for trial in mine:
        digits = "".join(str(int(v)) for v in ITEMS[drawn.index(trial.stimulus)])
        assert (trial.answer == "A") == (digits in TYPES[name].split())


def test_people_and_nets_learn_block_by_block():
    curves = reader_types.correct_by_block()
    middles = [8.5, 24.5, 40.5, 56.5]
    assert all(list(c) == middles for own in curves.values() for c in own.values())
    first, second = (
        {who: {name: c[x] for name, c in own.items()} for who, own in curves.items()}
        for x in middles[:2]
    )
    assert first["人間"] == pytest.approx({"型 I": 78.9, "型 II": 62.2, "型 IV": 57.8})
    assert second["人間"] == pytest.approx({"型 I": 97.5, "型 II": 84.4, "型 IV": 70.5})
    for net in (first["誤差逆伝播"], second["誤差逆伝播"]):
        assert net["型 II"] < 50 < net["型 IV"] < net["型 I"]  # 人間とは，II と IV が逆
    assert six.experiment().others["人間"] == second["人間"]


def test_the_learner_is_recovered():
    experiment = six.experiment()

    def respond(number, trial):
        wrong = trial.condition == "型 II" and number % 4 == 0
        return {"response": "BA"[trial.answer == "B"] if wrong else trial.answer}

    assert summarise(played(experiment, respond), experiment) == pytest.approx(
        {"型 I": 100, "型 II": 75, "型 IV": 100}
    )


def test_people_drift_towards_the_richer_side():
    human = reader_boxes.people()
    assert human == pytest.approx({10.5: 59.5, 30.5: 65.1, 50.5: 70.7})
    others = matching.experiment().others
    assert others["温度 0.47"][matching.CONDITION] == pytest.approx(70, abs=0.1)
    assert others["温度 0.2"][matching.CONDITION] == pytest.approx(88.1, abs=0.1)
    assert Counter(t.answer for t in matching.experiment().trials) == {
        "left": 42,
        "right": 18,
    }


def test_the_gambler_is_recovered():
    """終わりの 20 回のうち 15 回，よく光る側を選ぶ。当たったかどうかには，よらない。"""
    experiment = matching.experiment()

    def respond(number, trial):
        return {"response": "right" if number >= 40 and number % 4 == 0 else "left"}

    assert summarise(played(experiment, respond), experiment) == {
        matching.CONDITION: 75
    }
