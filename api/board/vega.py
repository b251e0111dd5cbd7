"""Draws charts: a program of its own, which reads a Vega-Lite specification a line and answers with its SVG.

It runs as a child (`charts.py`), for drawing holds up every thread of its process for a fifth of a second and takes a
hundred megabytes. It ends when its parent does.
"""

import json
import sys

import vl_convert


def main() -> None:
    """Answers each line of input with one of output, as JSON: the SVG, or null for what cannot be drawn."""
    for line in sys.stdin:
        try:
            svg = vl_convert.vegalite_to_svg(json.loads(line), allowed_base_urls=[])
        except ValueError:
            svg = None
        sys.stdout.write(json.dumps(svg) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
