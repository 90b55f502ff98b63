"""Whether a policy's resource can name a resource of a type, as the reference writes its ARN."""

import functools
import re
from dataclasses import dataclass

ARN = re.compile(r"arn:(aws|aws-[a-z-]+|\*):[a-z0-9-]+:[a-z0-9-]*\*?:(\d{12}|aws|\*)?:.+")
VARIABLE = re.compile(r"\$\{(\w+)\}")
# Names that contain slashes; what stands for a whole path or key has one of these words in its name.
WITH_SLASHES = re.compile(
    r"WithPath|Path$|ObjectName|LogGroupName|LogStreamName|RepositoryName|DomainId|WithoutLeadingSlash|SecretId"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One character, or (`many`) any number of them; none in `characters` means any except `excluded`."""

    characters: str = ""
    excluded: str = ""
    many: bool = False

    def meets(self, other: "Part") -> bool:
        """Whether one character fits both."""
        if self.characters and other.characters:
            return self.characters == other.characters
        return not any(a.characters and a.characters in b.excluded for a, b in ((self, other), (other, self)))


def is_arn(text: str) -> bool:
    """Whether a policy's resource has the form of an ARN, with or without wildcards."""
    return ARN.fullmatch(text) is not None


@functools.cache
def fits(pattern: str, template: str) -> bool:
    """Whether some resource whose ARN has the form of `template` matches a policy's `pattern`."""
    return _meet(_of_pattern(pattern), _of_template(template))


@functools.cache
def _of_pattern(pattern: str) -> tuple[Part, ...]:
    # A variable such as ${aws:PrincipalTag/team} can become any text.
    text = re.sub(r"\$\{[^}]*\}", "*", pattern)
    wildcards = {"*": Part(many=True), "?": Part()}
    return tuple(wildcards.get(character, Part(characters=character)) for character in text)


@functools.cache
def _of_template(template: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, text in enumerate(VARIABLE.split(template)):
        if index % 2 == 0:
            parts += [Part(characters=character) for character in text]
            continue
        excluded = ":" if WITH_SLASHES.search(text) else ":/"
        excluded = "" if text == "ObjectName" else excluded
        parts += [Part(excluded=excluded), Part(excluded=excluded, many=True)]
    return tuple(parts)


def _meet(left: tuple[Part, ...], right: tuple[Part, ...]) -> bool:
    """Whether some text fits both: how far each has come, for every text at once."""
    reached, seen = [(0, 0)], {(0, 0)}
    while reached:
        i, j = reached.pop()
        if (i, j) == (len(left), len(right)):
            return True
        for step in _steps(left[i : i + 1], right[j : j + 1]):
            after = (i + step[0], j + step[1])
            if after not in seen:
                seen.add(after)
                reached.append(after)
    return False


def _steps(left: tuple[Part, ...], right: tuple[Part, ...]) -> list[tuple[int, int]]:
    steps = [(1, 0) for part in left if part.many] + [(0, 1) for part in right if part.many]
    if left and right and left[0].meets(right[0]):
        steps.append((0 if left[0].many else 1, 0 if right[0].many else 1))
    return steps
