"""The environment variables that a task's input may set for its job."""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

# What an entry of allowed_overrides says: one name, or all names with a prefix.
_ENTRY = re.compile(r"environment\.([A-Za-z_][A-Za-z0-9_]*\*?)")
# The names of POSIX: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")

# Nobody may set these, in any case, even if an activity lists them: each makes an interpreter, a loader, a
# shell or a library run or trust what the variable says, before the job's program or the worker has begun.
# Sources: ld.so(8), bash(1), python(1), node(1), perlrun(1), ruby(1), git(1), openssl-env(7), the JVM's and
# .NET's documentation, and the list of ENV_BLACKLIST-like names in sudo's env.c.
# Module activity has the same list, in job-variables.tf; tests/repo/test_backends.py compares them.
REFUSED_NAMES = (
    # The worker, the platform and Terraform
    "AWS_*",
    "ECS_*",
    "TASK_*",
    "PAYLOAD_*",
    "DISPATCH_*",
    "MISSED_*",
    "STACK_NAME",
    "LOG_LEVEL",
    "SAGEMAKER_*",
    "SM_*",
    "KUBERNETES_*",
    "BOTO_*",
    # The loader and the C library
    "LD_*",
    "DYLD_*",
    "GLIBC_*",
    "MALLOC_*",
    "GCONV_*",
    "LOCPATH",
    "LOCALDOMAIN",
    "NLSPATH",
    "HOSTALIASES",
    "RES_OPTIONS",
    "TZDIR",
    "ASAN_*",
    "LSAN_*",
    "TSAN_*",
    "UBSAN_*",
    # Shells and what they start
    "BASH*",
    "ENV",
    "SHELLOPTS",
    "PS[0-9]",
    "PROMPT_COMMAND",
    "IFS",
    "CDPATH",
    "FPATH",
    "ZDOTDIR",
    "SHELL",
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "TMP",
    "TEMP",
    "XDG_*",
    "TERM",
    "TERMCAP",
    "TERMINFO*",
    "BROWSER",
    "*PAGER",
    "LESS",
    "LESSOPEN",
    "LESSCLOSE",
    "*EDITOR",
    "VISUAL",
    "*ASKPASS",
    # Interpreters and runtimes
    "PYTHON*",
    "PIP_*",
    "UV_*",
    "CONDA_*",
    "VIRTUAL_ENV",
    "NODE_*",
    "NPM_*",
    "RUBY*",
    "GEM_*",
    "BUNDLE_*",
    "PERL*",
    "PHP*",
    "LUA_*",
    "R_*",
    "JULIA_*",
    "JAVA_*",
    "JDK_*",
    "JRE_*",
    "_JAVA_*",
    "CLASSPATH",
    "MAVEN_*",
    "GRADLE_*",
    "SPARK_*",
    "HADOOP_*",
    "DOTNET_*",
    "CORECLR_*",
    "COR_*",
    "COMPLUS_*",
    "ASPNETCORE_*",
    "ERL_*",
    "ELIXIR_*",
    "GODEBUG",
    "GOTRACEBACK",
    "GUILE_*",
    "TCL*",
    "OCAML*",
    # Libraries that load or trust what they are told
    "GIT_*",
    "SSH_*",
    "SSL_*",
    "SSLKEYLOGFILE",
    "OPENSSL_*",
    "CURL_*",
    "*_CA_BUNDLE",
    "*_CERT",
    "*_CERTS",
    "*_PROXY",
    "WGETRC",
    "NETRC",
    "KRB5*",
    "CUDA_INJECTION*",
    "NVTX_INJECTION*",
    "NCCL_*",
    "OMP_TOOL*",
    "OCL_*",
    "VK_*",
    "GTK_*",
    "QT_*",
    "GIO_*",
    "GST_*",
    "MAGICK_*",
    "GDAL_*",
    "PGSERVICEFILE",
    "PGSYSCONFDIR",
    "MYSQL_HOME",
    "LIBMYSQL_*",
    "ODBC*",
)


def shown(value: object) -> str:
    """Return a value for an error's message: its repr, at most 200 characters, whatever the value is."""
    try:
        return f"{value!r:.200}"
    except (ValueError, RecursionError):
        # Python refuses to write an integer of over 4,300 digits and to descend without limit.
        return f"a value of type {type(value).__name__} that is too large to show"


def is_refused_name(name: str) -> bool:
    """Return whether no input may set this variable: an interpreter, a loader or the worker reads it."""
    return any(fnmatchcase(name.upper(), pattern) for pattern in REFUSED_NAMES)


def problem_of_text(text: str) -> str | None:
    """Return why a process can't be given this text, None if it can."""
    if "\0" in text:
        return "it has a NUL character"
    return "it has half of a surrogate pair" if _has_surrogate(text) else None


def problem_of_variable(name: str, value: object) -> str | None:
    """Return why an input may not set this variable to this value, None if it may."""
    if _NAME.fullmatch(name) is None:
        return "not a name; allowed are letters of ASCII, digits and _, not beginning with a digit"
    if is_refused_name(name):
        return "reserved; an interpreter, a loader, the platform or the worker reads it (docs/contract.md)"
    if not isinstance(value, str):
        return f"{shown(value)}; it must be a string"
    problem = problem_of_text(value)
    return problem and f"{shown(value)}; {problem}"


def problem_of_variables(value: object, allowed: Iterable[str]) -> str | None:
    """Return why these `allowed_overrides` refuse a `job.environment`, None if they allow it."""
    patterns = [match[1] for entry in allowed if (match := _ENTRY.fullmatch(entry))]
    listed = ", ".join(f"environment.{pattern}" for pattern in sorted(patterns))
    if not patterns:
        return "job.environment: not allowed; this activity allows no variables (environment.NAME)"
    if not isinstance(value, Mapping):
        return f"job.environment: {shown(value)}; it must be an object of strings"
    for name, text in value.items():
        problem = problem_of_variable(name, text)
        if problem is None and not any(fnmatchcase(name, pattern) for pattern in patterns):
            problem = f"not allowed; this activity allows: {listed}"
        if problem is not None:
            return f"job.environment.{label(name)}: {problem}"
    return None


def label(name: Any) -> str:
    """Return a field's name for an error's message: as it is if it can be printed."""
    return name if isinstance(name, str) and name.isprintable() and len(name) <= 100 else shown(name)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
