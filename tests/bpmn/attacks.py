"""Texts that attack the evaluator of FEEL: through size, depth, numbers, texts, patterns, dates, recursion and Python itself."""

from __future__ import annotations

PYTHON = [
    "open('/etc/passwd').read()[:20]",
    "__import__('os').popen('id').read()",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='_wrap_close'][0].__init__.__globals__",
    "'{0.__class__.__init__.__globals__}'.format(o)[:40]",
    "9**9**8 > 1",
    "len('a'*10**10)",
    "len([0 for i in range(10**9)])",
    "max(range(10**11))",
    "(lambda f: f(f))(lambda f: f(f))",
    "o.__class__.__mro__[1].__subclasses__()",
    'function(x) external {java: {class: "java.lang.Runtime", method signature: "exec(java.lang.String)"}}',
]
NUMBERS = [
    *("2 ** 1e6000", "1e6000 ** 1e6000", "exp(exp(exp(10)))", "log(1e-6000) ** 1e10", "decimal(1e6000, 6176)"),
    *(
        "for i in 1..9000 return exp(i)",
        "for i in 1..9000 return log(i + 0.5)",
        "for i in 1..9000 return i ** 0.333333",
    ),
    "for i in 1..5000 return 1.000000000000000000000000000000001 ** (10 ** 30 + i)",
    "for i in 1..1000 return decimal(1e300 / 3, 6000)",
    "string join(for i in 1..9000 return string(decimal(1 / 3, 6000)))",
    *(
        f'number("{"9" * 30_000}")',
        f'number("1e{"9" * 30_000}")',
        "1" * 32_768,
        ".1" * 16_000,
        "sum(for i in 1..19000 return 1e6000)",
    ),
]
DATES = [
    *('@"2026-01-01" + @"P999999999D"', '@"9999-12-31" + @"P999999999Y"', "date(1e30, 1, 1)", "time(1e6000, 0, 0)"),
    *('@"-999999999-01-01" - @"999999999-12-31"', '@"P999999999D" * 1e6000', '@"P1D" / 1e-6000'),
    *('@"P11999999999Y" + @"P11999999999Y"', f'duration("PT{"9" * 30_000}S")', f'@"{"9" * 30_000}"'),
    *("date and time(1e9, 1e9, 1e9, 1e9, 1e9, 1e9)", 'for i in [@"0001-01-01"..@"9999-12-31"] return i'),
]
LOOPS = [
    "for a in 1..20000 return for b in 1..20000 return for c in 1..20000 return 1",
    "every a in 1..9999, b in 1..9999, c in 1..9999 satisfies a > 0",
    "some a in (for i in 1..20000 return i) satisfies some b in (for i in 1..20000 return i) satisfies a = -b",
    *(
        "for i in -100000000000..100000000000 return i",
        "for i in 1..1e6000 return i",
        "for i in 1..20000 return partial",
    ),
    "(for i in 1..19000 return {a: i, b: [i, i, i]})[a = 19001 or b[1] > 19001]",
    *("sort(for i in 1..19000 return -i)", "median(for i in 1..19000 return -i)", "mode(for i in 1..19000 return i)"),
    "count(distinct values(for i in 1..19000 return i))",
]


def _doubled(step: str, result: str) -> str:
    return f"{{f: function(s, n) if n = 0 then s else f({step}, n - 1), r: {result}}}.r"


RECURSION = [
    "{fib: function(n) if n < 2 then n else fib(n - 1) + fib(n - 2), r: fib(50)}.r",
    "{ack: function(m, n) if m = 0 then n + 1 else if n = 0 then ack(m - 1, 1) else ack(m - 1, ack(m, n - 1)), r: ack(4, 3)}.r",
    *("{a: function(n) b(n), b: function(n) a(n), r: a(1)}.r", "(function(x) x(x)(x))(function(x) x(x)(x))"),
    *(_doubled("concatenate(s, s)", "f([1], 30)"), _doubled("flatten([s, s])", "f([1], 30)")),
    *(_doubled("append(s, s)", "string(f([1], 30))"), _doubled("string join([s, s, s, s])", 'f("x", 30)')),
    *(_doubled("upper case(s + s)", 'f("ß", 30)'), _doubled('replace(s, ".", "$0$0")', 'f("ab", 30)')),
    _doubled('context put({}, "a", [s, s])', "string(f({}, 50))"),
    _doubled("context merge([{a: s, b: s}])", "f({}, 50) = f({}, 50)"),
    *(
        _doubled("{a: s, b: s}", "get entries(f(1, 50))"),
        _doubled("{a: s, b: s}", "f(1, 50) instance of context<a: context>"),
    ),
    *(_doubled("[s, s]", f"{call}") for call in ("f([1], 30).a", "f([1], 30)[item.a = 1]", "max(f([1], 30))")),
    *(_doubled("[s, s]", f"{call}(f([1], 30))") for call in ("distinct values", "flatten", "sort", "mode", "reverse")),
    *(
        _doubled("[s, s]", f"{call}(f([1], 30), f([2], 30))")
        for call in ("list contains", "index of", "union", "append")
    ),
]
PATTERNS = [
    'matches(string join(for i in 1..9000 return "aaaaaaaa"), "(a|aa)+(a|aa)+(a|aa)+$b")',
    'replace(string join(for i in 1..9000 return "aaaaaaaa"), "(a|aa)+?(a|aa)*(b?)", "$1")',
    *('matches("a", "(((((a{99}){99}){99}){99}){99})")', 'matches("x", "x{0,2000000000}")'),
    *(f'matches("aaaa", "{"(a?)" * 2000}")', f'matches("a", "{"(" * 3000}a{")" * 3000}")'),
    *(f'matches("a", "{"[a-z-" * 500}a{"]" * 500}")', 'matches("' + "ab" * 4000 + '", "(?:(?:a|b)*(?:ab)*)*c")'),
    'matches("a", "[' + "\\\\p{L}" * 3000 + ']+")',
]
DEPTH = [
    *(part * 3000 for part in ("{", "{a:", "for i in ", "function(x) ", "some x in ", "1 between ", "if ", "list<")),
    *("a." * 12_000, "-" * 30_000, "not(" * 8000 + "true", "1 in " * 8000, "(" * 30_000, "x(" * 10_000, "x[" * 10_000),
    *(
        "@" * 30_000,
        '"' + "\\" * 30_000 + '"',
        "/*" * 15_000,
        "//" * 15_000,
        "." * 30_000,
        "a b " * 8000,
        "a=" * 9000 + "a",
    ),
    *("1 + " * 8000 + "1", "true and " * 3000 + "true", f"[1{',2' * 16_000}]", f"f(1{',2' * 16_000})"),
    *("{" + ",".join(f"a{n}:{n}" for n in range(3000)) + "}", "1 instance of " + "context<a: " * 3000),
    *("1 instance of " + "function<" * 3000, " " * 32_000, "\x00" * 100, "\ud800" * 100, "é" * 30_000, "中" * 32_768),
]
ALL = [*PYTHON, *NUMBERS, *DATES, *LOOPS, *RECURSION, *PATTERNS, *DEPTH]
