"""Bars as SVG to stand in a page: no script, nothing from elsewhere, and the page's own colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import leather  # type: ignore[import-untyped]

_WIDTH, _ROW, _AXIS = 720, 22, 70  # units of the drawing: a page may scale it
_MARKS = 5  # on the axis, at most, besides 0

leather.theme.background_color = "none"
leather.theme.label_color = leather.theme.zero_color = "currentColor"
leather.theme.tick_color = "var(--faint)"
leather.theme.tick_font_family = "inherit"
leather.theme.tick_font_char_width = 8.5  # no name is cut, in a wide font neither
leather.theme.margin = 0.03


@dataclass(frozen=True)
class Bar:
    """One bar; a ``vague`` one is drawn pale: it may be that long, or shorter."""

    name: str
    length: int
    vague: bool = False


def bars(name: str, description: str, rows: Sequence[Bar], whole: int = 0) -> str:
    """Return a drawing with a bar for each of ``rows``, one at least; read aloud it is ``name`` and ``description``.

    With ``whole`` the axis reaches it, so that bars are seen as parts of it.
    """
    marks = _marks(max(whole, *(row.length for row in rows)))
    vague = {row.name for row in rows if row.vague}
    chart = leather.Chart()
    chart.add_bars(
        [(row.length, row.name) for row in rows],
        fill_color=lambda bar: "var(--vague)" if bar.y in vague else "var(--bar)",
    )
    chart.add_x_scale(0, marks[-1])
    chart.add_x_axis(ticks=marks)
    height = _AXIS + _ROW * len(rows)
    return _accessible(chart.to_svg(width=_WIDTH, height=height), name, description, height)


def _marks(longest: int) -> list[int]:
    """Return round numbers from 0 to at least ``longest``."""
    steps = (unit * 10**power for power in range(9) for unit in (1, 2, 5))
    step = next(step for step in steps if step * _MARKS >= longest)
    return [step * n for n in range(-(-max(longest, 1) // step) + 1)]


def _accessible(svg: str, name: str, description: str, height: int) -> str:
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    drawing = ElementTree.fromstring(svg)  # noqa: S314 - drawn here
    drawing.attrib.pop("width"), drawing.attrib.pop("height")
    drawing.attrib |= {"viewBox": f"0 0 {_WIDTH} {height}", "role": "img", "aria-label": f"{name}. {description}"}
    for place, (tag, text) in enumerate((("title", name), ("desc", description))):
        element = ElementTree.Element(f"{{http://www.w3.org/2000/svg}}{tag}")
        element.text = text
        drawing.insert(place, element)
    return ElementTree.tostring(drawing, encoding="unicode")
