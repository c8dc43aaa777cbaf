# pdb driven by a script: what it shows is compared with what CPython 3.14 shows for the same session.
import difflib
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = '''\
class Account:
    def __init__(self, amount):
        self.amount = amount
    def deposit(self, n):
        if n < 0:
            raise ValueError("negative")
        self.amount += n

def numbers(n):
    for i in range(n):
        yield i * i

def closure(k):
    def inner(x):
        return x + k
    return inner

def outer():
    a = Account(5)
    a.deposit(3)
    t = sum(numbers(3))
    x = closure(10)(t)
    try:
        a.deposit(-1)
    except ValueError as e:
        print("caught", e)
    breakpoint(); y = x
    z = [v for v in range(y)]
    return y

if __name__ == "__main__":
    outer()
    print("end")
'''
COMMANDS = '''\
break Account.deposit
break closure
tbreak numbers
b 16
b outer
c
s
s
r
n
c
w
a
ll
b Account.deposit
c
p n
r
c
c
s
p k, x
r
n
c
u
d
n
n
p e
until
n
n
n
n
n
retval
r
c
'''
SHOWN = '''\
> FILE(1)<module>()
-> class Account:
(Pdb) *** The specified object 'Account.deposit' is not a function or was not found along sys.path.
(Pdb) Breakpoint 1 at FILE:14
(Pdb) Breakpoint 2 at FILE:10
(Pdb) Breakpoint 3 at FILE:16
(Pdb) Breakpoint 4 at FILE:19
(Pdb) > FILE(19)outer()
-> a = Account(5)
(Pdb) --Call--
> FILE(2)__init__()
-> def __init__(self, amount):
(Pdb) > FILE(3)__init__()
-> self.amount = amount
(Pdb) --Return--
> FILE(3)__init__()->None
-> self.amount = amount
(Pdb) > FILE(20)outer()
-> a.deposit(3)
(Pdb) Deleted breakpoint 2 at FILE:10
> FILE(10)numbers()
-> for i in range(n):
(Pdb)   PDBrun()
-> exec(cmd, globals, locals)
  <string>(1)<module>()
  FILE(32)<module>()
-> outer()
  FILE(21)outer()
-> t = sum(numbers(3))
> FILE(10)numbers()
-> for i in range(n):
(Pdb) n = 3
(Pdb)   9  	def numbers(n):
 10  ->	    for i in range(n):
 11  	        yield i * i
(Pdb) Breakpoint 5 at FILE:5
(Pdb) > FILE(14)closure()
-> def inner(x):
(Pdb) *** NameError: name 'n' is not defined
(Pdb) > FILE(16)closure()
-> return inner
(Pdb) > FILE(5)deposit()
-> if n < 0:
(Pdb) caught negative
> FILE(27)outer()
-> breakpoint(); y = x
(Pdb) > FILE(28)outer()
-> z = [v for v in range(y)]
(Pdb) *** NameError: name 'k' is not defined
(Pdb) --Return--
> FILE(29)outer()->15
-> return y
(Pdb) > FILE(33)<module>()
-> print("end")
(Pdb) end
The program finished and will be restarted
> FILE(1)<module>()
-> class Account:
(Pdb) > <string>(1)<module>()
(Pdb) > FILE(1)<module>()
-> class Account:
(Pdb) > FILE(9)<module>()
-> def numbers(n):
(Pdb) > FILE(13)<module>()
-> def closure(k):
(Pdb) *** NameError: name 'e' is not defined
(Pdb) > FILE(18)<module>()
-> def outer():
(Pdb) > FILE(31)<module>()
-> if __name__ == "__main__":
(Pdb) > FILE(32)<module>()
-> outer()
(Pdb) > FILE(19)outer()
-> a = Account(5)
(Pdb) > FILE(20)outer()
-> a.deposit(3)
(Pdb) > FILE(5)deposit()
-> if n < 0:
(Pdb) *** Not yet returned!
(Pdb) --Return--
> FILE(7)deposit()->None
-> self.amount += n
(Pdb) > FILE(14)closure()
-> def inner(x):
(Pdb) 
'''

with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, 'program.py')
    with open(program, 'w') as f:
        f.write(PROGRAM)
    env = {**os.environ, 'HOME': '/nonexistent', 'NO_COLOR': '1'}
    shown = subprocess.run([sys.executable, '-m', 'pdb', program], input=COMMANDS, capture_output=True, text=True, env=env).stdout
shown = re.sub(r'/\S*/[pb]db.py\(\d+\)', 'PDB', shown.replace(program, 'FILE'))
shown = re.sub(r' at 0x[0-9a-f]+', ' at X', shown).rstrip('\n') + '\n'
assert shown == SHOWN, '\n'.join(difflib.unified_diff(SHOWN.splitlines(), shown.splitlines(), 'CPython', 'Kaa', lineterm=''))
