"""HCL as text, position by position: what is code in it, and where a bracket closes.

python-hcl2 does not tell where in a line something is, nor what a heredoc interpolates.
"""

from __future__ import annotations

import re

_HEREDOC = re.compile(r"<<-?\s*(\w+)\n")
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
# Escaped: $${ and %%{ begin no interpolation.
_LITERAL = re.compile(r"\\.|\$\$\{|%%\{", re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"


class _Scanner:
    """Copies a text, with blanks for comments and for the literal parts of strings."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.out = text, 0, []  # type: tuple[str, int, list[str]]

    def code(self, *, until_brace: bool) -> None:
        """Copy code: up to the end, or through the brace that ends an interpolation."""
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if comment := _COMMENT.match(self.text, self.at):
                self._blank(comment.end())
            elif heredoc := _HEREDOC.match(self.text, self.at):
                self._heredoc(heredoc)
            elif char == '"':
                self._keep()
                self._template(re.compile('"'))
                self._keep()
            else:
                depth += (char == "{") - (char == "}")
                if until_brace and depth < 0:
                    self._keep()
                    return
                self._keep()

    def _heredoc(self, opening: re.Match[str]) -> None:
        self._blank(opening.end())
        end = re.compile(rf"(?<=\n)[ \t]*{opening[1]}\b")
        self._template(end)
        if closing := end.match(self.text, self.at):
            self._blank(closing.end())

    def _template(self, end: re.Pattern[str]) -> None:
        """Blank a string's literal parts, copy its interpolations; stop before its end."""
        while self.at < len(self.text) and not end.match(self.text, self.at):
            if literal := _LITERAL.match(self.text, self.at):
                self._blank(literal.end())
            elif self.text.startswith(("${", "%{"), self.at):
                self._blank(self.at + 1)
                self._keep()
                self.code(until_brace=True)
            else:
                self._blank(self.at + 1)

    def _keep(self) -> None:
        self.out.append(self.text[self.at : self.at + 1])
        self.at += 1

    def _blank(self, end: int) -> None:
        self.out.append(re.sub(r"[^\n]", " ", self.text[self.at : end]))
        self.at = end


def only_code(text: str) -> str:
    """Return the text with blanks in place of comments and literal strings; positions stay the same."""
    scanner = _Scanner(text)
    scanner.code(until_brace=False)
    return "".join(scanner.out)


def closing(code: str, start: int) -> int:
    """Return the position of the bracket that closes the innermost one open at `start`, or the end."""
    depth = 0
    for position in range(start, len(code)):
        depth += (code[position] in _OPEN) - (code[position] in _CLOSE)
        if depth < 0:
            return position
    return len(code)


def opening(code: str, start: int) -> int:
    """Return the position of the innermost bracket that is open at `start`, or -1."""
    depth = 0
    for position in range(start - 1, -1, -1):
        depth += (code[position] in _CLOSE) - (code[position] in _OPEN)
        if depth < 0:
            return position
    return -1


def line(text: str, position: int) -> int:
    """Return the number of the line that a position is in."""
    return text.count("\n", 0, position) + 1
