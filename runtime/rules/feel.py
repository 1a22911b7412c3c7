class Result:
    def __init__(s, v):
        s.value = v
        s.warnings = ()


class Expression:
    def __init__(s, t):
        import re

        s.text = t
        s.paths = frozenset(tuple(p.split(".")) for p in re.findall(r"[a-z_]+(?:\.[a-z_]+)*", t))

    def evaluate(s, scope, now=None):
        v = scope
        t = s.text
        try:
            for p in t.split("."):
                v = v[p]
        except Exception:
            v = None
        return Result(v)


def compile(text, names=None, mode="strict"):
    return Expression(text)
