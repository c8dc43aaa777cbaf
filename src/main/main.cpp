#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>

#include "compiler/compile.h"
#include "runtime/call.h"
#include "runtime/code_builder.h"
#include "runtime/startup.h"

using namespace kaa;

int main(int argc, char** argv) {
  Thread& t = start_core(0);
  if (const char* s = getenv("KAA_STRESS")) { t.heap->stress_interval = static_cast<uint32_t>(atoi(s)); t.heap->poison = true; t.heap->reconcile(); }
  if (argc < 2) return 2;
  FILE* f = fopen(argv[1], "r");
  if (!f) { perror(argv[1]); return 2; }
  std::string src;
  char buf[65536];
  size_t n;
  while ((n = fread(buf, 1, sizeof buf, f)) > 0) src.append(buf, n);
  fclose(f);
  compiler::CompileOptions o;
  o.filename = argv[1];
  compiler::CompileResult r = compiler::compile_source(src, o);
  if (!r.code) {
    fprintf(stderr, "SyntaxError: %s%s\n", r.parse_error.message.c_str(), r.error.message.c_str());
    return 1;
  }
  Result<Value> res = [&]() -> Result<Value> {
    Code* c = TRY(build_code(t, *r.code));
    Dict* g = TRY(new_dict(t));
    TRY(dict_set_str(t, g, "__name__", intern_name("__main__")));
    return run_code(t, c, g, g);
  }();
  if (!res.ok()) { write_unraisable(t, Value()); return 1; }
  return 0;
}
