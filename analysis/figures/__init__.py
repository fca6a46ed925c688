"""Figures for papers and slides: recipes in, camera-ready files out, the same to the byte every time.

`kinds` lists them; a recipe gathers a composition (`spec`), which paints itself on a `sheet` of a
`presets` width; `export` makes all files of an order, and ``python -m analysis.figures MANIFEST``
makes them again.
"""
