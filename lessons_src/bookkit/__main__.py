"""``python -m bookkit`` の入口。"""

import sys

from bookkit.cli import main

sys.exit(main(sys.argv[1:]))
