"""Does a network know which degradation it sees, at which iteration, and better than a null model?

`layout` names the axes that all modules share, `sources` what of an iteration is embedded,
`build`, `packing` and `bank` make and hold a bank of photos under every rendition, `maps` and
`journeys` draw it and place new runs, `separation`, `probe`, `composition` and `scores` put
numbers to it, `items` says what a point is. ``python -m analysis.embedding`` does it all.
"""
