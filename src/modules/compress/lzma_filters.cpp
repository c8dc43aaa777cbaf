#include "modules/compress/lzma_filters.h"

#include <stdlib.h>

namespace kaa {

namespace {

// A missing entry is no error: *there says.
Result<Value> entry(Thread& t, Value mapping, const char* key, bool* there) {
  Result<Value> r = get_item(t, mapping, intern_name(key));
  *there = r.ok();
  if (r.ok()) return r;
  if (!exc_matches(t, KAA_TYPE(KeyError))) return Error{};
  clear_exc(t);
  return kNone;
}

// The options of a filter: which keys it knows, and where their values go. Whatever does not fit makes the specifier invalid.
struct OptionField { const char* name; uint32_t* to; };
Status read_options(Thread& t, Value spec, const char* what, const OptionField* fields, size_t n, bool preset_allowed) {
  auto invalid = [&]() -> Status {
    clear_exc(t);
    return RAISE(ValueError, "Invalid filter specifier for %s filter", what);
  };
  Result<Value> keys = call_method(t, spec, NAME("keys"));
  if (!keys.ok()) return invalid();
  Result<List*> list = list_from(t, keys.value());
  if (!list.ok()) return invalid();
  for (uint64_t i = 0; i < list.value()->size; i++) {
    Value key = list.value()->items[i];
    if (!is_str(key)) return invalid();
    Str* name = key.as<Str>();
    if (str_equal_ascii(name, "id") || (preset_allowed && str_equal_ascii(name, "preset"))) continue;
    const OptionField* field = nullptr;
    for (size_t k = 0; k < n; k++)
      if (str_equal_ascii(name, fields[k].name)) field = &fields[k];
    if (!field) return invalid();
    Result<Value> v = get_item(t, spec, key);
    if (!v.ok()) return invalid();
    Result<Value> index = to_index(t, v.value());
    if (!index.ok()) return invalid();
    if (!index.value().is_int() || index.value().as_int() < 0 || index.value().as_int() > UINT32_MAX) return invalid();
    *field->to = static_cast<uint32_t>(index.value().as_int());
  }
  return {};
}

}  // namespace

FilterChain::FilterChain() {
  for (auto& f : filters) f = {LZMA_VLI_UNKNOWN, nullptr};
}
FilterChain::~FilterChain() {
  for (auto& f : filters) free(f.options);
}

Status FilterChain::parse_one(Thread& t, Value spec, int at) {
  lzma_filter& f = filters[at];
  if (!is_dict(spec) && !type_of(spec)->dunder(D_getitem)) return RAISE(TypeError, "Filter specifier must be a dict or dict-like object");
  bool there;
  Value id = TRY(entry(t, spec, "id", &there));
  if (!there) return RAISE(ValueError, "Filter specifier must have an \"id\" entry");
  id = TRY(to_index(t, id));
  if (id.is_int() && id.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
  uint64_t number = TRY(to_uint64(t, id));
  switch (number) {
    case LZMA_FILTER_LZMA1: case LZMA_FILTER_LZMA2: {
      uint32_t preset = LZMA_PRESET_DEFAULT;
      Value p = TRY(entry(t, spec, "preset", &there));
      if (there) {
        p = TRY(to_index(t, p));
        if (!p.is_int() || p.as_int() > UINT32_MAX) return RAISE(OverflowError, "Python int too large for C uint32_t");
        if (p.as_int() < 0) return RAISE(ValueError, "Cannot convert negative int");
        preset = static_cast<uint32_t>(p.as_int());
      }
      lzma_options_lzma o;
      if (lzma_lzma_preset(&o, preset)) return raise(t, lzma_error_type(), "Invalid compression preset: %lu", static_cast<uint64_t>(preset));
      uint32_t mode = o.mode, mf = o.mf;
      OptionField fields[] = {{"dict_size", &o.dict_size}, {"lc", &o.lc}, {"lp", &o.lp}, {"pb", &o.pb}, {"mode", &mode}, {"nice_len", &o.nice_len}, {"mf", &mf}, {"depth", &o.depth}};
      TRY(read_options(t, spec, "LZMA", fields, 8, true));
      o.mode = static_cast<lzma_mode>(mode);
      o.mf = static_cast<lzma_match_finder>(mf);
      f.options = malloc(sizeof o);
      if (!f.options) return raise_memory(t);
      memcpy(f.options, &o, sizeof o);
      break;
    }
    case LZMA_FILTER_DELTA: {
      lzma_options_delta o{};
      uint32_t dist = 1;
      OptionField fields[] = {{"dist", &dist}};
      TRY(read_options(t, spec, "delta", fields, 1, false));
      o.type = LZMA_DELTA_TYPE_BYTE;
      o.dist = dist;
      f.options = malloc(sizeof o);
      if (!f.options) return raise_memory(t);
      memcpy(f.options, &o, sizeof o);
      break;
    }
    case LZMA_FILTER_X86: case LZMA_FILTER_POWERPC: case LZMA_FILTER_IA64: case LZMA_FILTER_ARM: case LZMA_FILTER_ARMTHUMB: case LZMA_FILTER_SPARC: {
      lzma_options_bcj o{};
      OptionField fields[] = {{"start_offset", &o.start_offset}};
      TRY(read_options(t, spec, "BCJ", fields, 1, false));
      f.options = malloc(sizeof o);
      if (!f.options) return raise_memory(t);
      memcpy(f.options, &o, sizeof o);
      break;
    }
    default: return RAISE(ValueError, "Invalid filter ID: %lu", number);
  }
  f.id = number;
  return {};
}

Status FilterChain::parse(Thread& t, Value sequence) {
  int64_t n = TRY(length(t, sequence));
  if (n > LZMA_FILTERS_MAX) return RAISE(ValueError, "Too many filters - liblzma supports a maximum of %d", LZMA_FILTERS_MAX);
  if (is_dict(sequence)) return RAISE(TypeError, "%T is not a sequence", sequence);
  for (int64_t i = 0; i < n; i++) {
    Value spec = TRY(get_item(t, sequence, small_int(i)));
    TRY(parse_one(t, spec, static_cast<int>(i)));
  }
  return {};
}

Result<Value> filter_dict(Thread& t, const lzma_filter& f) {
  Dict* d = TRY(new_dict(t));
  auto add = [&](const char* name, uint64_t v) -> Status { return dict_set_str(t, d, name, TRY(make_uint(t, v))); };
  TRY(add("id", f.id));
  switch (f.id) {
    case LZMA_FILTER_LZMA1: {
      auto* o = static_cast<lzma_options_lzma*>(f.options);
      TRY(add("dict_size", o->dict_size));
      TRY(add("lc", o->lc));
      TRY(add("lp", o->lp));
      TRY(add("pb", o->pb));
      break;
    }
    case LZMA_FILTER_LZMA2: TRY(add("dict_size", static_cast<lzma_options_lzma*>(f.options)->dict_size)); break;
    case LZMA_FILTER_DELTA: TRY(add("dist", static_cast<lzma_options_delta*>(f.options)->dist)); break;
    case LZMA_FILTER_X86: case LZMA_FILTER_POWERPC: case LZMA_FILTER_IA64: case LZMA_FILTER_ARM: case LZMA_FILTER_ARMTHUMB: case LZMA_FILTER_SPARC:
      if (f.options) TRY(add("start_offset", static_cast<lzma_options_bcj*>(f.options)->start_offset));
      break;
    default: return RAISE(ValueError, "Invalid filter ID: %lu", static_cast<uint64_t>(f.id));
  }
  return d;
}

}  // namespace kaa
