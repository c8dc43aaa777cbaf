// The itertools module.
#include "modules/itertools/itertools.h"

namespace kaa {
namespace itertools {

Type* g_types[kIdCount];

namespace {

struct Row { Id id; const char* name; const TypeSpec& spec; };
const Row k_rows[] = {
    {kCount, "count", count_spec}, {kCycle, "cycle", cycle_spec}, {kRepeat, "repeat", repeat_spec}, {kAccumulate, "accumulate", accumulate_spec},
    {kBatched, "batched", batched_spec}, {kChain, "chain", chain_spec}, {kCombinations, "combinations", combinations_spec},
    {kCombinationsWithReplacement, "combinations_with_replacement", combinations_with_replacement_spec}, {kCompress, "compress", compress_spec},
    {kDropwhile, "dropwhile", dropwhile_spec}, {kFilterfalse, "filterfalse", filterfalse_spec}, {kGroupby, "groupby", groupby_spec},
    {kGrouper, "_grouper", grouper_spec}, {kIslice, "islice", islice_spec}, {kPairwise, "pairwise", pairwise_spec},
    {kPermutations, "permutations", permutations_spec}, {kProduct, "product", product_spec}, {kStarmap, "starmap", starmap_spec},
    {kTakewhile, "takewhile", takewhile_spec}, {kTee, "_tee", tee_spec}, {kTeeData, "_tee_dataobject", tee_data_spec},
    {kZipLongest, "zip_longest", zip_longest_spec},
};

Status exec(Thread& t, Module* m) {
  for (const Row& row : k_rows) {
    if (!g_types[row.id]) {
      Str* name = TRY(str_format(t, "itertools.%s", row.name));
      Utf8 text;
      TRY(str_utf8(t, name, text));
      g_types[row.id] = TRY(make_native_type(t, text.data, nullptr, row.spec));
    }
    TRY(module_add(t, m, row.name, g_types[row.id]));
  }
  return {};
}

const MethodDef k_functions[] = {
    {"tee", tee_function, "(iterable, n=2, /)", "A tuple of n independent iterators over the same items.", MethodKind::kFunction},
};

}  // namespace
}  // namespace itertools

extern const ModuleDef itertools_module = {
    .name = "itertools", .doc = "Iterators that count, repeat, select, combine and group.", .functions = itertools::k_functions, .exec = itertools::exec};

}  // namespace kaa
