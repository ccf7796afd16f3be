"""Mutation operators: one-line faults of Python source, as replacements of a part of a line. Pure.

Operators: comparisons, `and`/`or`, `+`/`-`, `&`/`|`, `not`, negated conditions, booleans, numbers, `min`/`max`,
`any`/`all`, a dropped argument, a returned None. Left out, because no behaviour hangs on it or the result would only
fail to import: annotations, decorators, docstrings, assertions, log calls, and what stands inside an f-string (Python
3.11 does not know its place).
"""

import ast
import re
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.BitAnd: ("&", "|"),
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
TYPES = {"Literal", "Annotated", "Callable"}


@dataclass(frozen=True)
class Fault:
    """A replacement in one line: its number from 1, byte offsets, new text, and what kind of fault it is."""

    line: int
    start: int
    end: int
    new: str
    kind: str


def faults(text: str) -> list[Fault]:
    """List every fault that can be put into a module."""
    finder = _Finder(text)
    finder.visit(ast.parse(text))
    return finder.found


def applied(text: str, fault: Fault) -> str:
    """Put a fault into a module."""
    lines = text.encode().split(b"\n")
    line = lines[fault.line - 1]
    lines[fault.line - 1] = line[: fault.start] + fault.new.encode() + line[fault.end :]
    return b"\n".join(lines).decode()


def is_valid(text: str, fault: Fault) -> bool:
    """Say whether the module still parses and is another one."""
    try:
        after = ast.parse(applied(text, fault))
    except SyntaxError:
        return False
    return ast.dump(after) != ast.dump(ast.parse(text))


class _Finder(ast.NodeVisitor):
    """Walks a module and collects faults."""

    def __init__(self, text: str) -> None:
        self.lines = text.encode().split(b"\n")
        self.found: list[Fault] = []

    def _replace(self, node: Any, new: str, kind: str) -> None:
        if node.lineno == node.end_lineno:
            self.found.append(Fault(node.lineno, node.col_offset, node.end_col_offset, new, kind))

    def _operator(self, left: Any, right: Any, words: tuple[str, str]) -> None:
        """Exchange the operator before `right`, where it stands on the same line."""
        old, new = words
        start = left.end_col_offset if left.end_lineno == right.lineno else 0
        before = self.lines[right.lineno - 1][start : right.col_offset]
        edge = r"\b" if old[0].isalpha() else ""
        match = re.search((edge + re.escape(old).replace(r"\ ", r"\s+") + edge).encode(), before)
        if match:
            at = (start + match.start(), start + match.end())
            self.found.append(Fault(right.lineno, *at, new, f"{old} became {new}"))

    # What is left out

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for one in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(one)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's name

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for one in node.body:
            self.visit(one)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id in TYPES):
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant) and not ast.unparse(node.value).startswith("log."):
            self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Leave it out: an assertion only narrows a type here."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave it out: Python 3.11 does not know the places inside."""

    # What can be faulty

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, how, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self._operator(left, right, COMPARISONS[type(how)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._operator(left, right, words)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in ARITHMETIC:
            self._operator(node.left, node.right, ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not) and node.lineno == node.operand.lineno:
            at = (node.lineno, node.col_offset, node.operand.col_offset)
            self.found.append(Fault(*at, "", "not was dropped"))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value), f"{node.value} became {not node.value}")
        elif isinstance(node.value, int | float):
            self._replace(node, str(node.value + 1), f"{node.value} became {node.value + 1}")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._replace(node.value, "None", "None was returned")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            self._replace(node.func, NAMES[node.func.id], f"{node.func.id} became {NAMES[node.func.id]}")
        if len(node.args) + len(node.keywords) > 1:
            droppable = [*node.args[-1:], *(one for one in node.keywords if one.arg)]
            for one in droppable:
                self._drop(one)
        self.generic_visit(node)

    def _drop(self, node: Any) -> None:
        """Drop an argument with the comma behind it."""
        if node.lineno != node.end_lineno or isinstance(node, ast.Starred):
            return
        behind = re.match(rb"\s*,\s*", self.lines[node.lineno - 1][node.end_col_offset :])
        end = node.end_col_offset + (behind.end() if behind else 0)
        self.found.append(Fault(node.lineno, node.col_offset, end, "", "an argument was dropped"))

    def visit_If(self, node: ast.If | ast.While | ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    visit_While = visit_IfExp = visit_If  # noqa: N815 - ast's names

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if isinstance(test, ast.Name | ast.Attribute | ast.Call):
            at = (test.lineno, test.col_offset, test.col_offset)
            self.found.append(Fault(*at, "not ", "a condition was negated"))
