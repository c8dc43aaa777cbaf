# Statements of the interactive loop have numbered names, which tracebacks don't show; the parser's errors, raised before a statement has its number, do
# not have them. A SyntaxError without a text shows a line of the statement.
import subprocess
import sys

session = r'''import sys
def f(): return sys._getframe().f_code.co_filename

f()
a b c

return 1
sys.last_value.args, sys.last_value.text
compile("return 1", "zz", "exec")
x = (1,
2, 3 4,

sys.last_value.args
1/0
import warnings; warnings.simplefilter("error")
"\d"
1 is 1
'''
run = subprocess.run([sys.executable, '-q', '-i'], input=session, capture_output=True, text=True, env={'PYTHONSTARTUP': ''})
assert run.returncode == 0
assert run.stdout == '''\
'<stdin-1>'
(("'return' outside function", ('<stdin-4>', 1, 1, None, 1, 9)), 'return 1\\n')
('invalid syntax. Perhaps you forgot a comma?', ('<stdin>', 2, 4, '2, 3 4,', 2, 7))
''', run.stdout
assert run.stderr == r'''>>> >>> ... >>> >>>   File "<stdin>", line 1
    a b c
      ^
SyntaxError: invalid syntax
>>> >>>   File "<stdin-4>", line 1
    return 1
    ^^^^^^^^
SyntaxError: 'return' outside function
>>> >>> Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
    compile("return 1", "zz", "exec")
    ~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "zz", line 1
    compile("return 1", "zz", "exec")
    ^^^^^^^^
SyntaxError: 'return' outside function
>>> ...   File "<stdin>", line 2
    2, 3 4,
       ^^^
SyntaxError: invalid syntax. Perhaps you forgot a comma?
>>> >>> >>> Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero
>>> >>>   File "<stdin>", line 1
    "\d"
     ^^
SyntaxError: "\d" is an invalid escape sequence. Did you mean "\\d"? A raw string is also an option.
>>>   File "<stdin-11>", line 1
    1 is 1
    ^^^^^^
SyntaxError: "is" with 'int' literal. Did you mean "=="?
>>> 
''', run.stderr

# A program that is read from the standard input has no such names, and nothing to show.
run = subprocess.run([sys.executable, '-'], input='x = 1\nreturn 1\n', capture_output=True, text=True)
assert run.stderr == '  File "<stdin>", line 2\nSyntaxError: \'return\' outside function\n', run.stderr

# Errors of scopes and of future imports have their place in attributes only.
for source, where in ('def f(x, x): pass', (1, 10)), ('nonlocal x', (1, 1)), ('from __future__ import q', (1, 24)), ('x: int; global x', (1, 9)):
    try:
        compile(source, 'name', 'exec')
    except SyntaxError as e:
        assert e.args == (e.msg,) and (e.filename, e.lineno, e.offset, e.text) == ('name', *where, None), (source, e.args)
    else:
        assert 0, source
try:
    compile('return', 'name', 'exec')
except SyntaxError as e:
    assert e.args == ("'return' outside function", ('name', 1, 1, None, 1, 7)), e.args
