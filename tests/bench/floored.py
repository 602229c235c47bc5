"""Serve a floor program as the product is served: `FLOOR_DB=FILE python -m tests.bench.floored PROGRAM PORT`.

The same server, gateway, threads and number of processes; `app` of PROGRAM is the application.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import sys

from ideaboard.serving import web
from ideaboard.serving.__main__ import WEB_PROCESSES
from ideaboard.serving.parent import Child, Parent


def main() -> int:
    program, port = sys.argv[1], int(sys.argv[2])
    spec = importlib.util.spec_from_file_location("floor_program", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    gc.collect()
    gc.freeze()
    child = functools.partial(web.serve, module.app, "127.0.0.1", port)
    return Parent([Child("web server", child) for _ in range(WEB_PROCESSES)], lambda: True, lambda: None).run()


if __name__ == "__main__":
    sys.exit(main())
