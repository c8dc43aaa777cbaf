# Code of a module as a function, and with await at its top level.
import types, ast, asyncio
code = compile("x = 1\nawait z()\ny = x + 1\n[a for a in (1,2)]\nclass C: q = y", "f", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def z(): await asyncio.sleep(0)
ns = {'z': z}
f = types.FunctionType(code, ns)
asyncio.run(f())
assert ns['y'] == 2 and ns['C'].q == 2
loc = {}
co = eval(compile('x = 1\nawait z()\ny = x + 1', 'f', 'exec', ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), {'z': z}, loc)
asyncio.run(co)
assert loc['y'] == 2
f = types.FunctionType(compile("p = 1\nq = [p for _ in (1,)]", "f", "exec"), ns)
assert f() is None and ns['p'] == 1
class K:
    __init__ = f
try: K()
except TypeError: pass
print('ok')
