# pyexpat: events, attributes of the parser, text buffering, entities, encodings, errors.
import io
from xml.parsers import expat
from xml.parsers.expat import errors, model


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


def events(document, **attributes):
    log = []
    p = expat.ParserCreate(namespace_separator=attributes.pop("separator", None))
    for name in dir(p):
        if name.endswith("Handler") and name not in ("ExternalEntityRefHandler", "DefaultHandler"):
            setattr(p, name, lambda *a, name=name[:-7]: log.append((name, *a)) or 1)
    for name, value in attributes.items():
        setattr(p, name, value)
    assert p.Parse(document, True) == 1
    return log


assert events('<?xml version="1.0" standalone="yes"?><a x="1" y="&lt;"><!--c-->t<b/><?pi data?></a>') == [
    ("XmlDecl", "1.0", None, 1), ("StartElement", "a", {"x": "1", "y": "<"}), ("Comment", "c"), ("CharacterData", "t"),
    ("StartElement", "b", {}), ("EndElement", "b"), ("ProcessingInstruction", "pi", "data"), ("EndElement", "a")]
assert events('<a x="1" y="2"/>', ordered_attributes=True)[0] == ("StartElement", "a", ["x", "1", "y", "2"])
assert events('<p:a xmlns:p="u" p:x="1"><![CDATA[d]]></p:a>', separator="!") == [
    ("StartNamespaceDecl", "p", "u"), ("StartElement", "u!a", {"u!x": "1"}), ("StartCdataSection",), ("CharacterData", "d"), ("EndCdataSection",),
    ("EndElement", "u!a"), ("EndNamespaceDecl", "p")]
doc = '<!DOCTYPE a [<!ELEMENT a (b,(c|d)*)+><!ATTLIST a k CDATA "v"><!ENTITY e "text"><!NOTATION n SYSTEM "s"><!ENTITY u SYSTEM "f" NDATA n>]><a>&e;</a>'
got = events(doc)
assert ("ElementDecl", "a", (model.XML_CTYPE_SEQ, model.XML_CQUANT_PLUS, None, ((4, 0, "b", ()), (5, 2, None, ((4, 0, "c", ()), (4, 0, "d", ())))))) in got
assert ("AttlistDecl", "a", "k", "CDATA", "v", 0) in got and ("EntityDecl", "e", 0, "text", None, None, None, None) in got
assert ("NotationDecl", "n", None, "s", None) in got and ("StartElement", "a", {"k": "v"}) in got and ("CharacterData", "text") in got
assert ("StartElement", "a", {}) in events(doc, specified_attributes=True)

# Text comes in one piece when it is buffered.
for buffered in (False, True):
    parts = []
    p = expat.ParserCreate()
    p.buffer_text = buffered
    p.CharacterDataHandler = parts.append
    p.Parse("<a>1&lt;2\n3</a>", True)
    assert "".join(parts) == "1<2\n3" and (len(parts) == 1) == buffered
raises(ValueError, "buffer_size must be greater than zero", setattr, p, "buffer_size", 0)
raises(RuntimeError, "Cannot delete attribute", delattr, p, "StartElementHandler")

# Names are shared; positions; input context.
p = expat.ParserCreate()
names, places = [], []
def start(name, attrs):
    names.append(name)
    places.append((p.CurrentLineNumber, p.CurrentColumnNumber, p.CurrentByteIndex, p.GetInputContext()[:4]))
p.StartElementHandler = start
p.ParseFile(io.BytesIO(b"<e>\n <e/>\n</e>"))
assert names[0] is names[1] and places == [(1, 0, 0, b"<e>\n"), (2, 1, 5, b"<e/>")]
raises(expat.ExpatError, "parsing finished: line 3, column 4", p.Parse, "<a/>")

# Errors of the document, and of handlers.
e = raises(expat.ExpatError, "mismatched tag: line 1, column 5", expat.ParserCreate().Parse, "<a></b>")
assert (e.code, e.lineno, e.offset) == (7, 1, 5) and errors.messages[e.code] == errors.XML_ERROR_TAG_MISMATCH == expat.ErrorString(7)
assert errors.codes[errors.XML_ERROR_SYNTAX] == 2
p = expat.ParserCreate()
count = []
def bad(name, attrs):
    count.append(name)
    raise KeyError(name)
p.StartElementHandler = bad
raises(KeyError, "'a'", p.Parse, "<a><b/></a>", True)
assert count == ["a"]
p = expat.ParserCreate()
p.CharacterDataHandler = lambda data: p.Parse(data)
raises(RuntimeError, "cannot call Parse() from within a handler", p.Parse, "<a>x</a>", True)
raises(TypeError, "argument must have 'read' attribute", expat.ParserCreate().ParseFile, 5)

# External entities: a parser made from the parser, which may die first.
p = expat.ParserCreate()
found = []
def external(context, base, system, public):
    sub = p.ExternalEntityParserCreate(context)
    sub.StartElementHandler = lambda name, attrs: found.append((system, name))
    return sub.Parse(b"<inner/>", True)
p.ExternalEntityRefHandler = external
p.Parse('<!DOCTYPE a [<!ENTITY e SYSTEM "file">]><a>&e;</a>', True)
assert found == [("file", "inner")]
sub = expat.ParserCreate().ExternalEntityParserCreate("")
sub.Parse("<a/>")

# Encodings that the library does not know come from codecs.
texts = []
p = expat.ParserCreate()
p.CharacterDataHandler = texts.append
p.Parse('<?xml version="1.0" encoding="cp1251"?><a>\u0436\u20ac</a>'.encode("cp1251"), True)
assert "".join(texts) == "\u0436\u20ac"
raises(LookupError, "unknown encoding: xyz", expat.ParserCreate().Parse, b'<?xml version="1.0" encoding="xyz"?><a/>')
raises(ValueError, "multi-byte encodings are not supported", expat.ParserCreate().Parse, b'<?xml version="1.0" encoding="utf-7"?><a/>')
