"""What the Why page asks of a run: which part did the work, and how do we know?

Every question is asked when somebody looks, answered as work goes on, and its answer kept with the
run. `assets` finds what was measured over sets of photos, on the very weights that are on screen.
"""
