# `python -m locale` lists the categories in the order in which the module has them.
import _locale

names = [n for n in vars(_locale) if n.startswith('LC_')]
assert names == ['LC_CTYPE', 'LC_TIME', 'LC_COLLATE', 'LC_MONETARY', 'LC_MESSAGES', 'LC_NUMERIC', 'LC_ALL'], names
