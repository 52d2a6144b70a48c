"""What a retro says by itself, what people may write in it, and when it may be published.

`facts.gather` turns the rows of an incident into values; everything else reads those:
moments and gaps, phases, deviations, figures, contradictions, and the draft of each section.
"""
