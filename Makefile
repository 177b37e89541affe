# 入口。環境を整え，決まった命令を呼ぶだけの薄い層。
# 使い方: make book | live | test | check | rehearse | gpu | effects | bench | weight | hits | lighthouse | clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# 大きな配列の記憶を，使うたびに OS に返さない（glibc。訳は bookkit/execution/workplace.py）。
export MALLOC_MMAP_THRESHOLD_ := 1073741824
export MALLOC_TRIM_THRESHOLD_ := 2147483648

.PHONY: help book live check test lint javascript unit rehearse site gpu effects bench weight hits lighthouse clean

help:
	@echo "make book   環境を整え，本を _build/html に作る"
	@echo "make live   書きながら見る（保存すると数秒で頁が変わる）"
	@echo "make check  章の決まりを調べる（数秒）"
	@echo "make test   検査のすべて：lint（書式・型・章の決まり），unit（部品），book，rehearse，site（頁と効果）"
	@echo "make rehearse  できたノートブックを，読者と同じ条件で動かしてみる"
	@echo "make gpu    GPU 用のセルを全規模で実行し，記録する（GPU が必要）"
	@echo "make effects  記録が古い効果を，約束のとおりに測り直す（一つに数分）"
	@echo "make bench  ビルドの時間を，もとの Jupyter Book と並べて測る（10 分ほど）"
	@echo "            続けて，モデルをよく知られた実装と，同じ時間だけ学習して比べる（40 分ほど）"
	@echo "make weight / hits   頁の重さと要求の数／検索で用語が出る順番の表"
	@echo "make lighthouse      Lighthouse（電話）の点の表（Node.js と Chromium が必要）"
	@echo "make clean  作ったものを消す（環境と実行結果は残す）"

# requirements.txt か pyproject.toml が変わったときだけ，入れ直す。
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt -e .
	@touch $@

# 読めない設定は，jupyter-book が英語で止まる前に，日本語で言う。
book: $(READY)
	@$(BIN)/python -m bookkit check _config.yml _toc.yml
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "できました。ブラウザーで開く: file://$(CURDIR)/_build/html/index.html"

live: $(READY)
	$(BIN)/python -m bookkit live

check: $(READY)
	$(BIN)/python -m bookkit check

# 六つの段。二度めの book は，rehearse の結果（動作確認）を頁に載せる。
# GitHub では .github/workflows/book.yml が，同じ順に一つずつ呼ぶ。
test:
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory unit
	$(MAKE) --no-print-directory book
	$(MAKE) --no-print-directory rehearse
	$(MAKE) --no-print-directory book
	$(MAKE) --no-print-directory site

lint: $(READY)
	$(BIN)/ruff format --check lessons_src tests
	$(BIN)/ruff check lessons_src tests
	$(BIN)/mypy
	$(BIN)/python -m bookkit check
	@$(MAKE) --no-print-directory javascript

# JavaScript を調べる。oxlint は requirements.txt の版（Node.js は要らない）。
javascript:
	@if [ -x $(BIN)/oxlint ]; then $(BIN)/oxlint lessons_src; \
	elif [ -n "$$CI" ]; then echo "oxlint がないので，JavaScript を調べられません。" >&2; exit 1; \
	else echo "oxlint がないので，JavaScript は調べません（ほかの検査は続けます）。"; fi

unit: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal --ignore=tests/site --ignore=tests/effects

rehearse: $(READY)
	$(BIN)/python -m bookkit rehearse

# できた本を調べる。発表された効果（tests/effects）は，記録を確かめ，日ごとに替わるいくつかを測り直す。
site: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal tests/site tests/effects

gpu: $(READY)
	$(BIN)/python -m bookkit gpu

effects: $(READY)
	$(BIN)/python -m bookkit effects

bench: $(READY)
	$(BIN)/python tests/bench/builds.py
	$(BIN)/python tests/bench/references.py

# 表を出す測り。本（make book）ができていること。
weight hits lighthouse: $(READY)
	$(BIN)/python tests/bench/$@.py

clean:
	rm -rf _build/html _build/.html _build/.doctrees _build/jupyter_execute
