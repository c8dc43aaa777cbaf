// _csv: the reader and writer of delimited text, and dialects.
#include "modules/native_new.h"
#include "runtime/types.h"
#include "types/dict.h"
#include "types/str.h"

namespace kaa {

namespace {

enum Quoting { kMinimal, kAll, kNonNumeric, kNone_, kStrings, kNotNull };
constexpr uint32_t kNoChar = ~0u;

struct Dialect : Object {
  uint32_t delimiter, quotechar, escapechar;  // kNoChar: None
  int quoting;
  bool doublequote, skipinitialspace, strict;
  Field<Str*> lineterminator;
  template <class F> void each_field(F&& f) { f(lineterminator); }
};
struct Reader : Object {
  Field<> input;
  Field<Dialect*> dialect;
  uint64_t line_num;
  uint64_t rows;           // finished so far
  template <class F> void each_field(F&& f) { f(input); f(dialect); }
};
struct Writer : Object {
  Field<> write;
  Field<Dialect*> dialect;
  template <class F> void each_field(F&& f) { f(write); f(dialect); }
};

struct State {
  Type *dialect, *reader, *writer, *error;
  int64_t field_limit = 128 * 1024;
};
State g_state;  // immortal types
Root<Dict*>& dialects() {
  static Root<Dict*>* r = new Root<Dict*>;
  return *r;
}
#define CSV_ERROR(...) raise(t, g_state.error, __VA_ARGS__)

// ---- dialects

Status set_char(Thread& t, const char* name, uint32_t* out, Value v, uint32_t fallback, bool none_ok) {
  const char* or_none = none_ok ? " or None" : "";
  *out = fallback;
  if (!v) return {};
  if (none_ok && v.is_none()) {
    *out = kNoChar;
    return {};
  }
  if (!is_str(v)) return RAISE(TypeError, "\"%s\" must be a unicode character%s, not %T", name, or_none, v);
  Str* s = v.as<Str>();
  if (s->length != 1) return RAISE(TypeError, "\"%s\" must be a unicode character%s, not a string of length %ld", name, or_none, static_cast<int64_t>(s->length));
  *out = s->at(0);
  return {};
}

bool in_text(Str* s, uint32_t c) {
  for (uint64_t i = 0; i < s->length; i++)
    if (s->at(i) == c) return true;
  return false;
}

Status check_dialect(Thread& t, Dialect* d) {
  if (d->quoting < kMinimal || d->quoting > kNotNull) return RAISE(TypeError, "bad \"quoting\" value");
  const struct { const char* name; uint32_t c; bool space_ok; } chars[] = {
      {"delimiter", d->delimiter, true}, {"escapechar", d->escapechar, !d->skipinitialspace}, {"quotechar", d->quotechar, !d->skipinitialspace}};
  for (auto& x : chars)
    if (x.c == '\n' || x.c == '\r' || (x.c == ' ' && !x.space_ok)) return RAISE(ValueError, "bad %s value", x.name);
  if (d->quotechar == kNoChar && d->quoting != kNone_) return RAISE(TypeError, "quotechar must be set if quoting enabled");
  for (int i = 0; i < 3; i++) {
    for (int k = i + 1; k < 3; k++)
      if (chars[i].c != kNoChar && chars[i].c == chars[k].c) return RAISE(ValueError, "bad %s or %s value", chars[i].name, chars[k].name);
  }
  for (auto& x : chars)
    if (x.c != kNoChar && in_text(d->lineterminator, x.c)) return RAISE(ValueError, "bad %s or lineterminator value", x.name);
  return {};
}

Result<Value> find_dialect(Thread& t, Value name) {
  Opt d = TRY(dict_get(t, dialects(), name));
  if (!d) return CSV_ERROR("unknown dialect");
  return d.v;
}

Result<Value> dialect_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("Dialect", "($cls, dialect=None, delimiter=None, doublequote=None, escapechar=None, lineterminator=None, quotechar=None, quoting=None, skipinitialspace=None, strict=None)", 10);
  Value base = p[1];
  if (base && base.is_none()) base = Value();
  if (base && is_str(base)) base = TRY(find_dialect(t, base));
  bool given = false;
  for (int i = 2; i < 10; i++) given |= !p[i].is_empty();
  if (base && type_of(base) == g_state.dialect && p[0] == Value(g_state.dialect) && !given) return base;
  static const char* const k_names[] = {nullptr, nullptr, "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"};
  if (base)
    for (int i = 2; i < 10; i++)
      if (!p[i]) p[i] = TRY(lookup_attr(t, base, intern_name(k_names[i]))).v;
  Dialect* d = TRY(alloc_as<Dialect>(t, p[0].as<Type>()));
  TRY(set_char(t, "delimiter", &d->delimiter, p[2], ',', false));
  d->doublequote = p[3] ? TRY(truth(t, p[3])) : true;
  TRY(set_char(t, "escapechar", &d->escapechar, p[4], kNoChar, true));
  if (p[5] && !is_str(p[5])) return RAISE(TypeError, "\"lineterminator\" must be a string, not %T", p[5]);
  d->lineterminator.init(p[5] ? p[5].as<Str>() : TRY(new_str(t, "\r\n")));
  TRY(set_char(t, "quotechar", &d->quotechar, p[6], '"', true));
  if (p[7] && !is_exact_int(p[7])) return RAISE(TypeError, "\"quoting\" must be an integer, not %T", p[7]);
  d->quoting = p[7] ? TRY(to_cint(t, p[7])) : kMinimal;
  if (p[6] && p[6].is_none() && !p[7]) d->quoting = kNone_;
  d->skipinitialspace = p[8] ? TRY(truth(t, p[8])) : false;
  d->strict = p[9] ? TRY(truth(t, p[9])) : false;
  TRY(check_dialect(t, d));
  return d;
}

// The Dialect of a reader or writer: keyword arguments over a dialect, its name, or nothing.
Result<Dialect*> make_dialect(Thread& t, Value base, const Value* values, Tuple* names) {
  Value args[16];
  uint32_t n = names ? static_cast<uint32_t>(names->size) : 0;
  if (n > 15) return RAISE(TypeError, "too many keyword arguments");
  uint32_t k = 0;
  if (base) args[k++] = base;
  for (uint32_t i = 0; i < n; i++) args[k++] = values[i];
  return TRY(call_args(t, g_state.dialect, args, base ? 1 : 0, n ? names : nullptr)).as<Dialect>();
}

Result<Value> char_value(Thread& t, uint32_t c) { return c == kNoChar ? Result<Value>(kNone) : Result<Value>(str_char(t, c)); }
const GetSetDef k_dialect_getsets[] = {
    {"delimiter", [](Thread& t, Value v) -> Result<Value> { return char_value(t, v.as<Dialect>()->delimiter); }, nullptr, nullptr},
    {"quotechar", [](Thread& t, Value v) -> Result<Value> { return char_value(t, v.as<Dialect>()->quotechar); }, nullptr, nullptr},
    {"escapechar", [](Thread& t, Value v) -> Result<Value> { return char_value(t, v.as<Dialect>()->escapechar); }, nullptr, nullptr},
    {"lineterminator", [](Thread&, Value v) -> Result<Value> { return v.as<Dialect>()->lineterminator.value(); }, nullptr, nullptr},
    {"quoting", [](Thread&, Value v) -> Result<Value> { return small_int(v.as<Dialect>()->quoting); }, nullptr, nullptr},
    {"doublequote", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Dialect>()->doublequote); }, nullptr, nullptr},
    {"skipinitialspace", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Dialect>()->skipinitialspace); }, nullptr, nullptr},
    {"strict", [](Thread&, Value v) -> Result<Value> { return Value::from_bool(v.as<Dialect>()->strict); }, nullptr, nullptr},
};
const MethodDef k_dialect_methods[] = {{"__new__", dialect_new, nullptr, "Dialect(dialect=None, **fmtparams)", MethodKind::kNew}};

// ---- reader

enum class Parse { kStartRecord, kStartField, kEscaped, kInField, kInQuoted, kEscapeInQuoted, kQuoteInQuoted, kEatNewline, kAfterEscapedNewline };
constexpr uint32_t kEol = ~1u;  // behind the last character of a line

struct RowParser {
  Thread& t;
  Dialect* d;
  List* fields;
  TextBuilder field;
  Parse state = Parse::kStartRecord;
  bool quoted = false;

  Status add(uint32_t c) {
    if (static_cast<int64_t>(field.length()) >= g_state.field_limit) return CSV_ERROR("field larger than field limit (%ld)", g_state.field_limit);
    field.push(c);
    return {};
  }
  Status save() {
    Value v;
    if (!quoted && field.length() == 0 && (d->quoting == kNotNull || d->quoting == kStrings)) {
      v = kNone;
    } else {
      v = TRY(str_from_text(t, field));
      if (!quoted && field.length() && (d->quoting == kStrings || d->quoting == kNonNumeric)) v = TRY(call(t, KAA_TYPE(float), v));
    }
    field.truncate(0);
    quoted = false;
    return list_append(t, fields, v);
  }
  // How many characters from i on do nothing but enter the field; 0 where feed() has to look. Of a string with one byte a character.
  uint64_t plain_run(const uint8_t* p, uint64_t i, uint64_t end) const {
    uint64_t from = i;
    if (state == Parse::kInField) {
      while (i < end && p[i] != '\n' && p[i] != '\r' && p[i] != d->escapechar && p[i] != d->delimiter) i++;
    } else if (state == Parse::kInQuoted) {
      while (i < end && p[i] != d->escapechar && p[i] != d->quotechar) i++;
    }
    return i - from;
  }
  Status add_run(const uint8_t* p, uint64_t n) {
    if (static_cast<int64_t>(field.length() + n) > g_state.field_limit) return CSV_ERROR("field larger than field limit (%ld)", g_state.field_limit);
    field.append_latin1(p, n);
    return {};
  }
  Status start_field(uint32_t c) {
    if (c == '\n' || c == '\r' || c == kEol) {
      TRY(save());
      state = c == kEol ? Parse::kStartRecord : Parse::kEatNewline;
    } else if (c == d->quotechar && d->quoting != kNone_) {
      quoted = true;
      state = Parse::kInQuoted;
    } else if (c == d->escapechar) {
      state = Parse::kEscaped;
    } else if (c == ' ' && d->skipinitialspace) {
    } else if (c == d->delimiter) {
      TRY(save());
    } else {
      TRY(add(c));
      state = Parse::kInField;
    }
    return {};
  }
  Status in_field(uint32_t c) {
    if (c == '\n' || c == '\r' || c == kEol) {
      TRY(save());
      state = c == kEol ? Parse::kStartRecord : Parse::kEatNewline;
    } else if (c == d->escapechar) {
      state = Parse::kEscaped;
    } else if (c == d->delimiter) {
      TRY(save());
      state = Parse::kStartField;
    } else {
      TRY(add(c));
    }
    return {};
  }
  Status feed(uint32_t c) {
    switch (state) {
      case Parse::kStartRecord:
        if (c == kEol) return {};
        if (c == '\n' || c == '\r') {
          state = Parse::kEatNewline;
          return {};
        }
        state = Parse::kStartField;
        return start_field(c);
      case Parse::kStartField: return start_field(c);
      case Parse::kEscaped:
        if (c == '\n' || c == '\r') {
          TRY(add(c));
          state = Parse::kAfterEscapedNewline;
          return {};
        }
        TRY(add(c == kEol ? '\n' : c));
        state = Parse::kInField;
        return {};
      case Parse::kAfterEscapedNewline:
        if (c == kEol) return {};
        state = Parse::kInField;
        return in_field(c);
      case Parse::kInField: return in_field(c);
      case Parse::kInQuoted:
        if (c == kEol) return {};
        if (c == d->escapechar) state = Parse::kEscapeInQuoted;
        else if (c == d->quotechar && d->quoting != kNone_) state = d->doublequote ? Parse::kQuoteInQuoted : Parse::kInField;
        else TRY(add(c));
        return {};
      case Parse::kEscapeInQuoted:
        TRY(add(c == kEol ? '\n' : c));
        state = Parse::kInQuoted;
        return {};
      case Parse::kQuoteInQuoted:
        if (d->quoting != kNone_ && c == d->quotechar) {
          TRY(add(c));
          state = Parse::kInQuoted;
        } else if (c == d->delimiter) {
          TRY(save());
          state = Parse::kStartField;
        } else if (c == '\n' || c == '\r' || c == kEol) {
          TRY(save());
          state = c == kEol ? Parse::kStartRecord : Parse::kEatNewline;
        } else if (!d->strict) {
          TRY(add(c));
          state = Parse::kInField;
        } else {
          return CSV_ERROR("'%c' expected after '%c'", d->delimiter, d->quotechar);
        }
        return {};
      case Parse::kEatNewline:
        if (c == '\n' || c == '\r') return {};
        if (c == kEol) state = Parse::kStartRecord;
        else return CSV_ERROR("new-line character seen in unquoted field - do you need to open the file with newline=''?");
        return {};
    }
    return {};
  }
};

Result<Value> reader_next(Thread& t, Object* o) {
  Reader* r = static_cast<Reader*>(o);
  RowParser row{t, r->dialect, TRY(new_list(t)), {}};
  uint64_t before = r->rows;
  do {
    Opt line = TRY(iter_next(t, r->input));
    if (r->rows != before) return CSV_ERROR("iterator has already advanced the reader");
    if (!line) {
      if (row.field.length() || row.state == Parse::kInQuoted) {
        if (row.d->strict) return CSV_ERROR("unexpected end of data");
        TRY(row.save());
        break;
      }
      return Value();
    }
    if (!is_str(line.v)) return CSV_ERROR("iterator should return strings, not %T (the file should be opened in text mode)", line.v);
    r->line_num++;
    Str* s = line.v.as<Str>();
    Keep keep(s);
    if (s->kind() == 1) {
      for (uint64_t i = 0; i < s->length;) {
        const uint8_t* p = s->data1();
        uint64_t n = row.plain_run(p, i, s->length);
        if (n) TRY(row.add_run(p + i, n));
        else TRY(row.feed(p[i]));
        i += n ? n : 1;
      }
    } else {
      for (uint64_t i = 0; i < s->length; i++) TRY(row.feed(s->at(i)));
    }
    TRY(row.feed(kEol));
  } while (row.state != Parse::kStartRecord);
  r->rows++;
  if (row.field.failed()) return raise_memory(t);
  return row.fields;
}
const GetSetDef k_reader_getsets[] = {
    {"dialect", [](Thread&, Value v) -> Result<Value> { return v.as<Reader>()->dialect.value(); }, nullptr, nullptr},
    {"line_num", [](Thread&, Value v) -> Result<Value> { return small_int(static_cast<int64_t>(v.as<Reader>()->line_num)); }, nullptr, nullptr},
};

// ---- writer

Status append_field(Thread& t, Dialect* d, TextBuilder& out, Value v, bool first, bool alone) {
  bool quoted = false;
  switch (d->quoting) {
    case kNonNumeric: quoted = !(is_int(v) || is_float(v) || type_of(v)->dunder(D_float)); break;
    case kAll: quoted = true; break;
    case kStrings: quoted = is_str(v); break;
    case kNotNull: quoted = !v.is_none(); break;
  }
  Str* s = is_str(v) ? v.as<Str>() : v.is_none() ? interp().empty_str : TRY(str(t, v));
  Keep keep(s);
  if (!first) out.push(d->delimiter);
  TextBuilder body;
  for (uint64_t i = 0; i < s->length; i++) {
    uint32_t c = s->at(i);
    bool escape = false;
    if (c == d->delimiter || c == d->escapechar || c == d->quotechar || c == '\n' || c == '\r' || in_text(d->lineterminator, c)) {
      if (d->quoting == kNone_) escape = true;
      else {
        if (c == d->quotechar) {
          if (d->doublequote) body.push(d->quotechar);
          else escape = true;
        } else if (c == d->escapechar) {
          escape = true;
        }
        if (!escape) quoted = true;
      }
      if (escape) {
        if (d->escapechar == kNoChar) return CSV_ERROR("need to escape, but no escapechar set");
        body.push(d->escapechar);
      }
    }
    body.push(c);
  }
  if (!s->length && d->delimiter == ' ' && d->skipinitialspace) {
    if (d->quoting == kNone_ || (v.is_none() && (d->quoting == kStrings || d->quoting == kNotNull)))
      return CSV_ERROR("empty field must be quoted if delimiter is a space and skipinitialspace is true");
    quoted = true;
  }
  if (!s->length && alone && !quoted) {  // a lone empty field, or the row would read as no row
    if (d->quoting == kNone_ || (v.is_none() && (d->quoting == kStrings || d->quoting == kNotNull))) return CSV_ERROR("single empty field record must be quoted");
    quoted = true;
  }
  if (quoted) out.push(d->quotechar);
  out.append(body.view());
  if (quoted) out.push(d->quotechar);
  return {};
}

Result<Value> writer_writerow(Thread& t, Args a) {
  Writer* w = a.as<Writer>(0);
  if (!type_of(a[1])->dunder(D_iter) && !type_of(a[1])->dunder(D_getitem)) return CSV_ERROR("iterable expected, not %T", a[1]);
  List* row = TRY(list_from(t, a[1]));
  Dialect* d = w->dialect;
  TextBuilder out;
  for (uint64_t i = 0; i < row->size; i++) TRY(append_field(t, d, out, row->items[i], i == 0, row->size == 1));
  out.append(view_of(d->lineterminator.get()));
  return call(t, w->write.value(), TRY(str_from_text(t, out)));
}
Result<Value> writer_writerows(Thread& t, Args a) {
  Value self = a[0];
  TRY(iterate(t, a[1], [&](Value row) -> Status {
    Value args[] = {self, row};
    TRY(writer_writerow(t, Args{args, 2}));
    return safepoint(t);
  }));
  return kNone;
}
const MethodDef k_writer_methods[] = {
    {"writerow", writer_writerow, "($self, row, /)", "Writes one row; answers what the file's write() does."},
    {"writerows", writer_writerows, "($self, rows, /)", "Writes rows."},
};
const GetSetDef k_writer_getsets[] = {{"dialect", [](Thread&, Value v) -> Result<Value> { return v.as<Writer>()->dialect.value(); }, nullptr, nullptr}};

const TypeSpec k_dialect_spec = {.doc = "How rows are written.", .methods = k_dialect_methods, .getsets = k_dialect_getsets, .layout = &kLayout<Dialect>, .flags = kTypeBase};
const TypeSpec k_reader_spec = {.doc = "Iterates over the rows of delimited text.", .getsets = k_reader_getsets, .iternext = reader_next, .layout = &kLayout<Reader>, .flags = kTypeDisallowInstantiation};
const TypeSpec k_writer_spec = {.doc = "Writes rows as delimited text.", .methods = k_writer_methods, .getsets = k_writer_getsets, .layout = &kLayout<Writer>, .flags = kTypeDisallowInstantiation};

// ---- functions

Result<Value> csv_reader(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames);
  TRY(check_count(t, "reader", n, 1, 2));
  Value it = TRY(get_iter(t, a[0]));
  Dialect* d = TRY(make_dialect(t, n > 1 ? a[1] : Value(), a.p + n, kwnames));
  Reader* r = TRY(alloc<Reader>(t, g_state.reader->root));
  r->input.init(it);
  r->dialect.init(d);
  return r;
}
Result<Value> csv_writer(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames);
  TRY(check_count(t, "writer", n, 1, 2));
  Opt write = TRY(lookup_attr(t, a[0], NAME("write")));
  if (!write || !is_callable(write.v)) return RAISE(TypeError, "argument 1 must have a \"write\" method");
  Dialect* d = TRY(make_dialect(t, n > 1 ? a[1] : Value(), a.p + n, kwnames));
  Writer* w = TRY(alloc<Writer>(t, g_state.writer->root));
  w->write.init(write.v);
  w->dialect.init(d);
  return w;
}
Result<Value> register_dialect(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames);
  TRY(check_count(t, "register_dialect", n, 1, 2));
  if (!is_str(a[0])) return RAISE(TypeError, "dialect name must be a string");
  Dialect* d = TRY(make_dialect(t, n > 1 ? a[1] : Value(), a.p + n, kwnames));
  TRY(dict_set(t, dialects(), a[0], d));
  return kNone;
}
Result<Value> unregister_dialect(Thread& t, Args a) {
  Opt d = TRY(dict_pop(t, dialects(), a[0]));
  if (!d) return CSV_ERROR("unknown dialect");
  return kNone;
}
Result<Value> get_dialect(Thread& t, Args a) { return find_dialect(t, a[0]); }
Result<Value> list_dialects(Thread& t, Args) { return TRY(list_from(t, dialects().get())); }
Result<Value> field_size_limit(Thread& t, Args a) {
  int64_t old = g_state.field_limit;
  if (a[0]) {
    if (!is_exact_int(a[0])) return RAISE(TypeError, "limit must be an integer");
    g_state.field_limit = TRY(to_int64(t, a[0]));
  }
  return make_int(t, old);
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"reader", csv_reader, nullptr, "reader(iterable, /, dialect='excel', **fmtparams): iterates over rows, lists of strings.", kF},
    {"writer", csv_writer, nullptr, "writer(fileobj, /, dialect='excel', **fmtparams): writes rows to a file.", kF},
    {"register_dialect", register_dialect, nullptr, "register_dialect(name, /, dialect='excel', **fmtparams): names a dialect.", kF},
    {"unregister_dialect", unregister_dialect, "(name)", "Forgets a named dialect.", kF},
    {"get_dialect", get_dialect, "(name)", "The dialect of that name.", kF},
    {"list_dialects", list_dialects, "()", "The names of all dialects.", kF},
    {"field_size_limit", field_size_limit, "(new_limit=<unrepresentable>)", "The largest size of a field; sets a new one and answers the old.", kF},
};

Status exec(Thread& t, Module* m) {
  g_state.dialect = TRY(make_native_type(t, "_csv.Dialect", nullptr, k_dialect_spec));
  g_state.reader = TRY(make_native_type(t, "_csv.reader", nullptr, k_reader_spec));
  g_state.writer = TRY(make_native_type(t, "_csv.writer", nullptr, k_writer_spec));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "__module__", NAME("_csv")));
  g_state.error = TRY(new_class(t, KAA_TYPE(type), intern_name("Error"), TRY(make_tuple(t, Value(KAA_TYPE(Exception)))), ns, nullptr, nullptr));
  g_state.error->rc |= kImmortal;
  dialects() = TRY(new_dict(t));
  TRY(module_add(t, m, "Dialect", g_state.dialect));
  TRY(module_add(t, m, "Reader", g_state.reader));
  TRY(module_add(t, m, "Writer", g_state.writer));
  TRY(module_add(t, m, "Error", g_state.error));
  TRY(module_add(t, m, "_dialects", dialects().get()));
  TRY(module_add(t, m, "__version__", TRY(new_str(t, "1.0"))));
  const char* const k_quotings[] = {"QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"};
  for (int i = 0; i < 6; i++) TRY(module_add(t, m, k_quotings[i], small_int(i)));
  return {};
}

}  // namespace

extern const ModuleDef _csv_module = {.name = "_csv", .doc = "Reading and writing of delimited text.", .functions = k_functions, .exec = exec};

}  // namespace kaa
