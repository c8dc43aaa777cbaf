# pytest: collection, fixtures, parametrisation, assertion rewriting, captures, marks, plugins' hooks.
import os, re, subprocess, sys, tempfile

source = '''
import pytest, warnings, sys

@pytest.fixture
def numbers(tmp_path):
    (tmp_path / 'f.txt').write_text('1 2 3')
    yield [int(w) for w in (tmp_path / 'f.txt').read_text().split()]

@pytest.fixture(scope='module', params=['x', 'yy'])
def word(request): return request.param

@pytest.mark.parametrize('a, b, total', [(1, 2, 3), (2, 2, 4), (1, 1, 3)])
def test_add(a, b, total): assert a + b == total

def test_fixture(numbers): assert sum(numbers) == 6
def test_word(word): assert len(word) < 2
def test_dict(): assert {'a': 1, 'b': [1, 2, 3]} == {'a': 1, 'b': [1, 2, 4]}
def test_text(): assert 'one\\ntwo\\nthree' == 'one\\ntwo\\nfour'
def test_raises():
    with pytest.raises(ValueError, match='bad .*'): raise ValueError('bad thing')
def test_output(capsys):
    print('hello'); print('err', file=sys.stderr)
    out = capsys.readouterr()
    assert out.out == 'hello\\n' and out.err == 'err\\n'
def test_patch(monkeypatch):
    monkeypatch.setenv('X_Y', '1')
    import os; assert os.environ['X_Y'] == '1'
@pytest.mark.skip(reason='not now')
def test_skip(): pass
@pytest.mark.xfail(strict=True)
def test_xfail(): assert 0
def test_approx(): assert 0.1 + 0.2 == pytest.approx(0.3)
def test_warns():
    with pytest.warns(UserWarning): warnings.warn('w')
class TestClass:
    def setup_method(self): self.x = 3
    def test_method(self): assert self.x in (1, 2)
def test_error(nothing): pass
def test_deep():
    def f(n): return 1 // n if n < 1 else f(n - 1)
    f(3)
'''
with tempfile.TemporaryDirectory() as d:
    with open(os.path.join(d, 'test_sample.py'), 'w') as f: f.write(source)
    with open(os.path.join(d, 'conftest.py'), 'w') as f:
        f.write('def pytest_report_header(config): return "a header"\ndef pytest_collection_modifyitems(items): items.sort(key=lambda i: i.name)\n')
    for args in (['-v'], ['-q', '-k', 'add or word', '--tb=short'], ['--collect-only', '-q'], ['-x', '-q', '--tb=line']):
        p = subprocess.run([sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', '--color=no', *args, d], cwd=d, capture_output=True, text=True)
        text = p.stdout.replace(d, 'DIR')
        text = re.sub(r'in \d+\.\d+s', 'in T', text)
        text = re.sub(r'platform .*', 'platform', text)
        text = re.sub(r'={3,}|_{3,}|-{3,}', '=', text)   # lengths depend on the time's width
        text = re.sub(r'0x[0-9a-f]+', '0xX', text)
        text = re.sub(r'/tmp/[^ ]*', 'TMP', text)
        print(p.returncode, text, p.stderr)
