// Row, a tuple with column names, and Blob, a large value that is read and written in place.
#include "modules/sqlite/sqlite.h"
#include "types/bytes.h"
#include "types/objmodel.h"
#include "types/seq.h"

namespace kaa::sqlite {

namespace {

// ---- rows
Result<Value> row_new(Thread& t, Args a) {
  if (!is_instance(a[1], state().cursor_type)) return RAISE(TypeError, "Row() argument 1 must be sqlite3.Cursor, not %T", a[1]);
  if (!is_tuple(a[2])) return RAISE(TypeError, "Row() argument 2 must be tuple, not %T", a[2]);
  Row* r = TRY(alloc_as<Row>(t, a.as<Type>(0)));
  r->data.init(a.as<Tuple>(2));
  r->description.init(or_none(a.as<Cursor>(1)->description.value()));
  return r;
}
Row* row_of(Args a) { return a.as<Row>(0); }
bool same_name(Str* a, Str* b) {
  if (str_equal(a, b)) return true;
  if (a->length != b->length || !a->is_ascii() || !b->is_ascii()) return false;
  return sqlite3_strnicmp(a->ascii().data(), b->ascii().data(), static_cast<int>(a->length)) == 0;
}
Result<Value> row_getitem(Thread& t, Args a) {
  Row* r = row_of(a);
  if (is_int(a[1])) {
    int64_t i = TRY(seq_index(t, a[1])), n = static_cast<int64_t>(r->data->size);
    if (i < 0) i += n;
    if (i < 0 || i >= n) return RAISE(IndexError, "tuple index out of range");
    return r->data->items[i];
  }
  if (is_str(a[1])) {
    if (is_tuple(r->description)) {
      Tuple* d = r->description.value().as<Tuple>();
      for (uint64_t i = 0; i < d->size && i < r->data->size; i++)
        if (same_name(d->items[i].as<Tuple>()->items[0].as<Str>(), a.as<Str>(1))) return r->data->items[i];
    }
    if (!is_tuple(r->description)) return raise_class(t, KAA_TYPE(IndexError), a[1]);
    return RAISE(IndexError, "No item with that key");
  }
  if (IS_EXACT(a[1], slice)) return get_item(t, r->data.value(), a[1]);
  return RAISE(IndexError, "Index must be int or string");
}
Result<Value> row_len(Thread&, Args a) { return small_int(static_cast<int64_t>(row_of(a)->data->size)); }
Result<Value> row_iter(Thread& t, Args a) { return get_iter(t, row_of(a)->data.value()); }
Result<Value> row_keys(Thread& t, Args a) {
  List* l = TRY(new_list(t));
  Value d = row_of(a)->description;
  if (is_tuple(d))
    for (uint64_t i = 0; i < d.as<Tuple>()->size; i++) TRY(list_append(t, l, d.as<Tuple>()->items[i].as<Tuple>()->items[0]));
  return l;
}
Result<Value> row_hash(Thread& t, Args a) {
  int64_t h = TRY(hash(t, row_of(a)->description)) ^ TRY(hash(t, row_of(a)->data.value()));
  return make_int(t, h == -1 ? -2 : h);
}
template <bool wanted>
Result<Value> row_equal(Thread& t, Args a) {
  if (!is_instance(a[1], state().row_type)) return kNotImplemented;
  Row *x = row_of(a), *y = a.as<Row>(1);
  if (!TRY(equal(t, x->description, y->description))) return Value::from_bool(!wanted);
  return Value::from_bool(TRY(equal(t, x->data.value(), y->data.value())) == wanted);
}
constexpr MethodDef k_row_methods[] = {
    {"__new__", row_new, "($cls, cursor, data, /)", nullptr, MethodKind::kNew},
    {"__getitem__", row_getitem, "($self, key, /)", "A column by its index or name."},
    {"__len__", row_len, "($self, /)", nullptr},
    {"__iter__", row_iter, "($self, /)", nullptr},
    {"__hash__", row_hash, "($self, /)", nullptr},
    {"__eq__", row_equal<true>, "($self, value, /)", nullptr},
    {"__ne__", row_equal<false>, "($self, value, /)", nullptr},
    {"keys", row_keys, "($self, /)", "The names of the columns."},
};

// ---- blobs
BlobObject* blob_of(Args a) { return a.as<BlobObject>(0); }
Status check_blob(Thread& t, BlobObject* b) {
  TRY(check_thread(t, b->connection));
  TRY(check_connection(t, b->connection));
  if (!b->blob) return PROGRAMMING_ERROR("Cannot operate on a closed blob.");
  return {};
}
Result<Bytes*> read_at(Thread& t, BlobObject* b, int length, int offset) {
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(length)));
  Keep keep(out);
  Db* db = b->db;
  DbHold hold(db);
  int rc;
  {
    DbCall call(t, db);
    rc = sqlite3_blob_read(b->blob, out->data(), length, offset);
  }
  if (rc != SQLITE_OK) {
    if (rc == SQLITE_ABORT) return raise_code(t, rc);
    return raise_db_error(t, db->db);
  }
  return out;
}
Status write_at(Thread& t, BlobObject* b, const void* p, int length, int offset) {
  if (!length) return {};
  Db* db = b->db;
  DbHold hold(db);
  int rc;
  {
    DbCall call(t, db);
    rc = sqlite3_blob_write(b->blob, p, length, offset);
  }
  if (rc == SQLITE_OK) return {};
  if (rc == SQLITE_ABORT) return raise_code(t, rc);
  return raise_db_error(t, db->db);
}
Result<Value> blob_close(Thread& t, Args a) {
  TRY(check_thread(t, blob_of(a)->connection));
  TRY(check_connection(t, blob_of(a)->connection));
  close_blob(blob_of(a));
  return kNone;
}
Result<Value> blob_read(Thread& t, Args a) {
  BlobObject* b = blob_of(a);
  int n = a[1] ? TRY(to_cint(t, a[1])) : -1;
  TRY(check_blob(t, b));
  int left = sqlite3_blob_bytes(b->blob) - b->offset;
  if (left < 0) left = 0;
  if (n < 0 || n > left) n = left;
  if (!n) return interp().empty_bytes;
  Bytes* out = TRY(read_at(t, b, n, b->offset));
  b->offset += n;
  return out;
}
Result<Value> blob_write(Thread& t, Args a) {
  BlobObject* b = blob_of(a);
  BufferHold in;
  TRY(in.get(t, a[1]));
  TRY(check_blob(t, b));
  int64_t left = sqlite3_blob_bytes(b->blob) - b->offset;
  if (static_cast<int64_t>(in.size()) > left) return RAISE(ValueError, "data longer than blob length");
  TRY(write_at(t, b, in.data(), static_cast<int>(in.size()), b->offset));
  b->offset += static_cast<int>(in.size());
  return kNone;
}
Result<Value> blob_seek(Thread& t, Args a) {
  BlobObject* b = blob_of(a);
  int64_t offset = TRY(to_cint(t, a[1]));
  int origin = a[2] ? TRY(to_cint(t, a[2])) : 0;
  TRY(check_blob(t, b));
  int64_t length = sqlite3_blob_bytes(b->blob);
  switch (origin) {
    case SEEK_SET: break;
    case SEEK_CUR: offset += b->offset; break;
    case SEEK_END: offset += length; break;
    default: return RAISE(ValueError, "'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END");
  }
  if (offset > INT32_MAX) return RAISE(OverflowError, "seek offset results in overflow");
  if (offset < 0 || offset > length) return RAISE(ValueError, "offset out of blob range");
  b->offset = static_cast<int>(offset);
  return kNone;
}
Result<Value> blob_tell(Thread& t, Args a) {
  TRY(check_blob(t, blob_of(a)));
  return small_int(blob_of(a)->offset);
}
Result<Value> blob_enter(Thread& t, Args a) {
  TRY(check_blob(t, blob_of(a)));
  return a[0];
}
Result<Value> blob_exit(Thread& t, Args a) {
  TRY(check_blob(t, blob_of(a)));
  close_blob(blob_of(a));
  return kFalse;
}
Result<Value> blob_len(Thread& t, Args a) {
  TRY(check_blob(t, blob_of(a)));
  return small_int(sqlite3_blob_bytes(blob_of(a)->blob));
}
Result<int> blob_index(Thread& t, BlobObject* b, Value key) {
  int64_t i = TRY(seq_index(t, key)), n = sqlite3_blob_bytes(b->blob);
  if (i < 0) i += n;
  if (i < 0 || i >= n) return RAISE(IndexError, "Blob index out of range");
  return static_cast<int>(i);
}
Result<IndexRange> blob_slice(Thread& t, BlobObject* b, Value key) {
  SliceParts parts = TRY(slice_parts(t, key.as<SliceObject>()));
  TRY(check_blob(t, b));
  IndexRange r = fit_slice(parts, sqlite3_blob_bytes(b->blob));
  if (r.count && r.step < 0) return RAISE(ValueError, "Blob doesn't support slices with a negative step");
  return r;
}
Result<Value> blob_getitem(Thread& t, Args a) {
  BlobObject* b = blob_of(a);
  TRY(check_blob(t, b));
  if (has_index(a[1])) {
    int i = TRY(blob_index(t, b, a[1]));
    Bytes* one = TRY(read_at(t, b, 1, i));
    return small_int(static_cast<uint8_t>(one->data()[0]));
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "Blob indices must be integers");
  IndexRange r = TRY(blob_slice(t, b, a[1]));
  if (!r.count) return interp().empty_bytes;
  int span = static_cast<int>((r.count - 1) * r.step + 1);
  Bytes* all = TRY(read_at(t, b, span, static_cast<int>(r.start)));
  if (r.step == 1) return all;
  Keep keep(all);
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(r.count)));
  for (int64_t i = 0; i < r.count; i++) out->data()[i] = all->data()[i * r.step];
  return out;
}
Result<Value> blob_setitem(Thread& t, Args a) {
  BlobObject* b = blob_of(a);
  TRY(check_blob(t, b));
  if (has_index(a[1])) {
    int i = TRY(blob_index(t, b, a[1]));
    Value v = TRY(to_index(t, a[2]));
    if (!v.is_int() || v.as_int() < 0 || v.as_int() > 255) return RAISE(ValueError, "byte must be in range(0, 256)");
    char byte = static_cast<char>(v.as_int());
    TRY(check_blob(t, b));
    TRY(write_at(t, b, &byte, 1, i));
    return kNone;
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "Blob indices must be integers");
  BufferHold in;
  TRY(in.get(t, a[2]));
  IndexRange r = TRY(blob_slice(t, b, a[1]));
  if (static_cast<int64_t>(in.size()) != r.count) return RAISE(IndexError, "Blob slice assignment is wrong size");
  if (!r.count) return kNone;
  if (r.step == 1) {
    TRY(write_at(t, b, in.data(), static_cast<int>(in.size()), static_cast<int>(r.start)));
    return kNone;
  }
  int span = static_cast<int>((r.count - 1) * r.step + 1);
  Bytes* all = TRY(read_at(t, b, span, static_cast<int>(r.start)));
  Keep keep(all);
  for (int64_t i = 0; i < r.count; i++) all->data()[i * r.step] = in.data()[i];
  TRY(write_at(t, b, all->data(), span, static_cast<int>(r.start)));
  return kNone;
}
Result<Value> blob_delitem(Thread& t, Args a) {
  TRY(check_blob(t, blob_of(a)));
  return RAISE(TypeError, "Blob doesn't support item deletion");
}
constexpr MethodDef k_blob_methods[] = {
    {"close", blob_close, "($self, /)", "Closes the blob."},
    {"read", blob_read, "($self, length=-1, /)", "Reads from the present position; by default to the end."},
    {"write", blob_write, "($self, data, /)", "Writes at the present position; the size cannot change."},
    {"seek", blob_seek, "($self, offset, origin=0, /)", "Moves the position."},
    {"tell", blob_tell, "($self, /)", "The position."},
    {"__enter__", blob_enter, "($self, /)", nullptr},
    {"__exit__", blob_exit, "($self, type, val, tb, /)", nullptr},
    {"__len__", blob_len, "($self, /)", nullptr},
    {"__getitem__", blob_getitem, "($self, key, /)", nullptr},
    {"__setitem__", blob_setitem, "($self, key, value, /)", nullptr},
    {"__delitem__", blob_delitem, "($self, key, /)", nullptr},
};

}  // namespace

void close_blob(BlobObject* b) {
  if (!b->blob) return;
  Db* db = b->db;
  for (size_t i = 0; i < db->blobs.size(); i++)
    if (db->blobs[i] == b) {
      db->blobs[i] = db->blobs.back();
      db->blobs.pop_back();
      break;
    }
  if (db->active) {
    db->late_blobs.push_back(b->blob);
  } else {
    g_quiet++;
    sqlite3_blob_close(b->blob);
    g_quiet--;
  }
  b->blob = nullptr;
  b->db = nullptr;
  release(db);
}

Result<Value> connection_blobopen(Thread& t, Args a) {
  Connection* c = a.as<Connection>(0);
  Utf8 table, column, name;
  for (int i : {1, 2})
    if (!is_str(a[static_cast<uint32_t>(i)])) return RAISE(TypeError, "blobopen() argument %d must be str, not %T", i, a[static_cast<uint32_t>(i)]);
  TRY(str_utf8(t, a.as<Str>(1), table));
  TRY(str_utf8(t, a.as<Str>(2), column));
  Value row_arg = TRY(to_index(t, a[3]));
  int64_t row = TRY(to_int64(t, row_arg));
  bool readonly = a[4] && TRY(truth(t, a[4]));
  const char* db_name = "main";
  if (a[5]) {
    if (!is_str(a[5])) return RAISE(TypeError, "blobopen() argument 'name' must be str, not %T", a[5]);
    TRY(str_utf8(t, a.as<Str>(5), name));
    db_name = name.data;
  }
  TRY(check_thread(t, c));
  TRY(check_connection(t, c));
  BlobObject* b = TRY(alloc_as<BlobObject>(t, state().blob_type));
  b->connection.init(c);
  sqlite3_blob* handle = nullptr;
  Db* db = c->db;
  DbHold hold(db);
  int rc;
  {
    DbCall call(t, db);
    rc = sqlite3_blob_open(db->db, db_name, table.data, column.data, row, !readonly, &handle);
  }
  if (rc != SQLITE_OK) return raise_db_error(t, db->db);
  b->blob = handle;
  b->db = db;
  db->refs++;
  db->blobs.push_back(b);
  return b;
}

}  // namespace kaa::sqlite
namespace kaa {
template <> struct LayoutTraits<sqlite::BlobObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(sqlite::BlobObject* b) { sqlite::close_blob(b); }
};
namespace sqlite {
extern const TypeSpec k_row_spec = {.doc = "A row whose columns can be had by name.", .methods = k_row_methods, .layout = &kLayout<Row>, .flags = kTypeBase};
extern const TypeSpec k_blob_spec = {.doc = "A large value that is read and written in place.", .methods = k_blob_methods, .layout = &kLayout<BlobObject>,
                                     .flags = kTypeDisallowInstantiation};
}
}  // namespace kaa
