"""Parse an expression once, and evaluate it with variables.

AWS does not document how it treats integers over 2^53 (here, a value that is only passed on keeps
all digits; arithmetic and $string round it, as JSONata's doubles do), nor how long an expression
may take (here, SECONDS).
"""

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.timebox import Timebox
from jsonata.utils import Utils

from localcloud.stepfunctions.jsonata.functions import FUNCTIONS, FunctionError

SECONDS = 5
_MOST_PARSED = 4_096


class InvalidExpressionError(ValueError):
    """The expression does not parse."""


class EvaluationError(ValueError):
    """The expression has no value that is JSON; the text says why, as the end of a sentence."""


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A parsed expression; threads may share it."""

    text: str
    parsed: Jsonata

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """Return the value as JSON that shares nothing with the variables; EvaluationError."""
        frame = self.parsed.create_frame(None)
        for name, value in {**FUNCTIONS, **variables}.items():
            frame.bind(name, Utils.NULL_VALUE if value is None else value)
        # Not in the constructor: there, the clock would start when the expression is parsed.
        Timebox(frame, timeout=SECONDS * 1_000)
        try:
            value = self.parsed.evaluate(None, frame)
        except JException as error:
            raise EvaluationError(
                f"threw an error during evaluation. {error.error}: {error}"
            ) from error
        # Python's own errors are errors of the expression too, such as a division by zero.
        except (FunctionError, ArithmeticError, LookupError, RecursionError) as error:
            raise EvaluationError(f"threw an error during evaluation. {error}") from error
        except (AttributeError, TypeError, ValueError, re.error) as error:
            raise EvaluationError(f"threw an error during evaluation. {error}") from error
        if value is None:
            raise EvaluationError("returned nothing (undefined).")
        return _plain(value)


@functools.lru_cache(maxsize=_MOST_PARSED)
def parse(text: str) -> Expression:
    """Return the expression; InvalidExpressionError with the parser's own words."""
    try:
        parsed = Jsonata(text)
    except JException as error:
        raise InvalidExpressionError(str(error)) from error
    except (AttributeError, IndexError, TypeError, ValueError, re.error) as error:
        raise InvalidExpressionError(f"not an expression: {error}") from error
    # Otherwise null and undefined would be the same.
    parsed.set_output_convert_nulls(False)
    return Expression(text=text, parsed=parsed)


def _plain(value: Any) -> Any:
    """Copy a value to JSON's types; EvaluationError if it has others, such as functions."""
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EvaluationError(f"returned a number out of range: {value}.")
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    raise EvaluationError("returned an unsupported result type.")
