"""頁に出す短い文：GPU 用のセルの但し書き，章の箱の「実行」，数の書き方。"""

from __future__ import annotations

import math

from bookkit.execution import recordings
from bookkit.execution.book import Result
from bookkit.execution.cache import Run


def gpu_note(result: Result, number: int) -> dict[str, str]:
    """GPU 用のセルの但し書き。``{"kind": 種類, "text": 文}``。

    種類は ``recorded``（記録を載せた）・``here``（いま全規模で実行した）・
    ``reduced``（縮小版）のどれか。
    """
    seconds = result.cells[number].seconds
    if result.run is not None and result.run.device == "cuda":
        run = result.run
        place = where(run.device_name, run.simulated)
        text = f"全規模で実行（{place}，{run.when[:10]}，{duration(seconds)}）"
        return {"kind": "here", "text": text}
    cell = result.recording_for(number)
    if cell is not None and cell.recording is not None:
        return {"kind": "recorded", "text": of_recording(cell.recording.run)}
    states = {cell.cell: cell.state for cell in result.gpu}
    why = {
        recordings.MISSING: "GPU の記録がまだないので",
        recordings.STALE: "GPU の記録が古くなったので",
        recordings.BROKEN: "GPU の記録が壊れているので",
    }[states.get(number, recordings.MISSING)]
    return {"kind": "reduced", "text": f"縮小版（{why}，規模を小さくして実行しました）"}


def of_recording(run: Run) -> str:
    """記録の由来の一行。"""
    place = where(run.device_name, run.simulated)
    what = "全規模の記録" if run.simulated else "GPU の記録"
    return f"{what}（{place}，{run.when[:10]}，{duration(run.seconds)}）"


def where(name: str, simulated: bool) -> str:
    """装置の名前。GPU をまねただけなら，そう言う。"""
    return f"GPU ではなく CPU：{name}" if simulated else name


def cost(result: Result) -> str:
    """章の箱の「実行」の文。測った値だけを書く。"""
    run = result.run
    if run is None:
        return "まだ測っていません"
    parts = [f"CPU で {duration(run.cpu_seconds)}"]
    if run.device == "cuda":
        parts = [f"{where(run.device_name, run.simulated)} で {duration(run.seconds)}"]
    if result.gpu:
        parts.append(_gpu_cost(result))
    else:
        parts.append("GPU は要りません")
    parts.append(f"メモリー {size(run.memory)}")
    parts.append(network(run))
    return "，".join(parts)


def _gpu_cost(result: Result) -> str:
    found = [cell.recording for cell in result.gpu if cell.recording]
    text = f"GPU 用のセルが {len(result.gpu)} つ"
    if len(found) == len(result.gpu):
        seconds = sum(recording.run.seconds for recording in found)
        text += f"（全規模で {duration(seconds)}，GPU がなければ縮小版が動きます）"
    else:
        text += "（GPU がなければ縮小版が動きます）"
    return text


def network(run: Run) -> str:
    """網が要るか。"""
    if run.downloads:
        total = sum(run.downloads.values())
        return f"初回に重みを {size(total)} ダウンロード"
    if run.hosts:
        return "インターネットが要ります"
    return "ダウンロードなし（オフラインで動きます）"


def duration(seconds: float) -> str:
    """秒を，切り上げて言う。"""
    whole = max(1, math.ceil(seconds))
    if whole < 120:
        return f"{whole} 秒"
    return f"{math.ceil(whole / 60)} 分"


def size(count: float) -> str:
    """バイト数を言う。"""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{max(1, round(count / 1e6))} MB"
