# _elementtree: elements, search, iteration, copies, the builder, the parser and its events.
import copy
import pickle
import xml.etree.ElementTree as ET
import _elementtree

assert ET.Element is _elementtree.Element and ET.XMLParser is _elementtree.XMLParser


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


e = ET.Element("a", {"x": "1"}, y="2")
assert e.attrib == {"x": "1", "y": "2"} and e.text is None and e.tail is None and len(e) == 0
b = ET.SubElement(e, "b", k="v")
c = ET.SubElement(b, "c")
e.text, b.text, b.tail, c.tail = "1", "2", "5", "4"
c.text = "3"
assert list(e) == [b] and e[0] is b and e[-1] is b and e[:] == [b] and e.find("b") is b and e.find("b/c") is c and e.find("q") is None
assert [x.tag for x in e.iter()] == ["a", "b", "c"] and list(e.iter("c")) == [c] and list(e.itertext()) == ["1", "2", "3", "4", "5"]
assert e.findtext("b") == "2" and e.findtext("z", "?") == "?" and e.findall("*") == [b] and e.get("x") == "1" and e.get("q", 5) == 5
assert e.keys() == ["x", "y"] and e.items() == [("x", "1"), ("y", "2")]
raises(IndexError, "child index out of range", e.__getitem__, 5)
raises(TypeError, 'expected an Element, not "int"', e.__setitem__, 0, 5)
raises(TypeError, "element indices must be integers", e.__getitem__, "a")
raises(TypeError, "append() argument 1 must be xml.etree.ElementTree.Element, not int", e.append, 5)
raises(TypeError, "Element() argument 2 must be dict, not int", ET.Element, "a", 5)
raises(ValueError, "Element.remove(x): element not found", e.remove, ET.Element("x"))
e.insert(0, ET.Element("first"))
e.extend([ET.Element("x"), ET.Element("y")])
assert [x.tag for x in e] == ["first", "b", "x", "y"]
del e[2:]
e[0:1] = [ET.Element("p"), ET.Element("q")]
e.remove(e[1])
assert [x.tag for x in e] == ["p", "b"]
for twin in (copy.copy(e), copy.deepcopy(e), pickle.loads(pickle.dumps(e))):
    assert ET.tostring(twin) == ET.tostring(e) and twin is not e
assert copy.copy(e)[1] is b and copy.deepcopy(e)[1] is not b
e.clear()
assert len(e) == 0 and not e.attrib and e.text is None

class Own(ET.Element):
    pass

own = Own("own")
own.extra = own
assert own.extra is own and ET.tostring(own) == b"<own />"

builder = ET.TreeBuilder(insert_comments=True)
builder.start("a", {})
builder.data("x")
builder.data("y")
builder.comment("note")
builder.data("z")
builder.end("a")
root = builder.close()
assert root.text == "xy" and root[0].tag is ET.Comment and root[0].tail == "z"
raises(ET.ParseError, "multiple elements on top level", builder.start, "b", {})
raises(IndexError, "pop from empty stack", ET.TreeBuilder().end, "a")

root = ET.fromstring('<r xmlns="u" xmlns:p="v" p:k="1">t<p:c/>s<?pi x?></r>')
assert root.tag == "{u}r" and root.attrib == {"{v}k": "1"} and root[0].tag == "{v}c" and root[0].tail == "s"
err = raises(ET.ParseError, "mismatched tag: line 1, column 5", ET.fromstring, "<a></b>")
assert err.code == 7 and err.position == (1, 5)
parser = ET.XMLParser()
parser.entity["e"] = "resolved"
parser.feed('<!DOCTYPE a SYSTEM "x"><a>&e;</a>')
assert parser.close().text == "resolved"
parser = ET.XMLParser()
raises(ET.ParseError, "undefined entity &f;: line 1, column 26", parser.feed, '<!DOCTYPE a SYSTEM "x"><a>&f;</a>')

class Target:
    def __init__(self):
        self.log = []

    def start(self, tag, attrs):
        self.log.append((tag, attrs))

    def doctype(self, *args):
        self.log.append(args)

    def start_ns(self, *args):
        self.log.append(args)

    def close(self):
        return self.log


assert ET.fromstring('<!DOCTYPE a PUBLIC "p" "s"><a xmlns="u" b="c"><d/></a>', ET.XMLParser(target=Target())) == [
    ("a", "p", "s"), ("", "u"), ("{u}a", {"b": "c"}), ("{u}d", {})]

class Failing:
    def start(self, tag, attrs):
        raise KeyError(tag)


raises(KeyError, "'a'", ET.XMLParser(target=Failing()).feed, "<a><b/></a>")
pull = ET.XMLPullParser(("start", "end", "comment", "pi", "start-ns", "end-ns"))
pull.feed('<?x y?><!--c--><a xmlns="u">')
pull.feed("<b/></a>")
assert [(kind, getattr(x, "tag", x)) for kind, x in pull.read_events()] == [
    ("pi", ET.PI), ("comment", ET.Comment), ("start-ns", ("", "u")), ("start", "{u}a"), ("start", "{u}b"), ("end", "{u}b"), ("end", "{u}a"), ("end-ns", None)]

# Children change under an iterator.
root = ET.fromstring("<a><b/><c/><d/></a>")
seen = []
for x in root.iter():
    seen.append(x.tag)
    if x.tag == "b":
        root.remove(root[1])
assert seen == ["a", "b", "d"]
deep = top = ET.Element("n")
for i in range(20000):
    deep = ET.SubElement(deep, "n")
assert sum(1 for _ in top.iter("n")) == 20001
