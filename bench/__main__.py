"""`python -m bench [visit_rates | import_records | oversight | guidance_register] [options]`: one
measurement, by default visit_rates."""

import runpy
import sys

NAMES = ("visit_rates", "import_records", "oversight", "guidance_register")

name = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in NAMES else NAMES[0]
runpy.run_module(f"bench.{name}", run_name="__main__")
