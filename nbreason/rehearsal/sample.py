"""The fixed part of every answer: what the Markdown of a reasoning model can look like."""

from __future__ import annotations

# Lists are nested by two spaces because that is how models write them, and renderers must cope with it.
SAMPLE = r"""
A real model answers in Markdown, which the notebook renders. This part is the same for every question:

- Two peaks often mean two groups.
  - Each group has its own mean and spread.
  - Where the groups overlap, the histogram has a valley.
- Ways to check:
  - colour the points by a second variable;
  - fit a mixture of two normal densities.

| step | what to look at | tool |
|:--|:--|:--|
| 1 | spread of each column | summary table |
| 2 | relation of the two columns | scatter plot |

```python
from statistics import mean, stdev

sample = [1.8, 2.1, 4.3, 4.5]
print(f"mean {mean(sample):.2f}, standard deviation {stdev(sample):.2f}")
```

The mean of $n$ values is $\bar x = \frac{1}{n}\sum_{i=1}^{n} x_i$; the density of two groups that are mixed
in the shares $w$ and $1-w$ is

$$
f(x) = w\,\varphi(x; \mu_1, \sigma_1) + (1 - w)\,\varphi(x; \mu_2, \sigma_2).
$$
""".lstrip()

THINKING = (
    "This is rehearsed reasoning text. ",
    "The question and what came with it are read first. ",
    "Then they are measured, not understood: ",
    "no model is at work here.",
)

REFUSAL = "I can't help with that. (A refusal rehearsed on request; no model was asked.)"
