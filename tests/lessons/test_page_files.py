"""頁と一緒に配るファイル。"""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons import page_files
from lessons.stimuli import neglect_sheets, paper


def test_file_is_offered_with_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(page_files.ASSETS, str(tmp_path / "assets"))
    file = tmp_path / "sheets.pdf"
    paper.save_pdf([neglect_sheets.line_bisection(5)], file)
    shown: list[tuple[dict[str, str], list[str]]] = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, raw, metadata: shown.append((data, metadata["assets"])),
    )
    page_files.offer(file, "紙を取る")
    ((data, (name,)),) = shown
    assert (tmp_path / "assets" / name).read_bytes() == file.read_bytes()
    page = data["text/html"]
    assert f'href="asset:{name}"' in page
    assert 'download="sheets.pdf"' in page
    assert "紙を取る（" in page


def test_notebook_tells_where_the_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(page_files.ASSETS, raising=False)
    file = tmp_path / "sheets.pdf"
    with pytest.raises(FileNotFoundError, match="先にファイルを書いて"):
        page_files.offer(file, "紙を取る")
    file.write_bytes(b"x")
    page_files.offer(file, "紙を取る")
    assert "sheets.pdf を書きました" in capsys.readouterr().out
    assert page_files.put(tmp_path, b"x", ".bin") == page_files.put(
        tmp_path, b"x", ".bin"
    )
