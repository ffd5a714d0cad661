"""A grammar of answers: paragraphs, headings, nested lists, quotes, fences, tables and maths."""

from __future__ import annotations

import random

WORDS = [
    *(
        "mean",
        "variance",
        "the",
        "a",
        "of",
        "sample",
        "residual",
        "plot",
        "fit",
        "model",
        "gradient",
        "loss",
        "is",
    ),
    *(
        "data",
        "are",
        "we",
        "then",
        "use",
        "because",
        "peak",
        "two",
        "3",
        "10",
        "0.05",
        "n",
        "p-value",
        "f(x)",
    ),
    *("cross-validation", "snake_case", "don't", "x*y", "e.g.", "C++", "2*3", "~5", "résumé", "平均"),
    *("&", "<", ">", "|", "#", "!", "="),
]


class Writer:
    """Writes one document. Every choice comes from the seed: one that differs can be written again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def document(self) -> str:
        return "\n".join(self.blocks(self.random.randint(1, 6), 0)) + "\n"

    def blocks(self, count: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            block = self.random.choice(self.kinds(depth))()
            tight = lines and self.random.random() < 0.3
            lines += [*([] if tight or not lines else [""]), *block]
        return lines

    def kinds(self, depth: int) -> list:
        leaves = [
            self.paragraph,
            self.paragraph,
            self.fence,
            self.table,
            self.maths,
            self.heading,
            self.rule,
            self.code,
        ]
        if depth > 3:
            return leaves
        containers = [lambda: self.bullets(depth), lambda: self.numbers(depth), lambda: self.quote(depth)]
        return leaves + containers * 2

    def word(self) -> str:
        return self.random.choice(WORDS)

    def phrase(self, most: int = 6) -> str:
        return " ".join(self.word() for _ in range(self.random.randint(1, most)))

    def span(self) -> str:
        text = self.phrase(3)
        return self.random.choice(
            (
                f"**{text}**",
                f"*{text}*",
                f"***{text}***",
                f"_{text}_",
                f"__{text}__",
                f"~~{text}~~",
                f"`{text}`",
                f"``{text} ` {text}``",
                f"[{text}](https://example.org/{self.random.randint(1, 9)})",
                f"**{text}:** *{text}*",
                f"**{text} `code` *{self.word()}***",
                "$x_1 + y^2$",
                "\\(a_{ij} * b_{jk}\\)",
                "<https://example.org>",
                "\\*not emphasis\\*",
                "&eacute;&nbsp;&lt;",
                "<b>tag</b>",
                f"![{text}](https://example.org/a.png)",
            )
        )

    def text(self) -> str:
        parts = [self.span() if self.random.random() < 0.3 else self.phrase() for _ in range(self.random.randint(1, 5))]
        return "The " + " ".join(parts)

    def paragraph(self) -> list[str]:
        ends = ["", "", "  ", "\\"]
        lines = [self.text() + self.random.choice(ends) for _ in range(self.random.randint(0, 2))]
        return [*lines, self.text()]

    def heading(self) -> list[str]:
        if self.random.random() < 0.2:
            return [self.text(), self.random.choice(("===", "---"))]
        return ["#" * self.random.randint(1, 6) + " " + self.text()]

    def rule(self) -> list[str]:
        return [self.random.choice(("---", "***", "- - -", "___"))]

    def fence(self) -> list[str]:
        fence = self.random.choice(("```", "~~~", "````"))
        body = [self.random.choice(("def f(x):", "    return x", "", "# a", "- b", "$5", "<b>")) for _ in range(3)]
        return [fence + self.random.choice(("", "python", "r", "text")), *body, fence]

    def code(self) -> list[str]:
        return ["", "    x = 1", "", "        y = 2", ""]

    def maths(self) -> list[str]:
        return self.random.choice(
            (
                ["$$", "\\frac{a_1}{b_1}", "+ c * d", "$$"],
                ["$$a_1 = b_1 * c_1$$"],
                ["\\[", "x_1 = y_1", "- z_1", "\\]"],
                ["\\begin{align}", "a &= b_1 \\\\", "c &= d_1", "\\end{align}"],
            )
        )

    def table(self) -> list[str]:
        width = self.random.randint(1, 4)
        outer = self.random.random() < 0.7 or width == 1
        rows = [[self.cell() for _ in range(width)] for _ in range(self.random.randint(1, 4))]
        rules = [self.random.choice(("---", ":--", "--:", ":-:")) for _ in range(width)]
        table = [rows[0], rules, *rows[1:]]
        return [("| " + " | ".join(row) + " |") if outer else " | ".join(row) for row in table]

    def cell(self) -> str:
        cells = (
            "1",
            "0.5",
            "a b",
            "**bold**",
            "`code`",
            "$x_1$",
            "",
            "a \\| b",
            "[l](https://example.org/1)",
            "*i*",
        )
        return self.random.choice(cells)

    def bullets(self, depth: int) -> list[str]:
        mark = self.random.choice("-*+")
        return self.items(lambda number: mark, depth)

    def numbers(self, depth: int) -> list[str]:
        start = self.random.choice((1, 1, 1, 0, 3, 10))
        end = self.random.choice(".)")
        return self.items(lambda number: f"{start + number}{end}", depth)

    def items(self, mark, depth: int) -> list[str]:
        loose = self.random.random() < 0.3
        # Models indent by the width of the marker, or always by two, three or four; those that pad their
        # markers to four columns indent by four.
        wide = self.random.random() < 0.25
        indent = 4 if wide else self.random.choice((0, 0, 0, 2, 3, 4))
        lines: list[str] = []
        for number in range(self.random.randint(1, 4)):
            head = f"{mark(number):<3} " if wide else mark(number) + " "
            nested = self.random.random() < 0.4
            body = self.blocks(self.random.randint(1, 2), depth + 1) if nested else [self.text()]
            if nested and self.random.random() < 0.7:
                body = [self.text(), *([""] if self.random.random() < 0.3 else []), *body]
            width = indent or len(head)
            lines += [""] if loose and lines else []
            lines += [head + body[0], *(" " * width + line if line else "" for line in body[1:])]
        return lines

    def quote(self, depth: int) -> list[str]:
        return ["> " + line if line else ">" for line in self.blocks(self.random.randint(1, 3), depth + 1)]


def document(seed: int) -> str:
    """The document of this seed."""
    return Writer(seed).document()
